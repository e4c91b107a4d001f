"""The import format, published where it says it is."""

from __future__ import annotations

import json

from flask import Blueprint, Response

from booking_engine.import_format import restaurant_schema
from bot.settings import Settings

_PATH = "/schemas/restaurant.json"
_MEDIA_TYPE = "application/schema+json"


def schema_address(settings: Settings) -> str:
    """Where this service publishes the schema, which is also its `$id`."""
    return settings.public_address + _PATH


def create_blueprint(settings: Settings) -> Blueprint:
    """Serve the JSON Schema of a restaurant as it is imported."""
    blueprint = Blueprint("schemas", __name__)
    text = json.dumps(restaurant_schema(schema_address(settings)), indent=2)

    @blueprint.get(_PATH)
    def restaurant() -> Response:
        return Response(text, content_type=_MEDIA_TYPE, headers={"Cache-Control": "public, max-age=3600"})

    return blueprint
