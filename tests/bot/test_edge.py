"""Twilio's webhooks without Rasa: what is odd is bounded at the edge, and what cannot be stored stops nobody."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import Engine, text
from twilio.request_validator import RequestValidator

from app import create_app
from booking_engine import Clock
from bot import inbox_spool
from bot.counters import Counters
from bot.settings import Settings
from tests.engine.helpers import PHONE

from .conftest import ACCOUNT, OUR_NUMBER, TOKEN
from .test_sender import queue

PUBLIC = "https://tabletalk.test"


@pytest.fixture
def client(database: Engine, redis: Redis, redis_address: str, tmp_path: Path) -> Iterator[FlaskClient]:
    settings = Settings(
        tabletalk_var=tmp_path,
        public_url=PUBLIC,
        database_url=database.url.render_as_string(hide_password=False),
        redis_url=redis_address,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_api_base="http://127.0.0.1:9",
        rasa_port=9,  # nobody listens there, so that every answer is a promise
    )
    with create_app(settings).test_client() as client:
        yield client


def post(client: FlaskClient, path: str, **form: str) -> Any:
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}{path}", form)
    return client.post(path, data=form, headers={"X-Twilio-Signature": signature})


def send(client: FlaskClient, body: str = "hello", **fields: str) -> Any:
    form = {"MessageSid": f"SM{uuid.uuid4().hex}", "From": PHONE, "To": OUR_NUMBER, "Body": body, "NumMedia": "0"}
    return post(client, "/webhooks/twilio/sms", **{**form, **fields})


def stored(database: Engine) -> list[Any]:
    with database.connect() as connection:
        return list(connection.execute(text("SELECT * FROM inbound ORDER BY seq")))


@pytest.mark.parametrize(
    ("fields", "media", "opt_out"),
    [
        ({"NumMedia": "99999999999"}, 10, None),
        ({"NumMedia": "9" * 5000}, 10, None),
        ({"NumMedia": "-1"}, 0, None),
        ({"NumMedia": "\u0663"}, 0, None),
        ({"OptOutType": "ST\0OP"}, 0, None),
        ({"OptOutType": "x" * 100_000}, 0, None),
        ({"OptOutType": "stop"}, 0, "STOP"),
        ({"Body": "\0\ud7ff" + "\U0001f600" * 5000}, 0, None),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, dict) else "",
)
def test_an_odd_field_is_bounded_and_the_text_is_answered(
    client: FlaskClient, database: Engine, redis: Redis, fields: dict[str, str], media: int, opt_out: str | None
) -> None:
    response = send(client, **fields)
    assert response.status_code == 200
    assert "<Message>" in response.text
    [row] = stored(database)
    assert (row.media_count, row.opt_out_type) == (media, opt_out)
    assert inbox_spool.aside(redis) == []
    assert redis.llen("tabletalk:stash") == 0


@pytest.fixture
def picky(database: Engine) -> Iterator[None]:
    """A database that cannot store a certain text, whatever is done about it."""
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE inbound ADD CONSTRAINT picky CHECK (text <> 'poison')"))
    yield
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE inbound DROP CONSTRAINT picky"))


@pytest.mark.usefixtures("picky")
def test_what_cannot_be_stored_is_answered_and_put_aside(client: FlaskClient, database: Engine, redis: Redis) -> None:
    response = send(client, "poison")
    assert response.status_code == 200
    assert "could not deal with your message &quot;poison&quot;" in response.text or "poison" in response.text
    assert redis.llen("tabletalk:stash") == 0, "the worker does not try it again and again"
    [aside] = inbox_spool.aside(redis)
    assert aside["reason"] == "CheckViolation"
    assert send(client, "hello").status_code == 200
    assert len(stored(database)) == 1


def test_an_odd_report_on_a_delivery_is_refused_or_bounded(client: FlaskClient, database: Engine) -> None:
    def report(**fields: str) -> int:
        form = {"MessageSid": "SM1", "MessageStatus": "failed", **fields}
        return int(post(client, "/webhooks/twilio/status", **form).status_code)

    assert report(MessageStatus="eaten\0") == 400
    assert report(MessageSid="S" * 1000) == 400
    assert report(ErrorCode="3" * 1000) == 204
    assert report(MessageStatus="undelivered", ErrorCode="30006") == 204
    with database.connect() as connection:
        rows = connection.execute(text("SELECT status, error_code FROM delivery ORDER BY status")).all()
    assert [tuple(row) for row in rows] == [("failed", None), ("undelivered", "30006")]


def test_metrics_tell_what_waits_and_what_the_workers_counted(
    client: FlaskClient, database: Engine, redis_address: str
) -> None:
    queue(database, Clock())
    from collections import Counter

    Counters(redis_address).add(Counter({("texts", "reminder", "sent"): 3, ("messages_put_aside",): 1}))
    shown = client.get("/metrics").text
    assert 'tabletalk_outbox_due{lane="answers"} 1.0' in shown
    assert 'tabletalk_outbox_oldest_seconds{lane="reminders"} 0.0' in shown
    assert "tabletalk_outbox_dead_letters 0.0" in shown
    assert 'tabletalk_texts_total{kind="reminder",outcome="sent"} 3.0' in shown
    assert "tabletalk_messages_put_aside_total 1.0" in shown
    assert "process_" in shown
