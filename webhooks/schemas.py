"""JSON Schemas of the file formats that people write, each published at the address in its `$id`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, Response

from booking_engine.restaurants.import_format import restaurant_schema
from bot.settings import Settings

RESTAURANT = "restaurant"
SCRIPT = "script"
_MEDIA_TYPE = "application/schema+json"
SCRIPT_SCHEMA = Path(__file__).with_name("script.schema.json")
"""The schema of a script file, without its `$id`. The test kit writes it; a test there keeps the two the same."""


def schema_address(settings: Settings, name: str) -> str:
    """Where this service publishes the schema of that name, which is also its `$id`."""
    return settings.public_address + _path(name)


def create_blueprint(settings: Settings) -> Blueprint:
    """Serve the JSON Schema of each format."""
    blueprint = Blueprint("schemas", __name__)
    for name, make in {RESTAURANT: restaurant_schema, SCRIPT: _script_schema}.items():
        text = json.dumps(make(schema_address(settings, name)), indent=2)
        blueprint.add_url_rule(_path(name), name, _answering(text))
    return blueprint


def _script_schema(address: str) -> dict[str, Any]:
    return {"$id": address, **json.loads(SCRIPT_SCHEMA.read_text(encoding="utf-8"))}


def _path(name: str) -> str:
    return f"/schemas/{name}.json"


def _answering(text: str) -> Callable[[], Response]:
    def answer() -> Response:
        return Response(text, content_type=_MEDIA_TYPE, headers={"Cache-Control": "public, max-age=3600"})

    return answer
