"""Cancel a reservation, and undo a cancellation."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from booking_engine.context import EngineContext
from booking_engine.notifications import queue_notifications
from booking_engine.storage.sql import Statement
from booking_engine.values import Command

from .change import lock_reservation
from .command import Decision, run_command
from .errors import ReservationOver, UndoTooLate
from .move import was_moved_away
from .records import update_record, write_event
from .reservation import Reservation
from .seating import free_tables, lock_pacing, take_tables

UNDO_WITHIN = timedelta(minutes=2)
"""How long after a cancellation it can be undone."""


def cancel_reservation(
    context: EngineContext, code: str, *, command_id: str, channel: str, notify: bool
) -> Reservation:
    """Cancel and release the tables; repeating it returns the same result. No cutoff applies, as a no-show is worse."""
    command = Command("cancel", command_id, channel)
    restaurant_id, number = context.read_code(code)

    def decide(connection: Connection) -> Decision:
        locked = lock_reservation(context, connection, restaurant_id, number)
        record = locked.record
        snapshot = context.catalogue.snapshot(connection, locked.version)
        restaurant = context.catalogue.restaurant(connection, snapshot, restaurant_id)
        writes: list[Statement] = []
        if record.status == "confirmed":
            if record.ends_at <= locked.now:
                raise ReservationOver(record.as_reservation(restaurant, snapshot.codes))
            record = record._replace(status="cancelled", cancelled_at=locked.now)
            kind = "reservation_cancelled" if notify else None
            record, texts = queue_notifications(
                record, restaurant, snapshot.codes, now=locked.now, shift=context.clock.shift, notify=kind, remind=False
            )
            writes = [free_tables(record), update_record(record), *texts]
        return Decision(record, [*writes, write_event(record, command, locked.now)])

    return context.present(run_command(context.database, restaurant_id, command, decide))


def restore_reservation(
    context: EngineContext, code: str, *, command_id: str, channel: str, notify: bool
) -> Reservation:
    """Undo a cancellation within two minutes: same time, any table that fits.

    A reservation that was moved to another restaurant cannot be restored, because that would duplicate it.
    """
    command = Command("restore", command_id, channel)
    restaurant_id, number = context.read_code(code)

    def decide(connection: Connection) -> Decision:
        locked = lock_reservation(context, connection, restaurant_id, number)
        record = locked.record
        snapshot = context.catalogue.snapshot(connection, locked.version)
        restaurant = context.catalogue.restaurant(connection, snapshot, restaurant_id)
        if record.status != "cancelled":
            return Decision(record, [write_event(record, command, locked.now)])
        if was_moved_away(connection, record):
            raise ReservationOver(record.as_reservation(restaurant, snapshot.codes))
        if record.cancelled_at is None or locked.now > record.cancelled_at + UNDO_WITHIN:
            raise UndoTooLate(record.as_reservation(restaurant, snapshot.codes))
        place, ends_at, now, _ = context.choose(
            connection,
            restaurant,
            starts_at=record.starts_at,
            party_size=record.party_size,
            excluding=record.id,
            preferences=record.preferences,
            enforce_rules=False,
            lock=lock_pacing(restaurant.id, context.quarters_to_lock(restaurant, record.starts_at, record.party_size)),
        )
        record = record._replace(status="confirmed", cancelled_at=None, table_ids=place.table_ids, ends_at=ends_at)
        kind = "reservation_confirmed" if notify else None
        record, texts = queue_notifications(
            record, restaurant, snapshot.codes, now=now, shift=context.clock.shift, notify=kind, remind=True
        )
        return Decision(record, [*take_tables(record, command, now=now), *texts])

    return context.present(run_command(context.database, restaurant_id, command, decide))
