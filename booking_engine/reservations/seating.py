"""Statements that take tables, such that of two conflicting bookings only one can succeed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg

from booking_engine.storage.sql import Statement, array_of
from booking_engine.time_slots import quarter_of, quarters_between, start_of
from booking_engine.values import Command

from .records import INSERT_HOLD, INSERT_RECORD, UPDATE_RECORD, WRITE_EVENT, event_values, record_values
from .reservation import Record

_LAPSED = timedelta(seconds=1)


@dataclass(frozen=True)
class Seating:
    """Tables, and the time (UTC) for which they are taken."""

    table_ids: Sequence[int]
    starts_at: datetime
    ends_at: datetime

    def keys(self) -> set[tuple[int, int]]:
        """Return (quarter hour, table number) of every row in `table_quarter`."""
        quarters = quarters_between(self.starts_at, self.ends_at)
        return {(quarter, table_id) for quarter in quarters for table_id in self.table_ids}

    @classmethod
    def of(cls, record: Record) -> Seating:
        """Return the seating of a reservation."""
        return cls(record.table_ids, record.starts_at, record.ends_at)


def lock_pacing(restaurant_id: int, quarters: Iterable[int]) -> Statement:
    """Lock these quarter hours against other bookings that start in them, until the transaction ends.

    Count covers only in a later statement: the snapshot of a statement that began before the lock was granted would miss
    what the previous lock holder wrote. Decisions made without the lock notice the new version.
    """
    return Statement(_LOCK, {"restaurant_id": restaurant_id, "quarters": array_of(sorted(set(quarters)))})


def hold_tables(record: Record, command: Command, *, pace: Mapping[int, int]) -> Statement:
    """Take every quarter hour of a new hold's tables until the hold expires. A database crash may undo it.

    Writes the record and the history in the same statement, which fails as described at `is_lost` if another booking has
    any of the quarter hours. `pace`: for a decision without the lock, the versions of the quarter hours it was based on;
    the statement also fails if one has changed. Empty for a decision under the lock.
    """
    quarters = quarters_between(record.starts_at, record.ends_at)
    values = _values(record, command, record.created_at, rows=len(quarters) * len(record.table_ids)) | {
        "first": quarters.start,
        "last": quarters.stop - 1,
        "paced": array_of(pace),
        "seen": array_of(pace.values()),
        "paces": len(pace),
    }
    return Statement(_HOLD, values)


def take_tables(
    record: Record, command: Command, *, now: datetime, new: bool = False, instead_of: Seating | None = None
) -> list[Statement]:
    """Take every quarter hour of the record's tables, and release those of `instead_of` no longer needed.

    A reservation takes them permanently, a hold until it expires. Writes the record (inserting it if `new`) and the history
    in the same statement, which fails as described at `is_lost` if another booking has any of the quarter hours. Old and
    new rows go through one statement in a fixed order: taking the new rows first and then freeing the old ones would
    deadlock with a diner who makes the opposite change.
    """
    taken = Seating.of(record).keys()
    freed = instead_of.keys() - taken if instead_of else set()
    first = (quarter_of(record.starts_at), min(record.table_ids))
    ordered = sorted(taken | freed)
    values = _values(record, command, now, rows=len(ordered)) | {
        "quarters": array_of(quarter for quarter, _ in ordered),
        "tables": array_of(table_id for _, table_id in ordered),
        "covers": array_of(record.party_size if key == first else 0 for key in ordered),
        "freed": array_of(int(key in freed) for key in ordered),
        "lapsed": now - _LAPSED,
        "until": record.expires_at if record.status == "held" else None,
    }
    statements = [Statement(_TAKE_NEW if new else _TAKE, values)]
    if freed:
        span = {"first": start_of(min(freed)[0]), "last": start_of(max(freed)[0])}
        statements.append(Statement(_DROP_LAPSED, values | span))
    return statements


def is_lost(error: psycopg.Error) -> bool:
    """Whether a statement failed because a concurrent booking won; roll back and decide again.

    The statements signal this by writing NULL to a column of the history that does not allow it.
    """
    return isinstance(error, psycopg.errors.NotNullViolation) and error.diag.column_name == _NULL_IF_LOST


def _values(record: Record, command: Command, now: datetime, *, rows: int) -> dict[str, Any]:
    return record_values(record) | event_values(record, command, now) | {"rows": rows}


def free_tables(record: Record) -> Statement:
    """Release the tables that a reservation still has."""
    quarters = quarters_between(record.starts_at, record.ends_at)
    return Statement(
        _FREE,
        {
            "restaurant_id": record.restaurant_id,
            "reservation_id": record.id,
            "first": start_of(quarters.start),
            "last": start_of(quarters.stop - 1),
        },
    )


_LOCK = """
    INSERT INTO pacing_quarter (restaurant_id, starts_at, version)
    SELECT %(restaurant_id)s, to_timestamp(q.quarter * 900), 1 FROM unnest(%(quarters)s::bigint[]) AS q (quarter)
    ON CONFLICT (restaurant_id, starts_at) DO UPDATE SET version = pacing_quarter.version + 1
"""

# Locks like _LOCK, but only the quarter hours whose version has not changed since the decision.
_PACE: LiteralString = """
    INSERT INTO pacing_quarter (restaurant_id, starts_at, version)
    SELECT %(restaurant_id)s, to_timestamp(q.quarter * 900), q.seen + 1
    FROM unnest(%(paced)s::bigint[], %(seen)s::bigint[]) AS q (quarter, seen)
    ON CONFLICT (restaurant_id, starts_at) DO UPDATE SET version = excluded.version
    WHERE pacing_quarter.version = excluded.version - 1
    RETURNING 1
"""

# Count the rows of RETURNING: a distributed INSERT ... SELECT reports the number of rows selected, not written.
_TAKE_ROWS: LiteralString = """
    INSERT INTO table_quarter (restaurant_id, starts_at, table_id, covers, reservation_id, held_at, held_until)
    SELECT %(restaurant_id)s, to_timestamp(q.quarter * 900), q.table_id, {covers}, %(id)s, %(now)s::timestamptz, {until}
    FROM {source}
    ON CONFLICT (restaurant_id, starts_at, table_id) DO UPDATE
    SET covers = excluded.covers, reservation_id = excluded.reservation_id,
        held_at = excluded.held_at, held_until = excluded.held_until
    WHERE table_quarter.held_until < excluded.held_at OR table_quarter.reservation_id = excluded.reservation_id
    RETURNING 1
"""

# One statement passes through driver, parser and executor once instead of three times. The history's NOT NULL constraint
# rejects the event if not all rows were taken or the record does not exist, so that the row counts need not be checked
# before the commit.
_NULL_IF_LOST = "kind"
_EVENT = WRITE_EVENT.format(
    kind="CASE WHEN EXISTS (SELECT FROM written) AND (SELECT count(*) FROM taken) = %(rows)s THEN %(kind)s END"
)
_SEAT: LiteralString = "WITH {pace}written AS ({record} RETURNING 1), taken AS ({rows}) {event}"

# The rows are in the order of the arrays, which is the lock order of all commands.
_LISTED_ROWS = _TAKE_ROWS.format(
    covers="q.covers",
    until="CASE q.freed WHEN 1 THEN %(lapsed)s::timestamptz ELSE %(until)s::timestamptz END",
    source="""
        unnest(%(quarters)s::bigint[], %(tables)s::smallint[], %(covers)s::smallint[], %(freed)s::smallint[])
        AS q (quarter, table_id, covers, freed)
    """,
)
_TAKE_NEW = _SEAT.format(pace="", record=INSERT_RECORD, rows=_LISTED_ROWS, event=_EVENT)
_TAKE = _SEAT.format(pace="", record=UPDATE_RECORD, rows=_LISTED_ROWS, event=_EVENT)

# A hold releases nothing, so the database can generate its rows.
_HOLD_ROWS = _TAKE_ROWS.format(
    covers="CASE WHEN q.quarter = %(first)s AND q.position = 1 THEN %(party_size)s ELSE 0 END",
    until="%(expires_at)s::timestamptz",
    source="""(
        SELECT quarter, t.table_id, t.position FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS quarter
        CROSS JOIN unnest(%(table_ids)s::smallint[]) WITH ORDINALITY AS t (table_id, position)
        WHERE (SELECT count(*) FROM paced) = %(paces)s
        ORDER BY quarter, t.table_id
    ) AS q""",
)

# A hold's commit does not wait for the disk. A database crash loses only holds of the last half second, and confirming a lost
# hold fails like an expired one. Any later commit that does wait also flushes this one, because the log is written in order.
_ASYNC_COMMIT: LiteralString = " WHERE set_config('synchronous_commit', 'off', true) = 'off'"
_HOLD = _SEAT.format(
    pace=f"paced AS ({_PACE}), ",
    record=INSERT_HOLD,
    rows=_HOLD_ROWS,
    event=_EVENT + _ASYNC_COMMIT,
)

_DROP_LAPSED = """
    DELETE FROM table_quarter
    WHERE restaurant_id = %(restaurant_id)s AND starts_at >= %(first)s AND starts_at <= %(last)s
      AND reservation_id = %(id)s AND held_until = %(lapsed)s
"""

# Lock the rows in the lock order of all commands before deleting them.
_FREE = """
    WITH mine AS MATERIALIZED (
        SELECT starts_at, table_id FROM table_quarter
        WHERE restaurant_id = %(restaurant_id)s AND starts_at >= %(first)s AND starts_at <= %(last)s
          AND reservation_id = %(reservation_id)s
        ORDER BY starts_at, table_id FOR UPDATE
    )
    DELETE FROM table_quarter USING mine
    WHERE table_quarter.restaurant_id = %(restaurant_id)s AND table_quarter.reservation_id = %(reservation_id)s
      AND table_quarter.starts_at = mine.starts_at AND table_quarter.table_id = mine.table_id
"""
