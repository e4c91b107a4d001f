"""Texts in the outbox: written with the booking, claimed once, never sent twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import chain
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from booking_engine import BookingEngine
from booking_engine.outbox import OutboxMessage, claim_due, enqueue_text, mark_failed, mark_sending, mark_sent, void

from .helpers import DAY, OpenRestaurant, book, evening, new_id, pass_time, tables, texts

LEASE = timedelta(minutes=1)


@pytest.fixture
def now(engine: BookingEngine) -> datetime:
    """The engine's current time."""
    return engine.clock.now()


def enqueue(database: Engine, now: datetime, dedupe_id: str | None = None) -> None:
    """Queue a text that is due now."""
    with database.begin() as connection:
        enqueue_text(
            connection, to_phone="+14155550123", conversation_id=uuid4(), payload={"text": "hello"}, due_at=now,
            dedupe_id=dedupe_id,
        )  # fmt: skip


def claim(database: Engine, now: datetime, limit: int = 100) -> list[OutboxMessage]:
    """Claim the due messages in one transaction."""
    with database.begin() as connection:
        return claim_due(connection, now, limit, LEASE)


def send_off(database: Engine, message: OutboxMessage, now: datetime) -> bool:
    """Mark the message as being sent; False if it must not be sent."""
    with database.begin() as connection:
        return mark_sending(connection, message, now=now)


@pytest.fixture(autouse=True)
def emptied(database: Engine, now: datetime) -> None:
    """Void all messages, so that each test starts with none due."""
    for message in claim(database, now + timedelta(days=30), 10_000):
        with database.begin() as connection:
            connection.exec_driver_sql("UPDATE outbox SET voided_at = now() WHERE id = %s", (message.id,))


def test_a_confirmed_hold_owes_a_text_and_a_reminder(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant()
    made = book(engine, restaurant, evening(restaurant), notify=True)
    confirmation, reminder = texts(database, made)
    assert (confirmation.kind, reminder.kind) == ("reservation_confirmed", "reminder")
    assert reminder.due_at == evening(restaurant) - timedelta(hours=3)
    assert confirmation.to_phone == made.diner_phone
    assert confirmation.payload["starts_at"] == "2026-12-05T19:00:00+00:00"
    assert (confirmation.payload["code"], confirmation.payload["restaurant"]["slug"]) == (made.code, restaurant.slug)
    quiet = book(engine, restaurant, evening(restaurant), notify=False)
    assert [row.kind for row in texts(database, quiet)] == ["reminder"]


def test_texts_of_a_booking_by_a_clock_that_is_ahead_are_sent_by_the_clock_of_the_service(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant()
    ahead = timedelta(days=1)
    queued = texts(database, book(engine.at(ahead), restaurant, evening(restaurant), notify=True))
    assert [row.due_at - row.next_attempt_at for row in queued] == [ahead, ahead]


def test_later_texts_of_a_reservation_are_in_the_language_it_was_booked_in(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant()
    made = book(engine, restaurant, evening(restaurant), notify=True, locale="fr")
    engine.cancel_reservation(made.code, command_id=new_id(), channel="sms", notify=True)
    assert {row.kind: row.payload["locale"] for row in texts(database, made)} == {
        "reservation_confirmed": "fr", "reminder": "fr", "reservation_cancelled": "fr",
    }  # fmt: skip


def test_a_booking_for_soon_is_not_reminded_of(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant()
    pass_time(engine, days=4, hours=3, minutes=1)  # 15:01 on that day
    assert texts(database, book(engine, restaurant, evening(restaurant), notify=False)) == []


def test_the_reminder_follows_the_reservation(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant()
    made = book(engine, restaurant, evening(restaurant))

    def due() -> list[datetime]:
        return [row.due_at for row in texts(database, made) if row.kind == "reminder" and row.voided_at is None]

    assert due() == [evening(restaurant, 16)]
    engine.change_reservation(
        made.code, starts_at=evening(restaurant, 20), command_id=new_id(), channel="sms", notify=True
    )
    assert due() == [evening(restaurant, 17)]
    engine.change_reservation(made.code, notes="by the window", command_id=new_id(), channel="sms", notify=False)
    assert due() == [evening(restaurant, 17)]
    engine.cancel_reservation(made.code, command_id=new_id(), channel="sms", notify=True)
    assert due() == []
    engine.restore_reservation(made.code, command_id=new_id(), channel="sms", notify=True)
    assert due() == [evening(restaurant, 17)]
    kinds = [row.kind for row in texts(database, made) if row.kind != "reminder"]
    assert kinds == ["reservation_changed", "reservation_cancelled", "reservation_confirmed"]


def test_a_change_of_notes_texts_nobody(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant()
    made = book(engine, restaurant, evening(restaurant))
    for n in range(55):
        engine.change_reservation(made.code, notes=f"note {n}", command_id=new_id(), channel="api", notify=True)
    assert engine.reservation(made.code).notes == "note 54"
    assert [row.kind for row in texts(database, made)] == ["reminder"]
    engine.change_reservation(made.code, name="Grace Hopper", command_id=new_id(), channel="api", notify=True)
    assert "reservation_changed" in [row.kind for row in texts(database, made)], "who it is for is told"


def test_a_refused_command_owes_nothing(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant(tables=tables(2))
    made = book(engine, restaurant, evening(restaurant))
    with pytest.raises(Exception, match="No table"):
        engine.change_reservation(
            made.code, starts_at=evening(restaurant, 10), command_id=new_id(), channel="sms", notify=True
        )
    assert [row.kind for row in texts(database, made)] == ["reminder"]


def test_a_text_with_one_dedupe_id_is_queued_once(database: Engine, now: datetime) -> None:
    for _ in range(3):
        enqueue(database, now, dedupe_id="answer to SM1")
    enqueue(database, now)
    enqueue(database, now)
    assert len(claim(database, now)) == 3


def test_workers_never_claim_the_same_message(database: Engine, now: datetime) -> None:
    for _ in range(40):
        enqueue(database, now)
    with ThreadPoolExecutor(8) as pool:
        claimed = list(chain.from_iterable(pool.map(lambda _: claim(database, now, 10), range(8))))
    assert len(claimed) == len({message.id for message in claimed}) == 40
    assert claim(database, now) == []
    assert len(claim(database, now + 2 * LEASE)) == 40, "a dead worker's claims lapse"


def test_what_is_not_due_waits(database: Engine, now: datetime) -> None:
    enqueue(database, now + timedelta(hours=1))
    assert claim(database, now) == []
    assert len(claim(database, now + timedelta(hours=1))) == 1


def test_a_sent_message_is_never_claimed_again(database: Engine, now: datetime) -> None:
    enqueue(database, now)
    (message,) = claim(database, now)
    assert not message.in_doubt
    assert send_off(database, message, now)
    assert not send_off(database, message, now), "one claim sends once"
    with database.begin() as connection:
        mark_sent(connection, message.id, "SM1", now=now)
        mark_failed(connection, message.id, "too late to say", now, now=now)
    assert claim(database, now + timedelta(days=1)) == []


def test_a_crash_while_sending_leaves_a_message_in_doubt(database: Engine, now: datetime) -> None:
    enqueue(database, now)
    (message,) = claim(database, now)
    assert send_off(database, message, now)
    (again,) = claim(database, now + 2 * LEASE)
    assert again.in_doubt
    assert not send_off(database, message, now), "the first worker, come back to life, has lost its claim"
    with database.begin() as connection:
        assert not void(connection, message.id, now=now), "what may have been sent cannot be taken back"
    assert send_off(database, again, now + 2 * LEASE)


def test_a_failed_message_is_tried_again_later_or_given_up(database: Engine, now: datetime) -> None:
    enqueue(database, now)
    (message,) = claim(database, now)
    assert send_off(database, message, now)
    with database.begin() as connection:
        mark_failed(connection, message.id, "503\0", now + LEASE, now=now)
    assert claim(database, now) == []
    (again,) = claim(database, now + LEASE)
    assert (again.attempts, again.in_doubt) == (1, False)
    assert send_off(database, again, now + LEASE)
    with database.begin() as connection:
        mark_failed(connection, message.id, "21610 opted out", None, now=now)
    assert claim(database, now + timedelta(days=9)) == []


def test_a_voided_message_is_not_sent_even_if_claimed(database: Engine, now: datetime) -> None:
    enqueue(database, now)
    (message,) = claim(database, now)
    with database.begin() as connection:
        assert void(connection, message.id, now=now)
    assert not send_off(database, message, now)


def test_a_cancelled_reservation_stops_a_reminder_that_a_worker_has_claimed(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant()
    made = book(engine, restaurant, evening(restaurant, day=DAY))
    due = evening(restaurant) - timedelta(hours=3)
    (reminder,) = claim(database, due)
    engine.cancel_reservation(made.code, command_id=new_id(), channel="sms", notify=False)
    assert not send_off(database, reminder, due)
