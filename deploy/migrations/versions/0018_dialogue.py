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
_FUNCTIONS = ("receive_message", "remember_thread", "take_turn", "finish_turn")


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
    for statement in _INSTALLED:
        op.execute(statement)


def downgrade() -> None:
    for name in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
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


_INSTALLED = (
    """
    CREATE FUNCTION remember_thread(p_id uuid, p_phone text, p_address text, p_our_number text, p_line text)
    RETURNS void LANGUAGE sql AS $$
        INSERT INTO conversation (id, channel, phone, address, our_number, restaurant)
        SELECT p_id, 'sms', p_phone, p_address, p_our_number, (SELECT slug FROM restaurant WHERE sms_number = p_line)
        ON CONFLICT (id) DO UPDATE SET address = excluded.address
        WHERE excluded.address IS NOT NULL AND conversation.address IS DISTINCT FROM excluded.address
    $$
    """,
    """
    COMMENT ON FUNCTION remember_thread IS 'a text thread is stored, or its new address'
    """,
    """
    CREATE FUNCTION take_turn(p_conversation_id uuid, p_seconds double precision) RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE
        taken bigint;
    BEGIN
        PERFORM set_config('synchronous_commit', 'off', true);
        INSERT INTO dialogue AS d (id, fence, leased_until)
        SELECT coalesce(dialogue_id, id), 1, clock_timestamp() + make_interval(secs => p_seconds)
        FROM conversation WHERE id = p_conversation_id
        ON CONFLICT (id) DO UPDATE
        SET fence = d.fence + 1, leased_until = excluded.leased_until, is_retaken = d.leased_until IS NOT NULL
        WHERE d.leased_until IS NULL OR d.leased_until < clock_timestamp()
        RETURNING d.fence INTO taken;
        RETURN taken;
    END
    $$
    """,
    """
    COMMENT ON FUNCTION take_turn IS 'a dialogue is taken for a turn, unless another one has it'
    """,
    """
    CREATE FUNCTION receive_message(
        p_conversation_id uuid, p_phone text, p_address text, p_our_number text, p_line text,
        p_sid text, p_text text, p_media_count integer, p_opt_out_type text, p_sent_from text, p_now timestamptz,
        p_seconds double precision
    ) RETURNS bigint LANGUAGE plpgsql AS $$
    BEGIN
        -- The commit of the answer waits for the disk and takes this one there too; until then nobody is told anything.
        PERFORM set_config('synchronous_commit', 'off', true);
        IF p_line IS NOT NULL THEN  -- only a text may be the first of its thread; a chat was opened before
            PERFORM remember_thread(p_conversation_id, p_phone, p_address, p_our_number, p_line);
        END IF;
        INSERT INTO inbound (conversation_id, sid, text, media_count, opt_out_type, address, said_at)
        SELECT p_conversation_id, p_sid, p_text, p_media_count, p_opt_out_type, p_sent_from, p_now + (
            SELECT clock_shift FROM conversation WHERE id = p_conversation_id
        )
        ON CONFLICT DO NOTHING;
        RETURN CASE WHEN p_seconds IS NOT NULL THEN take_turn(p_conversation_id, p_seconds) END;
    END
    $$
    """,
    """
    COMMENT ON FUNCTION receive_message IS 'a message is stored, and its dialogue taken if it is free'
    """,
    """
    CREATE FUNCTION finish_turn(
        p_dialogue_id uuid, p_fence bigint, p_state jsonb, p_expects text, p_asked_at timestamptz,
        p_conversation_id uuid, p_lately jsonb, p_sid text, p_status text, p_attempts integer, p_traces jsonb,
        p_carried_by text, p_said_until timestamptz, p_texts text[], p_payloads jsonb[]
    ) RETURNS TABLE (seq bigint, created_at timestamptz) LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE dialogue d SET state = coalesce(p_state, d.state), expects = p_expects, asked_at = p_asked_at, leased_until = NULL
        WHERE d.id = p_dialogue_id AND d.fence = p_fence;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'another turn has the dialogue' USING ERRCODE = 'TT001';
        END IF;
        IF p_said_until < clock_timestamp() THEN
            RAISE EXCEPTION 'the answer is late' USING ERRCODE = 'TT002';
        END IF;
        UPDATE inbound i SET status = p_status, attempts = p_attempts, retry_at = NULL, traces = p_traces
        WHERE i.conversation_id = p_conversation_id AND i.sid = p_sid;
        UPDATE conversation c SET lately = p_lately WHERE c.id = p_conversation_id AND c.lately IS DISTINCT FROM p_lately;
        RETURN QUERY INSERT INTO outbound AS o (conversation_id, reply_to, carried_by, text, payload)
        SELECT p_conversation_id, p_sid, p_carried_by, said.text, said.payload
        FROM unnest(p_texts, p_payloads) WITH ORDINALITY AS said (text, payload, place) ORDER BY said.place
        RETURNING o.seq, o.created_at;
    END
    $$
    """,
    """
    COMMENT ON FUNCTION finish_turn IS 'a message is answered, unless the turn has lost the dialogue or the answer is late'
    """,
)
