"""The outbox of texts: queued with the booking, claimed by a worker, never sent twice.

A worker claims as many due rows as it can send now. The claim marks them as being sent and is committed before the provider
is called; then the worker settles what came of each. A row whose claim has run out was left behind by a crash or a hang:
`claim_due` returns it with `in_doubt` set, and the provider is asked before it is sent again. See docs/adr/0010.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from booking_engine.storage.schema import OUTBOX_OPEN, OUTBOX_PRIORITY, outbox

ANSWER, CONFIRMATION, REMINDER = 0, 1, 2
"""Priorities: texts that somebody waits for, texts about a booking just made or changed, reminders."""

_TEXTS = UUID("6f4ff0f4-3df5-4a4b-9d1a-6d3b0f4a9a55")
_LONGEST_ERROR = 500


@dataclass(frozen=True)
class OutboxMessage:
    """A claimed outbox row. `attempts` counts this one; `sending_at`: when it was first begun, by the service's clock.

    `in_doubt`: an earlier attempt may have reached the provider. `resend_of`: the text that was not delivered and that this
    one repeats.
    """

    id: UUID
    kind: str
    conversation_id: UUID | None
    to_phone: str
    payload: dict[str, Any]
    due_at: datetime
    next_attempt_at: datetime
    sending_at: datetime
    attempts: int
    in_doubt: bool
    resend_of: UUID | None


@dataclass(frozen=True)
class Sent:
    """The provider has the text, under this sid."""

    id: UUID
    provider_sid: str


@dataclass(frozen=True)
class Postponed:
    """Not sent, or perhaps sent (`in_doubt`): claim it again, but not before `retry_at`.

    `counts`: it was an attempt. It was none if the provider cannot be reached, or takes no text at all just now.
    """

    id: UUID
    error: str
    retry_at: datetime | None = None
    in_doubt: bool = False
    counts: bool = True


@dataclass(frozen=True)
class Ended:
    """Never to be sent. A dead letter, unless it `is_dropped`: then nobody needs to look at it."""

    id: UUID
    error: str
    is_dropped: bool = False


Outcome = Sent | Postponed | Ended


def enqueue_text(
    connection: Connection,
    *,
    to_phone: str,
    conversation_id: UUID | None,
    payload: dict[str, Any],
    due_at: datetime,
    shift: timedelta = timedelta(0),
    dedupe_id: str | None,
    kind: Literal["text", "phone_code"] = "text",
) -> UUID:
    """Queue a text and return its row's id; a duplicate `dedupe_id` is dropped.

    `shift`: how far the clock of `due_at` is ahead of the clock on which texts are sent.
    """
    message_id = uuid5(_TEXTS, dedupe_id) if dedupe_id is not None else uuid4()
    connection.execute(
        insert(outbox)
        .values(
            id=message_id,
            kind=kind,
            conversation_id=conversation_id,
            to_phone=to_phone,
            payload=payload,
            due_at=due_at,
            created_at=due_at,
            next_attempt_at=due_at - shift,
        )
        .on_conflict_do_nothing(index_elements=[outbox.c.id])
    )
    return message_id


def claim_due(
    connection: Connection, worker: UUID, *, priority: int, now: datetime, limit: int, lease: timedelta
) -> list[OutboxMessage]:
    """Claim up to `limit` due messages of a priority until `now + lease`, those due longest first. Commit before sending any.

    Rows that other workers claim are skipped. Texts of one priority to one phone are sent in their order: of these, only the
    first that is still open is claimed.
    """
    values = {"worker": worker, "priority": priority, "now": now, "until": now + lease, "most": limit}
    messages = [OutboxMessage(**row._mapping) for row in connection.execute(_CLAIM, values)]
    return sorted(messages, key=lambda message: (message.next_attempt_at, message.due_at, message.id))


def extend_claims(connection: Connection, worker: UUID, ids: Collection[UUID], *, until: datetime) -> set[UUID]:
    """Keep claims until then. Returns those that still are this worker's."""
    o = outbox.c
    kept = update(outbox).where(o.id.in_(ids), o.claimed_by == worker, _IS_OPEN).values(claimed_until=until)
    return set(connection.scalars(kept.returning(o.id)))


def settle(connection: Connection, worker: UUID, outcomes: Iterable[Outcome], *, now: datetime) -> None:
    """Record what came of messages that this worker claimed. What was sent is recorded even if the claim was lost."""
    outcomes = list(outcomes)
    _mark_sent(connection, [o for o in outcomes if isinstance(o, Sent)], now)
    _mark_postponed(connection, worker, [o for o in outcomes if isinstance(o, Postponed)])
    _mark_ended(connection, worker, [o for o in outcomes if isinstance(o, Ended)], now)


def _mark_sent(connection: Connection, sent: list[Sent], now: datetime) -> None:
    if sent:
        values = {"ids": [o.id for o in sent], "sids": [o.provider_sid for o in sent], "now": now}
        connection.execute(_MARK_SENT, values)


def _mark_postponed(connection: Connection, worker: UUID, postponed: list[Postponed]) -> None:
    if postponed:
        values = {
            "worker": worker,
            "ids": [o.id for o in postponed],
            "errors": [_storable(o.error) for o in postponed],
            "retries": [o.retry_at for o in postponed],
            "in_doubt": [o.in_doubt for o in postponed],
            "counted": [o.counts for o in postponed],
        }
        connection.execute(_MARK_POSTPONED, values)


def _mark_ended(connection: Connection, worker: UUID, ended: list[Ended], now: datetime) -> None:
    if ended:
        values = {
            "worker": worker,
            "ids": [o.id for o in ended],
            "errors": [_storable(o.error) for o in ended],
            "dropped": [o.is_dropped for o in ended],
            "now": now,
        }
        connection.execute(_MARK_ENDED, values)


def on_record(connection: Connection, ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the messages that are still there: what is known of a diner may be deleted while a text goes out."""
    return set(connection.scalars(select(outbox.c.id).where(outbox.c.id.in_(ids))))


def sids_on_record(connection: Connection, provider_sids: Sequence[str]) -> set[str]:
    """Return those of the sids that belong to a text which is known to be sent."""
    return set(connection.scalars(select(outbox.c.provider_sid).where(outbox.c.provider_sid.in_(provider_sids))))


class Waiting(NamedTuple):
    """What is due and not sent, by priority: how many, and for how many seconds the oldest; and the dead letters."""

    due: dict[int, tuple[int, float]]
    dead_letters: int


def waiting(connection: Connection, *, now: datetime) -> Waiting:
    """Return what waits. `now`: by the clock of the service."""
    rows = connection.execute(_DUE, {"now": now})
    due = {row.priority: (row.texts, (now - row.oldest).total_seconds()) for row in rows}
    return Waiting(due, connection.execute(_DEAD).scalar_one())


def void(connection: Connection, message_id: UUID, *, now: datetime) -> bool:
    """Void a message that no worker has started to send. Returns False if it is too late."""
    voided = connection.execute(
        update(outbox)
        .where(outbox.c.id == message_id, outbox.c.sending_at.is_(None), _IS_OPEN)
        .values(voided_at=now, claimed_until=None)
    )
    return voided.rowcount == 1


def hurry(connection: Connection, phone: str, *, due_by: datetime, now: datetime) -> int:
    """Make a phone's waiting texts due now if they are due by `due_by`. Returns the number of texts.

    `now` is on the service's clock.
    """
    hurried = connection.execute(
        update(outbox)
        .where(outbox.c.to_phone == phone, outbox.c.due_at <= due_by, outbox.c.next_attempt_at > now)
        .where(outbox.c.sending_at.is_(None), _OPEN)
        .values(next_attempt_at=now)
    )
    return hurried.rowcount


def _storable(error: str) -> str:
    return error.replace("\0", "")[:_LONGEST_ERROR]


_OPEN = text(OUTBOX_OPEN)
"""The condition of the indexes of open texts."""
_IS_OPEN = func.coalesce(outbox.c.sent_at, outbox.c.failed_at, outbox.c.voided_at).is_(None)
"""The same condition for a message known by id, phrased so that the planner uses the primary key, not the whole index."""

# Conditions of partial indexes are spelled out: with a bound value, a generic plan could not use the index. ARRAY(...) makes
# the planner find the rows by their ids, however many it believes there are. The first text to a phone is looked up for each
# row: of NOT EXISTS the planner makes a join that compares every row with all others. On a table that was never analyzed,
# + 0 keeps it off the index of due texts there.
_CLAIM = text(f"""
    WITH due AS MATERIALIZED (
        SELECT id, sending_at FROM outbox AS o
        WHERE {OUTBOX_OPEN} AND {OUTBOX_PRIORITY} = :priority AND next_attempt_at <= :now
          AND (retry_at IS NULL OR retry_at <= :now) AND (claimed_until IS NULL OR claimed_until < :now)
          AND id = (
            SELECT id FROM outbox WHERE {OUTBOX_OPEN} AND {OUTBOX_PRIORITY} + 0 = :priority AND to_phone = o.to_phone
            ORDER BY next_attempt_at, due_at, id LIMIT 1)
        ORDER BY next_attempt_at, due_at, id LIMIT :most FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox SET claimed_until = :until, claimed_by = :worker, sending_at = coalesce(sending_at, :now),
        attempts = attempts + 1
    WHERE id = ANY (ARRAY(SELECT id FROM due))
    RETURNING id, kind, conversation_id, to_phone, payload, due_at, next_attempt_at, sending_at, attempts, resend_of,
        (SELECT due.sending_at IS NOT NULL FROM due WHERE due.id = outbox.id) AS in_doubt
""")  # noqa: S608 - constants
_DUE = text(f"""
    SELECT {OUTBOX_PRIORITY} AS priority, count(*) AS texts, min(next_attempt_at) AS oldest
    FROM outbox WHERE {OUTBOX_OPEN} AND next_attempt_at <= :now GROUP BY 1
""")  # noqa: S608 - constants
_DEAD = text("SELECT count(*) FROM outbox WHERE failed_at IS NOT NULL AND dropped_at IS NULL")
# One statement for many rows: while many texts are being sent, each round trip waits for its turn to run.
_MARK_SENT = text("""
    UPDATE outbox SET sent_at = :now, provider_sid = v.sid, claimed_until = NULL, claimed_by = NULL, last_error = NULL
    FROM unnest(CAST(:ids AS uuid[]), CAST(:sids AS text[])) AS v (id, sid)
    WHERE outbox.id = v.id AND sent_at IS NULL
""")
_OURS = "outbox.id = v.id AND claimed_by = :worker AND coalesce(sent_at, failed_at, voided_at) IS NULL"
_MARK_POSTPONED = text(f"""
    UPDATE outbox SET retry_at = v.retry_at, last_error = v.error, attempts = attempts - CASE WHEN v.counted THEN 0 ELSE 1 END,
        sending_at = CASE WHEN v.in_doubt THEN sending_at END, claimed_until = NULL, claimed_by = NULL
    FROM unnest(CAST(:ids AS uuid[]), CAST(:errors AS text[]), CAST(:retries AS timestamptz[]),
        CAST(:in_doubt AS boolean[]), CAST(:counted AS boolean[])) AS v (id, error, retry_at, in_doubt, counted)
    WHERE {_OURS}
""")  # noqa: S608 - constants
_MARK_ENDED = text(f"""
    UPDATE outbox SET failed_at = :now, dropped_at = CASE WHEN v.is_dropped THEN :now END, last_error = v.error,
        claimed_until = NULL, claimed_by = NULL
    FROM unnest(CAST(:ids AS uuid[]), CAST(:errors AS text[]), CAST(:dropped AS boolean[])) AS v (id, error, is_dropped)
    WHERE {_OURS}
""")  # noqa: S608 - constants
