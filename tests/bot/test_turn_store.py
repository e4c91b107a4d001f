"""A dialogue belongs to one turn at a time, whatever becomes of the process that takes it."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from booking_engine import Clock
from bot import messages, turn_store
from bot.conversations import Conversation, sms_thread
from bot.messages import Answer, Inbound, Said
from bot.turn_store import AnswerLate, LeaseKeeper, LeaseLost, Outcome, Turn
from tests.support.running import wait_until

from .conftest import OUR_NUMBER

DONE = Outcome("answered", 0, None, None)
YES = Answer((Said("Yes?"), Said("What name?")), expects="name", state={"slots": {"state": {"city": "Rome"}}})


@pytest.fixture
def thread() -> Conversation:
    return sms_thread(f"+1212555{uuid.uuid4().int % 10000:04}", OUR_NUMBER)


def received(database: Engine, clock: Clock, thread: Conversation, sid: str) -> Turn | None:
    return turn_store.receive(database, thread, Inbound(thread.id, sid, sid), now=clock.now())


def end_lease(database: Engine, turn: Turn) -> None:
    """Let the lease of a turn run out, as if its process hung."""
    expire = "UPDATE dialogue SET leased_until = clock_timestamp() - interval '1 second' WHERE id = :id"
    with database.begin() as connection:
        connection.execute(text(expire), {"id": turn.conversation.dialogue})


def said(database: Engine, thread: Conversation) -> list[str]:
    with database.connect() as connection:
        return [line.text for line in messages.thread(connection, thread.id) if line.direction == "out"]


def test_a_message_is_stored_and_its_dialogue_taken_at_once(
    database: Engine, clock: Clock, thread: Conversation
) -> None:
    turn = received(database, clock, thread, "SM1")
    assert turn is not None
    assert (turn.conversation.phone, turn.conversation.address) == (thread.phone, thread.phone)
    assert (turn.state, turn.is_retaken, [message.sid for message in turn.open]) == (None, False, ["SM1"])
    assert turn.conversation.catalogue_version is not None


def test_an_answer_is_stored_with_what_the_dialogue_carries_on(
    database: Engine, clock: Clock, thread: Conversation
) -> None:
    first = received(database, clock, thread, "SM1")
    assert first is not None
    stored = turn_store.finish(database, first, first.open[0], YES, DONE)
    assert [each.text for each in stored.said] == ["Yes?", "What name?"]
    assert stored.said[0].seq < stored.said[1].seq
    assert stored.at is not None
    second = received(database, clock, thread, "SM2")
    assert second is not None
    assert (second.state, second.conversation.expects) == (YES.state, "name")
    assert [message.sid for message in second.open] == ["SM2"]
    assert second.fence > first.fence
    assert not second.is_retaken


def test_a_second_turn_waits_and_its_message_is_stored(database: Engine, clock: Clock, thread: Conversation) -> None:
    first = received(database, clock, thread, "SM1")
    assert first is not None
    assert received(database, clock, thread, "SM2") is None
    assert turn_store.take(database, thread.id) is None
    turn_store.release(database, first)
    second = turn_store.take(database, thread.id)
    assert second is not None
    assert [message.sid for message in second.open] == ["SM1", "SM2"], "oldest first"


def test_who_waits_for_an_answer_to_be_stored_reads_what_it_leaves_behind(
    database: Engine, clock: Clock, thread: Conversation
) -> None:
    """The next message comes just while the answer to the one before is being committed."""
    first = received(database, clock, thread, "SM1")
    assert first is not None
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%read_turn%'"
    with (
        ThreadPoolExecutor() as pool,
        database.connect().execution_options(isolation_level="AUTOCOMMIT") as watcher,
    ):
        with database.begin() as connection:
            turn_store.finish_within(connection, first, first.open[0], YES, DONE)
            next_one = pool.submit(received, database, clock, thread, "SM2")
            wait_until(
                lambda: watcher.execute(text(waiting)).scalar_one(), "the next turn waits for the first one's answer"
            )
        second = next_one.result()
    assert second is not None
    assert (second.state, second.conversation.expects) == (YES.state, "name")
    assert [message.sid for message in second.open] == ["SM2"]


def test_who_wakes_up_after_its_lease_writes_nothing(database: Engine, clock: Clock, thread: Conversation) -> None:
    frozen = received(database, clock, thread, "SM1")
    assert frozen is not None
    end_lease(database, frozen)
    taker = turn_store.take(database, thread.id)
    assert taker is not None
    assert taker.is_retaken
    with pytest.raises(LeaseLost):
        turn_store.finish(database, frozen, frozen.open[0], YES, DONE)
    turn_store.release(database, frozen)
    turn_store.put_off(database, frozen, frozen.open[0], attempts=4, retry_at=clock.now())
    assert turn_store.take(database, thread.id) is None, "it is still the other one's"
    assert said(database, thread) == []
    turn_store.finish(database, taker, taker.open[0], YES, DONE)
    assert said(database, thread) == ["Yes?", "What name?"]
    with pytest.raises(LeaseLost):
        turn_store.finish(database, frozen, frozen.open[0], YES, DONE)


def test_twin_a_lease_that_ran_out_and_was_taken_by_nobody_is_still_good(
    database: Engine, clock: Clock, thread: Conversation
) -> None:
    turn = received(database, clock, thread, "SM1")
    assert turn is not None
    end_lease(database, turn)
    turn_store.finish(database, turn, turn.open[0], YES, DONE)
    assert said(database, thread) == ["Yes?", "What name?"]


def test_an_answer_that_its_request_can_no_longer_carry_is_not_stored_as_said(
    database: Engine, clock: Clock, thread: Conversation
) -> None:
    turn = received(database, clock, thread, "SM1")
    assert turn is not None
    late = Outcome("answered", 0, None, None, "SM1", datetime.now(UTC) - timedelta(seconds=1))
    with pytest.raises(AnswerLate):
        turn_store.finish(database, turn, turn.open[0], YES, late)
    assert said(database, thread) == []
    turn_store.finish(database, turn, turn.open[0], YES, DONE)
    assert said(database, thread) == ["Yes?", "What name?"]


def test_a_repeated_message_changes_nothing(database: Engine, clock: Clock, thread: Conversation) -> None:
    turn = received(database, clock, thread, "SM1")
    assert turn is not None
    turn_store.finish(database, turn, turn.open[0], YES, DONE)
    again = received(database, clock, thread, "SM1")
    assert again is not None
    assert again.open == ()


def test_a_turn_that_takes_long_keeps_its_dialogue(database: Engine, clock: Clock, thread: Conversation) -> None:
    turn = received(database, clock, thread, "SM1")
    assert turn is not None
    until = "SELECT leased_until FROM dialogue WHERE id = :id"

    def ends() -> datetime:
        with database.connect() as connection:
            found: datetime = connection.execute(text(until), {"id": thread.id}).scalar_one()
        return found

    first = ends()
    with LeaseKeeper(database).keeping(turn):
        wait_until(lambda: ends() > first, "the lease is renewed", seconds=30)
    turn_store.finish(database, turn, turn.open[0], YES, DONE)
    assert turn_store.take(database, thread.id) is not None
