"""Move a reservation to another restaurant, where it gets a new confirmation code."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from booking_engine.context import EngineContext
from booking_engine.notifications import queue_notifications
from booking_engine.restaurants.restaurant import Restaurant
from booking_engine.storage.sql import Statement, execute
from booking_engine.values import Command, existing_instant

from .change import Change, lock_reservation, require_active, require_before_cutoff
from .command import Decision, run_command
from .confirm import remember_diner
from .records import update_record, write_event
from .reservation import Record, Reservation, new_reservation_id
from .seating import free_tables, take_tables


def move_reservation(
    context: EngineContext,
    code: str,
    restaurant: Restaurant,
    change: Change,
    *,
    command_id: str,
    channel: str,
    notify: bool,
) -> Reservation:
    """Take a table at `restaurant` and release the old one in one transaction. If refused, nothing changes.

    Rows are stored by restaurant, so the move creates a reservation there and cancels the one here, which cannot be
    restored. Leaving is subject to this restaurant's `change_cutoff_minutes`, booking to the other restaurant's rules.
    Without a new time, the wall time stays the same. Without new preferences, the old ones are kept; the area only if
    the other restaurant has it.
    """
    leaving, arriving = Command(_LEAVING, command_id, channel), Command("move_in", command_id, channel)
    from_id, number = context.read_code(code)

    def decide(connection: Connection) -> Decision:
        def seats(record: Record) -> dict[int, range]:
            here, there = (context.restaurant(connection, each) for each in (from_id, restaurant.id))
            start = change.starts_at or _same_wall_time(record, here, there)
            return {there.id: context.quarters_to_lock(there, start, change.party_size or record.party_size)}

        locked = lock_reservation(context, connection, from_id, number, also=seats)
        snapshot = context.catalogue.snapshot(connection, locked.version)
        here, there = (context.catalogue.restaurant(connection, snapshot, each) for each in (from_id, restaurant.id))
        require_active(locked, here, snapshot.codes)
        require_before_cutoff(locked, here, snapshot.codes)
        wanted = _wanted(locked.record, here, there, change)
        place, ends_at, now, _ = context.choose(
            connection, there, starts_at=wanted.starts_at, party_size=wanted.party_size, preferences=wanted.preferences
        )
        _, code_number = snapshot.codes.issue(there.id)
        taken = wanted._replace(
            ends_at=ends_at, table_ids=place.table_ids, code_number=code_number, created_at=now, confirmed_at=now,
            expires_at=None,
        )  # fmt: skip
        left = locked.record._replace(status="cancelled", cancelled_at=now)
        left, taken_back = queue_notifications(
            left, here, snapshot.codes, now=now, shift=context.clock.shift, notify=None, remind=False
        )
        kind = "reservation_changed" if notify else None
        taken, texts = queue_notifications(
            taken, there, snapshot.codes, now=now, shift=context.clock.shift, notify=kind, remind=True
        )
        leave = [free_tables(left), update_record(left), *taken_back, write_event(left, leaving, now)]
        arrive = take_tables(taken, arriving, now=now, new=True)
        arrive += [*texts, remember_diner(taken, now)]
        # Lock the table rows in order of restaurant too, so that opposite moves cannot deadlock.
        return Decision(taken, [*leave, *arrive] if here.id < there.id else [*arrive, *leave])

    return context.present(run_command(context.database, restaurant.id, arriving, decide))


def was_moved_away(connection: Connection, record: Record) -> bool:
    """Whether a cancelled reservation was moved to another restaurant."""
    values = {"restaurant_id": record.restaurant_id, "reservation_id": record.id, "kind": _LEAVING}
    return execute(connection, Statement(_MOVED_AWAY, values)).fetchone() is not None


def _wanted(record: Record, here: Restaurant, there: Restaurant, change: Change) -> Record:
    """Return the record to book at the other restaurant, before it has a table."""
    preferences = change.preferences
    if preferences is None:
        preferences = (
            record.preferences if record.preferences.areas_at(there) else replace(record.preferences, area=None)
        )
    return record.with_preferences(preferences)._replace(
        restaurant_id=there.id,
        id=new_reservation_id(),
        starts_at=change.starts_at or _same_wall_time(record, here, there),
        party_size=change.party_size or record.party_size,
        notes=record.notes if change.notes is None else change.notes,
        diner_name=record.diner_name if change.name is None else change.name,
        reminder_id=None,
    )


def _same_wall_time(record: Record, here: Restaurant, there: Restaurant) -> datetime:
    """Return the same wall time at the other restaurant (8 PM stays 8 PM). Raises TimeInvalid if the clocks there skip it."""
    return existing_instant(record.starts_at.astimezone(here.zone).replace(tzinfo=there.zone))


_LEAVING = "move_out"

_MOVED_AWAY = """
    SELECT 1 FROM reservation_event
    WHERE restaurant_id = %(restaurant_id)s AND reservation_id = %(reservation_id)s AND kind = %(kind)s
"""
