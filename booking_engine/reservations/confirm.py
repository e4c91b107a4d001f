"""Turn a hold into a reservation."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from booking_engine.context import EngineContext
from booking_engine.notifications import due_notifications, insert_notifications, notification_values
from booking_engine.storage.sql import Statement
from booking_engine.storage.transactions import OutOfDate
from booking_engine.time_slots import quarters_between, start_of
from booking_engine.values import Command, check_name, check_notes, check_phone

from .command import Decision, run_command
from .errors import HoldExpired
from .hold import is_expired, lock_hold, read_hold, with_new_table
from .records import Found, event_values, record_values
from .reservation import Record, Reservation, read_hold_id
from .seating import take_tables


def confirm_hold(
    context: EngineContext,
    hold_id: str,
    *,
    name: str,
    phone: str,
    notes: str,
    locale: str | None,
    command_id: str,
    channel: str,
    notify: bool,
) -> Reservation:
    """Confirm a hold; an expired one too, if a table is still free. See `BookingEngine.confirm_hold`."""
    key = read_hold_id(hold_id)
    name, phone, notes = check_name(name), check_phone(phone), check_notes(notes)
    command = Command("confirm", command_id, channel)
    if key is None:
        raise HoldExpired

    def decide(connection: Connection, *, with_lock: bool) -> Decision:
        if with_lock:
            found = lock_hold(context, connection, key)
        else:
            found = context.holds.take(key, context.clock.offset) or read_hold(context, connection, key)
        expired = is_expired(found)
        if expired and not with_lock:
            raise OutOfDate  # it may need another table, which must be chosen under the lock
        snapshot = context.catalogue.snapshot(connection, found.version)
        restaurant = context.catalogue.restaurant(connection, snapshot, key.restaurant_id)
        if found.record.status == "confirmed":
            return Decision(found.record)
        if found.record.status != "held":
            raise HoldExpired
        held = with_new_table(context, connection, restaurant, found.record) if expired else found.record
        _, number = snapshot.codes.issue(restaurant.id)
        record = held._replace(
            status="confirmed", code_number=number, diner_name=name, diner_phone=phone, notes=notes,
            confirmed_at=found.now, locale=locale,
        )  # fmt: skip
        kind = "reservation_confirmed" if notify else None
        record, due = due_notifications(record, now=found.now, notify=kind, remind=True)
        texts = notification_values(record, restaurant, snapshot.codes, due, now=found.now, shift=context.clock.shift)
        if expired:
            taking = take_tables(record, command, now=found.now)
            return Decision(record, [*taking, insert_notifications(texts), remember_diner(record, found.now)])
        paced = context.quarters_to_lock(restaurant, record.starts_at, record.party_size)
        return Decision(
            record,
            [keep_tables(found._replace(record=record), command, texts, shift=context.clock.offset, paced=paced)],
        )

    record = run_command(
        context.database,
        key.restaurant_id,
        command,
        partial(decide, with_lock=True),
        optimistic=partial(decide, with_lock=False),
    )
    return context.present(record)


def keep_tables(held: Found, command: Command, texts: dict[str, Any], *, shift: timedelta, paced: range) -> Statement:
    """Confirm a hold's tables, and write the record, the history, the `texts` and the diner's booking.

    Fails as described at `is_lost` if the hold has expired (`shift`: offset of the clock), is no longer a hold, or the
    catalogue version has changed since the decision. Needs no lock; `paced`: the quarter hours to lock against others.
    """
    record, now, version = held
    quarters = quarters_between(record.starts_at, record.ends_at)
    span = {
        "version": version,
        "first": start_of(quarters.start),
        "last": start_of(quarters.stop - 1),
        "last_paced": start_of(paced.stop - 1),
        "shift": shift,
        "rows": len(quarters) * len(record.table_ids),
    }
    return Statement(_KEEP, record_values(record) | event_values(record, command, now) | texts | span)


def remember_diner(record: Record, now: datetime) -> Statement:
    """List a new reservation under the diner's phone number."""
    return Statement(
        _REMEMBER,
        {
            "phone": record.diner_phone,
            "restaurant_id": record.restaurant_id,
            "reservation_id": record.id,
            "name": record.diner_name,
            "now": now,
        },
    )


def rename_diner(record: Record) -> Statement:
    """Update the diner's name in the list by phone number."""
    return Statement(
        _RENAME,
        {
            "phone": record.diner_phone,
            "restaurant_id": record.restaurant_id,
            "reservation_id": record.id,
            "name": record.diner_name,
        },
    )


# The function is defined in storage/sql/confirm_hold.sql.
_KEEP = """
    SELECT confirm_hold(%(restaurant_id)s, %(id)s, %(code_number)s, %(diner_name)s, %(diner_phone)s, %(notes)s,
        %(reminder_id)s, %(locale)s, %(now)s, %(shift)s, %(first)s, %(last)s, %(last_paced)s, %(rows)s, %(version)s,
        %(key)s, %(kind)s, %(channel)s, %(state)s,
        %(text_ids)s, %(text_kinds)s, %(due)s, %(code)s, %(payload)s, %(ahead)s)
"""
_REMEMBER = """
    INSERT INTO diner_booking (phone, restaurant_id, reservation_id, name, booked_at)
    VALUES (%(phone)s, %(restaurant_id)s, %(reservation_id)s, %(name)s, %(now)s)
"""
_RENAME = """
    UPDATE diner_booking SET name = %(name)s
    WHERE phone = %(phone)s AND restaurant_id = %(restaurant_id)s AND reservation_id = %(reservation_id)s
"""
