"""Texts to send: queued with the booking, claimed by a worker, never sent twice.

A sender claims due rows, marks one as being sent and commits, calls the provider, then marks it sent or failed. A row left
"being sent" by a crash comes back from `claim_due` with `in_doubt` set: ask the provider before sending it again.
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
    """A claimed row. The claim holds until `claimed_until`."""

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
    """Queue a text; a second one with the same `dedupe_id` is dropped. Returns the row's id.

    `shift`: how far the clock of `due_at` is ahead of the one by which texts are sent.
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
    """Claim up to `limit` due messages until `now + lease`, oldest first; rows claimed by others are passed over.

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
    """Note that the provider is about to be called; commit this first. False: do not send.

    False when the message was voided, sent, or claimed by another worker meanwhile.
    """
    marked = connection.execute(
        update(outbox)
        .where(outbox.c.id == message.id, outbox.c.claimed_until == message.claimed_until, _IS_OPEN)
        .where(outbox.c.sending_at.is_not(None) if message.in_doubt else outbox.c.sending_at.is_(None))
        .values(sending_at=now, attempts=outbox.c.attempts + 1)
    )
    return marked.rowcount == 1


def mark_sent(connection: Connection, message_id: UUID, provider_sid: str, *, now: datetime) -> None:
    """The provider has taken the message."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id == message_id, outbox.c.sent_at.is_(None))
        .values(sent_at=now, provider_sid=provider_sid, claimed_until=None, last_error=None)
    )


def mark_failed(
    connection: Connection, message_id: UUID, error: str, retry_at: datetime | None, *, now: datetime
) -> None:
    """The provider certainly did not take the message: try again at `retry_at`, or never (None)."""
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
    """Take back a message that nobody has begun to send. False when it is too late for that."""
    voided = connection.execute(
        update(outbox)
        .where(outbox.c.id == message_id, outbox.c.sending_at.is_(None), _IS_OPEN)
        .values(voided_at=now, claimed_until=None)
    )
    return voided.rowcount == 1


def hurry(connection: Connection, phone: str, *, due_by: datetime, now: datetime) -> int:
    """Make the texts to a phone due that wait for a moment up to `due_by`; gives how many. `now` by the service's clock."""
    hurried = connection.execute(
        update(outbox)
        .where(outbox.c.to_phone == phone, outbox.c.due_at <= due_by, outbox.c.next_attempt_at > now)
        .where(outbox.c.sending_at.is_(None), _OPEN)
        .values(next_attempt_at=now)
    )
    return hurried.rowcount


_OPEN = and_(outbox.c.sent_at.is_(None), outbox.c.failed_at.is_(None), outbox.c.voided_at.is_(None))
"""As the index of what is due has it."""
_IS_OPEN = func.coalesce(outbox.c.sent_at, outbox.c.failed_at, outbox.c.voided_at).is_(None)
"""The same of a message that is known by its id: so that the primary key finds it, and not that whole index."""
