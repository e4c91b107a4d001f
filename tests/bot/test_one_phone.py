"""A diner whose carrier writes the number now so, now so: one thread, one opt-out, and answers to the number that texted."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, text

from booking_engine import BookingEngine, Clock, outbox, phones
from bot import conversations, turn_store
from bot.messages import Inbound
from bot.sending_lane import SendingLane
from tests.engine.conftest import alembic_config
from tests.engine.helpers import as_lines, book, clock_at, evening, owner_of, restaurant_line, tables
from tests.support.sending import send_due
from tests.support.twilio_server import TwilioServer

from .conftest import OUR_NUMBER

OLD, LINE = "+5215512345678", "+525512345678"
_THREADS = uuid.UUID("6f1d3c1e-6a55-4c53-9d59-5b6a1a0c7d11")
OLD_ID, LINE_ID = (uuid.uuid5(_THREADS, f"{number} {OUR_NUMBER}") for number in (OLD, LINE))


def text_from(database: Engine, engine: BookingEngine, sender: str) -> conversations.Conversation:
    """Store a text as the webhook does; return its thread."""
    thread = conversations.sms_thread(sender, OUR_NUMBER)
    message = Inbound(thread.id, f"SM{uuid.uuid4().hex}", "hi")
    turn_store.receive(database, thread, message, now=engine.clock.now(), take=False)
    with database.begin() as connection:
        known = conversations.find(connection, thread.id)
    assert known is not None
    return known


def queue(database: Engine, clock: Clock, thread: conversations.Conversation | None, body: str) -> None:
    with database.begin() as connection:
        outbox.enqueue_text(
            connection,
            to_phone=LINE,
            conversation_id=thread.id if thread else None,
            payload={"body": body},
            due_at=clock.now(),
            dedupe_id=None,
        )


def test_both_forms_are_one_thread_and_texts_go_to_the_one_that_texted_last(
    engine: BookingEngine, database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer
) -> None:
    for number in (OLD, LINE, OLD):
        thread = text_from(database, engine, number)
        assert (thread.id, thread.phone, thread.address) == (LINE_ID, LINE, number)
        for within in (thread, None):
            queue(database, clock, within, f"to {number}")
            send_due(lane)
            assert (twilio.taken[-1]["To"], twilio.taken[-1]["Body"]) == (number, f"to {number}")


def test_a_number_that_has_not_texted_is_texted_as_it_is_known(
    database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer
) -> None:
    queue(database, clock, None, "your code")
    send_due(lane)
    assert twilio.taken[-1]["To"] == LINE


def test_an_opt_out_under_either_form_is_one(
    engine: BookingEngine, database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer
) -> None:
    with database.begin() as connection:
        conversations.remember(connection, conversations.sms_thread(OLD, OUR_NUMBER))
        conversations.note(connection, LINE_ID, opted_out=True)
    assert text_from(database, engine, LINE).opted_out
    queue(database, clock, None, "a reminder")
    send_due(lane)
    assert twilio.taken == []


def test_twin_without_the_forms_there_are_two_threads(
    engine: BookingEngine, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phones, "_SAME_LINE", ())
    assert {text_from(database, engine, number).id for number in (OLD, LINE)} == {OLD_ID, LINE_ID}


# --- rows from before ---


@pytest.fixture
def before(copy_database: Callable[[], str]) -> Iterator[tuple[str, Engine]]:
    """A database as of the release before, in which a diner is two: a booking and a thread under each form."""
    url = copy_database()
    command.downgrade(alembic_config(url), "0016")
    database = create_engine(url)
    engine = BookingEngine(database, clock_at("2026-12-01T12:00+00:00"))
    engine.import_restaurants(as_lines(restaurant_line(tables=tables(2), sms_number="+5215512340199")))
    place = engine.restaurant(restaurant_line()["slug"])
    book(engine, place, evening(place), phone=LINE, notify=True)
    with database.begin() as connection:  # as the release before would have written it
        for table, column in (("reservation", "diner_phone"), ("diner_booking", "phone"), ("outbox", "to_phone")):
            connection.execute(text(f"UPDATE {table} SET {column} = :old"), {"old": OLD})
        connection.execute(
            text(
                "UPDATE reservation_event SET state = state || CAST(:old AS jsonb) WHERE state->>'diner_phone' = :line"
            ),
            {"old": json.dumps({"diner_phone": OLD}), "line": LINE},
        )
        connection.execute(text("UPDATE restaurant SET sms_number = '+5215512340199'"))
    book(engine, place, evening(place, 21), phone=LINE)
    yield url, database
    database.dispose()


def _thread(database: Engine, thread_id: uuid.UUID, phone: str, said: str, **columns: object) -> None:
    """Write a thread with one text in it."""
    values: dict[str, object] = {
        "opted_out": False,
        "expects": None,
        "id": thread_id,
        "phone": phone,
        "our": OUR_NUMBER,
    }
    values |= columns | {"said": said}
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO conversation (id, channel, phone, our_number, opted_out, expects)"
                " VALUES (:id, 'sms', :phone, :our, :opted_out, :expects)"
            ),
            values,
        )
        connection.execute(text("INSERT INTO inbound (conversation_id, sid, text) VALUES (:id, :said, :said)"), values)
        connection.execute(
            text("INSERT INTO outbound (conversation_id, text, reply_to) VALUES (:id, 'ok', :said)"), values
        )


def test_bookings_and_texts_of_two_become_those_of_one(before: tuple[str, Engine]) -> None:
    url, database = before
    command.upgrade(alembic_config(url), "head")
    engine = BookingEngine(database, clock_at("2026-12-01T12:00+00:00"))
    assert [each.diner_phone for each in engine.reservations_of(OLD)] == [LINE, LINE]
    assert owner_of(database, "+525512340199") is not None
    with database.connect() as connection:
        assert set(connection.scalars(text("SELECT to_phone FROM outbox"))) == {LINE}
        in_history = set(connection.scalars(text("SELECT state->>'diner_phone' FROM reservation_event")))
    assert in_history == {LINE, None}


@pytest.mark.parametrize("last", ["old", "line"])
def test_of_two_threads_the_one_written_in_last_goes_on(before: tuple[str, Engine], last: str) -> None:
    url, database = before
    threads = {"line": (LINE_ID, LINE), "old": (OLD_ID, OLD)}
    for name in sorted(threads, key=lambda name: name == last):
        thread_id, phone = threads[name]
        _thread(database, thread_id, phone, name, opted_out=name == "old", expects=f"asked in {name}")
    command.upgrade(alembic_config(url), "head")
    with database.connect() as connection:
        [row] = connection.execute(conversations.select_conversations()).all()
        said = connection.scalars(
            text("SELECT text FROM inbound WHERE conversation_id = :id ORDER BY seq"), {"id": row.id}
        )
        assert sorted(said) == ["line", "old"]
    assert (row.id, row.phone, row.opted_out, row.expects) == (LINE_ID, LINE, True, f"asked in {last}")
    assert (row.dialogue_id, row.address) == ((OLD_ID, OLD) if last == "old" else (None, None))


def test_a_single_old_thread_keeps_its_dialogue_and_its_open_question(before: tuple[str, Engine]) -> None:
    url, database = before
    _thread(database, OLD_ID, OLD, "old", expects="confirmation")
    with database.begin() as connection:
        connection.execute(text("UPDATE outbox SET conversation_id = :id"), {"id": OLD_ID})
    command.upgrade(alembic_config(url), "head")
    with database.connect() as connection:
        thread = conversations.find(connection, LINE_ID)
        assert conversations.find(connection, OLD_ID) is None
        assert set(connection.scalars(text("SELECT conversation_id FROM outbox"))) == {LINE_ID}
    assert thread is not None
    assert (thread.dialogue, thread.expects, thread.address) == (OLD_ID, "confirmation", OLD)


def test_the_migration_rewrites_just_what_the_code_would(before: tuple[str, Engine]) -> None:
    url, database = before
    numbers = [
        "+5215512345678",
        "+541123456789",
        "+551161234567",
        "+551123456789",
        "+14155550123",
        "22395",
        "+548001234567",
    ]
    for place, number in enumerate(numbers):
        _thread(database, uuid.uuid5(_THREADS, f"{number} {OUR_NUMBER}"), number, str(place))
    command.upgrade(alembic_config(url), "head")
    with database.connect() as connection:
        known = {row.id: row.phone for row in connection.execute(text("SELECT id, phone FROM conversation"))}
    threads = [conversations.sms_thread(number, OUR_NUMBER) for number in numbers]
    assert known == {thread.id: thread.phone for thread in threads}
