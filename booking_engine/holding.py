"""Placing and releasing a hold."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from .desk import Desk
from .errors import HoldExpired
from .quarters import quarter_of
from .records import insert_record, read_by_id, update_record, write_event
from .reservations import Hold, Record, new_reservation_id, read_hold_id
from .restaurant import Restaurant
from .seating import free_tables, lock_pacing, take_tables
from .transactions import run_command
from .values import Command, check_party_size, check_phone, existing_instant


def place_hold(
    desk: Desk,
    restaurant: Restaurant,
    *,
    starts_at: datetime,
    party_size: int,
    command_id: str,
    channel: str,
    diner_phone: str | None,
) -> Hold:
    """Keep the best table for `policy.hold_minutes`."""
    instant, party = existing_instant(starts_at), check_party_size(party_size)
    phone = check_phone(diner_phone) if diner_phone else None
    command = Command("hold", command_id, channel)

    def body(connection: Connection) -> Record:
        current = desk.restaurant(connection, restaurant.id)
        lock_pacing(connection, current.id, [quarter_of(instant)])
        place, ends_at, now = desk.choose(connection, current, starts_at=instant, party_size=party)
        record = Record(
            restaurant_id=current.id,
            id=new_reservation_id(),
            status="held",
            starts_at=instant,
            ends_at=ends_at,
            party_size=party,
            table_ids=place.table_ids,
            created_at=now,
            expires_at=now + timedelta(minutes=current.policy.hold_minutes),
            diner_phone=phone,
        )
        insert_record(connection, record)
        take_tables(connection, record, now=now, held_until=record.expires_at)
        return write_event(connection, record, command, now)

    record = run_command(desk.database, restaurant.id, command, body)
    return record.as_hold(desk.known_restaurant(record.restaurant_id))


def release_hold(desk: Desk, hold_id: str, *, command_id: str, channel: str) -> None:
    """Give the table back now; a hold that is unknown, lapsed or no longer a hold is left alone."""
    key = read_hold_id(hold_id)
    command = Command("release", command_id, channel)
    if key is None:
        return

    def body(connection: Connection) -> Record:
        lock_pacing(connection, key.restaurant_id, [key.quarter])
        found = read_by_id(connection, key.restaurant_id, key.reservation_id, desk.clock.offset)
        if found is None or found.record.status != "held" or quarter_of(found.record.starts_at) != key.quarter:
            raise HoldExpired
        released = replace(found.record, status="released")
        free_tables(connection, released)
        update_record(connection, released)
        return write_event(connection, released, command, found.now)

    with suppress(HoldExpired):
        run_command(desk.database, key.restaurant_id, command, body)
