"""Change a reservation at its restaurant: time, party size, preferences, notes, name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from booking_engine.availability.preferences import SeatingPreferences, check_preferences
from booking_engine.confirmation_codes import CodeBook
from booking_engine.context import EngineContext
from booking_engine.errors import ReservationUnknown
from booking_engine.notifications import queue_notifications
from booking_engine.restaurants.restaurant import Restaurant
from booking_engine.storage.sql import Statement, execute_all
from booking_engine.storage.transactions import OutOfDate
from booking_engine.time_slots import quarter_of
from booking_engine.values import Command, check_name, check_notes, check_party_size, existing_instant

from .command import Decision, run_command
from .confirm import rename_diner
from .errors import ChangeTooLate, ReservationOver
from .records import Found, query_by_id, read_by_number, read_found, update_record, write_event
from .reservation import Record, Reservation
from .seating import Seating, lock_pacing, take_tables


class Change(NamedTuple):
    """The new values of a reservation; None means unchanged. `starts_at` is in UTC."""

    starts_at: datetime | None
    party_size: int | None
    notes: str | None
    preferences: SeatingPreferences | None
    name: str | None

    @classmethod
    def checked(
        cls,
        *,
        starts_at: datetime | None,
        party_size: int | None,
        notes: str | None,
        preferences: SeatingPreferences | None,
        name: str | None,
    ) -> Change:
        """Validate a caller's values. Raises InvalidRequest, PartySizeInvalid, TimeInvalid."""
        return cls(
            existing_instant(starts_at) if starts_at is not None else None,
            check_party_size(party_size) if party_size is not None else None,
            check_notes(notes) if notes is not None else None,
            check_preferences(preferences) if preferences is not None else None,
            check_name(name) if name is not None else None,
        )


def change_reservation(
    context: EngineContext, code: str, change: Change, *, command_id: str, channel: str, notify: bool
) -> Reservation:
    """Take the new tables and release the old ones in one transaction. If refused, nothing changes.

    Notes and name can be changed until the reservation ends; time, party size and preferences until
    `change_cutoff_minutes` before the start.
    """
    command = Command("change", command_id, channel)
    restaurant_id, number = context.read_code(code)

    def decide(connection: Connection) -> Decision:
        def seats(record: Record) -> dict[int, range]:
            restaurant = context.restaurant(connection, restaurant_id)
            start, party_size = change.starts_at or record.starts_at, change.party_size or record.party_size
            return {restaurant_id: context.quarters_to_lock(restaurant, start, party_size)}

        locked = lock_reservation(context, connection, restaurant_id, number, also=seats)
        before = locked.record
        snapshot = context.catalogue.snapshot(connection, locked.version)
        restaurant = context.catalogue.restaurant(connection, snapshot, restaurant_id)
        require_active(locked, restaurant, snapshot.codes)
        record = before._replace(
            notes=before.notes if change.notes is None else change.notes,
            diner_name=before.diner_name if change.name is None else change.name,
        )
        if change.preferences is not None:
            record = record.with_preferences(change.preferences)
        asked = (change.starts_at or before.starts_at, change.party_size or before.party_size, record.preferences)
        moved = asked != (before.starts_at, before.party_size, before.preferences)
        if moved:
            require_before_cutoff(locked, restaurant, snapshot.codes)
            record = _place(context, connection, restaurant, record, change)
        renamed = record.diner_name != before.diner_name
        texts: list[Statement] = [rename_diner(record)] if renamed else []
        if record != before and (moved or renamed):  # no text tells of notes, so a change of them is none to tell
            kind = "reservation_changed" if notify else None
            record, promised = queue_notifications(
                record, restaurant, snapshot.codes, now=locked.now, shift=context.clock.shift, notify=kind, remind=True
            )
            texts += promised
        if moved:
            old = Seating.of(before)
            writes = take_tables(record, command, now=locked.now, instead_of=old)
        else:
            writes = [update_record(record), write_event(record, command, locked.now)]
        return Decision(record, [*writes, *texts])

    return context.present(run_command(context.database, restaurant_id, command, decide))


def require_active(found: Found, restaurant: Restaurant, codes: CodeBook) -> None:
    """Raise ReservationOver if the reservation is cancelled or has ended."""
    if found.record.status != "confirmed" or found.record.ends_at <= found.now:
        raise ReservationOver(found.record.as_reservation(restaurant, codes))


def require_before_cutoff(found: Found, restaurant: Restaurant, codes: CodeBook) -> None:
    """Raise ChangeTooLate from `change_cutoff_minutes` before the start."""
    if found.now > found.record.starts_at - timedelta(minutes=restaurant.policy.change_cutoff_minutes):
        raise ChangeTooLate(found.record.as_reservation(restaurant, codes))


def lock_reservation(
    context: EngineContext,
    connection: Connection,
    restaurant_id: int,
    number: int,
    *,
    also: Callable[[Record], Mapping[int, Iterable[int]]] = lambda _: {},
) -> Found:
    """Lock and read a reservation until the transaction ends. Raises ReservationUnknown.

    Every writer of a reservation holds the pacing lock of the quarter hour in which it starts. The quarter hours of `also`,
    by restaurant id, are locked too. All commands lock in order of restaurant, then time, so two diners who swap
    restaurants cannot deadlock.
    """
    seen = read_by_number(connection, restaurant_id, number, context.clock.offset)
    if seen is None:
        raise ReservationUnknown
    quarter = quarter_of(seen.record.starts_at)
    quarters = {restaurant_id: {quarter}}
    for other_id, more in also(seen.record).items():
        quarters.setdefault(other_id, set()).update(more)
    locks = [lock_pacing(each, quarters[each]) for each in sorted(quarters)]
    answer = read_found(
        execute_all(connection, [*locks, query_by_id(restaurant_id, seen.record.id, context.clock.offset)])[-1]
    )
    if answer is None or quarter_of(answer.record.starts_at) != quarter:
        raise OutOfDate
    return answer


def _place(
    context: EngineContext, connection: Connection, restaurant: Restaurant, record: Record, change: Change
) -> Record:
    starts_at, party_size = change.starts_at or record.starts_at, change.party_size or record.party_size
    place, ends_at, *_ = context.choose(
        connection,
        restaurant,
        starts_at=starts_at,
        party_size=party_size,
        excluding=record.id,
        preferences=record.preferences,
    )
    return record._replace(starts_at=starts_at, ends_at=ends_at, party_size=party_size, table_ids=place.table_ids)
