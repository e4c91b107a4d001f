"""Invalid requests get a response that says what is wrong, and change nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from booking_engine import BookingEngine, Clock, Restaurant, create_database

from .helpers import DAY, DINER, Caller, ok, problem

IMPOSSIBLE_MOMENTS: tuple[Any, ...] = (
    "2026-02-30T19:00",
    "2027-02-29T19:00",
    "2026-13-01T19:00",
    f"{DAY}T25:00",
    f"{DAY}T19:60",
    f"{DAY}T19:00+25:00",
    DAY,
    "19:00",
    "tomorrow",
    "",
    f"{DAY}T19:00\x00",
    f"{DAY} 19:00",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "2026-W49-6T19:00",
    f"{DAY}T١٩:00",
    1764961200,
    None,
    True,
    [],
    {},
)
IMPOSSIBLE_PARTIES: tuple[Any, ...] = (0, -1, 10**9, 10**400, 1.5, "2", "two", None, True, [2])


def seatings(database: Engine) -> int:
    with database.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM reservation")).scalar_one())


@pytest.mark.parametrize("starts_at", IMPOSSIBLE_MOMENTS)
def test_times_that_do_not_exist(visitor: Caller, restaurant: Restaurant, database: Engine, starts_at: Any) -> None:
    before = seatings(database)
    refused = problem(visitor.hold(restaurant.slug, starts_at), 422, "invalid_request")
    assert refused["errors"][0]["field"] == "starts_at"
    assert seatings(database) == before


@pytest.mark.parametrize("party_size", IMPOSSIBLE_PARTIES)
def test_parties_that_do_not_exist(visitor: Caller, restaurant: Restaurant, database: Engine, party_size: Any) -> None:
    before = seatings(database)
    refused = problem(visitor.hold(restaurant.slug, party_size=party_size), 422, "invalid_request")
    assert refused["errors"][0]["field"] == "party_size"
    assert seatings(database) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("date", "2026-02-30"),
        ("date", "1764961200"),
        ("date", ""),
        ("date", "2026-12-05T00:00"),
        ("time", "24:00"),
        ("time", "7pm"),
        ("time", "19:00:00"),
        ("party_size", "0"),
        ("party_size", "-1"),
        ("party_size", str(10**9)),
        ("party_size", "9" * 5000),
        ("party_size", ""),
        ("party_size", "\x00"),
        ("people", "2"),
    ],
)
def test_availability_of_what_cannot_be(visitor: Caller, restaurant: Restaurant, field: str, value: str) -> None:
    query = {"date": DAY, "time": "19:00", "party_size": "2"} | {field: value}
    refused = problem(visitor.get(f"/api/restaurants/{restaurant.slug}/availability", **query), 422, "invalid_request")
    assert [error["field"] for error in refused["errors"]] == [field]


def test_availability_needs_all_three(visitor: Caller, restaurant: Restaurant) -> None:
    refused = problem(visitor.get(f"/api/restaurants/{restaurant.slug}/availability"), 422, "invalid_request")
    assert [error["field"] for error in refused["errors"]] == ["date", "time", "party_size"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("q", "a\x00b"),
        ("city", "x" * 201),
        ("near", "here"),
        ("near", "91,0"),
        ("near", "0,181"),
        ("near", "nan,nan"),
        ("limit", "5"),
    ],
)
def test_searches_that_cannot_be_read(visitor: Caller, field: str, value: str) -> None:
    refused = problem(visitor.get("/api/restaurants", **{field: value}), 422, "invalid_request")
    assert refused["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": ""}, "invalid_request"),
        ({"name": " \t"}, "invalid_request"),
        ({"name": "A\x00da"}, "invalid_request"),
        ({"name": "x" * 121}, "invalid_request"),
        ({"name": "\u200b"}, "invalid_request"),
        ({"name": None}, "invalid_request"),
        ({"name": "\ud800"}, "invalid_request"),
        ({"phone": "555"}, "invalid_request"),
        ({"phone": "+0123456789"}, "invalid_request"),
        ({"phone": "+14155550123\x00"}, "invalid_request"),
        ({"phone": "+1415555"}, "phone_invalid"),
        ({"phone": "+999123456789"}, "phone_invalid"),
        ({"notes": "x" * 2001}, "invalid_request"),
        ({"notes": "a\x00b"}, "invalid_request"),
        ({"vip": True}, "invalid_request"),
    ],
)
def test_diners_who_cannot_be(visitor: Caller, restaurant: Restaurant, change: dict[str, Any], code: str) -> None:
    path = f"/api/holds/{ok(visitor.hold(restaurant.slug), 201)['hold_id']}"
    try:
        body = json.dumps(DINER | change)
        problem(visitor.call("POST", f"{path}/confirm", data=body, content_type="application/json"), 422, code)
    finally:
        visitor.delete(path)


@pytest.mark.parametrize(
    "body",
    [{}, {"starts_at": None}, {"notes": None}, {"party_size": 0}, {"name": "Eve"}, {"starts_at": "2026-02-30T19:00"}],
)
def test_changes_that_cannot_be(partner: Caller, restaurant: Restaurant, body: dict[str, Any]) -> None:
    made = partner.book(restaurant.slug)
    problem(partner.patch(f"/api/reservations/{made['code']}", body), 422, "invalid_request")
    assert ok(partner.get(f"/api/reservations/{made['code']}")) == made


@pytest.mark.parametrize("code", ["ABCDEFG", "0000000", "00000000", "x", "%00", "%ff", "I" * 5000, "ÄÖÜ", "1 OR 1=1"])
def test_codes_that_nobody_has(partner: Caller, code: str) -> None:
    for method, more in (("GET", {}), ("DELETE", {}), ("PATCH", {"json": {"notes": "x"}})):
        problem(partner.call(method, f"/api/reservations/{code}", **more), 404, "reservation_unknown")


@pytest.mark.parametrize("hold_id", ["x", "1-1-1", "ffffffff-1-1", "1-ffffff-ffffffffffffffff", "%00", "1" * 5000])
def test_holds_that_nobody_has(visitor: Caller, hold_id: str) -> None:
    problem(visitor.post(f"/api/holds/{hold_id}/confirm", DINER), 404, "hold_unknown")
    assert visitor.delete(f"/api/holds/{hold_id}").status_code in {204, 404}


@pytest.mark.parametrize(
    ("data", "content_type", "status", "code"),
    [
        (b"{}", "text/plain", 415, "unsupported_media_type"),
        (b"", "", 415, "unsupported_media_type"),
        (b"starts_at=now", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"", "application/json", 400, "malformed_json"),
        (b"{", "application/json", 400, "malformed_json"),
        (b"\xff\xfe\x00", "application/json", 400, "malformed_json"),
        (b"[" * 100_000, "application/json", 400, "malformed_json"),
        (b'{"party_size": ' + b"9" * 100_000 + b"}", "application/json", 400, "malformed_json"),
        (b"[]", "application/json", 422, "invalid_body"),
        (b"null", "application/json", 422, "invalid_body"),
        (b'"{\\"party_size\\": 2}"', "application/json", 422, "invalid_body"),
        (b'{"party_size": NaN, "starts_at": Infinity}', "application/json", 422, "invalid_request"),
        (b'{"notes": "' + b"x" * 300_000 + b'"}', "application/json", 413, "request_entity_too_large"),
    ],
    ids=str,
)
def test_bodies_that_cannot_be_read(
    visitor: Caller, restaurant: Restaurant, data: bytes, content_type: str, status: int, code: str
) -> None:
    path = f"/api/restaurants/{restaurant.slug}/holds"
    problem(visitor.call("POST", path, data=data, content_type=content_type), status, code)


def test_wrong_ways_and_wrong_methods(visitor: Caller) -> None:
    problem(visitor.get("/api/nothing"), 404, "not_found")
    refused = visitor.call("PUT", "/api/restaurants")
    problem(refused, 405, "method_not_allowed")
    assert {"GET", "HEAD", "OPTIONS"} == set(refused.headers["Allow"].split(", "))


def test_a_database_that_is_away_is_no_fault_of_the_callers(
    make_app: Any, restaurant: Restaurant, tmp_path: Any
) -> None:
    nowhere = create_database(f"postgresql://postgres@/none?host={tmp_path}")
    engine = BookingEngine(nowhere, Clock())
    lost: FlaskClient = make_app(database=nowhere, engine=engine).test_client()
    response = lost.get(f"/api/restaurants/{restaurant.slug}")
    problem(response, 503, "try_again")
    assert response.headers["Retry-After"]
    body = {"starts_at": f"{DAY}T19:00", "party_size": 2}
    assert (
        lost.post(f"/api/restaurants/{restaurant.slug}/holds", json=body, headers={"Idempotency-Key": "k"}).status_code
        == 503
    )
