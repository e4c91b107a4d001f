"""Reads and writes of the `reservation` and `reservation_event` tables."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, LiteralString, NamedTuple

from psycopg import Cursor
from sqlalchemy import Connection

from booking_engine.storage.sql import Statement, array_of, execute
from booking_engine.values import Command

from .reservation import Record


class Found(NamedTuple):
    """A record, with the time and the catalogue version at which it was read."""

    record: Record
    now: datetime
    version: int


_SELECT = """
    SELECT restaurant_id, id, status, starts_at, ends_at, party_size, table_ids, created_at, expires_at, code_number,
        diner_name, diner_phone, notes, confirmed_at, cancelled_at, reminder_id, area, area_must, features,
        locale, extensions, version, statement_timestamp() + %(shift)s
    FROM reservation CROSS JOIN (SELECT version FROM catalogue) AS now WHERE restaurant_id = %(restaurant_id)s
"""
_BY_ID = _SELECT + " AND id = %(reservation_id)s"
_BY_NUMBER = _SELECT + " AND code_number = %(number)s"
_BEFORE = """
    SELECT state FROM reservation_event
    WHERE restaurant_id = %(restaurant_id)s AND reservation_id = %(reservation_id)s AND occurred_at < %(moment)s
    ORDER BY occurred_at DESC LIMIT 1
"""
_SINCE = """
    SELECT min(occurred_at) FROM reservation_event
    WHERE restaurant_id = %(restaurant_id)s AND reservation_id = %(reservation_id)s AND occurred_at >= %(moment)s
"""
INSERT_RECORD: LiteralString = """
    INSERT INTO reservation (restaurant_id, id, status, starts_at, ends_at, party_size, table_ids, created_at, expires_at,
        code_number, diner_name, diner_phone, notes, confirmed_at, cancelled_at, reminder_id, area, area_must, features,
        locale)
    VALUES (%(restaurant_id)s, %(id)s, %(status)s, %(starts_at)s, %(ends_at)s, %(party_size)s, %(table_ids)s::smallint[],
        %(created_at)s, %(expires_at)s, %(code_number)s, %(diner_name)s, %(diner_phone)s, %(notes)s, %(confirmed_at)s,
        %(cancelled_at)s, %(reminder_id)s, %(area)s, %(area_must)s, %(features)s::text[],
        %(locale)s)
"""
"""Insert a new record, with the values of `record_values`."""
INSERT_HOLD: LiteralString = """
    INSERT INTO reservation (restaurant_id, id, status, starts_at, ends_at, party_size, table_ids, created_at, expires_at,
        diner_phone, area, area_must, features)
    VALUES (%(restaurant_id)s, %(id)s, %(status)s, %(starts_at)s, %(ends_at)s, %(party_size)s, %(table_ids)s::smallint[],
        %(created_at)s, %(expires_at)s, %(diner_phone)s, %(area)s, %(area_must)s, %(features)s::text[])
"""
"""Insert a new hold. Omits the columns that a hold does not use, because every parameter costs time."""
UPDATE_RECORD: LiteralString = """
    UPDATE reservation SET status = %(status)s, starts_at = %(starts_at)s, ends_at = %(ends_at)s,
        party_size = %(party_size)s, table_ids = %(table_ids)s::smallint[], code_number = %(code_number)s,
        diner_name = %(diner_name)s, diner_phone = %(diner_phone)s, notes = %(notes)s,
        confirmed_at = %(confirmed_at)s, cancelled_at = %(cancelled_at)s, reminder_id = %(reminder_id)s,
        area = %(area)s, area_must = %(area_must)s, features = %(features)s::text[], locale = %(locale)s,
        expires_at = %(expires_at)s, extensions = %(extensions)s
    WHERE restaurant_id = %(restaurant_id)s AND id = %(id)s
"""
"""Update a record. The caller holds the pacing lock of its old and new start."""
WRITE_EVENT: LiteralString = """
    INSERT INTO reservation_event (restaurant_id, command_key, reservation_id, kind, channel, occurred_at, state)
    SELECT %(restaurant_id)s, %(key)s::uuid, %(id)s, {kind}, %(channel)s, %(now)s::timestamptz, %(state)s::jsonb
"""
"""Append to the history, with the values of `event_values`; `{kind}` is replaced by an SQL expression."""
_EVENT = WRITE_EVENT.format(kind="%(kind)s")


def query_by_id(restaurant_id: int, reservation_id: int, shift: timedelta) -> Statement:
    """Query a reservation by its id; read the result with `read_found`."""
    return Statement(_BY_ID, {"restaurant_id": restaurant_id, "reservation_id": reservation_id, "shift": shift})


def read_found(cursor: Cursor[Any]) -> Found | None:
    """Read the result of `query_by_id` or of the query by number; None if there is no such reservation."""
    row = cursor.fetchone()
    if row is None:
        return None
    *columns, version, now = row
    for position in _ARRAYS:
        columns[position] = tuple(columns[position])
    return Found(Record(*columns), now, version)


def read_by_id(connection: Connection, restaurant_id: int, reservation_id: int, shift: timedelta) -> Found | None:
    """Read a reservation by its id."""
    return read_found(execute(connection, query_by_id(restaurant_id, reservation_id, shift)))


def read_by_number(connection: Connection, restaurant_id: int, number: int, shift: timedelta) -> Found | None:
    """Read a reservation by the number in its confirmation code."""
    values = {"restaurant_id": restaurant_id, "number": number, "shift": shift}
    return read_found(execute(connection, Statement(_BY_NUMBER, values)))


def read_before(connection: Connection, restaurant_id: int, reservation_id: int, moment: datetime) -> Record | None:
    """Read a reservation from the history, as it stood just before a moment; None if there was none."""
    values = {"restaurant_id": restaurant_id, "reservation_id": reservation_id, "moment": moment}
    row = execute(connection, Statement(_BEFORE, values)).fetchone()
    return Record.from_state(row[0]) if row else None


def read_first_event(
    connection: Connection, restaurant_id: int, reservation_id: int, moment: datetime
) -> datetime | None:
    """Read from the history when something first happened to a reservation at or after a moment, if anything has."""
    values = {"restaurant_id": restaurant_id, "reservation_id": reservation_id, "moment": moment}
    row = execute(connection, Statement(_SINCE, values)).fetchone()
    return row[0] if row else None


def update_record(record: Record) -> Statement:
    """Update a reservation that takes no new tables."""
    return Statement(UPDATE_RECORD, record_values(record))


def write_event(record: Record, command: Command, now: datetime) -> Statement:
    """Append a command's result to the history."""
    return Statement(_EVENT, event_values(record, command, now))


def record_values(record: Record) -> dict[str, Any]:
    """Return the values for INSERT_RECORD and UPDATE_RECORD."""
    return record._asdict() | {"table_ids": array_of(record.table_ids), "features": _texts(record.features)}


def event_values(record: Record, command: Command, now: datetime) -> dict[str, Any]:
    """Return the values for WRITE_EVENT."""
    return {
        "restaurant_id": record.restaurant_id,
        "key": command.key,
        "id": record.id,
        "kind": command.verb,
        "channel": command.channel,
        "now": now,
        "state": record.as_state(),
    }


_ARRAYS = [Record._fields.index(name) for name in ("table_ids", "features")]


def _texts(features: tuple[str, ...]) -> str:
    # An array literal, as array_of builds for numbers. Features contain only letters, digits and underscores.
    return "{" + ",".join(f'"{feature}"' for feature in features) + "}"
