"""Reading and writing rows of the `reservation` and `reservation_event` tables."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, insert, select, text, update

from .reservations import Record
from .schema import catalogue, reservation, reservation_event
from .values import Command

_COLUMNS = tuple(reservation.c[name] for name in Record.__dataclass_fields__)
_NOW = text("statement_timestamp() + :shift AS now")


class Found(NamedTuple):
    """A record, and the moment and catalogue version at which it was read."""

    record: Record
    now: datetime
    version: int


def read_by_id(connection: Connection, restaurant_id: int, reservation_id: int, shift: timedelta) -> Found | None:
    """Read a reservation by its id."""
    return _read(connection, _BY_ID, {"restaurant_id": restaurant_id, "reservation_id": reservation_id, "shift": shift})


def read_by_number(connection: Connection, restaurant_id: int, number: int, shift: timedelta) -> Found | None:
    """Read a reservation by the number in its confirmation code."""
    return _read(connection, _BY_NUMBER, {"restaurant_id": restaurant_id, "number": number, "shift": shift})


def insert_record(connection: Connection, record: Record) -> None:
    """Write a new reservation."""
    connection.execute(_INSERT, asdict(record) | {"table_ids": list(record.table_ids)})


def update_record(connection: Connection, record: Record) -> None:
    """Write back a reservation. The caller holds the pacing lock of its old and new start."""
    values = asdict(record) | {"table_ids": list(record.table_ids)}
    values["of_restaurant"], values["of_id"] = values.pop("restaurant_id"), values.pop("id")
    connection.execute(_UPDATE, values)


def write_event(connection: Connection, record: Record, command: Command, now: datetime) -> Record:
    """Append to the history what a command did, and return the record."""
    connection.execute(
        _EVENT,
        {
            "restaurant_id": record.restaurant_id,
            "command_key": command.key,
            "reservation_id": record.id,
            "kind": command.verb,
            "channel": command.channel,
            "occurred_at": now,
            "state": record.as_state(),
        },
    )
    return record


def _selected() -> Select[Any]:
    return select(*_COLUMNS, catalogue.c.version, _NOW).join_from(reservation, catalogue, text("true"))


_BY_ID = _selected().where(
    reservation.c.restaurant_id == bindparam("restaurant_id"), reservation.c.id == bindparam("reservation_id")
)
_BY_NUMBER = _selected().where(
    reservation.c.restaurant_id == bindparam("restaurant_id"), reservation.c.code_number == bindparam("number")
)
_INSERT = insert(reservation)
_UPDATE = (
    update(reservation)
    .where(reservation.c.restaurant_id == bindparam("of_restaurant"), reservation.c.id == bindparam("of_id"))
    .values({c.name: bindparam(c.name) for c in _COLUMNS if not c.primary_key})
)
_EVENT = insert(reservation_event)


def _read(connection: Connection, statement: Select[Any], values: dict[str, Any]) -> Found | None:
    row = connection.execute(statement, values).one_or_none()
    return Found(Record.from_row(row), row.now, row.version) if row else None
