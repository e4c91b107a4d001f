"""Dead letters: texts of the outbox that failed for good, for somebody to look at. They are retried or dropped by hand.

A text that the provider took and did not deliver is sent again as a new row, which names the old one in `resend_of`: each
text that left has a row of its own, with its sid.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Connection, text

_RESENDS = UUID("b5d9ddc8-6cd0-4a5f-9f5e-4d5a3a8b9c70")


@dataclass(frozen=True)
class DeadLetter:
    """A text that failed. Times by the clock of the service. `was_sent`: the provider took it and did not deliver it."""

    id: UUID
    kind: str
    reservation_code: str | None
    due_at: datetime
    failed_at: datetime
    attempts: int
    error: str
    was_sent: bool


def dead_letters(
    connection: Connection, *, ids: Collection[UUID] | None = None, kind: str | None = None, limit: int | None = None
) -> list[DeadLetter]:
    """Return dead letters, those that failed first coming first: all, or those of a kind, or those with these ids."""
    values = {"ids": None if ids is None else list(ids), "kind": kind, "most": limit}
    return [DeadLetter(**row._mapping) for row in connection.execute(_LIST, values)]


def retry(connection: Connection, letters: Collection[DeadLetter], *, now: datetime) -> int:
    """Send dead letters again: they are due now, as if that had always been so. Returns their number.

    The provider is asked first about a text that may have reached it.
    """
    sent = [letter.id for letter in letters if letter.was_sent]
    for message_id in sent:
        resend(connection, message_id, at=now)
    drop(connection, sent, now=now)
    unsent = [letter.id for letter in letters if not letter.was_sent]
    return len(sent) + connection.execute(_REOPEN, {"ids": unsent, "now": now}).rowcount


def drop(connection: Connection, ids: Collection[UUID], *, now: datetime) -> int:
    """Take dead letters off the list. Returns their number."""
    return connection.execute(_DROP, {"ids": list(ids), "now": now}).rowcount


def resend(connection: Connection, message_id: UUID, *, at: datetime) -> bool:
    """Queue a text that was sent and not delivered once more, due at `at` by the clock of the service. A second call does
    nothing and returns False."""
    values = {"id": message_id, "again": uuid5(_RESENDS, str(message_id)), "at": at}
    return connection.execute(_RESEND, values).rowcount == 1


def note_undelivered(connection: Connection, message_id: UUID, error: str, *, is_dropped: bool, now: datetime) -> None:
    """Record on a text that was sent that it did not arrive. It is a dead letter, unless it `is_dropped`."""
    values = {"id": message_id, "error": error, "now": now, "dropped": now if is_dropped else None}
    connection.execute(_UNDELIVERED, values)


def is_outdated(connection: Connection, message_id: UUID) -> bool:
    """Return whether the booking that a text is about has changed since: cancelled, moved, or with another party."""
    return bool(connection.scalar(_OUTDATED, {"id": message_id}))


_LIST = text("""
    SELECT id, kind, reservation_code, next_attempt_at AS due_at, failed_at, attempts, coalesce(last_error, '') AS error,
        sent_at IS NOT NULL AS was_sent
    FROM outbox WHERE failed_at IS NOT NULL AND dropped_at IS NULL
      AND (CAST(:ids AS uuid[]) IS NULL OR id = ANY (:ids)) AND (CAST(:kind AS text) IS NULL OR kind = :kind)
    ORDER BY failed_at, id LIMIT :most
""")
# The clock of the conversation moves on with that of the service, so `due_at` does too: what is past there stays past.
_REOPEN = text("""
    UPDATE outbox SET failed_at = NULL, attempts = 0, retry_at = NULL, claimed_until = NULL, claimed_by = NULL,
        due_at = due_at + (:now - next_attempt_at), next_attempt_at = :now
    WHERE id = ANY (:ids) AND failed_at IS NOT NULL AND dropped_at IS NULL AND sent_at IS NULL
""")
_DROP = text("""
    UPDATE outbox SET dropped_at = :now WHERE id = ANY (:ids) AND failed_at IS NOT NULL AND dropped_at IS NULL
""")
_RESEND = text("""
    INSERT INTO outbox (id, kind, restaurant_id, reservation_id, reservation_code, conversation_id, to_phone, payload, due_at,
        created_at, next_attempt_at, resend_of)
    SELECT :again, kind, restaurant_id, reservation_id, reservation_code, conversation_id, to_phone, payload,
        due_at + (:at - next_attempt_at), due_at + (:at - next_attempt_at), :at, id
    FROM outbox WHERE id = :id ON CONFLICT (id) DO NOTHING
""")
_UNDELIVERED = text("""
    UPDATE outbox SET failed_at = :now, last_error = :error, dropped_at = CAST(:dropped AS timestamptz)
    WHERE id = :id AND sent_at IS NOT NULL AND failed_at IS NULL
""")
_OUTDATED = text("""
    SELECT o.kind <> 'reservation_cancelled' AND NOT EXISTS (
        SELECT FROM reservation r WHERE r.restaurant_id = o.restaurant_id AND r.id = o.reservation_id
          AND r.status = 'confirmed' AND r.starts_at = (o.payload->>'starts_at')::timestamptz
          AND r.party_size = (o.payload->>'party_size')::integer)
    FROM outbox o WHERE o.id = :id AND o.reservation_id IS NOT NULL
""")
