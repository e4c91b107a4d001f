"""The schemas of file formats are published at the addresses in their `$id`."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import jsonschema_rs
import pytest
from flask.testing import FlaskClient

from app import create_app
from bot.settings import Settings
from tests.engine.helpers import restaurant_line


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    settings = Settings(
        tabletalk_var=tmp_path,
        database_url="postgresql://nobody@127.0.0.1:1/nothing",
        redis_url="redis://127.0.0.1:1",
        public_url="https://tabletalk.example",
    )
    return create_app(settings).test_client()


def test_the_schema_is_served_where_it_says(client: FlaskClient) -> None:
    answer = client.get("/schemas/restaurant.json")
    assert answer.status_code == 200
    assert answer.content_type == "application/schema+json"
    schema = answer.get_json(force=True)
    assert urlsplit(schema["$id"]) == urlsplit("https://tabletalk.example/schemas/restaurant.json")
    validator = jsonschema_rs.validator_for(schema)
    assert validator.is_valid(restaurant_line())
    assert not validator.is_valid(restaurant_line(slug="Bird Dog"))


def test_the_format_of_scripts_is_served_likewise(client: FlaskClient) -> None:
    answer = client.get("/schemas/script.json")
    assert answer.status_code == 200
    schema = answer.get_json(force=True)
    assert schema["$id"] == "https://tabletalk.example/schemas/script.json"
    assert jsonschema_rs.validator_for(schema).is_valid({"test_cases": [{"test_case": "x", "steps": [{"user": "hi"}]}]})
