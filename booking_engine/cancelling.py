"""Cancelling a reservation, and taking the cancellation back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from .changing import lock_reservation
from .desk import Desk
from .errors import ReservationOver, UndoTooLate
from .promises import promise
from .records import update_record, write_event
from .reservations import Record, Reservation
from .seating import free_tables, take_tables
from .transactions import run_command
from .values import Command

UNDO_WITHIN = timedelta(minutes=2)


def cancel_reservation(desk: Desk, code: str, *, command_id: str, channel: str, notify: bool) -> Reservation:
    """Give the tables back. Cancelling twice is answered as the first time; no cut-off, for a no-show is worse."""
    command = Command("cancel", command_id, channel)
    restaurant_id, number = desk.read_code(code)

    def body(connection: Connection) -> Record:
        found = lock_reservation(desk, connection, restaurant_id, number)
        record = found.record
        edition = desk.catalogue.edition(connection, found.version)
        restaurant = desk.catalogue.restaurant(connection, edition, restaurant_id)
        if record.status == "confirmed":
            if record.ends_at <= found.now:
                raise ReservationOver(record.as_reservation(restaurant, edition.codes))
            free_tables(connection, record)
            record = replace(record, status="cancelled", cancelled_at=found.now)
            reservation = record.as_reservation(restaurant, edition.codes)
            kind = "reservation_cancelled" if notify else None
            record = promise(connection, record, reservation, now=found.now, notify=kind, remind=False)
            update_record(connection, record)
        return write_event(connection, record, command, found.now)

    return desk.present(run_command(desk.database, restaurant_id, command, body))


def restore_reservation(desk: Desk, code: str, *, command_id: str, channel: str, notify: bool) -> Reservation:
    """Undo a cancellation of the last two minutes, at the same time with any table that fits."""
    command = Command("restore", command_id, channel)
    restaurant_id, number = desk.read_code(code)

    def body(connection: Connection) -> Record:
        found = lock_reservation(desk, connection, restaurant_id, number)
        record = found.record
        edition = desk.catalogue.edition(connection, found.version)
        restaurant = desk.catalogue.restaurant(connection, edition, restaurant_id)
        if record.status == "cancelled":
            if record.cancelled_at is None or found.now > record.cancelled_at + UNDO_WITHIN:
                raise UndoTooLate(record.as_reservation(restaurant, edition.codes))
            place, ends_at, now = desk.choose(
                connection,
                restaurant,
                starts_at=record.starts_at,
                party_size=record.party_size,
                excluding=record.id,
                by_the_rules=False,
            )
            record = replace(record, status="confirmed", cancelled_at=None, table_ids=place.table_ids, ends_at=ends_at)
            take_tables(connection, record, now=now, held_until=None)
            reservation = record.as_reservation(restaurant, edition.codes)
            kind = "reservation_confirmed" if notify else None
            record = promise(connection, record, reservation, now=now, notify=kind, remind=True)
            update_record(connection, record)
        return write_event(connection, record, command, found.now)

    return desk.present(run_command(desk.database, restaurant_id, command, body))
