"""What we promise by text: rows of the outbox, written in the booking's own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from .codes import CodeBook
from .quarters import array_of
from .reservations import Record, Reservation
from .restaurant import Restaurant
from .wire import Statement

REMINDER_BEFORE = timedelta(hours=3)
REMINDER_IF_BOOKED_BEFORE = timedelta(hours=4)


def promise(
    record: Record,
    restaurant: Restaurant,
    codes: CodeBook,
    *,
    now: datetime,
    shift: timedelta,
    notify: str | None,
    remind: bool,
) -> tuple[Record, list[Statement]]:
    """The statements that queue the texts which a command owes the diner, and the record with its new reminder.

    `notify`: kind of the text to send at once, or None. `remind`: whether a reminder is due three hours before the start
    (written only when the booking is made more than four hours ahead); the reminder promised before is voided either way.
    `shift`: how far the clock that says `now` is ahead of the one by which texts are sent.
    """
    statements: list[Statement] = []
    due: list[tuple[UUID | None, str, datetime]] = []
    if notify:
        due.append((uuid4(), notify, now))
    if record.reminder_id:
        statements.append(Statement(_VOID, {"id": record.reminder_id, "now": now}))
        record = replace(record, reminder_id=None)
    if remind and record.starts_at - now > REMINDER_IF_BOOKED_BEFORE:
        record = replace(record, reminder_id=uuid4())
        due.append((record.reminder_id, "reminder", record.starts_at - REMINDER_BEFORE))
    if due:
        statements.append(_queue(record, record.as_reservation(restaurant, codes), due, now, shift))
    return record, statements


_QUEUE = """
    INSERT INTO outbox (id, kind, restaurant_id, reservation_id, reservation_code, to_phone, payload, due_at, created_at,
        next_attempt_at)
    SELECT q.id, q.kind, %(restaurant_id)s, %(reservation_id)s, %(code)s, %(phone)s, %(payload)s, q.due_at,
        %(now)s::timestamptz, q.due_at - %(shift)s::interval
    FROM unnest(%(ids)s::uuid[], %(kinds)s::text[], %(due)s::timestamptz[]) AS q (id, kind, due_at)
"""

# What a worker has begun to send can no longer be taken back.
_VOID = """
    UPDATE outbox SET voided_at = %(now)s, claimed_until = NULL
    WHERE id = %(id)s AND sending_at IS NULL AND sent_at IS NULL AND failed_at IS NULL AND voided_at IS NULL
"""


def _queue(
    record: Record,
    reservation: Reservation,
    due: Sequence[tuple[UUID | None, str, datetime]],
    now: datetime,
    shift: timedelta,
) -> Statement:
    """One text for each (id, kind, when it is due)."""
    restaurant = reservation.restaurant
    payload = {
        "restaurant": {
            "slug": restaurant.slug,
            "name": restaurant.name,
            "city": restaurant.city,
            "phone": restaurant.phone,
            "sms_number": restaurant.sms_number,
            "street": restaurant.street,
            "timezone": restaurant.timezone,
        },
        "code": reservation.code,
        "starts_at": reservation.starts_at.isoformat(),
        "party_size": reservation.party_size,
        "diner_name": reservation.diner_name,
        "notes": reservation.notes,
        "locale": record.locale,
    }
    return Statement(
        _QUEUE,
        {
            "ids": array_of(message_id for message_id, _, _ in due),
            "kinds": array_of(kind for _, kind, _ in due),
            "due": array_of(due_at.isoformat() for _, _, due_at in due),
            "restaurant_id": record.restaurant_id,
            "reservation_id": record.id,
            "code": reservation.code,
            "phone": reservation.diner_phone,
            "payload": Jsonb(payload),
            "now": now,
            "shift": shift,
        },
    )
