"""Jobs that Redis loses are recreated from the rows, and texts spooled there while the database was down arrive in order."""

from __future__ import annotations

from typing import Any

import pytest
from redis import Redis
from rq import Queue, SimpleWorker
from sqlalchemy import Engine, text

from booking_engine import BookingEngine, Clock, outbox
from bot import conversations, inbox_spool, jobs, messages, turn_store
from bot.messages import Inbound
from bot.relay import Relay
from bot.sender import Sender
from tests.engine.helpers import PHONE, pass_time
from tests.support.twilio_server import TwilioServer

from .conftest import OUR_NUMBER


def queue(database: Engine, clock: Clock, dedupe_id: str | None = None) -> None:
    with database.begin() as connection:
        outbox.enqueue_text(
            connection,
            to_phone=PHONE,
            conversation_id=None,
            payload={"body": "Good evening"},
            due_at=clock.now(),
            dedupe_id=dedupe_id,
        )


@pytest.fixture
def unstashed() -> list[dict[str, str]]:
    return []


@pytest.fixture
def relay(database: Engine, redis: Redis, clock: Clock, unstashed: list[dict[str, str]]) -> Relay:
    return Relay(database, redis, clock, unstashed.append)


def work(redis: Redis, sender: Sender, turns: Any = None) -> None:
    """Run all queued jobs, as the worker process does."""
    jobs.configure(sender, turns)
    queues = [Queue(name, connection=redis) for name in (jobs.TEXTS, jobs.TURNS)]
    SimpleWorker(queues, connection=redis).work(burst=True, logging_level="WARNING")


def test_a_due_row_becomes_a_job_and_the_job_a_text(
    database: Engine, clock: Clock, redis: Redis, relay: Relay, sender: Sender, twilio: TwilioServer
) -> None:
    queue(database, clock)
    assert relay.look() == 1
    assert relay.look() == 0, "it is claimed"
    work(redis, sender)
    assert [t["Body"] for t in twilio.taken] == ["Good evening"]


def test_a_job_that_redis_forgot_is_made_again(
    engine: BookingEngine,
    database: Engine,
    clock: Clock,
    redis: Redis,
    relay: Relay,
    sender: Sender,
    twilio: TwilioServer,
) -> None:
    queue(database, clock)
    relay.look()
    redis.flushall()
    work(redis, sender)
    assert twilio.taken == []
    pass_time(engine, seconds=61)
    assert relay.look() == 1
    work(redis, sender)
    assert len(twilio.taken) == 1


def test_one_text_is_queued_once_under_one_name(database: Engine, clock: Clock, relay: Relay) -> None:
    queue(database, clock, "answer:1")
    queue(database, clock, "answer:1")
    assert relay.look() == 1


def test_a_message_left_behind_becomes_a_job_once(database: Engine, clock: Clock, redis: Redis, relay: Relay) -> None:
    thread = conversations.sms_thread(PHONE, OUR_NUMBER)
    turn_store.receive(database, thread, Inbound(thread.id, "SM1", "hello"), now=clock.now(), take=False)
    assert relay.look() == 0, "its handler may still be at it"
    with database.begin() as connection:
        connection.execute(text("UPDATE inbound SET received_at = now() - interval '30 seconds'"))
    relay.look()
    relay.look()
    assert len(Queue(jobs.TURNS, connection=redis).job_ids) == 1


def test_a_promised_answer_is_due_when_its_time_has_come(
    engine: BookingEngine, database: Engine, clock: Clock, redis: Redis, relay: Relay
) -> None:
    thread = conversations.sms_thread(PHONE, OUR_NUMBER)
    message = Inbound(thread.id, "SM1", "hello")
    turn_store.receive(database, thread, message, now=clock.now(), take=False)
    with database.begin() as connection:
        messages.set_status(connection, message, "promised", retry_at=clock.now())
    pass_time(engine, seconds=1)
    relay.look()
    assert len(Queue(jobs.TURNS, connection=redis).job_ids) == 1


def test_what_waited_for_the_database_comes_in_order(
    redis: Redis, relay: Relay, unstashed: list[dict[str, str]]
) -> None:
    forms = [{"MessageSid": f"SM{n}", "Body": "caf\u00e9 \U0001f600"} for n in range(5)]
    for form in forms:
        inbox_spool.put(redis, form)
    relay.look()
    assert unstashed == forms
    relay.look()
    assert unstashed == forms, "none comes twice"


def test_a_crash_while_one_is_stored_loses_none(redis: Redis) -> None:
    for n in range(3):
        inbox_spool.put(redis, {"MessageSid": f"SM{n}"})
    waiting = inbox_spool.drain(redis)
    assert next(waiting)["MessageSid"] == "SM0"
    waiting.close()  # type: ignore[attr-defined]  # the worker dies here
    assert [form["MessageSid"] for form in inbox_spool.drain(redis)] == ["SM0", "SM1", "SM2"]


def test_a_message_that_cannot_be_stored_stays(redis: Redis, database: Engine, clock: Clock) -> None:
    def fail(form: dict[str, str]) -> None:
        raise ConnectionError("the database is away")

    inbox_spool.put(redis, {"MessageSid": "SM1"})
    with pytest.raises(ConnectionError):
        Relay(database, redis, clock, fail).look()
    kept: list[dict[str, str]] = []
    Relay(database, redis, clock, kept.append).look()
    assert kept == [{"MessageSid": "SM1"}]
