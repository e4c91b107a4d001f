"""Running one command in one transaction, so that it takes effect once however often it is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Engine, select

from booking_engine.errors import BookingError, TryAgain
from booking_engine.storage.schema import reservation_event
from booking_engine.storage.sql import Statement, autocommit, execute, execute_and_commit, invalidate_if_broken
from booking_engine.storage.transactions import (
    DatabaseTrouble,
    OutOfDate,
    attempts,
    raise_unless_worth_another_try,
    run_query,
    sqlstate,
)
from booking_engine.values import Command

from .reservation import Record
from .seating import is_lost

_UNIQUE_VIOLATION = "23505"


class Decision(NamedTuple):
    """The outcome of a command: the record it leaves, and the statements that write it."""

    record: Record
    writes: Sequence[Statement] = ()


Decide = Callable[[Connection], Decision]


def run_command(
    database: Engine, restaurant_id: int, command: Command, decide: Decide, *, at_first: Decide | None = None
) -> Record:
    """Decide and write in one transaction and return the record; the same command again returns the first record.

    `at_first` decides without a lock and writes with one statement, so it needs no transaction around it. That statement
    fails as `is_lost` tells if anything the decision was based on has changed. Only then does `decide` follow, which locks.

    No lookup comes first: the history's primary key prevents a second effect, and a repeated command that is refused
    (perhaps because its own first effect is in the way) finds its first result. Raises TryAgain after a bounded number of
    attempts.
    """
    for attempt in attempts():
        try:
            with database.connect() as connection, invalidate_if_broken(connection):
                if at_first and attempt == 0:
                    return _run_unlocked(connection, at_first)
                record, writes = decide(connection)
                if writes:
                    execute_and_commit(connection, writes)
                return record
        except OutOfDate:
            continue
        except BookingError:
            if first := _first_result(database, restaurant_id, command):
                return first
            raise
        except DatabaseTrouble as error:
            if first := _result_after(error, database, restaurant_id, command):
                return first
    raise TryAgain


def _run_unlocked(connection: Connection, decide: Decide) -> Record:
    with autocommit(connection):
        record, writes = decide(connection)
        for statement in writes:
            execute(connection, statement)
    return record


def _result_after(error: Exception, database: Engine, restaurant_id: int, command: Command) -> Record | None:
    """Return the command's first result if the error says there is one; None when another attempt may succeed."""
    if isinstance(error, psycopg.Error) and is_lost(error):
        return None
    if sqlstate(error) != _UNIQUE_VIOLATION:
        raise_unless_worth_another_try(error)
        return None
    # Either this very command was run before, or a random number was drawn twice.
    return _first_result(database, restaurant_id, command)


def _first_result(database: Engine, restaurant_id: int, command: Command) -> Record | None:
    columns = reservation_event.c
    query = select(columns.state).where(
        columns.restaurant_id == restaurant_id, columns.command_key == UUID(command.key)
    )
    state = run_query(database, lambda connection: connection.execute(query).scalar_one_or_none())
    return Record.from_state(state) if state is not None else None
