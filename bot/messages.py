"""Inbound and outbound messages as rows. An inbound message is stored before anything is done with it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot import schema

Status = Literal["received", "promised", "answered", "silenced", "failed"]
Verified = Literal["right", "wrong", "void", "lapsed"]
"""Outcome of a typed code. `void`: there were too many wrong attempts, so no more are checked."""


@dataclass(frozen=True)
class Inbound:
    """A message from a diner. `sid` is Twilio's or the chat client's own; `address` is a digest of the sender's IP address."""

    conversation_id: uuid.UUID
    sid: str
    text: str
    media_count: int = 0
    opt_out_type: str | None = None
    seq: int = 0
    status: Status = "received"
    attempts: int = 0
    address: str | None = None
    verified: Verified | None = None


@dataclass(frozen=True)
class Choice:
    """An option to pick: its label, and the digit that selects it."""

    label: str
    text: str


@dataclass(frozen=True)
class Said:
    """A message to the diner, not yet rendered for a channel. `seq` is its position in the thread, set once it is stored."""

    text: str
    choices: tuple[Choice, ...] = ()
    seq: int = 0


@dataclass(frozen=True)
class Verify:
    """A request by the dialogue to verify this phone (E.164); `anew` asks for a new code."""

    phone: str
    anew: bool = False


@dataclass(frozen=True)
class Answer:
    """Everything a turn says; without a word, the message is answered by nothing.

    `hold`, `reservation` and `asks` are in the chat API's format. `at`: when it was stored, in UTC. `moves`: the chat
    continues by text. `opts_out`: the diner is to get no more texts. `left`: the part of the message that still has to be
    answered. `is_automatic`: the message is a machine's, a phone's reaction to a text, or a quote of one. `is_idle`:
    nothing was done about it, and no question of it was answered.
    """

    said: tuple[Said, ...] = ()
    expects: str | None = None
    hold: dict[str, Any] | None = None
    reservation: dict[str, Any] | None = None
    asks: dict[str, Any] | None = None
    promised: bool = False
    at: datetime | None = None
    verify: Verify | None = None
    moves: bool = False
    left: str | None = None
    opts_out: bool = False
    is_automatic: bool = False
    is_idle: bool = False

    def payload(self) -> dict[str, Any]:
        """State of the conversation after the answer, as stored with its last message."""
        return {name: getattr(self, name) for name in ("expects", "hold", "reservation", "asks", "promised")}


@dataclass(frozen=True)
class ThreadMessage:
    """A message of the thread, in either direction, for display."""

    seq: int
    direction: Literal["in", "out"]
    text: str
    at: datetime
    sid: str | None
    payload: dict[str, Any] = field(default_factory=dict)


def store_inbound(connection: Connection, message: Inbound, *, now: datetime) -> None:
    """Store a message under its sid, ignoring repeats. `now` is the service's clock."""
    c = schema.conversation.c
    said_at = select(literal(now, schema.inbound.c.said_at.type) + c.clock_shift).where(c.id == message.conversation_id)
    values = {
        "conversation_id": message.conversation_id,
        "sid": message.sid,
        "text": message.text,
        "media_count": message.media_count,
        "opt_out_type": message.opt_out_type,
        "address": message.address,
        "said_at": said_at.scalar_subquery(),
    }
    connection.execute(upsert(schema.inbound).values(values).on_conflict_do_nothing())


def open_messages(connection: Connection, conversation_id: uuid.UUID) -> list[Inbound]:
    """Return the conversation's unanswered messages, oldest first."""
    c = schema.inbound.c
    query = select(schema.inbound).where(c.conversation_id == conversation_id, c.status.in_(["received", "promised"]))
    return [_inbound(row) for row in connection.execute(query.order_by(c.seq))]


def lock_inbound(connection: Connection, conversation_id: uuid.UUID, sid: str) -> Inbound | None:
    """Return the message in its current state, locked until the transaction ends."""
    c = schema.inbound.c
    query = select(schema.inbound).where(c.conversation_id == conversation_id, c.sid == sid)
    row = connection.execute(query.with_for_update()).first()
    return _inbound(row) if row else None


def _inbound(row: Any) -> Inbound:
    return Inbound(**{name: row._mapping[name] for name in Inbound.__dataclass_fields__})


def waiting_conversations(
    connection: Connection, now: datetime, crashed_before: datetime, limit: int
) -> list[uuid.UUID]:
    """Return conversations with an answer due: promised ones up for retry, and messages whose handler died."""
    c = schema.inbound.c
    is_due = or_(
        (c.status == "promised") & (c.retry_at <= now),
        (c.status == "received") & (c.received_at < crashed_before),
    )
    return list(connection.scalars(select(c.conversation_id).where(is_due).distinct().limit(limit)))


def note_attempt(connection: Connection, message: Inbound) -> None:
    """Record that the dialogue is about to be asked, so that a retry after a crash first checks whether it was."""
    c = schema.inbound.c
    where = (c.conversation_id == message.conversation_id) & (c.sid == message.sid) & (c.attempts == 0)
    connection.execute(update(schema.inbound).where(where).values(attempts=1))


def note_verified(connection: Connection, message: Inbound, outcome: Verified) -> None:
    """Record the outcome of the code in a message, so that it is checked only once."""
    c = schema.inbound.c
    where = (c.conversation_id == message.conversation_id) & (c.sid == message.sid)
    connection.execute(update(schema.inbound).where(where).values(verified=outcome))


def set_status(
    connection: Connection,
    message: Inbound,
    status: Status,
    *,
    attempts: int | None = None,
    retry_at: datetime | None = None,
) -> None:
    """Set the status of a message and when to retry it."""
    c = schema.inbound.c
    values: dict[str, Any] = {"status": status, "retry_at": retry_at}
    if attempts is not None:
        values["attempts"] = attempts
    where = (c.conversation_id == message.conversation_id) & (c.sid == message.sid)
    connection.execute(update(schema.inbound).where(where).values(**values))


def store_answer(connection: Connection, message: Inbound, answer: Answer, *, carried_by: str | None) -> None:
    """Store the answer to a message.

    `carried_by` is the sid of the message whose HTTP response delivers it; None if the outbox does.
    """
    rows = []
    for position, said in enumerate(answer.said):
        is_last = position == len(answer.said) - 1
        payload = _choices(said) | (answer.payload() if is_last else {})
        rows.append(
            {
                "conversation_id": message.conversation_id,
                "reply_to": message.sid,
                "carried_by": carried_by,
                "text": said.text,
                "payload": payload,
            }
        )
    if rows:
        connection.execute(insert(schema.outbound), rows)


def store_greeting(connection: Connection, conversation_id: uuid.UUID, answer: Answer) -> Answer:
    """Store what the bot says unprompted. Return it with its position in the thread."""
    rows = [
        {"conversation_id": conversation_id, "text": said.text, "payload": _choices(said) | answer.payload()}
        for said in answer.said
    ]
    statement = insert(schema.outbound).returning(schema.outbound.c.seq, sort_by_parameter_order=True)
    seqs = connection.scalars(statement, rows).all()
    return replace(answer, said=tuple(replace(said, seq=seq) for said, seq in zip(answer.said, seqs, strict=True)))


def _choices(said: Said) -> dict[str, Any]:
    return {"choices": [vars(choice) for choice in said.choices]}


def carried_answer(connection: Connection, conversation_id: uuid.UUID, sid: str) -> Answer:
    """Return what the HTTP response to this message says, for the first request and for repeats."""
    c = schema.outbound.c
    query = select(schema.outbound).where(c.conversation_id == conversation_id, c.carried_by == sid).order_by(c.seq)
    rows = connection.execute(query).all()
    kept = [row for row in rows if not row.payload.get("promised")] or rows  # the answer replaces its promise
    said = [
        Said(row.text, tuple(Choice(**choice) for choice in row.payload.get("choices", [])), row.seq) for row in kept
    ]
    facts: dict[str, Any] = kept[-1].payload if kept else {}
    return Answer(
        tuple(said),
        expects=facts.get("expects"),
        hold=facts.get("hold"),
        reservation=facts.get("reservation"),
        asks=facts.get("asks"),
        promised=bool(facts.get("promised")),
        at=kept[-1].created_at if kept else None,
    )


def store_notice(
    connection: Connection, conversation_id: uuid.UUID, text: str, payload: dict[str, Any], provider_sid: str | None
) -> None:
    """Add a notification text to the thread."""
    values = {"conversation_id": conversation_id, "text": text, "payload": payload, "provider_sid": provider_sid}
    connection.execute(insert(schema.outbound).values(**values))


def thread(connection: Connection, conversation_id: uuid.UUID, *, after: int = 0) -> list[ThreadMessage]:
    """Return the whole thread in order, or what came after the message `after`."""
    i, o = schema.inbound.c, schema.outbound.c
    inbound = select(schema.inbound).where(i.conversation_id == conversation_id, i.seq > after)
    outbound = select(schema.outbound).where(o.conversation_id == conversation_id, o.seq > after)
    lines = [ThreadMessage(r.seq, "in", r.text, r.received_at, r.sid) for r in connection.execute(inbound)]
    lines += [
        ThreadMessage(r.seq, "out", r.text, r.created_at, r.provider_sid, r.payload)
        for r in connection.execute(outbound)
    ]
    return sorted(lines, key=lambda line: line.seq)


def newest(connection: Connection, conversation_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Position of the newest message in each of these conversations."""
    found: dict[uuid.UUID, int] = {}
    for table in (schema.inbound, schema.outbound):
        c = table.c
        query = select(c.conversation_id, func.max(c.seq)).where(c.conversation_id.in_(conversation_ids))
        for conversation_id, seq in connection.execute(query.group_by(c.conversation_id)):
            found[conversation_id] = max(found.get(conversation_id, 0), seq)
    return found
