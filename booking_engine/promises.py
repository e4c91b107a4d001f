"""What we promise by text: rows of the outbox, written in the booking's own transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, insert

from .outbox import void
from .reservations import Record, Reservation
from .schema import outbox

REMINDER_BEFORE = timedelta(hours=3)
REMINDER_IF_BOOKED_BEFORE = timedelta(hours=4)


def promise(
    connection: Connection,
    record: Record,
    reservation: Reservation,
    *,
    now: datetime,
    notify: str | None,
    remind: bool,
) -> Record:
    """Queue the texts that a command owes the diner, and return the record with its new reminder.

    `notify`: kind of the text to send at once, or None. `remind`: whether a reminder is due three hours before the start
    (written only when the booking is made more than four hours ahead); the reminder promised before is voided either way.
    """
    rows = []
    if notify:
        rows.append(_row(record, reservation, notify, now, now))
    if record.reminder_id:
        void(connection, record.reminder_id, now=now)
        record = replace(record, reminder_id=None)
    if remind and record.starts_at - now > REMINDER_IF_BOOKED_BEFORE:
        reminder = _row(record, reservation, "reminder", now, record.starts_at - REMINDER_BEFORE)
        record = replace(record, reminder_id=reminder["id"])
        rows.append(reminder)
    if rows:
        connection.execute(_INSERT, rows)
    return record


_INSERT = insert(outbox)


def _row(record: Record, reservation: Reservation, kind: str, now: datetime, due_at: datetime) -> dict[str, Any]:
    restaurant = reservation.restaurant
    return {
        "id": uuid4(),
        "kind": kind,
        "restaurant_id": record.restaurant_id,
        "reservation_id": record.id,
        "reservation_code": reservation.code,
        "to_phone": reservation.diner_phone,
        "payload": {
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
        },
        "due_at": due_at,
        "created_at": now,
        "next_attempt_at": due_at,
    }
