"""Threads that the dialogue manager kept as events go on as if nothing had happened, those with a slot for each field too."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from dialogue.state import State
from tests.engine.conftest import alembic_config, copy_database, server_url, template_url
from tests.support.chat import Chat
from tests.support.running import Stack

_MIGRATION = import_module("deploy.migrations.versions.0018_dialogue")
migrated, carried_after = _MIGRATION.migrated, _MIGRATION.state_after
THREADS = {
    path.stem: json.loads(path.read_text()) for path in sorted((Path(__file__).parent / "threads").glob("*.json"))
}
__all__ = ["copy_database", "server_url", "template_url"]

RECORDED = datetime(2026, 12, 1, 16, 5, tzinfo=UTC)


def state_after(name: str) -> State:
    """Return the state that a recorded thread ends with, five minutes later."""
    [state] = [event for event in migrated(THREADS[name]["events"]) if event.get("name") == "state"]
    return State.load(state["value"], RECORDED)


@pytest.mark.parametrize("name", THREADS)
def test_a_thread_has_one_slot_and_keeps_everything_else(name: str) -> None:
    before, after = THREADS[name]["events"], migrated(THREADS[name]["events"])
    kept = [event for event in after if event.get("name") != "state"]
    assert [event for event in before if event in kept] == kept
    assert {event["name"] for event in after if event["event"] == "slot"} <= {
        "session_started_metadata",
        "requested_slot",
        "state",
    }
    assert migrated(after) == after


def test_a_table_that_waits_for_a_name_still_does() -> None:
    state = state_after("name_asked")
    assert (state.task, state.party_size, state.date, state.time) == ("book", 2, date(2026, 12, 4), {"at": "19:00"})
    assert state.hold is not None
    assert state.hold.starts_at.isoformat() == "2026-12-04T19:00:00-05:00"


def test_wishes_for_the_table_are_known() -> None:
    state = state_after("yes_asked")
    assert (state.name, state.area, state.notes) == ("Ann Lee", "outdoor", "outside")


def test_a_search_goes_on() -> None:
    state = state_after("restaurants_listed")
    assert (state.city, state.cuisine, state.found) == ("San Francisco", "Italian", True)
    assert state.sought == ({"label": "cheap", "levels": [1]},)


def test_options_can_still_be_picked() -> None:
    state = state_after("time_to_pick")
    state.take(state.choices[0])
    assert (state.date, state.time, state.choices) == (date(2026, 12, 4), {"at": "08:00"}, ())


def test_a_change_knows_its_bookings_and_what_was_wanted() -> None:
    state = state_after("which_to_move")
    assert [option.fills for option in state.choices] == [{"reservation": "SCFC8WY"}, {"reservation": "NK6T5H6"}]
    assert state.pending is not None
    assert state.pending[0][:2] == ("time", "9pm")
    assert state_after("what_to_change").has_target
    assert state_after("unsure").is_unsure


def test_what_was_done_can_still_be_taken_back() -> None:
    state = state_after("changed")
    assert state.before is not None
    assert (state.before.code, state.before.party_size) == (state.reservation, 2)


def test_where_the_party_sat_can_be_taken_back_too() -> None:
    def slot(name: str, value: Any) -> dict[str, Any]:
        return {"event": "slot", "timestamp": 1795944200.0, "name": name, "value": value}

    booked = [{"event": "user", "timestamp": 1795944200.0}, slot("area", None), slot("reservation", "RQ6M147")]
    before = {**THREADS["changed"]["events"][54]["value"]}
    changed = [{"event": "user", "timestamp": 1795944200.0}, slot("area", "indoor"), slot("before", before)]
    events = migrated([*THREADS["yes_asked"]["events"], *booked, *changed])
    taken_back = State.load(events[-1]["value"], RECORDED).before
    assert taken_back is not None
    assert (taken_back.code, taken_back.area) == ("RQ6M147", "outdoor")
    other = slot("before", {**before, "code": "ZZZ9999"})
    elsewhere = State.load(migrated([*THREADS["yes_asked"]["events"], other])[-1]["value"], RECORDED).before
    assert elsewhere is not None
    assert elsewhere.area is None


def test_the_form_and_its_question_go_on() -> None:
    carried = carried_after(THREADS["time_asked"]["events"])
    assert carried["loop"] == "booking_form"
    assert carried["slots"]["requested_slot"] == "time"
    assert carried_after([{"event": "session_started", "timestamp": 1.0}]) is None, "nobody has said anything"


def test_the_diner_goes_on_in_such_a_thread(stack: Stack, chat: Chat) -> None:
    conversation = chat.open(phone="+16285780099")
    events = json.loads(json.dumps(THREADS["time_asked"]["events"]))
    for event in events:
        event["timestamp"] = time.time()
        if event.get("name") == "touched_at":
            event["value"] = stack.engine.clock.now().isoformat(timespec="seconds")
    insert = text("INSERT INTO dialogue (id, state) VALUES (:id, CAST(:state AS jsonb))")
    values = {"id": conversation.opened["conversation_id"], "state": json.dumps(carried_after(events))}
    with stack.database.begin() as connection:
        connection.execute(insert, values)
    answer = conversation.say("7pm")
    assert answer["expects"] == "name"
    assert "Brasserie Tournesol" in answer["messages"][-1]["text"]
    assert conversation.say("Ann Lee")["expects"] == "confirmation"  # nobody has said how many


def test_a_migration_carries_open_threads_over(copy_database: Callable[[], str]) -> None:
    url = copy_database()
    command.downgrade(alembic_config(url), "0017")
    database = create_engine(url)
    table = (
        "CREATE TABLE rasa.events"
        " (id serial PRIMARY KEY, sender_id text, type_name text, timestamp double precision, data text)"
    )
    insert = text("INSERT INTO rasa.events (sender_id, type_name, data) VALUES (:sender, :type, :data)")
    ids = {name: str(uuid.uuid4()) for name in THREADS}
    with database.begin() as connection:
        connection.execute(text(table))
        for name, sender in ids.items():
            connection.execute(
                text("INSERT INTO conversation (id, channel, expects) VALUES (:id, 'chat', 'time')"), {"id": sender}
            )
            for event in THREADS[name]["events"]:
                row = {"sender": sender, "type": event["event"], "data": json.dumps(event)}
                connection.execute(insert, row)
    command.upgrade(alembic_config(url), "head")
    with database.connect() as connection:
        rows = connection.execute(text("SELECT id::text, state, expects FROM dialogue")).all()
        assert connection.scalar(text("SELECT to_regnamespace('rasa')")) is None
    database.dispose()
    assert {row.id: row.state for row in rows} == {ids[name]: carried_after(THREADS[name]["events"]) for name in ids}
    assert {row.expects for row in rows} == {"time"}
