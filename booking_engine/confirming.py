"""Turning a hold into a reservation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, insert

from .desk import Desk
from .errors import HoldExpired, NoTableAvailable
from .promises import promise
from .quarters import quarter_of
from .records import Found, read_by_id, update_record, write_event
from .reservations import HoldKey, Record, Reservation, read_hold_id
from .restaurant import Restaurant
from .schema import diner_booking
from .seating import lock_pacing, take_tables
from .transactions import run_command
from .values import Command, check_name, check_notes, check_phone


def confirm_hold(
    desk: Desk, hold_id: str, *, name: str, phone: str, notes: str, command_id: str, channel: str, notify: bool
) -> Reservation:
    """Confirm a hold; one that has lapsed is confirmed as well as long as a table is left for it."""
    key = read_hold_id(hold_id)
    name, phone, notes = check_name(name), check_phone(phone), check_notes(notes)
    command = Command("confirm", command_id, channel)
    if key is None:
        raise HoldExpired

    def body(connection: Connection) -> Record:
        lock_pacing(connection, key.restaurant_id, [key.quarter])
        found = _find(desk, connection, key)
        edition = desk.catalogue.edition(connection, found.version)
        restaurant = desk.catalogue.restaurant(connection, edition, key.restaurant_id)
        if found.record.status == "confirmed":
            return found.record
        held = _with_table(desk, connection, restaurant, found)
        _, number = edition.codes.issue(restaurant.id)
        record = replace(
            held, status="confirmed", code_number=number, diner_name=name, diner_phone=phone, notes=notes,
            confirmed_at=found.now,
        )  # fmt: skip
        take_tables(connection, record, now=found.now, held_until=None)
        reservation = record.as_reservation(restaurant, edition.codes)
        kind = "reservation_confirmed" if notify else None
        record = promise(connection, record, reservation, now=found.now, notify=kind, remind=True)
        update_record(connection, record)
        _remember_diner(connection, record, found.now)
        return write_event(connection, record, command, found.now)

    return desk.present(run_command(desk.database, key.restaurant_id, command, body))


def _find(desk: Desk, connection: Connection, key: HoldKey) -> Found:
    found = read_by_id(connection, key.restaurant_id, key.reservation_id, desk.clock.offset)
    if found is None or found.record.status not in ("held", "confirmed"):
        raise HoldExpired
    if found.record.status == "held" and quarter_of(found.record.starts_at) != key.quarter:
        raise HoldExpired
    return found


def _with_table(desk: Desk, connection: Connection, restaurant: Restaurant, found: Found) -> Record:
    """The record with tables that are its own: those it holds, or, once lapsed, whatever fits now."""
    record = found.record
    assert record.expires_at is not None
    if record.expires_at > found.now:
        return record
    try:
        place, ends_at, _ = desk.choose(
            connection,
            restaurant,
            starts_at=record.starts_at,
            party_size=record.party_size,
            excluding=record.id,
            by_the_rules=False,
        )
    except NoTableAvailable as refused:
        raise HoldExpired(refused.search) from refused
    return replace(record, table_ids=place.table_ids, ends_at=ends_at)


def _remember_diner(connection: Connection, record: Record, now: datetime) -> None:
    connection.execute(
        _REMEMBER,
        {
            "phone": record.diner_phone,
            "restaurant_id": record.restaurant_id,
            "reservation_id": record.id,
            "name": record.diner_name,
            "booked_at": now,
        },
    )


_REMEMBER = insert(diner_booking)
