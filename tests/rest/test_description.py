"""The API's OpenAPI description, and the page that displays it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import example, given
from hypothesis.strategies import characters, text
from playwright.sync_api import Browser, expect
from pydantic import ValidationError

from booking_engine import Restaurant
from booking_engine.values import check_name
from webhooks.rest.requests import ConfirmBody

from .helpers import DAY, PHONE, Caller, ok

OPERATIONS = {
    "/api/restaurants": {"get"},
    "/api/restaurants/{slug}": {"get"},
    "/api/restaurants/{slug}/availability": {"get"},
    "/api/restaurants/{slug}/holds": {"post"},
    "/api/holds/{hold_id}": {"delete"},
    "/api/holds/{hold_id}/confirm": {"post"},
    "/api/holds/{hold_id}/verify": {"post"},
    "/api/reservations/{code}": {"get", "patch", "delete"},
}


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    described: dict[str, Any] = client.get("/openapi.json").get_json()
    return described


def test_every_operation_of_the_contract_is_described(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert {path: set(operations) for path, operations in document["paths"].items()} == OPERATIONS


def test_writes_tell_of_the_idempotency_key(document: dict[str, Any]) -> None:
    for operations in document["paths"].values():
        for method, operation in operations.items():
            assert (method != "get") == ("x-idempotency-key" in operation), operation["operationId"]
    assert document["components"]["parameters"]["IdempotencyKey"]["name"] == "Idempotency-Key"


def test_what_is_impossible_is_described_as_such(document: dict[str, Any]) -> None:
    held = document["components"]["schemas"]["HoldBody"]
    assert (held["required"], held["additionalProperties"]) == (["starts_at", "party_size"], False)
    party = held["properties"]["party_size"]
    assert (party["type"], party["minimum"], party["maximum"]) == ("integer", 1, 1000)


@pytest.mark.parametrize("name", ["", " ", "\u3000", "\u200b\u2003", "\u2028", "\u202e ", "A\x00da", "Ada\n"])
def test_a_name_in_which_nothing_shows_is_described_as_none(document: dict[str, Any], name: str) -> None:
    described = document["components"]["schemas"]["ConfirmBody"]["properties"]["name"]
    assert not re.search(described["pattern"].replace("$", r"\Z"), name)


@given(text(alphabet=characters(exclude_categories=["Cs"]), max_size=120))
@example("\u0378")  # an unassigned code point
@example("\ue000")
def test_every_name_that_is_described_is_taken(name: str) -> None:
    try:
        ConfirmBody(name=name, phone=PHONE)
    except ValidationError:
        return
    assert check_name(name)


def test_whose_reservation_it_is_has_to_be_shown(document: dict[str, Any]) -> None:
    for operation in document["paths"]["/api/reservations/{code}"].values():
        assert operation["security"] == [{"api_key": []}, {"diner_phone": []}]
    assert document["components"]["securitySchemes"]["diner_phone"]["name"] == "X-Diner-Phone"


def test_the_description_is_not_in_the_way_of_the_api(client: FlaskClient, restaurant: Restaurant) -> None:
    assert client.get("/docs").headers["Location"] == "/docs/redoc"
    query = {"date": DAY, "time": "19:00", "party_size": 2}
    ok(Caller(client).get(f"/api/restaurants/{restaurant.slug}/availability", **query))


def test_the_page_shows_the_api_without_anybody_elses_servers(served: str, browser: Browser) -> None:
    asked: list[str] = []
    page = browser.new_page()
    page.on("requestfinished", lambda request: asked.append(request.url))
    page.goto(f"{served}/docs")
    expect(page.get_by_role("heading", name="Tabletalk")).to_be_visible(timeout=20_000)
    for words in ("Keep a table for a few minutes", "Idempotency-Key", "diner_phone"):
        expect(page.get_by_text(words).first).to_be_attached(timeout=10_000)
    page.close()
    assert any(url.endswith("/redoc.standalone.js") for url in asked)
    foreign = [url for url in asked if not url.startswith((served, "data:", "blob:"))]
    assert not foreign, foreign
