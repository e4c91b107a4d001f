"""Inbound and outbound messages as rows. An inbound message is stored before anything is done with it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, false, func, insert, or_, select, text, update

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
    received_at: datetime | None = None
    """by the clock of the database"""


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
    continues by text. `opts_out`: the diner is to get no more texts. `opts_in`: just now the diner has asked for texts
    again. `is_repeat`: it was all found for an earlier request with the same message. `forgets`: all that is known of the
    diner is to be deleted. `code_word`: the word in the message, which is answered with the code. `left`: the part of the
    message that still has to be answered. `is_automatic`: the message is a machine's, a phone's reaction to a text, or a quote
    of one. `is_idle`: nothing was done about it, and no question of it was answered. `state`: what the dialogue is told with
    the next message; None leaves it as it was. `traces`: what the dialogue did about each part of the message, in names.
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
    opts_in: bool = False
    is_repeat: bool = False
    forgets: bool = False
    code_word: str | None = None
    is_automatic: bool = False
    is_idle: bool = False
    state: dict[str, Any] | None = None
    traces: list[dict[str, Any]] | None = None

    @property
    def has_effects(self) -> bool:
        """Whether more comes of it than what is said and remembered."""
        return bool(self.opts_out or self.forgets or self.verify or self.moves or self.code_word)

    def stored_as(self, seqs: Sequence[int], at: datetime | None) -> Answer:
        """Return the answer with the position of each of its messages in the thread, and when it was stored (UTC)."""
        said = tuple(replace(said, seq=seq) for said, seq in zip(self.said, seqs, strict=True))
        return replace(self, said=said, at=at)

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
    """Return conversations with an answer due, those waiting longest first: promised ones up for retry, and messages whose
    handler died; up to `limit` messages of each."""
    values = {"now": now, "crashed_before": crashed_before, "most": limit}
    return list(dict.fromkeys(connection.scalars(_WAITING, values)))


# The statuses are spelled out: with bound ones, a generic plan could not use the partial indexes and would read the table.
_WAITING = text("""
    (SELECT conversation_id FROM inbound WHERE status = 'promised' AND retry_at <= :now ORDER BY retry_at LIMIT :most)
    UNION ALL
    (SELECT conversation_id FROM inbound WHERE status = 'received' AND received_at < :crashed_before
     ORDER BY received_at LIMIT :most)
""")


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


def store_promise(connection: Connection, message: Inbound, promise: Answer, *, carried_by: str) -> None:
    """Store the promise of an answer. `carried_by`: the sid of the message whose HTTP response delivers it."""
    rows = [
        {
            "conversation_id": message.conversation_id,
            "reply_to": message.sid,
            "carried_by": carried_by,
            "text": text,
            "payload": payload,
        }
        for text, payload in zip(*rows_of(promise), strict=True)
    ]
    connection.execute(insert(schema.outbound), rows)


def rows_of(answer: Answer) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the text and the payload of each row that an answer is stored as."""
    last = len(answer.said) - 1
    payloads = [_choices(said) | (answer.payload() if place == last else {}) for place, said in enumerate(answer.said)]
    return [said.text for said in answer.said], payloads


def store_greeting(connection: Connection, conversation_id: uuid.UUID, answer: Answer) -> Answer:
    """Store what the bot says unprompted. Return it with its position in the thread."""
    rows = [
        {"conversation_id": conversation_id, "text": said.text, "payload": _choices(said) | answer.payload()}
        for said in answer.said
    ]
    statement = insert(schema.outbound).returning(schema.outbound.c.seq, sort_by_parameter_order=True)
    return answer.stored_as(connection.scalars(statement, rows).all(), None)


def _choices(said: Said) -> dict[str, Any]:
    return {"choices": [vars(choice) for choice in said.choices]}


def _choices_in(payload: dict[str, Any]) -> tuple[Choice, ...]:
    return tuple(Choice(**choice) for choice in payload.get("choices", ()))


def carried_answer(connection: Connection, conversation_id: uuid.UUID, sid: str) -> Answer:
    """Return what the HTTP response to this message says, for the first request and for repeats."""
    c = schema.outbound.c
    query = select(schema.outbound).where(c.conversation_id == conversation_id, c.carried_by == sid).order_by(c.seq)
    rows = connection.execute(query).all()
    answered = {row.reply_to for row in rows if not row.payload.get("promised")}
    # An answer replaces its own promise; that of another message does not.
    kept = [row for row in rows if not row.payload.get("promised") or row.reply_to not in answered]
    said = [Said(row.text, _choices_in(row.payload), row.seq) for row in kept]
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


def give_to(connection: Connection, conversation_id: uuid.UUID, sid: str, request_id: uuid.UUID) -> None:
    """Record that of all requests with this message, the response to this one says its answers."""
    c = schema.outbound.c
    carried = (c.conversation_id == conversation_id) & (c.carried_by == sid)
    connection.execute(update(schema.outbound).where(carried).values(given_to=request_id))


def take_over(
    connection: Connection, conversation_id: uuid.UUID, sid: str, request_id: uuid.UUID | None, *, is_owed: bool
) -> tuple[Said, ...]:
    """Take the answers from the HTTP response to a request, which came too late for them, and return what they say.

    They are those that were given to this request, and, if `is_owed`, those that were given to none but the one that found them.
    """
    c = schema.outbound.c
    is_promise = c.payload["promised"].as_boolean().is_(True)
    is_its_own = (
        false() if request_id is None else c.given_to == request_id
    )  # with None, SQLAlchemy would ask for a null
    is_its_own = or_(is_its_own, c.given_to.is_(None) if is_owed else false())
    carried = (c.conversation_id == conversation_id) & (c.carried_by == sid) & is_its_own & ~is_promise
    taken = update(schema.outbound).where(carried).values(carried_by=None).returning(c.seq, c.text, c.payload)
    rows = sorted(connection.execute(taken))
    return tuple(Said(words, _choices_in(payload), seq) for seq, words, payload in rows)


@dataclass(frozen=True)
class Notice:
    """A notification text that was sent. `kind`: that of the outbox."""

    conversation_id: uuid.UUID
    text: str
    kind: str
    provider_sid: str


def store_notices(connection: Connection, notices: Sequence[Notice]) -> None:
    """Add notification texts to their threads, in one statement. One that stands there already is not added again."""
    if notices:
        connection.execute(
            _STORE_NOTICES,
            {
                "ids": [notice.conversation_id for notice in notices],
                "texts": [notice.text for notice in notices],
                "kinds": [notice.kind for notice in notices],
                "sids": [notice.provider_sid for notice in notices],
            },
        )


_STORE_NOTICES = text("""
    INSERT INTO outbound (conversation_id, text, payload, provider_sid)
    SELECT id, words, jsonb_build_object('kind', kind), sid
    FROM unnest(CAST(:ids AS uuid[]), CAST(:texts AS text[]), CAST(:kinds AS text[]), CAST(:sids AS text[]))
        AS v (id, words, kind, sid)
    WHERE NOT EXISTS (SELECT FROM outbound WHERE conversation_id = v.id AND provider_sid = v.sid)
""")


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


def traces_of_dialogue(connection: Connection, dialogue_id: uuid.UUID) -> list[list[dict[str, Any]]]:
    """Return what the dialogue did about each message of the conversations that it goes on in, oldest first."""
    i, c = schema.inbound.c, schema.conversation.c
    together = select(c.id).where(or_(c.id == dialogue_id, c.dialogue_id == dialogue_id))
    query = select(i.traces).where(i.conversation_id.in_(together), i.traces.is_not(None))
    return list(connection.scalars(query.order_by(i.seq)))


def newest(connection: Connection, conversation_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Position of the newest message in each of these conversations."""
    found: dict[uuid.UUID, int] = {}
    for table in (schema.inbound, schema.outbound):
        c = table.c
        query = select(c.conversation_id, func.max(c.seq)).where(c.conversation_id.in_(conversation_ids))
        for conversation_id, seq in connection.execute(query.group_by(c.conversation_id)):
            found[conversation_id] = max(found.get(conversation_id, 0), seq)
    return found
