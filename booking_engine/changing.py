"""Moving a reservation to another time or party size, and changing its notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from .desk import Desk
from .errors import ChangeTooLate, InvalidRequest, ReservationOver, ReservationUnknown
from .promises import promise
from .quarters import quarter_of
from .records import Found, found, query_by_id, read_by_number, update_record, write_event
from .reservations import Record, Reservation
from .restaurant import Restaurant
from .seating import Seating, lock_pacing, take_tables
from .transactions import Decision, OutOfDate, run_command
from .values import Command, check_area, check_notes, check_party_size, existing_instant
from .wire import Statement, send
from .wishes import Wishes


def change_reservation(
    desk: Desk,
    code: str,
    *,
    starts_at: datetime | None,
    party_size: int | None,
    notes: str | None,
    wishes: Wishes | None,
    command_id: str,
    channel: str,
    notify: bool,
) -> Reservation:
    """Take the new seating and let the old one go in one transaction; refused, the old one stands untouched.

    Notes alone may be changed until the party leaves; time, party size and area until `change_cutoff_minutes` before the start.
    """
    command = Command("change", command_id, channel)
    instant = existing_instant(starts_at) if starts_at is not None else None
    party = check_party_size(party_size) if party_size is not None else None
    notes = check_notes(notes) if notes is not None else None
    if wishes is not None:
        wishes = Wishes(check_area(wishes.area), wishes.must)
    if instant is None and party is None and notes is None and wishes is None:
        raise InvalidRequest("nothing to change")
    restaurant_id, number = desk.read_code(code)

    def decide(connection: Connection) -> Decision:
        def seats(record: Record) -> range:
            house = desk.restaurant(connection, restaurant_id)
            return desk.quarters_to_lock(house, instant or record.starts_at, party or record.party_size)

        locked = lock_reservation(desk, connection, restaurant_id, number, also=seats)
        before = locked.record
        edition = desk.catalogue.edition(connection, locked.version)
        restaurant = desk.catalogue.restaurant(connection, edition, restaurant_id)
        if before.status != "confirmed" or before.ends_at <= locked.now:
            raise ReservationOver(before.as_reservation(restaurant, edition.codes))
        record = replace(before, notes=before.notes if notes is None else notes)
        if wishes is not None:
            record = replace(record, area=wishes.area, area_must=wishes.must)
        asked = (instant or before.starts_at, party or before.party_size, record.wishes)
        moved = asked != (before.starts_at, before.party_size, before.wishes)
        if moved and locked.now > before.starts_at - timedelta(minutes=restaurant.policy.change_cutoff_minutes):
            raise ChangeTooLate(before.as_reservation(restaurant, edition.codes))
        if moved:
            record = _place(desk, connection, restaurant, record, instant, party)
        texts: list[Statement] = []
        if record != before and (moved or notify):
            kind = "reservation_changed" if notify else None
            record, texts = promise(record, restaurant, edition.codes, now=locked.now, notify=kind, remind=True)
        if moved:
            old = Seating.of(before)
            writes = take_tables(record, command, now=locked.now, held_until=None, instead_of=old)
        else:
            writes = [update_record(record), write_event(record, command, locked.now)]
        return Decision(record, [*writes, *texts])

    return desk.present(run_command(desk.database, restaurant_id, command, decide))


def lock_reservation(
    desk: Desk,
    connection: Connection,
    restaurant_id: int,
    number: int,
    *,
    also: Callable[[Record], Iterable[int]] = lambda _: (),
) -> Found:
    """Read a reservation so that nobody else changes it until the transaction ends. Raises ReservationUnknown.

    Whoever writes a reservation holds the pacing lock of the quarter hour it starts in; the quarter hours of `also` are
    locked with it, in the same order by everybody.
    """
    seen = read_by_number(connection, restaurant_id, number, desk.clock.offset)
    if seen is None:
        raise ReservationUnknown
    quarter = quarter_of(seen.record.starts_at)
    lock = lock_pacing(restaurant_id, [quarter, *also(seen.record)])
    answer = found(send(connection, [lock, query_by_id(restaurant_id, seen.record.id, desk.clock.offset)])[-1])
    if answer is None or quarter_of(answer.record.starts_at) != quarter:
        raise OutOfDate
    return answer


def _place(
    desk: Desk,
    connection: Connection,
    restaurant: Restaurant,
    record: Record,
    instant: datetime | None,
    party: int | None,
) -> Record:
    starts_at, party_size = instant or record.starts_at, party or record.party_size
    place, ends_at, _ = desk.choose(
        connection, restaurant, starts_at=starts_at, party_size=party_size, excluding=record.id, wishes=record.wishes
    )
    return replace(record, starts_at=starts_at, ends_at=ends_at, party_size=party_size, table_ids=place.table_ids)
