"""What a dialogue carries on is a row of ours: the dialogue manager keeps nothing, and its schema goes.

The dialogues that are open are carried over from its events, with the slots of releases that had one for each field. A
downgrade brings back the tables but not the events: a thread then begins anew, with what was asked for last.
"""

import json
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_BATCH = 1000


def upgrade() -> None:
    op.create_table(
        "dialogue",
        sa.Column("id", postgresql.UUID(as_uuid=True), nullable=False, comment="of the conversation that it began in"),
        sa.Column(
            "state",
            postgresql.JSONB(none_as_null=True),
            comment="what the dialogue manager is told with the next message",
        ),
        sa.Column("expects", sa.Text(), comment="what was asked for last"),
        sa.Column("asked_at", sa.DateTime(timezone=True), comment="by the clock of the conversation"),
        sa.Column(
            "fence", sa.BigInteger(), nullable=False, server_default="0", comment="how often a turn has taken it"
        ),
        sa.Column(
            "leased_until", sa.DateTime(timezone=True), comment="by the clock of the database; null: no turn has it"
        ),
        sa.Column(
            "is_retaken",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="the turn before was never finished",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialogue")),
    )
    op.execute(  # a dialogue may be called by a conversation that has gone into another one
        "INSERT INTO dialogue (id, expects, asked_at)"
        " SELECT DISTINCT ON (coalesce(dialogue_id, id)) coalesce(dialogue_id, id), expects, asked_at FROM conversation"
        " ORDER BY coalesce(dialogue_id, id), asked_at DESC NULLS LAST"
    )
    op.drop_column("conversation", "expects")
    op.drop_column("conversation", "asked_at")
    op.add_column(
        "inbound",
        sa.Column(
            "traces",
            postgresql.JSONB(none_as_null=True),
            comment="what the dialogue did about each part of it, in names",
        ),
    )
    _carry_over(op.get_bind())
    op.execute("DROP SCHEMA rasa CASCADE")


def downgrade() -> None:
    op.execute("CREATE SCHEMA rasa")
    op.drop_column("inbound", "traces")
    op.add_column("conversation", sa.Column("expects", sa.Text()))
    op.add_column("conversation", sa.Column("asked_at", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE conversation SET expects = d.expects, asked_at = d.asked_at FROM dialogue d"
        " WHERE d.id = coalesce(conversation.dialogue_id, conversation.id)"
    )
    op.drop_table("dialogue")


def _carry_over(connection: sa.Connection) -> None:
    """Store the state that each dialogue has come to, by its events."""
    if connection.scalar(sa.text("SELECT to_regclass('rasa.events')")) is None:
        return  # the dialogue manager made it when it first started
    events = connection.execute(
        sa.text(
            "SELECT sender_id, data FROM rasa.events WHERE type_name IN"
            " ('user', 'slot', 'active_loop', 'loop_interrupted', 'session_started') ORDER BY sender_id, id"
        ),
        execution_options={"stream_results": True, "yield_per": _BATCH},
    )
    store = sa.text("UPDATE dialogue SET state = CAST(:state AS jsonb) WHERE id::text = :id")
    states: list[dict[str, str]] = []
    for sender, rows in groupby(events, key=itemgetter(0)):
        state = state_after([json.loads(row.data) for row in rows])
        if state is not None:
            states.append({"id": sender, "state": json.dumps(state)})
    for start in range(0, len(states), _BATCH):
        connection.execute(store, states[start : start + _BATCH])


def state_after(events: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return what a dialogue with these events, oldest first, is to carry on; None if nobody has said anything."""
    slots: dict[str, Any] = {}
    carried: dict[str, Any] = {"loop": None, "is_interrupted": False}
    for event in migrated(events):
        if event["event"] == "slot":
            slots[event["name"]] = event["value"]
        else:
            carried |= _carried_by(event)
    if "heard_at" not in carried:
        return None
    kept = {name: slots[name] for name in ("state", "requested_slot") if slots.get(name) is not None}
    return {"slots": kept, **carried}


def _carried_by(event: dict[str, Any]) -> dict[str, Any]:
    """Return what an event changes of what is carried on besides the slots."""
    kind = event["event"]
    if kind == "user":
        shift = (event.get("metadata") or {}).get("clock_shift") or 0.0
        return {"heard_at": event["timestamp"] + shift}
    if kind in ("active_loop", "session_started"):
        return {"loop": event.get("name") if kind == "active_loop" else None, "is_interrupted": False}
    return {"is_interrupted": event["is_interrupted"]} if kind == "loop_interrupted" else {}


_KEPT = (
    "task", "choices", "restaurant", "city", "cuisine", "street", "sought", "listed", "found", "refused",
    "refused_cuisines", "party_size", "date", "time", "name", "phone", "notes", "area", "features", "hold",
    "reservation", "pending", "errand", "code_is_void", "talked_of", "said_last", "misses", "touched_at",
    "is_unsure", "before", "replied_to",
)  # fmt: skip
_RENAMED = {"task_has_target": "has_target", **{name: name for name in _KEPT}}
_SEATING = ("area", "features")


def migrated(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a tracker's events, oldest first, as they would be had `state` been its slot from the beginning."""
    kept = [event for event in events if _slot(event) not in _RENAMED]
    if len(kept) == len(events) or any(_slot(event) == "state" for event in kept):
        return kept
    state = _state_of({event["name"]: event["value"] for event in events if _slot(event) in _RENAMED})
    if before := state.get("before"):
        state["before"] = {**_seating_of(before["code"], events), **before}
    return [*kept, {"event": "slot", "timestamp": events[-1].get("timestamp"), "name": "state", "value": state}]


def _slot(event: dict[str, Any]) -> str | None:
    """Return the name of the slot that an event sets, if it sets one."""
    return event.get("name") if event.get("event") == "slot" else None


def _seating_of(code: str, events: list[dict[str, Any]]) -> dict[str, Any]:
    """Return where the party of a booking asked to sit: what the slots held when the message came that booked it.

    The turn that books a table clears them, and `before` did not tell it.
    """
    slots: dict[str, Any] = {}
    as_found: dict[str, Any] = {}
    for event in events:
        if event.get("event") == "user":
            as_found = dict(slots)
        elif name := _slot(event):
            slots[name] = event["value"]
            if slots.get("reservation") == code:
                return {name: as_found[name] for name in _SEATING if as_found.get(name)}
    return {}


def _state_of(slots: dict[str, Any]) -> dict[str, Any]:
    """Return the slot `state` for the slots that there were, as JSON."""
    state = {_RENAMED[name]: value for name, value in slots.items() if value is not None}
    if state.get("task") == "booking":
        state["task"] = "book"
    state["choices"] = [{"label": each["label"], "fills": each["slots"]} for each in state.get("choices", ())]
    return state
