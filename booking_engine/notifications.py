"""Texts about a reservation: rows of the outbox, written in the same transaction as the booking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, NamedTuple
from uuid import uuid4

from pydantic_core import to_json

from booking_engine.reservations.reservation import Record
from booking_engine.restaurants.restaurant import Restaurant
from booking_engine.storage.sql import Statement

from .confirmation_codes import CodeBook
from .storage.sql import array_of

REMINDER_BEFORE = timedelta(hours=3)
REMINDER_IF_BOOKED_BEFORE = timedelta(hours=4)


class Notification(NamedTuple):
    """A text to send: the id of its outbox row, its kind, and when it is due (UTC)."""

    id: str
    kind: str
    at: datetime


def queue_notifications(
    record: Record,
    restaurant: Restaurant,
    codes: CodeBook,
    *,
    now: datetime,
    shift: timedelta,
    notify: str | None,
    remind: bool,
) -> tuple[Record, list[Statement]]:
    """Return the record with its new reminder, and the statements that queue a command's texts.

    `notify`, `remind`: as in `due_notifications`; the previous reminder is voided in any case.
    `shift`: how far the clock of `now` is ahead of the clock on which texts are sent.
    """
    statements: list[Statement] = []
    if record.reminder_id:
        statements.append(Statement(_VOID, {"id": record.reminder_id, "now": now}))
    record, due = due_notifications(record, now=now, notify=notify, remind=remind)
    if due:
        statements.append(
            insert_notifications(notification_values(record, restaurant, codes, due, now=now, shift=shift))
        )
    return record, statements


def due_notifications(
    record: Record, *, now: datetime, notify: str | None, remind: bool
) -> tuple[Record, list[Notification]]:
    """Return the record with its new reminder, if it has one, and the texts to send for a command.

    `notify`: kind of the text to send immediately, or None. `remind`: whether to schedule a reminder three hours before
    the start (only if the start is more than four hours away).
    """
    due = [Notification(token_hex(16), notify, now)] if notify else []
    reminder_id = uuid4() if remind and record.starts_at - now > REMINDER_IF_BOOKED_BEFORE else None
    if reminder_id:
        due.append(Notification(str(reminder_id), "reminder", record.starts_at - REMINDER_BEFORE))
    return (record if record.reminder_id == reminder_id else record._replace(reminder_id=reminder_id)), due


def insert_notifications(texts: Mapping[str, Any]) -> Statement:
    """Insert the outbox rows described by `notification_values`."""
    return Statement(_QUEUE, texts)


_QUEUE = """
    INSERT INTO outbox (id, kind, restaurant_id, reservation_id, reservation_code, to_phone, payload, due_at, created_at,
        next_attempt_at)
    SELECT q.id, q.kind, %(restaurant_id)s, %(reservation_id)s, %(code)s, %(phone)s, %(payload)s::jsonb, q.due_at,
        %(now)s::timestamptz, q.due_at - %(ahead)s::interval
    FROM unnest(%(text_ids)s::uuid[], %(text_kinds)s::text[], %(due)s::timestamptz[]) AS q (id, kind, due_at)
"""

# A text that a worker has started to send can no longer be voided.
# coalesce() keeps the planner off the index of due texts: on a table that was never analyzed, it would scan that whole index
# for plain IS NULL conditions instead of using the primary key.
_VOID = """
    UPDATE outbox SET voided_at = %(now)s, claimed_until = NULL
    WHERE id = %(id)s AND sending_at IS NULL AND coalesce(sent_at, failed_at, voided_at) IS NULL
"""


def notification_values(
    record: Record,
    restaurant: Restaurant,
    codes: CodeBook,
    due: Sequence[Notification],
    *,
    now: datetime,
    shift: timedelta,
) -> dict[str, Any]:
    """Return the outbox values for these texts. `shift`: as in `queue_notifications`."""
    assert record.code_number is not None
    code = codes.spell(record.restaurant_id, record.code_number)
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
        "code": code,
        "starts_at": record.starts_at.astimezone(restaurant.zone).isoformat(),
        "party_size": record.party_size,
        "diner_name": record.diner_name,
        "notes": record.notes,
        "locale": record.locale,
    }
    return {
        "text_ids": array_of(text.id for text in due),
        "text_kinds": array_of(text.kind for text in due),
        "due": array_of(text.at.isoformat() for text in due),
        "restaurant_id": record.restaurant_id,
        "reservation_id": record.id,
        "code": code,
        "phone": record.diner_phone,
        "payload": to_json(payload).decode(),
        "now": now,
        "ahead": shift,
    }
