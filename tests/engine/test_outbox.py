"""Texts in the outbox: written with the booking, claimed once, never sent twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from booking_engine import BookingEngine, outbox
from booking_engine.dead_letters import dead_letters, drop, is_outdated, note_undelivered, resend, retry
from booking_engine.outbox import (
    ANSWER,
    REMINDER,
    Ended,
    OutboxMessage,
    Outcome,
    Postponed,
    Sent,
    claim_due,
    enqueue_text,
    extend_claims,
    settle,
    void,
)

from .helpers import DAY, OpenRestaurant, book, evening, new_id, pass_time, tables, texts

LEASE = timedelta(minutes=1)
WORKER = uuid4()


@pytest.fixture
def now(engine: BookingEngine) -> datetime:
    """The engine's current time."""
    return engine.clock.now()


def enqueue(database: Engine, now: datetime, dedupe_id: str | None = None, phone: str | None = None) -> UUID:
    """Queue a text that is due now, to a phone of its own."""
    with database.begin() as connection:
        return enqueue_text(
            connection, to_phone=phone or f"+1{uuid4().int % 10**10:010}", conversation_id=uuid4(),
            payload={"body": "hello"}, due_at=now, dedupe_id=dedupe_id,
        )  # fmt: skip


def claim(
    database: Engine, now: datetime, limit: int = 100, *, priority: int = ANSWER, worker: UUID = WORKER
) -> list[OutboxMessage]:
    """Claim the due messages in one transaction."""
    with database.begin() as connection:
        return claim_due(connection, worker, priority=priority, now=now, limit=limit, lease=LEASE)


def record(database: Engine, now: datetime, *outcomes: Outcome, worker: UUID = WORKER) -> None:
    """Record what came of messages."""
    with database.begin() as connection:
        settle(connection, worker, outcomes, now=now)


def row(database: Engine, message_id: UUID) -> Any:
    """Return a row of the outbox."""
    with database.connect() as connection:
        return connection.execute(text("SELECT * FROM outbox WHERE id = :id"), {"id": message_id}).one()


@pytest.fixture(autouse=True)
def emptied(database: Engine) -> None:
    """Void all messages, so that each test starts with none due."""
    with database.begin() as connection:
        connection.exec_driver_sql("UPDATE outbox SET voided_at = now(), dropped_at = now()")


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
        claimed = list(chain.from_iterable(pool.map(lambda _: claim(database, now, 10, worker=uuid4()), range(8))))
    assert len(claimed) == len({message.id for message in claimed}) == 40
    assert claim(database, now) == []
    assert len(claim(database, now + 2 * LEASE)) == 40, "a dead worker's claims lapse"


def test_what_is_not_due_waits(database: Engine, now: datetime) -> None:
    enqueue(database, now + timedelta(hours=1))
    assert claim(database, now) == []
    assert len(claim(database, now + timedelta(hours=1))) == 1


def test_those_due_longest_come_first(database: Engine, now: datetime) -> None:
    minutes = [3, 1, 2]
    ids = {minute: enqueue(database, now + timedelta(minutes=minute)) for minute in minutes}
    late = now + timedelta(hours=1)
    assert [message.id for message in claim(database, late, 2)] == [ids[1], ids[2]]
    assert [message.id for message in claim(database, late)] == [ids[3]]


def test_texts_to_one_phone_are_claimed_one_after_another(database: Engine, now: datetime) -> None:
    first, second = (enqueue(database, now + timedelta(seconds=n), phone="+14155550123") for n in range(2))
    late = now + timedelta(minutes=1)
    assert [message.id for message in claim(database, late)] == [first]
    assert claim(database, late, worker=uuid4()) == [], "not by another worker either"
    record(database, late, Postponed(first, "trouble", late + LEASE))
    assert claim(database, late) == [], "the second waits for the first"
    record(database, late + LEASE, *(Sent(m.id, "SM1") for m in claim(database, late + LEASE)))
    assert [message.id for message in claim(database, late + LEASE)] == [second]


def test_a_sent_message_is_never_claimed_again(database: Engine, now: datetime) -> None:
    enqueue(database, now)
    (message,) = claim(database, now)
    assert not message.in_doubt
    record(database, now, Sent(message.id, "SM2"))
    record(database, now, Postponed(message.id, "too late to say", now))
    record(database, now, Ended(message.id, "too late to say"))
    assert claim(database, now + timedelta(days=1)) == []
    assert row(database, message.id).failed_at is None


def test_a_crash_while_sending_leaves_a_message_in_doubt(database: Engine, now: datetime) -> None:
    enqueue(database, now)
    (message,) = claim(database, now)
    later, another = now + 2 * LEASE, uuid4()
    (again,) = claim(database, later, worker=another)
    assert (again.in_doubt, again.attempts, again.sending_at) == (True, 2, now)
    record(database, later, Ended(message.id, "the first worker, come back to life"))
    assert row(database, message.id).failed_at is None, "it has lost its claim"
    with database.begin() as connection:
        assert extend_claims(connection, WORKER, [message.id], until=later + LEASE) == set()
        assert extend_claims(connection, another, [message.id], until=later + 2 * LEASE) == {message.id}
        assert not void(connection, message.id, now=later), "what may have been sent cannot be taken back"
    assert claim(database, later + LEASE + timedelta(seconds=1)) == []
    record(database, later, Sent(message.id, "SM3"))
    assert row(database, message.id).provider_sid == "SM3", "that it was sent counts, whoever says so"


def test_a_failed_message_is_tried_again_later_or_given_up(database: Engine, now: datetime) -> None:
    enqueue(database, now)
    (message,) = claim(database, now)
    record(database, now, Postponed(message.id, "503\0", now + LEASE))
    assert claim(database, now) == []
    (again,) = claim(database, now + LEASE)
    assert (again.attempts, again.in_doubt) == (2, False)
    record(database, now, Postponed(message.id, "away", in_doubt=True, counts=False))
    (once_more,) = claim(database, now + LEASE)
    assert (once_more.attempts, once_more.in_doubt) == (2, True)
    record(database, now, Ended(message.id, "21610 opted out"))
    assert claim(database, now + timedelta(days=9)) == []


def test_a_voided_message_is_not_claimed(database: Engine, now: datetime) -> None:
    message_id = enqueue(database, now)
    with database.begin() as connection:
        assert void(connection, message_id, now=now)
    assert claim(database, now) == []


def test_a_cancelled_reservation_stops_its_reminder(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant()
    made = book(engine, restaurant, evening(restaurant, day=DAY))
    engine.cancel_reservation(made.code, command_id=new_id(), channel="sms", notify=False)
    assert claim(database, evening(restaurant) - timedelta(hours=3), priority=REMINDER) == []


def pages_to_claim(database: Engine, statement: str) -> int:
    """Return how many pages a claim of 40 reads while 5,000 texts are due, of which no statistics were made yet."""
    names = {
        ":worker": "uuid",
        ":priority": "integer",
        ":now": "timestamptz",
        ":until": "timestamptz",
        ":most": "bigint",
    }
    for number, name in enumerate(names, 1):
        statement = statement.replace(name, f"${number}")
    with database.connect() as connection:
        connection.exec_driver_sql("TRUNCATE outbox")
        connection.exec_driver_sql("""
            INSERT INTO outbox (id, kind, to_phone, payload, due_at, created_at, next_attempt_at)
            SELECT gen_random_uuid(), 'reminder', '+1415' || n, '{}', now(), now(), now() - n * interval '1 second'
            FROM generate_series(1, 5000) AS n
        """)
        connection.exec_driver_sql(f"PREPARE claim ({', '.join(names.values())}) AS {statement}")
        values = f"'{WORKER}', {REMINDER}, now(), now() + interval '30 seconds', 40"
        (plan,) = connection.exec_driver_sql(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE claim ({values})"
        ).scalar_one()
        connection.exec_driver_sql("DEALLOCATE claim")
        connection.rollback()
    return int(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"])


def test_a_claim_reads_few_pages_however_many_texts_are_due(database: Engine) -> None:
    assert pages_to_claim(database, str(outbox._CLAIM)) < 1500


def test_twin_that_may_use_the_index_of_due_texts_reads_many(database: Engine) -> None:
    assert pages_to_claim(database, str(outbox._CLAIM).replace("END + 0", "END")) > 5000


# --- dead letters ---


def letters(database: Engine, **more: Any) -> list[UUID]:
    """Return the ids of the dead letters."""
    with database.connect() as connection:
        return [letter.id for letter in dead_letters(connection, **more)]


def test_a_dead_letter_is_listed_until_it_is_dropped(database: Engine, now: datetime) -> None:
    ids = [enqueue(database, now) for _ in range(3)]
    claim(database, now)
    record(database, now, Ended(ids[0], "why"), Ended(ids[1], "opted out", is_dropped=True), Ended(ids[2], "why"))
    assert set(letters(database)) == {ids[0], ids[2]}
    assert letters(database, ids=[ids[0], ids[1]]) == [ids[0]]
    assert letters(database, kind="reminder") == []
    with database.begin() as connection:
        assert drop(connection, [ids[0]], now=now) == 1
    assert letters(database) == [ids[2]]


def test_a_dead_letter_that_is_retried_is_due_now_and_in_doubt(database: Engine, now: datetime) -> None:
    message_id = enqueue(database, now)
    claim(database, now)
    record(database, now, Ended(message_id, "fate unknown"))
    later = now + timedelta(hours=5)
    with database.begin() as connection:
        assert retry(connection, dead_letters(connection), now=later) == 1
    (again,) = claim(database, later)
    assert (again.id, again.attempts, again.in_doubt) == (message_id, 1, True)
    assert again.due_at - now == again.next_attempt_at - now == timedelta(hours=5)
    assert letters(database) == []


def test_an_undelivered_text_is_sent_again_as_a_row_of_its_own(database: Engine, now: datetime) -> None:
    message_id = enqueue(database, now)
    claim(database, now)
    record(database, now, Sent(message_id, "SM5"))
    with database.begin() as connection:
        note_undelivered(connection, message_id, "30006", is_dropped=False, now=now)
    assert letters(database) == [message_id]
    with database.begin() as connection:
        assert retry(connection, dead_letters(connection), now=now) == 1
        assert not resend(connection, message_id, at=now), "once"
    assert letters(database) == []
    (again,) = claim(database, now)
    assert (again.resend_of, again.in_doubt, again.payload) == (message_id, False, {"body": "hello"})
    assert row(database, message_id).provider_sid == "SM5"


def test_a_text_about_a_booking_that_has_changed_is_outdated(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant()
    made = book(engine, restaurant, evening(restaurant), notify=True)
    confirmation, _ = texts(database, made)
    with database.connect() as connection:
        assert not is_outdated(connection, confirmation.id)
    engine.change_reservation(made.code, party_size=1, command_id=new_id(), channel="sms", notify=False)
    with database.connect() as connection:
        assert is_outdated(connection, confirmation.id)
