"""Scopes, and privacy between diners."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from booking_engine import Restaurant
from bot.settings import Settings, SettingsError
from webhooks.access import is_api_key, read_api_keys, scopes_of

from .helpers import DINER, Caller, ok, problem

WRITES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("GET", {}),
    ("PATCH", {"json": {"notes": "mine now"}}),
    ("DELETE", {}),
)


def keys(entries: str) -> Settings:
    return Settings.model_validate({"tabletalk_api_keys": entries})


def test_an_entry_is_a_key_for_everything_or_for_its_scopes() -> None:
    settings = keys("all, one:read, two:book+manage,twice:read,twice:book")
    assert scopes_of(settings, "all") == frozenset({"read", "book", "manage"})
    assert scopes_of(settings, "one") == frozenset({"read"})
    assert scopes_of(settings, "two") == frozenset({"book", "manage"})
    assert scopes_of(settings, "twice") == frozenset({"read", "book"})
    for wrong in ("", "one:read", "al", "ALL", "all ", "é"):
        assert scopes_of(settings, wrong) is None


def test_only_a_key_to_book_and_manage_may_say_who_the_diner_is() -> None:
    settings = keys("all,reader:read,booker:read+book,desk:book+manage")
    assert [is_api_key(settings, key) for key in ("all", "desk", "booker", "reader", "none")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert is_api_key(settings, "reader", ["read"])


@pytest.mark.parametrize("entry", ["key:", "key:reed", "key:read+", ":read", "a:b:c", "key:read+admin"])
def test_a_scope_that_does_not_exist_is_said_at_the_start(entry: str) -> None:
    with pytest.raises(SettingsError, match="TABLETALK_API_KEYS") as refused:
        read_api_keys(keys(entry).api_keys)
    assert "\n" not in str(refused.value)


def test_a_key_does_what_its_scopes_say(client: FlaskClient, restaurant: Restaurant) -> None:
    reader, booker, manager = (Caller(client, key) for key in ("reader-key", "booker-key", "manager-key"))
    ok(reader.get("/api/restaurants"))
    problem(reader.hold(restaurant.slug), 403, "scope_missing")
    made = booker.book(restaurant.slug)
    path = f"/api/reservations/{made['code']}"
    problem(booker.get(path), 403, "scope_missing")
    problem(manager.get("/api/restaurants"), 403, "scope_missing")
    problem(manager.hold(restaurant.slug), 403, "scope_missing")
    assert ok(manager.get(path)) == made
    for method, more in WRITES:
        problem(reader.call(method, path, **more), 403, "scope_missing")
    assert ok(manager.get(path)) == made


def test_a_key_that_does_not_exist_opens_nothing(client: FlaskClient, restaurant: Restaurant) -> None:
    for header in ("Bearer wrong", "Bearer", "Basic cGFydG5lci1rZXk=", "partner-key", ""):
        stranger = Caller(client, headers={"Authorization": header})
        refused = stranger.get("/api/restaurants")
        problem(refused, 401, "api_key_unknown")
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        problem(stranger.hold(restaurant.slug), 401, "api_key_unknown")
        problem(stranger.get("/api/reservations/ABCDEFG"), 401, "api_key_unknown")


def test_a_code_alone_opens_nothing(visitor: Caller, restaurant: Restaurant) -> None:
    code = visitor.book(restaurant.slug)["code"]
    known = [visitor.call(method, f"/api/reservations/{code}", **more) for method, more in WRITES]
    unknown = [visitor.call(method, "/api/reservations/ABCDEFG", **more) for method, more in WRITES]
    for response in known:
        problem(response, 401, "credentials_required")
    assert [response.data for response in known] == [response.data for response in unknown]


def test_a_foreign_code_looks_like_one_that_does_not_exist(
    visitor: Caller, partner: Caller, restaurant: Restaurant
) -> None:
    made = visitor.book(restaurant.slug)
    visitor.headers["X-Diner-Phone"] = "+14155550199"
    for method, more in WRITES:
        foreign = visitor.call(method, f"/api/reservations/{made['code']}", **more)
        problem(foreign, 404, "reservation_unknown")
        unknown = visitor.call(method, "/api/reservations/ABCDEFG", **more)
        assert (foreign.data, set(foreign.headers.keys())) == (unknown.data, set(unknown.headers.keys()))
    assert ok(partner.get(f"/api/reservations/{made['code']}")) == made
    visitor.headers["X-Diner-Phone"] = DINER["phone"]
    assert ok(visitor.get(f"/api/reservations/{made['code']}")) == made


@pytest.mark.parametrize("phone", ["", "0", "+1415555012x", "+1" * 3000, "\xff"])
def test_a_phone_that_is_none(visitor: Caller, restaurant: Restaurant, phone: str) -> None:
    path = f"/api/reservations/{visitor.book(restaurant.slug)['code']}"
    problem(visitor.call("GET", path, headers={"X-Diner-Phone": phone}), 401, "phone_invalid")


def test_an_answer_is_said_again_only_to_whom_it_belongs(visitor: Caller, restaurant: Restaurant) -> None:
    path = f"/api/reservations/{visitor.book(restaurant.slug)['code']}"
    ok(visitor.call("DELETE", path, headers={"X-Diner-Phone": DINER["phone"], "Idempotency-Key": "my-key"}))
    stolen = visitor.call("DELETE", path, headers={"X-Diner-Phone": "+14155550199", "Idempotency-Key": "my-key"})
    problem(stolen, 404, "reservation_unknown")
    problem(visitor.call("DELETE", path, headers={"Idempotency-Key": "my-key"}), 401, "credentials_required")


def test_no_cache_keeps_whose_table_it_is(app: Flask, restaurant: Restaurant) -> None:
    partner = Caller(app.test_client(), "partner-key")
    code = partner.book(restaurant.slug)["code"]
    assert partner.get(f"/api/reservations/{code}").headers["Cache-Control"] == "no-store"
