"""Taking tables in the database: the statements that no two bookings can both win."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, TextClause, text

from .quarters import quarters_between, start_of
from .reservations import Record

_LAPSED = timedelta(seconds=1)


class SeatingLost(Exception):
    """Someone else was faster at one of the quarter hours: roll back and look again."""


@dataclass(frozen=True)
class Seating:
    """Tables from start to end (UTC)."""

    table_ids: Sequence[int]
    starts_at: datetime
    ends_at: datetime

    def keys(self) -> set[tuple[int, int]]:
        """(quarter hour, table number) of every row that it takes."""
        quarters = quarters_between(self.starts_at, self.ends_at)
        return {(quarter, table_id) for quarter in quarters for table_id in self.table_ids}

    @classmethod
    def of(cls, record: Record) -> Seating:
        """The seating of a reservation."""
        return cls(record.table_ids, record.starts_at, record.ends_at)


def lock_pacing(connection: Connection, restaurant_id: int, quarters: Iterable[int]) -> None:
    """Let nobody else start a party in these quarter hours until this transaction ends.

    Covers are counted only after this, in a statement of their own: a count that began before the lock would miss what
    the last holder of the lock wrote.
    """
    ordered = sorted(set(quarters))
    values = {f"q{index}": start_of(quarter) for index, quarter in enumerate(ordered)}
    connection.execute(_lock_statement(len(ordered)), values | {"restaurant_id": restaurant_id})


def take_tables(
    connection: Connection,
    record: Record,
    *,
    now: datetime,
    held_until: datetime | None,
    instead_of: Seating | None = None,
) -> None:
    """Take every quarter hour of the record's tables, and let go those of `instead_of` that it no longer needs.

    Raises SeatingLost, with nothing usable left in the transaction, when any of them belongs to somebody else. Old and
    new rows go through one statement in one order: taking the new ones and then freeing the old ones deadlocks with a
    diner who wants the reverse.
    """
    seating = Seating.of(record)
    taken = seating.keys()
    freed = instead_of.keys() - taken if instead_of else set()
    first = (quarters_between(record.starts_at, record.ends_at).start, min(record.table_ids))
    rows: dict[str, Any] = {
        "restaurant_id": record.restaurant_id,
        "reservation_id": record.id,
        "now": now,
        "held_until": held_until,
        "lapsed": now - _LAPSED,
    }
    ordered = sorted(taken | freed)
    for index, key in enumerate(ordered):
        rows[f"q{index}"] = start_of(key[0])
        rows[f"t{index}"] = key[1]
        rows[f"c{index}"] = record.party_size if key == first else 0
    statement = _take_statement(tuple(key in freed for key in ordered))
    if len(connection.execute(statement, rows).all()) != len(ordered):
        raise SeatingLost
    if freed:
        quarters = [quarter for quarter, _ in freed]
        rows |= {"first": start_of(min(quarters)), "last": start_of(max(quarters))}
        connection.execute(_DROP_LAPSED, rows)


def free_tables(connection: Connection, record: Record) -> None:
    """Give back the tables of a reservation, as far as it still has them."""
    quarters = quarters_between(record.starts_at, record.ends_at)
    connection.execute(
        _FREE,
        {
            "restaurant_id": record.restaurant_id,
            "reservation_id": record.id,
            "first": start_of(quarters.start),
            "last": start_of(quarters.stop - 1),
        },
    )


@cache
def _lock_statement(rows: int) -> TextClause:
    values = ", ".join(f"(:restaurant_id, :q{index})" for index in range(rows))
    # WHERE false: a row that is there is locked, and nothing is written.
    return text(
        f"INSERT INTO pacing_quarter (restaurant_id, starts_at) VALUES {values}"  # noqa: S608
        " ON CONFLICT (restaurant_id, starts_at) DO UPDATE SET starts_at = excluded.starts_at WHERE false"
    )


@cache
def _take_statement(freed: tuple[bool, ...]) -> TextClause:
    values = ", ".join(
        f"(:restaurant_id, :q{i}, :t{i}, :c{i}, :reservation_id, :now, {':lapsed' if free else ':held_until'})"
        for i, free in enumerate(freed)
    )
    return text(
        f"""
        INSERT INTO table_quarter (restaurant_id, starts_at, table_id, covers, reservation_id, held_at, held_until)
        VALUES {values}
        ON CONFLICT (restaurant_id, starts_at, table_id) DO UPDATE
        SET covers = excluded.covers, reservation_id = excluded.reservation_id,
            held_at = excluded.held_at, held_until = excluded.held_until
        WHERE table_quarter.held_until < excluded.held_at OR table_quarter.reservation_id = excluded.reservation_id
        RETURNING 1
        """  # noqa: S608
    )


_DROP_LAPSED = text(
    """
    DELETE FROM table_quarter
    WHERE restaurant_id = :restaurant_id AND starts_at >= :first AND starts_at <= :last
      AND reservation_id = :reservation_id AND held_until = :lapsed
    """
)

# Locked in the one order that everybody locks in, and only then deleted.
_FREE = text(
    """
    WITH mine AS MATERIALIZED (
        SELECT starts_at, table_id FROM table_quarter
        WHERE restaurant_id = :restaurant_id AND starts_at >= :first AND starts_at <= :last
          AND reservation_id = :reservation_id
        ORDER BY starts_at, table_id FOR UPDATE
    )
    DELETE FROM table_quarter USING mine
    WHERE table_quarter.restaurant_id = :restaurant_id AND table_quarter.reservation_id = :reservation_id
      AND table_quarter.starts_at = mine.starts_at AND table_quarter.table_id = mine.table_id
    """
)
