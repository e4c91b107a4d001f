"""The formats that people write files in, published where they say they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response

from bot.settings import Settings

RESTAURANT = "restaurant"
SCRIPT = "script"
_MEDIA_TYPE = "application/schema+json"
MakeSchema = Callable[[str], dict[str, Any]]
"""Makes the schema of a format, given the address that is its `$id`."""


def schema_address(settings: Settings, name: str) -> str:
    """Where this service publishes the schema of that name, which is also its `$id`."""
    return settings.public_address + _path(name)


def create_blueprint(settings: Settings, formats: Mapping[str, MakeSchema]) -> Blueprint:
    """Serve the JSON Schema of each format."""
    blueprint = Blueprint("schemas", __name__)
    for name, make in formats.items():
        text = json.dumps(make(schema_address(settings, name)), indent=2)
        blueprint.add_url_rule(_path(name), name, _answering(text))
    return blueprint


def _path(name: str) -> str:
    return f"/schemas/{name}.json"


def _answering(text: str) -> Callable[[], Response]:
    def answer() -> Response:
        return Response(text, content_type=_MEDIA_TYPE, headers={"Cache-Control": "public, max-age=3600"})

    return answer
