"""Break each invariant on purpose in a separate database, and check that the breach is found."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from booking_engine import BookingEngine, create_database, outbox
from booking_engine.outbox import Sent
from bot import conversations, messages, turn_store
from bot.messages import Answer, Inbound, Said
from testkit.invariants import INVARIANTS, SENT_ONCE, breaches
from tests.engine.conftest import copy_database, server_url, template_url
from tests.engine.crowds import DROP_THE_KEY
from tests.engine.helpers import PHONE, as_lines, book, clock_at, evening, new_id, restaurant_line, tables

__all__ = ["copy_database", "server_url", "template_url"]

CLOCK = clock_at("2026-12-01T12:00+00:00")
THREAD = conversations.sms_thread(PHONE, "+15550100000")
NOBODY = timedelta(0)
"""Patience for what is still in transit."""


@pytest.fixture
def database(copy_database: Callable[[], str]) -> Iterator[Engine]:
    """Set up an evening with two reservations (one with two tables), a hold, a cancelled reservation, a conversation, and
    texts sent and due."""
    engine = create_database(copy_database(), pool_size=2, name="invariants")
    booking = BookingEngine(engine, CLOCK)
    pair = {"tables": ["T1", "T2"], "min_party": 3, "max_party": 4}
    policy = {"pacing_covers": 12, "hold_minutes": 60}
    booking.import_restaurants(as_lines(restaurant_line(tables=tables(2, 2, 2), combinations=[pair], policy=policy)))
    place = booking.restaurant("larder")
    book(booking, place, evening(place), 4)
    book(booking, place, evening(place), 2, notify=True)
    gone = book(booking, place, evening(place, 21), 2)
    booking.cancel_reservation(gone.code, command_id=new_id(), channel="sms", notify=False)
    booking.place_hold(place, starts_at=evening(place, 21, 30), party_size=2, command_id=new_id(), channel="sms")
    for number, is_late in enumerate((False, True)):
        _talk(engine, Inbound(THREAD.id, f"SM{number}", f"message {number}"), is_late=is_late)
    with engine.begin() as connection:
        now, worker, lease = CLOCK.now(), uuid.uuid4(), timedelta(minutes=1)
        for number, priority in enumerate((outbox.ANSWER, outbox.CONFIRMATION)):
            (row,) = outbox.claim_due(connection, worker, priority=priority, now=now, limit=10, lease=lease)
            outbox.settle(connection, worker, [Sent(row.id, f"SMout{number}")], now=now)
    yield engine
    engine.dispose()


def _talk(engine: Engine, message: Inbound, *, is_late: bool) -> None:
    turn = turn_store.receive(engine, THREAD, message, now=CLOCK.now())
    assert turn is not None
    if is_late:
        with engine.begin() as connection:
            promise = Answer((Said("One moment please"),), promised=True)
            messages.store_promise(connection, message, promise, carried_by=message.sid)
            outbox.enqueue_text(
                connection,
                to_phone=PHONE,
                conversation_id=message.conversation_id,
                payload={"body": "Yes? What name?"},
                due_at=CLOCK.now(),
                dedupe_id=f"answer:{message.sid}",
            )
    answer = Answer((Said("Yes?"), Said("What name?")), expects="name")
    outcome = turn_store.Outcome("answered", 0, CLOCK.now(), None, carried_by=None if is_late else message.sid)
    turn_store.finish(engine, turn, message, answer, outcome)


def rules_broken(database: Engine) -> set[str]:
    return {breach.rule for breach in breaches(database, now=CLOCK.now(), patience=NOBODY)}


def test_a_restaurant_in_order_breaks_no_rule(database: Engine) -> None:
    assert breaches(database, now=CLOCK.now(), patience=NOBODY, arrived={PHONE: ["SMout0", "SMout1"]}) == []


_ONE = "(SELECT id FROM reservation WHERE status = 'confirmed' ORDER BY party_size LIMIT 1)"
_TWIN = (
    "INSERT INTO reservation (restaurant_id, id, status, starts_at, ends_at, party_size, table_ids, code_number, diner_name,"
    " diner_phone, created_at) SELECT restaurant_id, 42, status, starts_at, ends_at, party_size, table_ids, {code},"
    f" diner_name, diner_phone, created_at FROM reservation WHERE id = {_ONE}"
)
BROKEN: dict[str, tuple[str, ...]] = {
    "A quarter hour of a table belongs to one reservation": (
        DROP_THE_KEY,
        "INSERT INTO table_quarter SELECT * FROM table_quarter LIMIT 1",
    ),
    "No two confirmed reservations have one table at one time": (
        _TWIN.format(code="code_number + 1"),
        "UPDATE reservation SET starts_at = starts_at + interval '1 hour', ends_at = ends_at + interval '1 hour' WHERE id = 42",
    ),
    "A confirmed reservation has its tables for all of its quarter hours, and no others": (
        f"DELETE FROM table_quarter WHERE reservation_id = {_ONE}"
        f" AND starts_at = (SELECT max(starts_at) FROM table_quarter WHERE reservation_id = {_ONE})",
    ),
    "What is released or cancelled has no table": (
        "INSERT INTO table_quarter SELECT restaurant_id, starts_at, table_ids[1], 0, id, created_at, NULL FROM reservation"
        " WHERE status = 'cancelled' ON CONFLICT (restaurant_id, starts_at, table_id) DO UPDATE"
        " SET reservation_id = excluded.reservation_id",
    ),
    "No table is taken for a reservation that there is not": (f"DELETE FROM reservation WHERE id = {_ONE}",),
    "A hold that has not lapsed has its tables": (
        "DELETE FROM table_quarter USING reservation r WHERE r.status = 'held' AND reservation_id = r.id",
    ),
    "Covers are counted once, in the quarter hour in which the party sits down": (
        f"UPDATE table_quarter SET covers = 1 WHERE covers = 0 AND reservation_id = {_ONE}",
    ),
    "No more covers begin in a quarter hour than the kitchen takes": (
        "UPDATE restaurant SET document = jsonb_set(document, '{policy,pacing_covers}', '5')",
    ),
    "A confirmation code means one reservation": ("DROP INDEX uq_reservation_code", _TWIN.format(code="code_number")),
    "A diner finds every reservation of theirs": ("DELETE FROM diner_booking",),
    "Every message has one answer, a promise and then one answer, or is silenced": (
        "INSERT INTO outbound (conversation_id, reply_to, carried_by, text, payload)"
        " SELECT conversation_id, reply_to, carried_by, text, payload FROM outbound WHERE reply_to = 'SM0'",
    ),
    "Messages of a diner are dealt with in their order": (
        "UPDATE outbound SET seq = seq + 1000 WHERE reply_to = 'SM0'",
    ),
    "A late answer to a text goes out by the outbox": ("DELETE FROM outbox WHERE kind = 'text'",),
    "What is due is sent": ("UPDATE outbox SET sent_at = NULL WHERE kind = 'text'",),
    SENT_ONCE: ("UPDATE outbox SET provider_sid = 'SMout0' WHERE sent_at IS NOT NULL",),
    "Every instant knows its zone": (
        "UPDATE reservation_event SET state = jsonb_set(state, '{starts_at}', '\"2026-12-05T19:00:00\"')",
    ),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_seen(database: Engine, rule: str) -> None:
    with database.begin() as connection:
        for statement in BROKEN[rule]:
            connection.exec_driver_sql(statement)
    assert rule in rules_broken(database)


def test_every_rule_is_put_to_the_test() -> None:
    assert {invariant.rule for invariant in INVARIANTS} == BROKEN.keys()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE inbound SET status = 'received' WHERE sid = 'SM0'",
        "UPDATE inbound SET status = 'promised' WHERE sid = 'SM1'",
        "UPDATE inbound SET status = 'silenced' WHERE sid = 'SM0'",
        "DELETE FROM outbound WHERE reply_to = 'SM0'",
        "DELETE FROM outbound WHERE reply_to = 'SM1' AND NOT (payload->>'promised')::boolean",
        "INSERT INTO outbound (conversation_id, reply_to, text, payload) SELECT conversation_id, reply_to, text, payload"
        " FROM outbound WHERE (payload->>'promised')::boolean",
    ],
)
def test_a_message_without_its_answer_is_seen(database: Engine, statement: str) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql(statement)
    assert "Every message has one answer, a promise and then one answer, or is silenced" in rules_broken(database)


def test_a_message_answered_by_nothing_on_purpose_breaks_no_rule(database: Engine) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM outbound WHERE reply_to = 'SM0'")
        connection.exec_driver_sql("UPDATE inbound SET status = 'silenced' WHERE sid = 'SM0'")
    assert rules_broken(database) == set()


def test_a_column_that_knows_no_zone_is_seen(database: Engine) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE outbox ALTER COLUMN due_at TYPE timestamp without time zone")
    assert "Every instant knows its zone" in rules_broken(database)


@pytest.mark.parametrize("arrived", [["SMout0"], ["SMout0", "SMout0", "SMout1"], ["SMout0", "SMout1", "SMother"], []])
def test_a_text_lost_doubled_or_unknown_is_seen(database: Engine, arrived: list[str]) -> None:
    found = breaches(database, now=CLOCK.now(), patience=NOBODY, arrived={PHONE: arrived})
    assert {breach.rule for breach in found} == {SENT_ONCE}


def test_what_is_on_its_way_is_given_time(database: Engine) -> None:
    message = Inbound(THREAD.id, f"SM{uuid.uuid4().hex}", "just now")
    turn_store.receive(database, THREAD, message, now=CLOCK.now(), take=False)
    with database.begin() as connection:
        connection.execute(text("UPDATE outbox SET sent_at = NULL WHERE kind = 'text'"))
    assert len(rules_broken(database)) == 2
    assert breaches(database, now=CLOCK.now(), patience=timedelta(minutes=2)) == []


def test_a_hold_that_lapsed_may_have_lost_its_table(database: Engine) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql(BROKEN["A hold that has not lapsed has its tables"][0])
    assert breaches(database, now=CLOCK.now() + timedelta(hours=2), patience=timedelta(days=9)) == []
