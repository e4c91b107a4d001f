"""Each text is sent exactly once, whatever the provider and the network do. Real HTTP, real PostgreSQL, the real outbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from booking_engine import BookingEngine, Clock, outbox
from booking_engine.outbox import OutboxMessage
from bot import conversations
from bot.sender import MOST_ATTEMPTS, Sender
from tests.engine.helpers import PHONE, book, evening, pass_time
from tests.support.twilio_server import TwilioServer

from .conftest import OUR_NUMBER

LEASE = timedelta(seconds=60)


def queue(database: Engine, clock: Clock, body: str = "Good evening", **more: Any) -> None:
    with database.begin() as connection:
        outbox.enqueue_text(
            connection,
            to_phone=PHONE,
            conversation_id=more.get("conversation_id"),
            payload={"body": body},
            due_at=clock.now(),
            dedupe_id=None,
        )


def claim(database: Engine, clock: Clock) -> list[OutboxMessage]:
    with database.begin() as connection:
        return outbox.claim_due(connection, clock.now(), 10, LEASE)


def send_due(database: Engine, clock: Clock, sender: Sender) -> int:
    """Poll once, as the worker does. Return the number of texts claimed."""
    due = claim(database, clock)
    for message in due:
        sender.send(message)
    return len(due)


def row(database: Engine) -> Any:
    with database.connect() as connection:
        return connection.execute(text("SELECT * FROM outbox ORDER BY created_at DESC")).one()


def test_a_text_is_sent_and_noted(database: Engine, clock: Clock, sender: Sender, twilio: TwilioServer) -> None:
    queue(database, clock, body="Good evening\n1 7:00 PM")
    assert send_due(database, clock, sender) == 1
    assert [(t["To"], t["From"], t["Body"]) for t in twilio.taken] == [(PHONE, OUR_NUMBER, "Good evening\n1 7:00 PM")]
    assert twilio.taken[0]["StatusCallback"].endswith("/webhooks/twilio/status")
    assert row(database).provider_sid == twilio.taken[0]["sid"]
    assert row(database).sent_at is not None
    assert send_due(database, clock, sender) == 0


def test_a_job_that_runs_twice_sends_once(database: Engine, clock: Clock, sender: Sender, twilio: TwilioServer) -> None:
    queue(database, clock)
    [message] = claim(database, clock)
    sender.send(message)
    sender.send(message)
    assert len(twilio.taken) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_trouble_is_tried_again_later(
    engine: BookingEngine, database: Engine, clock: Clock, sender: Sender, twilio: TwilioServer, status: int
) -> None:
    queue(database, clock)
    twilio.troubles = [(status, 20429)]
    send_due(database, clock, sender)
    assert twilio.taken == []
    assert row(database).failed_at is None
    assert send_due(database, clock, sender) == 0, "not at once"
    pass_time(engine, seconds=6)
    assert send_due(database, clock, sender) == 1
    assert len(twilio.taken) == 1
    assert row(database).sent_at is not None


def test_trouble_without_end_is_given_up(
    engine: BookingEngine, database: Engine, clock: Clock, sender: Sender, twilio: TwilioServer
) -> None:
    queue(database, clock)
    twilio.troubles = [(500, 20500)] * 50
    for _ in range(30):
        send_due(database, clock, sender)
        pass_time(engine, hours=2)
    assert twilio.attempts == MOST_ATTEMPTS
    assert row(database).failed_at is not None
    assert "20500" in row(database).last_error


@pytest.mark.parametrize("code", [21211, 21614, 30006])
def test_a_number_that_cannot_be_texted_is_given_up_at_once(
    engine: BookingEngine, database: Engine, clock: Clock, sender: Sender, twilio: TwilioServer, code: int
) -> None:
    queue(database, clock)
    twilio.troubles = [(400, code)]
    send_due(database, clock, sender)
    pass_time(engine, hours=2)
    assert send_due(database, clock, sender) == 0
    assert twilio.attempts == 1
    assert str(code) in row(database).last_error


def test_after_an_opt_out_nothing_more_is_sent(
    database: Engine, clock: Clock, sender: Sender, twilio: TwilioServer
) -> None:
    thread = conversations.sms_thread(PHONE, OUR_NUMBER)
    with database.begin() as connection:
        conversations.remember(connection, thread)
    queue(database, clock, conversation_id=thread.id)
    twilio.troubles = [(400, 21610)]
    send_due(database, clock, sender)
    queue(database, clock, "And another", conversation_id=thread.id)
    send_due(database, clock, sender)
    assert twilio.attempts == 1
    with database.begin() as connection:
        known = conversations.find(connection, thread.id)
        assert known is not None
        assert known.opted_out
        conversations.note(connection, thread.id, opted_out=False)
    queue(database, clock, "Welcome back", conversation_id=thread.id)
    send_due(database, clock, sender)
    assert [t["Body"] for t in twilio.taken] == ["Welcome back"]


def test_a_text_whose_answer_got_lost_is_not_sent_again(
    engine: BookingEngine, database: Engine, clock: Clock, sender: Sender, twilio: TwilioServer
) -> None:
    queue(database, clock)
    twilio.troubles, twilio.takes_before_trouble = [(0, 0)], True
    send_due(database, clock, sender)
    assert len(twilio.taken) == 1
    assert row(database).sent_at is None, "nobody knows yet"
    pass_time(engine, seconds=61)
    assert send_due(database, clock, sender) == 1
    assert twilio.lists == 1
    assert len(twilio.taken) == 1
    assert row(database).provider_sid == twilio.taken[0]["sid"]


def test_a_text_that_got_lost_on_its_way_is_sent_after_asking(
    engine: BookingEngine, database: Engine, clock: Clock, sender: Sender, twilio: TwilioServer
) -> None:
    queue(database, clock)
    twilio.troubles = [(0, 0)]
    send_due(database, clock, sender)
    assert twilio.taken == []
    pass_time(engine, seconds=61)
    send_due(database, clock, sender)
    assert twilio.lists == 1
    assert len(twilio.taken) == 1
    assert row(database).sent_at is not None


def test_a_crash_between_sending_and_noting_sends_once(
    engine: BookingEngine, database: Engine, clock: Clock, sender: Sender, twilio: TwilioServer
) -> None:
    queue(database, clock)
    [message] = claim(database, clock)
    with database.begin() as connection:
        assert outbox.mark_sending(connection, message, now=clock.now())
    twilio.take({"To": PHONE, "From": OUR_NUMBER, "Body": "Good evening"})  # the worker dies here
    assert send_due(database, clock, sender) == 0, "somebody else may still be at it"
    pass_time(engine, seconds=61)
    assert send_due(database, clock, sender) == 1
    assert len(twilio.taken) == 1
    assert row(database).provider_sid == twilio.taken[0]["sid"]


def test_another_text_to_the_same_phone_is_not_taken_for_this_one(
    engine: BookingEngine, database: Engine, clock: Clock, sender: Sender, twilio: TwilioServer
) -> None:
    twilio.take({"To": PHONE, "From": OUR_NUMBER, "Body": "Something else"})
    queue(database, clock)
    twilio.troubles = [(0, 0)]
    send_due(database, clock, sender)
    pass_time(engine, seconds=61)
    send_due(database, clock, sender)
    assert [t["Body"] for t in twilio.taken] == ["Something else", "Good evening"]


def test_a_confirmation_is_written_in_the_restaurants_own_time(
    engine: BookingEngine, database: Engine, clock: Clock, sender: Sender, twilio: TwilioServer
) -> None:
    restaurant = engine.restaurant("larder")
    made = book(engine, restaurant, evening(restaurant), notify=True)
    send_due(database, clock, sender)
    [sent] = twilio.taken
    assert sent["To"] == PHONE
    assert "Larder" in sent["Body"]
    assert "Sat, Dec 5, 7:00 PM" in sent["Body"]
    assert made.code in sent["Body"]
    with database.connect() as connection:
        stored = connection.execute(text("SELECT provider_sid, text FROM outbound")).one()
    assert tuple(stored) == (sent["sid"], sent["Body"]), "it stands in the diner's thread"
