"""What is old is deleted, what is in use stays, and an opt-out outlives its thread. Real PostgreSQL."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from redis import Redis
from sqlalchemy import Engine, text

from booking_engine import BookingEngine, Clock, create_database
from bot import consents, conversations, inbox_spool, turn_store
from bot.diners import Diners
from bot.housekeeping import TIDIED, Housekeeping
from bot.messages import Answer, Inbound, Said
from bot.phone_codes import PhoneCodes
from bot.retention import Retention
from bot.secret_keys import KeyRing
from bot.settings import Settings
from tests.engine.helpers import as_lines, book, evening, restaurant_line
from tests.support.running import wait_until

from .conftest import OUR_NUMBER

ANA = "+12125550142"
KEYS = KeyRing("a key of the tests")
PERIODS = Settings().periods
_AGES = {
    "inbound": "received_at",
    "outbound": "created_at",
    "delivery": "received_at",
    "kept_answer": "asked_at",
    "phone_code": "issued_at",
    "hold_code": "issued_at",
    "outbox": "sent_at",
    "conversation": "created_at",
    "reservation_event": "occurred_at",
    "text_consent": "kept_at",
}


@pytest.fixture
def database(copy_database: Callable[[], str]) -> Iterator[Engine]:
    """A database of its own, with one restaurant."""
    engine = create_database(copy_database(), name="retention tests")
    BookingEngine(engine, Clock()).import_restaurants(as_lines(restaurant_line()))
    yield engine
    engine.dispose()


@pytest.fixture
def retention(database: Engine, engine: BookingEngine, redis: Redis) -> Retention:
    """What tidies, with the default periods."""
    return Retention(database, engine, redis, KEYS, PERIODS)


def counts(database: Engine) -> dict[str, int]:
    """Return how many rows each table has."""
    with database.connect() as connection:
        tables = [*_AGES, "dialogue", "reservation"]
        return {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in tables}


def age(database: Engine, table: str, by: timedelta) -> None:
    """Make all rows of a table older."""
    with database.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET {_AGES[table]} = {_AGES[table]} - :by"), {"by": by})


def populate(database: Engine, clock: Clock, *, opted_out: bool = False) -> UUID:
    """Write a thread with a message and its answer, and a row of everything else that has an age. Return the thread's id."""
    thread = conversations.sms_thread(ANA, OUR_NUMBER)
    message = Inbound(thread.id, "SM1", "table for 2 please")
    now = clock.now()
    turn = turn_store.receive(database, thread, message, now=now)
    assert turn is not None
    answer = Answer((Said("When?"),), state={"heard_at": time.time()})
    turn_store.finish(database, turn, message, answer, turn_store.Outcome("answered", 0, now, None, carried_by="SM1"))
    with database.begin() as connection:
        conversations.note(connection, thread.id, opted_out=opted_out)
        values = {"id": thread.id, "now": now, "uuid": uuid4(), "phone": ANA}
        for statement in (
            "INSERT INTO delivery (provider_sid, status) VALUES ('SM2', 'delivered')",
            "INSERT INTO kept_answer (key_digest, fingerprint) VALUES ('a', 'b')",
            "INSERT INTO phone_code (conversation_id, id, phone, issued_at, expires_at) VALUES (:id, :uuid, :phone, :now, :now)",
            "INSERT INTO hold_code (hold_id, code_id, phone, name, notes, issued_at, expires_at)"
            " VALUES ('1-1-1', :uuid, :phone, 'Ana', '', :now, :now)",
            "INSERT INTO outbox (id, kind, conversation_id, to_phone, payload, due_at, created_at, next_attempt_at, sent_at)"
            " VALUES (:uuid, 'text', :id, :phone, '{}', :now, :now, :now, :now)",
        ):
            used = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(text(statement), used)
    return thread.id


def test_what_is_young_stays(retention: Retention, database: Engine, clock: Clock) -> None:
    populate(database, clock)
    before = counts(database)
    assert not any(retention.tidy().values())
    assert counts(database) == before


@pytest.mark.parametrize(
    ("table", "kind", "keep"),
    [
        ("inbound", "messages", PERIODS.messages),
        ("outbound", "replies", PERIODS.messages),
        ("delivery", "deliveries", PERIODS.deliveries),
        ("kept_answer", "idempotency_keys", PERIODS.answers),
        ("phone_code", "phone_codes", timedelta(days=1)),
        ("hold_code", "hold_codes", timedelta(days=1)),
        ("outbox", "texts", PERIODS.texts),
    ],
)
def test_what_is_too_old_goes_and_nothing_else(
    retention: Retention, database: Engine, clock: Clock, table: str, kind: str, keep: timedelta
) -> None:
    populate(database, clock)
    before = counts(database)
    age(database, table, keep - timedelta(hours=1))
    assert retention.tidy()[kind] == 0, "not before its time"
    age(database, table, timedelta(hours=2))
    done = retention.tidy()
    assert {name: count for name, count in done.items() if count} == {kind: 1}
    assert counts(database) == {**before, table: 0}
    assert not any(retention.tidy().values()), "twice is once"


def test_a_message_that_waits_for_its_answer_is_kept(retention: Retention, database: Engine, clock: Clock) -> None:
    populate(database, clock)
    with database.begin() as connection:
        connection.execute(text("UPDATE inbound SET status = 'promised'"))
        connection.execute(text("UPDATE outbox SET sent_at = NULL"))
    age(database, "inbound", timedelta(days=1000))
    retention.tidy()
    assert (counts(database)["inbound"], counts(database)["outbox"]) == (1, 1)


def test_a_dialogue_goes_a_while_after_its_last_message(retention: Retention, database: Engine, clock: Clock) -> None:
    populate(database, clock)
    older = text(
        "UPDATE dialogue SET state = jsonb_set(state, '{heard_at}', to_jsonb((state ->> 'heard_at')::float - :by))"
    )
    by = PERIODS.dialogue.total_seconds()
    with database.begin() as connection:
        connection.execute(older, {"by": by - 3600})
    assert retention.tidy()["dialogues"] == 0, "it goes on"
    with database.begin() as connection:
        connection.execute(older, {"by": 7200})
        connection.execute(text("UPDATE dialogue SET leased_until = now()"))
    assert retention.tidy()["dialogues"] == 0, "a turn has it"
    with database.begin() as connection:
        connection.execute(text("UPDATE dialogue SET leased_until = NULL"))
    assert retention.tidy()["dialogues"] == 1


@pytest.mark.parametrize("opted_out", [True, False])
def test_an_empty_thread_goes_and_its_opt_out_stays(
    retention: Retention, database: Engine, clock: Clock, opted_out: bool
) -> None:
    thread_id = populate(database, clock, opted_out=opted_out)
    for table in _AGES:
        age(database, table, timedelta(days=400))
    assert retention.tidy()["conversations"] == 1
    assert counts(database)["conversation"] == 0
    with database.connect() as connection:
        row = connection.execute(text("SELECT * FROM text_consent")).one()
    assert (row.opted_out, row.agreed_by) == (opted_out, "text")
    assert ANA not in str(row)
    assert str(thread_id) not in str(row)
    assert row.thread_digest in consents.digests(KEYS, thread_id)
    again = conversations.sms_thread(ANA, OUR_NUMBER)
    with database.begin() as connection:
        codes = PhoneCodes(KEYS, KeyRing("new", *KEYS.keys))  # also under a key that has been replaced
        assert consents.has_opted_out(connection, codes.digests_of_thread(again.id)) is opted_out
        conversations.remember(connection, again, codes.digests_of_thread(again.id))
        found = conversations.find(connection, again.id)
    assert found is not None
    assert found.opted_out is opted_out
    for table in _AGES:
        age(database, table, timedelta(days=2000))
    retention.tidy()
    assert counts(database)["text_consent"] == 1, "kept anew, as the thread was deleted anew"


def test_a_consent_goes_in_the_end_and_an_opt_out_never(retention: Retention, database: Engine) -> None:
    with database.begin() as connection:
        for opted_out in (True, False):
            connection.execute(
                text(
                    "INSERT INTO text_consent (thread_digest, key_id, opted_out, agreed_at, agreed_by)"
                    " VALUES (:digest, 'lost', :opted_out, now(), 'text')"
                ),
                {"digest": str(opted_out), "opted_out": opted_out},
            )
    age(database, "text_consent", PERIODS.consents + timedelta(days=1))
    assert retention.tidy()["consents"] == 1
    with database.connect() as connection:
        assert connection.scalars(text("SELECT opted_out FROM text_consent")).all() == [True]


def test_a_key_that_was_dropped_too_early_is_told(
    retention: Retention, database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO text_consent (thread_digest, key_id, opted_out, agreed_at, agreed_by)"
                " VALUES ('d', :id, true, now(), 'text')"
            ),
            {"id": KEYS.ids[0]},
        )
    retention.tidy()
    assert "keys" not in caplog.text
    with database.begin() as connection:
        connection.execute(text("UPDATE text_consent SET key_id = 'lost'"))
    retention.tidy()
    assert "1 opt-outs or consents are under keys" in caplog.text


def test_holds_that_came_to_nothing_leave_no_history(
    retention: Retention, database: Engine, engine: BookingEngine
) -> None:
    place = engine.restaurant("larder")
    kept = book(engine, place, evening(place), phone=ANA)
    engine.place_hold(place, starts_at=evening(place, 21), party_size=2, command_id="h", channel="sms", diner_phone=ANA)
    history = counts(database)["reservation_event"]
    engine.clock.offset += timedelta(days=8, minutes=10)
    done = retention.tidy()
    assert (done["holds"], done["hold_history"]) == (1, 1)
    assert counts(database)["reservation_event"] == history - 1
    assert engine.reservation(kept.code) == kept, "of a booking the history stays"


def test_past_bookings_lose_the_person_in_time(retention: Retention, database: Engine, engine: BookingEngine) -> None:
    place = engine.restaurant("larder")
    old = book(engine, place, evening(place), phone=ANA)
    engine.clock.offset += timedelta(days=729)
    assert retention.tidy()["past_diners"] == 0
    engine.clock.offset += timedelta(days=10)
    assert retention.tidy()["past_diners"] == 1
    found = engine.reservation(old.code)
    assert (found.diner_name, found.diner_phone, found.notes) == ("", "", "")
    assert (found.starts_at, found.party_size, found.tables) == (old.starts_at, old.party_size, old.tables)
    assert engine.diner_name(ANA) is None
    assert retention.tidy()["past_diners"] == 0


def test_more_than_a_batch_goes_in_one_run_and_rows_in_use_wait(
    retention: Retention, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.retention._BATCH", 10)
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO delivery (provider_sid, status, received_at)"
                " SELECT 'SM' || n, 'sent', now() - interval '100 days' FROM generate_series(1, 35) AS n"
            )
        )
    with database.connect() as busy:
        busy.execute(text("SELECT 1 FROM delivery WHERE provider_sid = 'SM7' FOR UPDATE"))
        assert retention.tidy()["deliveries"] == 34, "and it did not wait"
        busy.rollback()
    assert retention.tidy()["deliveries"] == 1


def test_two_at_once_do_not_get_in_each_others_way(retention: Retention, database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO delivery (provider_sid, status, received_at)"
                " SELECT 'SM' || n, 'sent', now() - interval '100 days' FROM generate_series(1, 5000) AS n"
            )
        )
    with ThreadPoolExecutor(2) as pool:
        done = [running.result(60) for running in [pool.submit(retention.tidy) for _ in range(2)]]
    assert sum(each["deliveries"] for each in done) <= 5000, "none is counted twice"
    retention.tidy()
    assert counts(database)["delivery"] == 0


def test_the_worker_tidies_by_itself_and_counts_it(
    retention: Retention, database: Engine, engine: BookingEngine, clock: Clock, redis: Redis
) -> None:
    populate(database, clock)
    age(database, "delivery", timedelta(days=100))
    before = TIDIED.labels("deliveries")._value.get()
    housekeeping = Housekeeping(retention, Diners(database, engine, redis, clock, KEYS))
    housekeeping.start()
    try:
        wait_until(
            lambda: TIDIED.labels("deliveries")._value.get() == before + 1, "the delivery is deleted and counted"
        )
    finally:
        housekeeping.stop()
    assert counts(database)["delivery"] == 0


def test_a_text_that_could_not_be_stored_goes_as_soon_as_the_others(retention: Retention, redis: Redis) -> None:
    for days in (PERIODS.messages.days - 1, PERIODS.messages.days + 1):
        at = (datetime.now(timezone.utc) - timedelta(days=days)).isoformat()
        redis.rpush("tabletalk:stash:aside", json.dumps({"form": f"{days}", "reason": "DataError", "at": at}))
    assert retention.tidy()["put_aside"] == 1
    assert [kept.form for kept in inbox_spool.aside(redis)] == [f"{PERIODS.messages.days - 1}"]
