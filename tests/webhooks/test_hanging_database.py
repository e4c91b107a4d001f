"""The database hangs, as a frozen machine does: every public route says so in time, and serves again afterwards."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotDone
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import psycopg
import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import Engine
from twilio.request_validator import RequestValidator

from app import create_app, create_events_app
from booking_engine import BookingEngine, Restaurant
from booking_engine.storage.patience import PatientConnection
from bot.settings import Settings
from tests.engine.conftest import copy_database, open_restaurant, server_url, template_url
from tests.engine.helpers import book, evening
from tests.rest.conftest import database, engine, settings
from tests.support import replies
from tests.support.freezing import frozen, server_of

__all__ = ["copy_database", "database", "engine", "open_restaurant", "server_url", "settings", "template_url"]

PATIENCE = 1.0
"""Seconds: `ANSWER_WITHIN` here, 9 by default."""
CONNECTS_WITHIN = 2.0  # seconds, the shortest that the driver can
SLACK = 3.0  # seconds, for a busy machine
PHONE = "+14155550199"
NEEDS_NO_DATA = {
    "/healthz", "/readyz", "/widget.js", "/widget/<path:name>", "/openapi.json", "/docs", "/docs/redoc",
    "/docs/redoc/<path:filename>", "/schemas/restaurant.json", "/schemas/script.json",
}  # fmt: skip
KEPT_IN_REDIS = {"/webhooks/twilio/sms": HTTPStatus.OK, "/webhooks/twilio/status": HTTPStatus.NO_CONTENT}


@dataclass(frozen=True, eq=False)
class Call:
    """A request that needs the database, unless it is one of the above."""

    app: Flask
    rule: str
    path: str
    method: str
    options: dict[str, Any]

    def send(self) -> tuple[int, float, str]:
        """Return the status, the seconds that it took, and the body, unless it is an endless stream."""
        begun = time.monotonic()
        options = self.options | {"headers": {"Idempotency-Key": uuid.uuid4().hex} | self.options.get("headers", {})}
        with self.app.test_client().open(self.path, method=self.method, **options) as response:
            seconds = time.monotonic() - begun
            is_endless = self.rule.endswith("/events") and response.status_code == HTTPStatus.OK
            return response.status_code, seconds, "" if is_endless else response.get_data(as_text=True)


@pytest.fixture
def public(settings: Settings, database: Engine) -> Settings:
    address = database.url.render_as_string(hide_password=False)
    chosen = {
        "database_url": address, "answer_within": PATIENCE, "rasa_port": 1, "tabletalk_env": "production",
        "public_url": "https://tabletalk.example", "twilio_account_sid": "AC0", "twilio_auth_token": "token",
        "internal_token": "internal",
    }  # fmt: skip
    return settings.model_copy(update=chosen)


@pytest.fixture
def apps(public: Settings) -> Iterator[tuple[Flask, Flask]]:
    yield create_app(public), create_events_app(public)
    Redis.from_url(public.redis_address).flushdb()


@pytest.fixture
def calls(apps: tuple[Flask, Flask], engine: BookingEngine, open_restaurant: Callable[..., Restaurant]) -> list[Call]:
    """A request to each public route, that would be answered if the database did not hang."""
    restaurant = open_restaurant(tables=[{"name": f"T{n}", "max_party": 2} for n in range(9)])
    mine = book(engine, restaurant, evening(restaurant), phone=PHONE)
    hold = engine.place_hold(
        restaurant, starts_at=evening(restaurant), party_size=2, command_id=uuid.uuid4().hex, channel="api"
    )
    opened = apps[0].test_client().post("/api/chat/conversations", json={"restaurant": restaurant.slug}).get_json()
    known = {
        "slug": restaurant.slug,
        "code": mine.code,
        "hold_id": hold.id,
        "conversation_id": opened["conversation_id"],
    }
    at = evening(restaurant).isoformat()[:16]
    return [
        Call(app, rule.rule, _filled_in(rule.rule, known), method, _options(rule.rule, method, opened["token"], at))
        for app in apps
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def _filled_in(rule: str, known: dict[str, str]) -> str:
    for name, value in known.items():
        rule = rule.replace(f"<uuid:{name}>", value).replace(f"<{name}>", value)
    return rule.replace("<path:name>", "nothing").replace("<path:filename>", "nothing")


def _options(rule: str, method: str, token: str, at: str) -> dict[str, Any]:
    bodies: dict[str, Any] = {
        "POST /api/chat/conversations": {},
        "POST /api/chat/conversations/<uuid:conversation_id>/messages": {"text": "hello"},
        "POST /api/restaurants/<slug>/holds": {"starts_at": at, "party_size": 2},
        "POST /api/holds/<hold_id>/confirm": {"name": "Ada Lovelace", "phone": PHONE},
        "POST /api/holds/<hold_id>/verify": {"code": "123456"},
        "PATCH /api/reservations/<code>": {"notes": "by the window"},
    }
    if rule.startswith("/webhooks"):
        form = {"MessageSid": f"SM{uuid.uuid4().hex}", "From": PHONE, "To": "+15550100000", "Body": "hello"}
        if rule.endswith("/status"):
            form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
        signature = RequestValidator("token").compute_signature(f"https://tabletalk.example{rule}", form)
        return {"data": form, "headers": {"X-Twilio-Signature": signature}}
    options: dict[str, Any] = {"headers": {"X-Diner-Phone": PHONE}}
    if "/chat/" in rule:
        options = {"headers": {"Authorization": f"Bearer {token}"}}
    if rule.endswith("/availability"):
        options["query_string"] = {"date": at[:10], "time": at[11:], "party_size": 2}
    if (body := bodies.get(f"{method} {rule}")) is not None:
        options["json"] = body
    return options


def test_every_public_route_says_in_time_that_the_database_hangs(calls: list[Call], database: Engine) -> None:
    assert len(calls) >= 29
    reading = [call for call in calls if call.method == "GET"]
    usual = {call: status for call, (status, *_) in zip(reading, _at_once(reading), strict=True)}
    assert all(status < HTTPStatus.BAD_REQUEST for call, status in usual.items() if "nothing" not in call.path), usual
    with frozen(server_of(database)):
        found = _at_once(calls)
    for call, (status, seconds, body) in zip(calls, found, strict=True):
        told = f"{call.method} {call.rule}: {status} after {seconds:.1f} s {body[:100]}"
        assert seconds < max(PATIENCE, CONNECTS_WITHIN) + SLACK, told
        if call.rule in NEEDS_NO_DATA:
            assert status == usual[call], told
        elif call.rule in KEPT_IN_REDIS:
            assert status == KEPT_IN_REDIS[call.rule], told
            assert call.rule.endswith("/status") or replies.PROMISE in body, told
        else:
            assert (status, '"status":503' in body) == (503, True), told
    for call, (status, _, body) in zip(calls, _at_once(calls), strict=True):
        # What it was asked meanwhile the database may have done since, such as to cancel the booking.
        assert status < HTTPStatus.INTERNAL_SERVER_ERROR, f"afterwards, {call.rule}: {status} {body[:100]}"


def _at_once(calls: list[Call]) -> list[tuple[int, float, str]]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(Call.send, calls))


def text(calls: list[Call]) -> Call:
    """Return the call that brings a text."""
    [found] = [call for call in calls if call.rule == "/webhooks/twilio/sms"]
    return found


def test_a_text_is_answered_in_time_if_redis_hangs_as_well(
    calls: list[Call], database: Engine, public: Settings
) -> None:
    """A balancer gives a request to another host after `ANSWER_WITHIN` and 2 s, and that one has no more time either."""
    with frozen(server_of(database)), frozen(redis_of(public)):
        status, seconds, words = text(calls).send()
    assert (status, "Please text it again" in words) == (HTTPStatus.OK, True), words
    assert seconds < PATIENCE + 2.0 + SLACK / 2


def redis_of(settings: Settings) -> int:
    """Return the process of the Redis server."""
    return int(Redis.from_url(settings.redis_address).info("server")["process_id"])


def test_twin_with_ordinary_connections_a_request_waits_for_as_long_as_the_database_hangs(
    calls: list[Call], database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PatientConnection, "wait", psycopg.Connection.wait)
    [reading] = [call for call in calls if call.rule == "/api/reservations/<code>" and call.method == "GET"]
    assert reading.send()[0] == HTTPStatus.OK
    with ThreadPoolExecutor(1) as pool:
        with frozen(server_of(database)):
            waiting = pool.submit(reading.send)
            with pytest.raises(NotDone):
                waiting.result(PATIENCE + SLACK)
        assert waiting.result(30)[0] == HTTPStatus.OK
