"""What follows from a text that the provider took and did not deliver. Reports come early, late, twice and out of order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from booking_engine import BookingEngine, Clock, dead_letters
from bot import deliveries
from bot.deliveries import consequence_of
from bot.sending_lane import SendingLane
from tests.engine.helpers import book, evening, new_id, pass_time
from tests.support.sending import send_due
from tests.support.twilio_server import TwilioServer

from .test_sender import queue

UNREACHABLE, LANDLINE = "30003", "30006"


@pytest.mark.parametrize(
    ("code", "has_arrived", "is_resend", "label"),
    [
        (UNREACHABLE, False, False, "sent_again"),
        (UNREACHABLE, False, True, "undelivered"),
        (UNREACHABLE, True, False, "delivered_after_all"),
        (LANDLINE, False, False, "undelivered"),
        ("21610", False, False, "opted_out"),
        (None, False, False, "undelivered"),
    ],
)
def test_the_consequence(code: str | None, has_arrived: bool, is_resend: bool, label: str) -> None:
    assert consequence_of(code, has_arrived=has_arrived, is_resend=is_resend).label == label


def rows(database: Engine) -> list[Any]:
    with database.connect() as connection:
        return list(connection.execute(text("SELECT * FROM outbox ORDER BY created_at, resend_of NULLS FIRST")))


def dead(database: Engine) -> list[str]:
    with database.connect() as connection:
        return [letter.error for letter in dead_letters.dead_letters(connection)]


def labels(database: Engine, clock: Clock) -> dict[tuple[str, ...], int]:
    return {key[1:]: count for key, count in deliveries.follow_up(database, clock).items()}


@pytest.fixture
def sid(database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer) -> str:
    """The sid of a text that was sent."""
    queue(database, clock)
    send_due(lane)
    return twilio.taken[0]["sid"]


def test_a_text_that_may_well_arrive_is_sent_once_more_and_then_is_a_dead_letter(
    engine: BookingEngine, database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer, sid: str
) -> None:
    for _ in range(2):
        deliveries.record(database, sid, "undelivered", UNREACHABLE)
    deliveries.record(database, sid, "sent", None)
    assert labels(database, clock) == {(UNREACHABLE, "sent_again"): 1}
    assert labels(database, clock) == {}
    assert dead(database) == []
    assert send_due(lane) == 0, "not at once"
    pass_time(engine, minutes=2, seconds=1)
    assert send_due(lane) == 1
    again = twilio.taken[1]
    assert (again["To"], again["Body"]) == (twilio.taken[0]["To"], twilio.taken[0]["Body"])
    deliveries.record(database, again["sid"], "undelivered", UNREACHABLE)
    assert labels(database, clock) == {(UNREACHABLE, "undelivered"): 1}
    assert len(dead(database)) == 1
    pass_time(engine, hours=1)
    assert send_due(lane) == 0
    assert [row.provider_sid for row in rows(database)] == [sid, again["sid"]], "each has a row of its own"


def test_a_number_that_takes_no_texts_is_a_dead_letter(database: Engine, clock: Clock, sid: str) -> None:
    deliveries.record(database, sid, "undelivered", LANDLINE)
    labels(database, clock)
    assert dead(database) == ["30006: undelivered (undelivered)"]


def test_a_report_that_comes_before_the_sid_is_recorded_is_dealt_with_afterwards(
    database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer
) -> None:
    deliveries.record(database, "SM-early", "failed", LANDLINE)
    assert labels(database, clock) == {}
    queue(database, clock)
    send_due(lane)
    with database.begin() as connection:
        connection.execute(text("UPDATE outbox SET provider_sid = 'SM-early'"))
    assert labels(database, clock) == {(LANDLINE, "undelivered"): 1}


def test_a_report_about_a_text_that_is_none_of_ours_is_laid_down(database: Engine, clock: Clock) -> None:
    deliveries.record(database, "SM-foreign", "failed", LANDLINE)
    assert labels(database, clock) == {}
    with database.begin() as connection:
        connection.execute(text("UPDATE delivery SET received_at = now() - interval '11 minutes'"))
    assert labels(database, clock) == {(LANDLINE, "not_ours"): 1}
    assert labels(database, clock) == {}


def test_what_arrived_after_all_is_no_failure(database: Engine, clock: Clock, sid: str) -> None:
    deliveries.record(database, sid, "delivered", None)
    deliveries.record(database, sid, "undelivered", UNREACHABLE)
    assert labels(database, clock) == {(UNREACHABLE, "delivered_after_all"): 1}
    [row] = rows(database)
    assert (row.failed_at, row.last_error) == (None, None)


def test_what_is_sent_again_says_nothing_that_has_changed_since(
    engine: BookingEngine, database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer
) -> None:
    restaurant = engine.restaurant("larder")
    made = book(engine, restaurant, evening(restaurant, 20), notify=True)
    send_due(lane)
    deliveries.record(database, twilio.taken[0]["sid"], "undelivered", UNREACHABLE)
    labels(database, clock)
    engine.cancel_reservation(made.code, command_id=new_id(), channel="sms", notify=False)
    engine.clock.offset += timedelta(minutes=3)
    send_due(lane)
    assert len(twilio.taken) == 1
    [resend] = [row for row in rows(database) if row.resend_of]
    assert "has changed" in resend.last_error
    assert resend.dropped_at is not None


def test_a_failure_that_cannot_be_dealt_with_stops_no_other(
    database: Engine, clock: Clock, sid: str, lane: SendingLane, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: Connection, *_: object, **__: object) -> None:
        connection.execute(text("SELECT 'x'::timestamptz"))

    queue(database, clock)
    send_due(lane)
    monkeypatch.setattr(dead_letters, "resend", fail)
    deliveries.record(database, sid, "undelivered", UNREACHABLE)
    deliveries.record(database, twilio.taken[1]["sid"], "undelivered", LANDLINE)
    assert labels(database, clock) == {(UNREACHABLE, "fault"): 1, (LANDLINE, "undelivered"): 1}
    assert labels(database, clock) == {}
