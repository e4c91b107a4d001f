"""The outbox of texts: queued with the booking, claimed by a worker, never sent twice.

A worker claims due rows, marks one as being sent, commits, calls the provider, then marks it sent or failed. If a crash
leaves a row marked as being sent, `claim_due` returns it with `in_doubt` set: ask the provider before sending it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Connection, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from booking_engine.storage.schema import outbox

_TEXTS = UUID("6f4ff0f4-3df5-4a4b-9d1a-6d3b0f4a9a55")
_LONGEST_ERROR = 500


@dataclass(frozen=True)
class OutboxMessage:
    """A claimed outbox row. The claim expires at `claimed_until`."""

    id: UUID
    kind: str
    restaurant_id: int | None
    reservation_id: int | None
    reservation_code: str | None
    conversation_id: UUID | None
    to_phone: str
    payload: dict[str, Any]
    due_at: datetime
    attempts: int
    next_attempt_at: datetime
    claimed_until: datetime
    in_doubt: bool


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


def claim_due(connection: Connection, now: datetime, limit: int, lease: timedelta) -> list[OutboxMessage]:
    """Claim up to `limit` due messages until `now + lease`, oldest first; skip rows claimed by other workers.

    Commit before sending any of them.
    """
    due = (
        select(outbox.c.id)
        .where(_OPEN, outbox.c.next_attempt_at <= now)
        .where(or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until < now))
        .order_by(outbox.c.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    rows = connection.execute(
        update(outbox).where(outbox.c.id == due.c.id).values(claimed_until=now + lease).returning(outbox)
    ).all()
    messages = [
        OutboxMessage(
            id=row.id,
            kind=row.kind,
            restaurant_id=row.restaurant_id,
            reservation_id=row.reservation_id,
            reservation_code=row.reservation_code,
            conversation_id=row.conversation_id,
            to_phone=row.to_phone,
            payload=row.payload,
            due_at=row.due_at,
            attempts=row.attempts,
            next_attempt_at=row.next_attempt_at,
            claimed_until=row.claimed_until,
            in_doubt=row.sending_at is not None,
        )
        for row in rows
    ]
    return sorted(messages, key=lambda message: (message.due_at, message.id))


def mark_sending(connection: Connection, message: OutboxMessage, *, now: datetime) -> bool:
    """Mark the message as being sent; commit before calling the provider.

    Returns False if it must not be sent: it was voided, sent, or claimed by another worker in the meantime.
    """
    marked = connection.execute(
        update(outbox)
        .where(outbox.c.id == message.id, outbox.c.claimed_until == message.claimed_until, _IS_OPEN)
        .where(outbox.c.sending_at.is_not(None) if message.in_doubt else outbox.c.sending_at.is_(None))
        .values(sending_at=now, attempts=outbox.c.attempts + 1)
    )
    return marked.rowcount == 1


def mark_sent(connection: Connection, message_id: UUID, provider_sid: str, *, now: datetime) -> None:
    """Record that the provider accepted the message."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id == message_id, outbox.c.sent_at.is_(None))
        .values(sent_at=now, provider_sid=provider_sid, claimed_until=None, last_error=None)
    )


def mark_failed(
    connection: Connection, message_id: UUID, error: str, retry_at: datetime | None, *, now: datetime
) -> None:
    """Record that the provider did not accept the message; retry at `retry_at`, or never if None."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id == message_id, outbox.c.sent_at.is_(None))
        .values(
            last_error=error.replace("\0", "")[:_LONGEST_ERROR],
            claimed_until=None,
            sending_at=None,
            next_attempt_at=retry_at if retry_at is not None else outbox.c.next_attempt_at,
            failed_at=None if retry_at is not None else now,
        )
    )


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


_OPEN = and_(outbox.c.sent_at.is_(None), outbox.c.failed_at.is_(None), outbox.c.voided_at.is_(None))
"""The condition of the index of due texts."""
_IS_OPEN = func.coalesce(outbox.c.sent_at, outbox.c.failed_at, outbox.c.voided_at).is_(None)
"""The same condition for a message known by id, phrased so that the planner uses the primary key, not the whole index."""
