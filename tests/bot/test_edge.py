"""Twilio's webhooks without Rasa: what is odd is bounded at the edge, and what cannot be stored stops nobody."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import Engine, text
from twilio.request_validator import RequestValidator

from app import create_app, create_context
from booking_engine import Clock
from bot import inbox_spool
from bot.counters import Counters
from bot.settings import Settings
from deploy.commands import cli
from deploy.worker import replay_to
from tests.engine.helpers import PHONE

from .conftest import ACCOUNT, OUR_NUMBER, TOKEN
from .test_sender import queue

PUBLIC = "https://tabletalk.test"


@pytest.fixture
def settings(database: Engine, redis_address: str, tmp_path: Path) -> Settings:
    return Settings(
        tabletalk_var=tmp_path,
        public_url=PUBLIC,
        database_url=database.url.render_as_string(hide_password=False),
        redis_url=redis_address,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_api_base="http://127.0.0.1:9",
        rasa_port=9,  # nobody listens there, so that every answer is a promise
    )


@pytest.fixture
def client(settings: Settings, redis: Redis) -> Iterator[FlaskClient]:
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


class FaultyTable:
    """A table that cannot store a certain text, whatever is done about it, until it is mended."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._alter("ADD CONSTRAINT picky CHECK (text <> 'poison')")

    def mend(self) -> None:
        """Let it store the text."""
        self._alter("DROP CONSTRAINT IF EXISTS picky")

    def _alter(self, change: str) -> None:
        with self._database.begin() as connection:
            connection.execute(text(f"ALTER TABLE inbound {change}"))


@pytest.fixture
def picky(database: Engine) -> Iterator[FaultyTable]:
    table = FaultyTable(database)
    yield table
    table.mend()


@pytest.mark.usefixtures("picky")
def test_what_cannot_be_stored_is_answered_and_put_aside(client: FlaskClient, database: Engine, redis: Redis) -> None:
    response = send(client, "poison")
    assert response.status_code == 200
    assert "could not deal with your message &quot;poison&quot;" in response.text or "poison" in response.text
    assert redis.llen("tabletalk:stash") == 0, "the worker does not try it again and again"
    [aside] = inbox_spool.aside(redis)
    assert aside.reason == "CheckViolation"
    assert send(client, "hello").status_code == 200
    assert len(stored(database)) == 1


@pytest.fixture
def run(settings: Settings, database: Engine, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    for name in ("database_url", "redis_url", "tabletalk_var"):
        monkeypatch.setenv(name.upper(), str(getattr(settings, name)))
    return CliRunner()


def inbox(run: CliRunner, *arguments: str, exit_code: int = 0) -> list[str]:
    result = run.invoke(cli, ["inbox", *arguments])
    assert result.exit_code == exit_code, result.output
    return result.output.splitlines()


def test_texts_put_aside_are_listed_retried_and_dropped(
    client: FlaskClient, database: Engine, redis: Redis, settings: Settings, picky: FaultyTable, run: CliRunner
) -> None:
    for sid in ("SM1", "SM2", "SM3"):
        send(client, "poison", MessageSid=sid)
    listed = inbox(run, "list")
    assert [line.split()[4:] for line in listed] == [[sid, "CheckViolation"] for sid in ("SM1", "SM2", "SM3")]
    assert not any(PHONE in line or "poison" in line for line in listed), "nobody's number or words"
    first, second, third = (line.split()[0] for line in listed)
    replay = replay_to(create_context(settings).turns, database)

    assert inbox(run, "retry", first) == ["1 to be stored"]
    inbox_spool.drain(redis, replay)
    assert [line.split()[4] for line in inbox(run, "list")] == ["SM2", "SM3", "SM1"], "what was wrong still is"

    picky.mend()
    assert inbox(run, "retry", second) == ["1 to be stored"]
    inbox_spool.drain(redis, replay)
    assert [(row.sid, row.text, row.status) for row in stored(database)] == [("SM2", "poison", "promised")]
    assert inbox(run, "drop", third) == ["1 dropped"]
    assert inbox(run, "retry", "--all") == ["1 to be stored"]
    inbox_spool.drain(redis, replay)
    assert inbox(run, "list") == []
    assert [row.sid for row in stored(database)] == ["SM2", "SM1"], "what was dropped is gone"


def test_what_is_unreadable_is_listed_and_dropped_too(redis: Redis, run: CliRunner) -> None:
    inbox_spool.put_aside(redis, "\ufffd{", ValueError())
    assert [line.split()[4:] for line in inbox(run, "list")] == [["unreadable", "ValueError"]]
    assert inbox(run, "drop", "--all") == ["1 dropped"]
    assert inbox(run, "list") == []


@pytest.mark.parametrize("arguments", [("retry",), ("drop",), ("drop", "--all", "0123456789ab")])
def test_the_inbox_takes_ids_or_all(run: CliRunner, redis: Redis, arguments: tuple[str, ...]) -> None:
    assert "--all" in inbox(run, *arguments, exit_code=2)[-1]


def test_a_report_waits_for_the_database(
    client: FlaskClient, database: Engine, redis: Redis, settings: Settings
) -> None:
    """Twilio does not repeat it, and without it an undelivered text is never sent again."""
    report = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30003"}
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE delivery RENAME TO delivery_elsewhere"))
    try:
        assert post(client, "/webhooks/twilio/status", **report).status_code == 204
        send(client, MessageSid="SM2")
    finally:
        with database.begin() as connection:
            connection.execute(text("ALTER TABLE delivery_elsewhere RENAME TO delivery"))
    inbox_spool.drain(redis, replay_to(create_context(settings).turns, database))
    with database.connect() as connection:
        assert connection.execute(text("SELECT provider_sid, status, error_code FROM delivery")).all() == [
            ("SM1", "undelivered", "30003")
        ]
    assert [row.sid for row in stored(database)] == ["SM2"]
    assert inbox_spool.aside(redis) == []


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


def test_of_a_request_that_hung_up_only_what_it_was_given_is_said_later(database: Engine, redis: Redis) -> None:
    """Twilio's repeat of it may have carried all else that was owed."""
    told: list[tuple[str, uuid.UUID | None, bool]] = []
    turns = SimpleNamespace(
        receive=lambda thread, message: None,
        note_promise=lambda thread, sid: None,
        say_later=lambda thread, sid, request_id, *, is_owed: told.append((sid, request_id, is_owed)),
    )
    form = {"From": PHONE, "To": OUR_NUMBER, "Body": "hello"}
    inbox_spool.put(redis, form | {"MessageSid": "SM1"})
    request_id = uuid.uuid4()
    inbox_spool.put(redis, form | {"MessageSid": "SM2"}, request_id, is_heard=False)
    inbox_spool.drain(redis, replay_to(cast(Any, turns), database))
    assert told == [("SM1", None, True), ("SM2", request_id, False)]
