"""The turns of dialogues in the database: each step is one round trip, and no connection is held in between.

A turn has its dialogue by a lease. Whoever takes the dialogue once the lease has run out gets a higher fencing number, and
what the turn before would still write is refused. So a process that was frozen and wakes up answers nothing twice, and
nothing depends on a session of the database.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Lock, Thread
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Engine

from booking_engine.phones import canonical_phone
from booking_engine.storage.sql import Statement, array_of, driver_of
from booking_engine.storage.transactions import run_query
from bot.conversations import Conversation, from_row
from bot.messages import Answer, Inbound, Status, rows_of

logger = logging.getLogger(__name__)

_LEASE_LOST, _ANSWER_LATE = "TT001", "TT002"  # SQLSTATEs of finish_turn.sql


LEASE_SECONDS = 3.0
"""How long a turn has its dialogue unless it is renewed, and so how long others wait for a turn that has died."""
_RENEWED_EVERY = 1.0  # seconds


class LeaseLost(Exception):
    """Another turn has taken the dialogue, so this one has written nothing."""


class AnswerLate(Exception):
    """The request that should have carried the answer is over, so nothing was written."""


@dataclass(frozen=True)
class Turn:
    """A turn that has its dialogue.

    `state`: what the dialogue manager is to be told; None before the first message. `open`: the conversation's unanswered
    messages, oldest first. `is_retaken`: the turn before was never finished, and may have had its effects. `carries`: there
    are answers already that the response to the request is to give.
    """

    conversation: Conversation
    fence: int
    state: dict[str, Any] | None
    open: tuple[Inbound, ...]
    is_retaken: bool = False
    carries: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a turn leaves behind.

    `carried_by`: the sid of the message whose HTTP response delivers the answer, until `said_until` (UTC); None if the outbox
    does. `asked_at` is by the clock of the conversation.
    """

    status: Status
    attempts: int
    asked_at: datetime | None
    lately: dict[str, Any] | None
    carried_by: str | None = None
    said_until: datetime | None = None


def receive(
    database: Engine,
    conversation: Conversation,
    message: Inbound,
    *,
    now: datetime,
    forgotten: Sequence[str] = (),
    take: bool = True,
) -> Turn | None:
    """Store a message, and take its dialogue. From here on the message cannot be lost.

    Return None if the dialogue is not free, or is not to be taken. A message with a sid that is known changes nothing. `now` is
    the service's clock; `forgotten`: see `conversations.remember`. Raises TryAgain: the database is away, so nothing was stored.
    """
    is_text = conversation.channel == "sms"
    values = {
        "conversation_id": conversation.id,
        "phone": conversation.phone,
        "address": conversation.address,
        "our_number": conversation.our_number,
        "forgotten": array_of(forgotten),
        "line": canonical_phone(conversation.our_number or "") if is_text else None,
        "sid": message.sid,
        "text": message.text,
        "media_count": message.media_count,
        "opt_out_type": message.opt_out_type,
        "sent_from": message.address,
        "now": now,
        "seconds": LEASE_SECONDS if take else None,
    }
    return _take(database, Statement(_RECEIVE, values))


def take(database: Engine, conversation_id: UUID, sid: str | None = None) -> Turn | None:
    """Take the dialogue of a conversation; None if it is not free. `sid`: of the message that the request brought.

    Raises TryAgain.
    """
    values = {"conversation_id": conversation_id, "sid": sid, "seconds": LEASE_SECONDS}
    return _take(database, Statement(_TAKE, values))


def release(database: Engine, turn: Turn) -> None:
    """Give the dialogue back, if the turn still has it. Raises TryAgain."""
    values = {"dialogue_id": turn.conversation.dialogue, "fence": turn.fence}
    run_query(database, lambda connection: driver_of(connection).execute(_RELEASE, values))


def put_off(database: Engine, turn: Turn, message: Inbound, *, attempts: int, retry_at: datetime) -> None:
    """Give the dialogue back with a message that could not be answered. `retry_at`: by the service's clock.

    Raises TryAgain.
    """
    values = {
        "dialogue_id": turn.conversation.dialogue, "fence": turn.fence, "conversation_id": message.conversation_id,
        "sid": message.sid, "attempts": attempts, "retry_at": retry_at,
    }  # fmt: skip
    run_query(database, lambda connection: driver_of(connection).execute(_PUT_OFF, values))


def finish(database: Engine, turn: Turn, message: Inbound, answer: Answer, outcome: Outcome) -> Answer:
    """Store the answer to a message, and give the dialogue back. Return the answer with its place in the thread.

    Raises LeaseLost, AnswerLate and TryAgain; nothing was stored then.
    """
    return run_query(database, lambda connection: _finish(driver_of(connection), turn, message, answer, outcome))


def finish_within(connection: Connection, turn: Turn, message: Inbound, answer: Answer, outcome: Outcome) -> Answer:
    """As `finish`, in a transaction that stores more; it has to be rolled back if this raises."""
    return _finish(driver_of(connection), turn, message, answer, outcome)


class LeaseKeeper:
    """Renews the leases of the turns that take long, until they are over. Safe to share between threads."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._taken: dict[tuple[UUID, int], float] = {}
        self._lock = Lock()
        self._thread: Thread | None = None

    @contextmanager
    def keeping(self, turn: Turn) -> Iterator[None]:
        """Renew the turn's lease for as long as the block runs."""
        key = (turn.conversation.dialogue, turn.fence)
        with self._lock:
            self._taken[key] = time.monotonic()
            if self._thread is None:  # not before: the process may have been forked
                self._thread = Thread(target=self._run, name="leases", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                del self._taken[key]

    def _run(self) -> None:
        while True:
            time.sleep(_RENEWED_EVERY)
            begun_before = time.monotonic() - _RENEWED_EVERY
            with self._lock:
                due = [key for key, begun in self._taken.items() if begun < begun_before]
            try:
                if due:
                    self._renew(due)
            except Exception:
                logger.exception("leases not renewed")

    def _renew(self, due: list[tuple[UUID, int]]) -> None:
        ids, fences = zip(*due, strict=True)
        values = {"ids": list(ids), "fences": list(fences), "seconds": LEASE_SECONDS}
        run_query(self._database, lambda connection: driver_of(connection).execute(_RENEW, values))


def _take(database: Engine, taking: Statement) -> Turn | None:
    """Run a statement that takes a dialogue and returns what its turn needs."""

    def body(connection: Connection) -> dict[str, Any] | None:
        cursor = driver_of(connection).cursor(row_factory=dict_row)
        return cursor.execute(taking.sql, taking.values).fetchone()

    row = run_query(database, body)
    if row is None:
        return None
    unanswered = tuple(_inbound(row["id"], found) for found in row["unanswered"] or ())
    return Turn(from_row(row), row["fence"], row["state"], unanswered, row["is_retaken"], row["carries"])


def _inbound(conversation_id: UUID, found: dict[str, Any]) -> Inbound:
    """Build a message from JSON."""
    received_at = datetime.fromisoformat(found.pop("received_at"))
    return Inbound(conversation_id, received_at=received_at, **found)


def _finish(driver: psycopg.Connection[Any], turn: Turn, message: Inbound, answer: Answer, outcome: Outcome) -> Answer:
    texts, payloads = rows_of(answer)
    values = {
        "dialogue_id": turn.conversation.dialogue,
        "fence": turn.fence,
        "state": _json(answer.state),
        "expects": answer.expects,
        "asked_at": outcome.asked_at,
        "conversation_id": message.conversation_id,
        "lately": _json(outcome.lately),
        "sid": message.sid,
        "status": outcome.status,
        "attempts": outcome.attempts,
        "traces": _json(answer.traces),
        "carried_by": outcome.carried_by,
        "said_until": outcome.said_until,
        "texts": texts,
        "payloads": [Jsonb(payload) for payload in payloads],
    }
    try:
        rows = driver.execute(_FINISH, values).fetchall()
    except psycopg.Error as error:
        if error.sqlstate == _LEASE_LOST:
            raise LeaseLost from error
        if error.sqlstate == _ANSWER_LATE:
            raise AnswerLate from error
        raise
    return answer.stored_as([seq for seq, _ in rows], rows[-1][1] if rows else None)


def _json(document: Any) -> Jsonb | None:
    return None if document is None else Jsonb(document)


_TURN: LiteralString = """
    SELECT (t.thread).*, t.fence, t.state, t.is_retaken, t.expects, t.asked_at, t.catalogue_version, t.unanswered, t.carries
    FROM read_turn({fence}, %(conversation_id)s, %(sid)s) t
"""
_RECEIVE = _TURN.format(
    fence="""receive_message(
        %(conversation_id)s, %(phone)s, %(address)s, %(our_number)s, %(line)s, %(forgotten)s::text[], %(sid)s, %(text)s,
        %(media_count)s, %(opt_out_type)s, %(sent_from)s, %(now)s, %(seconds)s
    )"""
)
_TAKE = _TURN.format(fence="take_turn(%(conversation_id)s, %(seconds)s)")
_RELEASE = "UPDATE dialogue SET leased_until = NULL WHERE id = %(dialogue_id)s AND fence = %(fence)s"
_RENEW = """
    UPDATE dialogue d SET leased_until = clock_timestamp() + make_interval(secs => %(seconds)s)
    FROM unnest(%(ids)s::uuid[], %(fences)s::bigint[]) AS taken (id, fence)
    WHERE d.id = taken.id AND d.fence = taken.fence AND d.leased_until IS NOT NULL
"""
_PUT_OFF = """
    WITH given_back AS (
        UPDATE dialogue SET leased_until = NULL WHERE id = %(dialogue_id)s AND fence = %(fence)s RETURNING id
    )
    UPDATE inbound SET attempts = %(attempts)s, retry_at = %(retry_at)s
    WHERE conversation_id = %(conversation_id)s AND sid = %(sid)s AND EXISTS (SELECT FROM given_back)
"""
_FINISH = """
    SELECT seq, created_at FROM finish_turn(
        %(dialogue_id)s, %(fence)s, %(state)s, %(expects)s, %(asked_at)s, %(conversation_id)s, %(lately)s, %(sid)s,
        %(status)s, %(attempts)s, %(traces)s, %(carried_by)s, %(said_until)s, %(texts)s, %(payloads)s
    )
"""
