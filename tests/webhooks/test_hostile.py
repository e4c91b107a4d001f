"""Requests that mean no good, on every public route and the signed webhook: no 5xx, and no effect that nobody may have.

In `make test` some hundreds, with `--slow` a hundred thousand. Each depends on its number alone, which a failure names.
"""

from __future__ import annotations

import json
import logging
import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import Engine, text
from twilio.request_validator import RequestValidator
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import create_app, create_events_app
from booking_engine import BookingEngine, Restaurant
from bot.settings import Settings
from tests.engine.conftest import copy_database, open_restaurant, server_url, template_url
from tests.engine.helpers import book, evening
from tests.rest.conftest import database, engine, settings
from tests.support import lookups
from tests.support.phone import Phone
from webhooks.bodies import DEEPEST_NESTING

__all__ = ["copy_database", "database", "engine", "open_restaurant", "server_url", "settings", "template_url"]

REQUESTS, REQUESTS_WHEN_SLOW = 600, 100_000
TEXTS, TEXTS_WHEN_SLOW = 60, 2_000
VICTIM = "+14155550199"
NOT_ABOUT_US = {"/readyz", "/static/<path:filename>"}  # whether Rasa is up; nothing
LONG = (100, 256, 1_601, 20_000)  # characters

WORDS = (
    "", " ", "\x00", "a\x00b", "\n", "\r\nX: y", "\ud800", "\U0010ffff", "\u202e\u200b", "\u0661\u0662", "\ufeff", "e\u0301" * 40,
    "' OR 1=1 --", "\"; DROP TABLE reservation; --", "%00", "%s%s%n", "../../etc/passwd", "{{7*7}}", "${jndi:ldap://x}",
    "<script>alert(1)</script>", "null", "true", "NaN", "-0", "1e400", "9" * 5_000, "-1", "0", "1", "[]", "{}",
    "2026-12-05T19:00", "2026-02-30T25:61", "9999-12-31T23:59", "0000-00-00", "+14155550199", "+1415", "+" + "9" * 40,
    "22395", "K7QX4T", "STOP", "START", "cancel my booking", "table for 2 tomorrow at 7pm", "Y", "123456", "000000", "en", "zz-ZZ",
)  # fmt: skip
NUMBERS: tuple[Any, ...] = (0, 1, 2, -1, 2**31, 2**63, 2**64, 10**30, 1.5, -0.0, 1e308, True, False, None)
FIELDS = ("starts_at", "party_size", "name", "phone", "notes", "code", "restaurant", "locale", "text", "q", "city", "cuisine",
          "near", "cursor", "date", "time", "after", "__proto__", "")  # fmt: skip
HEADERS = ("Authorization", "X-Diner-Phone", "Idempotency-Key", "Origin", "Last-Event-ID", "If-None-Match", "Range",
           "Accept", "Accept-Encoding", "Content-Encoding", "Content-Type", "X-Forwarded-For", "X-Forwarded-Host",
           "X-HTTP-Method-Override", "X-Twilio-Signature", "Cookie", "Host", "Expect")  # fmt: skip
KINDS = ("application/json", "application/x-www-form-urlencoded", "text/plain", "application/json; charset=utf-16",
         "multipart/form-data; boundary=x", "multipart/form-data", "", "\u00e4")  # fmt: skip
MESSAGE = ("MessageSid", "From", "To", "Body", "NumMedia", "OptOutType", "MessageStatus", "ErrorCode", "SmsSid", "\x00")


@dataclass
class Known:
    """What an attacker knows, so that requests get past the first check."""

    slug: str
    code: str
    hold_id: str
    chat: str
    token: str


class Attacker:
    """Makes up requests. The same number makes the same request."""

    def __init__(self, number: int, known: Known) -> None:
        self.chance = random.Random(number)
        self.known = known

    def word(self) -> str:
        pool: tuple[str, ...] = (*WORDS, *vars(self.known).values())
        word = self.chance.choice(pool)
        turn = self.chance.random()
        if turn < 0.1:
            length = self.chance.choice(LONG)
            return (word * length)[:length]
        return word + self.chance.choice(pool) if turn < 0.2 else word

    def printable(self, longest: int) -> str:
        """Return what a header or a path can carry."""
        return "".join(c for c in self.word() if 32 <= ord(c) < 256 and ord(c) != 127)[:longest]

    def value(self, depth: int = 0) -> Any:
        turn = self.chance.random()
        if turn < 0.5 or depth > 3:
            return self.word()
        if turn < 0.8:
            return self.chance.choice(NUMBERS)
        if turn < 0.9:
            return [self.value(depth + 1) for _ in range(self.chance.randrange(4))]
        return self.document(depth + 1)

    def document(self, depth: int = 0) -> dict[str, Any]:
        return {self.chance.choice(FIELDS): self.value(depth) for _ in range(self.chance.randrange(6))}

    def body(self) -> bytes:
        turn = self.chance.random()
        if turn < 0.7:
            return json.dumps(self.document()).encode()
        if turn < 0.8:
            return json.dumps(self.value(), ensure_ascii=False).encode("utf-16", "surrogatepass")
        if turn < 0.9:
            return self.chance.choice((b"[", b'{"a":', b'["', b"\xff", b"9", b"\x00")) * self.chance.choice(
                (1, 50, 50_000)
            )
        return self.chance.randbytes(self.chance.choice((0, 1, 100, 5_000, 300_000)))

    def headers(self) -> dict[str, str]:
        chosen = {self.chance.choice(HEADERS): self.printable(300) for _ in range(self.chance.randrange(4))}
        if self.chance.random() < 0.5:
            bearer = self.chance.choice((self.known.token, "reader-key", "wrong", ""))
            chosen["Authorization"] = f"Bearer {bearer}"
        if self.chance.random() < 0.7:
            chosen["Content-Type"] = "application/json"
        chosen.pop("Host", None) if self.chance.random() < 0.9 else None
        return chosen

    def address(self) -> str:
        """Return an address of its own nearly every time, so that limits do not shield what is behind them."""
        if self.chance.random() < 0.5:
            return str(uuid.UUID(int=self.chance.getrandbits(128)).hex[:4]) + "::1"
        return ".".join(str(self.chance.randrange(1, 255)) for _ in range(4))

    def send(self, client: FlaskClient, rule: Rule) -> TestResponse:
        """Send a request to a route, mostly with a method that it has."""
        methods = [*sorted(rule.methods or ()), "PUT", "TRACE", "\u00d6"]
        path = rule.rule
        for name in rule.arguments:
            chosen = self.chance.choice((self.printable(2_000) or "x", *vars(self.known).values()))
            if name in ("slug", "hold_id", "code", "conversation_id") and self.chance.random() < 0.6:
                mine = {"slug": "slug", "hold_id": "hold_id", "code": "code", "conversation_id": "chat"}[name]
                chosen = getattr(self.known, mine)
            for kind in ("uuid:", "path:", ""):
                path = path.replace(f"<{kind}{name}>", chosen)
        query = {self.chance.choice(FIELDS): self.word() for _ in range(self.chance.randrange(4))}
        encodable = {name: value.encode("utf-8", "replace").decode()[:4_000] for name, value in query.items()}
        return client.open(
            path,
            method=self.chance.choice(methods),
            query_string=encodable,
            data=self.body() if self.chance.random() < 0.7 else None,
            headers=self.headers(),
            environ_base={"REMOTE_ADDR": self.address()},
        )

    def form(self) -> dict[str, str]:
        """Return the fields of a webhook, of which most are there."""
        usual = {
            "MessageSid": f"SM{self.chance.getrandbits(64):x}",
            "From": "+12125550100",
            "To": "+15550100000",
            "Body": "hello",
        }
        chosen = {self.chance.choice(MESSAGE): self.word() for _ in range(self.chance.randrange(5))}
        left = {name: value for name, value in usual.items() if self.chance.random() < 0.95}
        # Twilio signs what can be written in UTF-8.
        return {name: value.encode("utf-8", "replace").decode() for name, value in (left | chosen).items()}


@pytest.fixture(autouse=True)
def quietly() -> Iterator[None]:
    """Log nothing: pytest would keep it all until the test ends."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def public(settings: Settings, database: Engine) -> Settings:
    address = database.url.render_as_string(hide_password=False)
    return settings.model_copy(update={"database_url": address, "answer_within": 3.0, "rasa_port": 1})


@pytest.fixture
def app(public: Settings) -> Iterator[Flask]:
    yield create_app(public.model_copy(update={"tabletalk_env": "production", "public_url": "https://tabletalk.example",
                                               "twilio_account_sid": "AC0", "twilio_auth_token": "token",
                                               "internal_token": "internal"}))  # fmt: skip
    Redis.from_url(public.redis_address).flushdb()


@pytest.fixture
def restaurant(open_restaurant: Callable[..., Restaurant]) -> Restaurant:
    return open_restaurant(tables=[{"name": f"T{n}", "max_party": 2} for n in range(9)])


@pytest.fixture
def known(app: Flask, engine: BookingEngine, restaurant: Restaurant) -> Known:
    mine = book(engine, restaurant, evening(restaurant), phone=VICTIM, name="Ada Lovelace")
    hold = engine.place_hold(
        restaurant, starts_at=evening(restaurant), party_size=2, command_id=uuid.uuid4().hex, channel="api"
    )
    opened = app.test_client().post("/api/chat/conversations", json={"restaurant": restaurant.slug}).get_json()
    return Known(restaurant.slug, mine.code, hold.id, opened["conversation_id"], opened["token"])


def everything_done(database: Engine) -> dict[str, Any]:
    """Return what no stranger may cause: bookings, changes of them, and texts to others than who has texted or got a code."""
    booked = "SELECT * FROM reservation WHERE status IN ('confirmed', 'cancelled') ORDER BY restaurant_id, id"
    texts = "SELECT id FROM outbox WHERE kind NOT IN ('text', 'phone_code') OR to_phone = :victim ORDER BY id"
    return {
        "reservations": [tuple(row) for row in lookups.rows(database, booked)],
        "texts": [row.id for row in lookups.rows(database, texts, victim=VICTIM)],
    }


def test_no_request_is_a_fault_or_has_an_effect_that_nobody_may_have(
    app: Flask, known: Known, database: Engine, slow: bool
) -> None:
    client = app.test_client()
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule not in NOT_ABOUT_US]
    assert len(rules) >= 24
    before = everything_done(database)
    statuses = set()
    for number in range(REQUESTS_WHEN_SLOW if slow else REQUESTS):
        attacker = Attacker(number, known)
        rule = attacker.chance.choice(rules)
        response = attacker.send(client, rule)
        response.close()
        assert response.status_code < 500, f"request {number}, {rule}: {response.status_code} {response.text[:300]}"
        assert response.headers["X-Content-Type-Options"] == "nosniff", f"request {number}"
        statuses.add(response.status_code)
    assert {200, 400, 401, 403, 404, 405, 422} <= statuses, "some got past the first check"
    assert everything_done(database) == before


def test_no_signed_text_is_a_fault_or_has_an_effect_that_nobody_may_have(
    app: Flask, known: Known, database: Engine, slow: bool
) -> None:
    client, validator = app.test_client(), RequestValidator("token")
    before = everything_done(database)
    for number in range((TEXTS_WHEN_SLOW if slow else TEXTS) * 2):
        attacker = Attacker(number, known)
        path = attacker.chance.choice(("/webhooks/twilio/sms", "/webhooks/twilio/status"))
        form = attacker.form()
        signature = validator.compute_signature(f"https://tabletalk.example{path}", form)
        response = client.post(path, data=form, headers={"X-Twilio-Signature": signature})
        assert response.status_code in (200, 204, 400, 413), f"text {number}: {response.status_code}"
        forged = client.post(
            path, data=form, headers={"X-Twilio-Signature": ("B" if signature[0] == "A" else "A") + signature[1:]}
        )
        assert forged.status_code in (403, 413), f"text {number}: {forged.status_code}"
    assert everything_done(database) == before


def test_hostile_texts_are_answered_and_change_nothing_of_others(phone: Phone, chat: Any, slow: bool) -> None:
    """The same with Rasa, in the running service."""
    of_others = """
        SELECT * FROM reservation WHERE diner_phone <> :mine AND status IN ('confirmed', 'cancelled')
         ORDER BY restaurant_id, id
    """
    before = lookups.rows(phone.stack.database, of_others, mine=phone.number)
    talk = chat.open()
    for number in range(300 if slow else 30):
        attacker = Attacker(number, Known("brasserie-tournesol-new-york", "QNBS5TZ", "1-1-1", "x", "x"))
        body = attacker.word().encode("utf-8", "replace").decode()[:2_000]
        assert phone.post(phone.form(body)).status_code == 200, f"text {number}: {body!r}"
        assert talk.post(body).status_code in (200, 413), f"message {number}: {body!r}"
    # Who texts may book and cancel for oneself, and a visitor may hold a table.
    assert lookups.rows(phone.stack.database, of_others, mine=phone.number) == before


# --- each finding by itself ---


def messages_path(known: Known) -> str:
    return f"/api/chat/conversations/{known.chat}/messages"


def post(app: Flask, known: Known, content: str, **headers: str) -> TestResponse:
    usual = {"Authorization": f"Bearer {known.token}", "Content-Type": "application/json"}
    return app.test_client().post(messages_path(known), data=content, headers=usual | headers)


@pytest.mark.parametrize("opening", ["[", '{"text": [', '{"a":'], ids=["lists", "in a field", "objects"])
@pytest.mark.parametrize("depth", [DEEPEST_NESTING + 1, 900, 50_000])
def test_a_body_nested_too_deeply_is_refused(app: Flask, known: Known, opening: str, depth: int) -> None:
    content = opening * depth
    assert post(app, known, content).status_code in (413, 422)
    opened = app.test_client().post("/api/chat/conversations", data=content, content_type="application/json")
    assert opened.status_code in (413, 422)
    held = app.test_client().post(f"/api/restaurants/{known.slug}/holds", data=content, content_type="application/json")
    assert held.status_code in (400, 413)


@pytest.mark.parametrize(("depth", "status"), [(DEEPEST_NESTING, 422), (DEEPEST_NESTING + 1, 400)])
def test_nesting_is_counted_before_it_is_read(app: Flask, known: Known, depth: int, status: int) -> None:
    """What is whole, and no deeper than it may be, is read and refused for what it says."""
    content = '{"starts_at": ' + "[" * (depth - 1) + "]" * (depth - 1) + ', "party_size": 2}'
    held = app.test_client().post(f"/api/restaurants/{known.slug}/holds", data=content, content_type="application/json")
    assert held.status_code == status


def test_brackets_in_words_are_no_nesting(app: Flask, known: Known) -> None:
    for words in ("[" * 200, '\\"[{' * 100, "\\\\" + "{" * 200):
        assert post(app, known, json.dumps({"text": words})).status_code == 200


def stored(database: Engine, known: Known) -> list[str]:
    with database.connect() as connection:
        query = text("SELECT sid FROM inbound WHERE conversation_id = :id ORDER BY seq")
        return list(connection.scalars(query, {"id": known.chat}))


def test_a_key_is_never_cut(app: Flask, known: Known, database: Engine) -> None:
    same = "k" * 200
    for end in ("a", "b", "a"):
        assert (
            post(app, known, json.dumps({"text": f"hello {end}"}), **{"Idempotency-Key": same + end}).status_code == 200
        )
    assert stored(database, known) == [f"chat-{same}a", f"chat-{same}b"]
    refused = post(app, known, json.dumps({"text": "hello"}), **{"Idempotency-Key": "k" * 256})
    assert (refused.status_code, refused.get_json()["code"]) == (422, "invalid_idempotency_key")


@pytest.mark.parametrize("written", ["+14155550199" + " " * 28 + "0", "+14155550199" + "-" * 5_000])
def test_a_phone_is_never_cut(app: Flask, known: Known, written: str) -> None:
    found = app.test_client().get(f"/api/reservations/{known.code}", headers={"X-Diner-Phone": VICTIM})
    assert found.status_code == 200
    cut = app.test_client().get(f"/api/reservations/{known.code}", headers={"X-Diner-Phone": written})
    assert (cut.status_code, cut.get_json()["code"]) == (401, "phone_invalid")


@pytest.mark.parametrize("last", ["9" * 5_000, "0" * 5_000, "-1", "\u0661", "1e3", "9223372036854775808", "1" * 19])
def test_the_stream_of_events_takes_no_nonsense(public: Settings, app: Flask, known: Known, last: str) -> None:
    client = create_events_app(public).test_client()
    headers: Mapping[str, str] = {"Authorization": f"Bearer {known.token}", "Last-Event-ID": last}
    response = client.get(f"/api/chat/conversations/{known.chat}/events", headers=dict(headers), buffered=False)
    response.close()
    assert response.status_code == (200 if last == "1" * 19 else 422)
