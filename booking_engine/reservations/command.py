"""Run a command in one transaction, idempotently: it takes effect once, however often it is sent."""

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
    """The outcome of a command: the resulting record, and the statements that write it."""

    record: Record
    writes: Sequence[Statement] = ()


Decide = Callable[[Connection], Decision]


def run_command(
    database: Engine, restaurant_id: int, command: Command, decide: Decide, *, optimistic: Decide | None = None
) -> Record:
    """Decide and write in one transaction and return the record; repeating the command returns the first record.

    `optimistic` comes first: it decides without a lock and writes with a single statement, which needs no transaction and
    fails as described at `is_lost` if the data behind the decision has changed. Retries use `decide`, which locks.

    There is no lookup up front: the history's primary key prevents a second effect, and a repeated command that is
    refused (perhaps because of its own first effect) looks up its first result. Raises TryAgain after a bounded number
    of attempts.
    """
    for attempt in attempts():
        try:
            with database.connect() as connection, invalidate_if_broken(connection):
                if optimistic and attempt == 0:
                    return _run_unlocked(connection, optimistic)
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
    """Return the command's first result if the error indicates one; None if another attempt may succeed."""
    if isinstance(error, psycopg.Error) and is_lost(error):
        return None
    if sqlstate(error) != _UNIQUE_VIOLATION:
        raise_unless_worth_another_try(error)
        return None
    # Either this command ran before, or a random number collided.
    return _first_result(database, restaurant_id, command)


def _first_result(database: Engine, restaurant_id: int, command: Command) -> Record | None:
    columns = reservation_event.c
    query = select(columns.state).where(
        columns.restaurant_id == restaurant_id, columns.command_key == UUID(command.key)
    )
    state = run_query(database, lambda connection: connection.execute(query).scalar_one_or_none())
    return Record.from_state(state) if state is not None else None
