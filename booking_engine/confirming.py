"""Turning a hold into a reservation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from .desk import Desk
from .errors import HoldExpired, NoTableAvailable
from .holding import lock_hold, read_hold
from .promises import promise
from .records import Found
from .reservations import Record, Reservation, read_hold_id
from .restaurant import Restaurant
from .seating import keep_tables, lock_pacing, take_tables
from .transactions import Decision, run_command
from .values import Command, check_name, check_notes, check_phone
from .wire import Statement


def confirm_hold(
    desk: Desk,
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
    """Confirm a hold; one that has lapsed is confirmed as well as long as a table is left for it."""
    key = read_hold_id(hold_id)
    name, phone, notes = check_name(name), check_phone(phone), check_notes(notes)
    command = Command("confirm", command_id, channel)
    if key is None:
        raise HoldExpired

    def decide(connection: Connection) -> Decision:
        found = read_hold(desk, connection, key)
        if _has_lapsed(found):
            found = lock_hold(desk, connection, key)
        edition = desk.catalogue.edition(connection, found.version)
        restaurant = desk.catalogue.restaurant(connection, edition, key.restaurant_id)
        if found.record.status == "confirmed":
            return Decision(found.record)
        if found.record.status != "held":
            raise HoldExpired
        lapsed = _has_lapsed(found)
        held = _with_new_table(desk, connection, restaurant, found.record) if lapsed else found.record
        _, number = edition.codes.issue(restaurant.id)
        record = replace(
            held, status="confirmed", code_number=number, diner_name=name, diner_phone=phone, notes=notes,
            confirmed_at=found.now, locale=locale,
        )  # fmt: skip
        kind = "reservation_confirmed" if notify else None
        record, texts = promise(
            record, restaurant, edition.codes, now=found.now, shift=desk.clock.shift, notify=kind, remind=True
        )
        if lapsed:
            writes = take_tables(record, command, now=found.now, held_until=None)
        else:
            quarters = desk.quarters_to_lock(restaurant, record.starts_at, record.party_size)
            writes = [keep_tables(record, command, now=found.now, shift=desk.clock.offset, paced=quarters)]
        return Decision(record, [*writes, *texts, remember_diner(record, found.now)])

    return desk.present(run_command(desk.database, key.restaurant_id, command, decide))


def _has_lapsed(found: Found) -> bool:
    expires_at = found.record.expires_at
    return found.record.status == "held" and expires_at is not None and expires_at <= found.now


def _with_new_table(desk: Desk, connection: Connection, restaurant: Restaurant, record: Record) -> Record:
    """The record of a lapsed hold with whatever tables fit now."""
    try:
        place, ends_at, *_ = desk.choose(
            connection,
            restaurant,
            starts_at=record.starts_at,
            party_size=record.party_size,
            excluding=record.id,
            wishes=record.wishes,
            by_the_rules=False,
            lock=lock_pacing(restaurant.id, desk.quarters_to_lock(restaurant, record.starts_at, record.party_size)),
        )
    except NoTableAvailable as refused:
        raise HoldExpired(refused.search) from refused
    return replace(record, table_ids=place.table_ids, ends_at=ends_at)


def remember_diner(record: Record, now: datetime) -> Statement:
    """File a new reservation under the diner's phone too."""
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


_REMEMBER = """
    INSERT INTO diner_booking (phone, restaurant_id, reservation_id, name, booked_at)
    VALUES (%(phone)s, %(restaurant_id)s, %(reservation_id)s, %(name)s, %(now)s)
"""
