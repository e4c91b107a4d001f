"""Running one command in one transaction: idempotent, retried while the database is in the way."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from booking_engine.errors import BookingError, TryAgain
from booking_engine.reservations.reservation import Record
from booking_engine.reservations.seating import is_lost
from booking_engine.values import Command

from .schema import reservation_event
from .sql import Statement, autocommit, execute, execute_and_commit, invalidate_if_broken

T = TypeVar("T")

_MOST_ATTEMPTS = 12
_LONGEST_WAIT = 4.0
_PAUSE = 0.004
_LONGEST_PAUSE = 0.25
_UNIQUE_VIOLATION = "23505"
_IN_THE_WAY = {
    "40001": "serialization failure",
    "40P01": "deadlock",
    "55P03": "lock timeout",
    "57014": "statement timeout",
    "57P01": "server is shutting down",
    "57P03": "server is starting",
    "53300": "too many connections",
}


class OutOfDate(Exception):
    """The decision rested on something that has changed meanwhile: roll back and decide again."""


def first_answer(connection: Connection, restaurant_id: int, command: Command) -> Record | None:
    """What the command left behind the first time, if there was a first time."""
    columns = reservation_event.c
    state = connection.execute(
        select(columns.state).where(columns.restaurant_id == restaurant_id, columns.command_key == UUID(command.key))
    ).scalar_one_or_none()
    return Record.from_state(state) if state is not None else None


class Decision(NamedTuple):
    """What a command comes to: the record it leaves, and what is to be written for that."""

    record: Record
    writes: Sequence[Statement] = ()


def run_command(
    database: Engine,
    restaurant_id: int,
    command: Command,
    decide: Callable[[Connection], Decision],
    *,
    at_first: Callable[[Connection], Decision] | None = None,
) -> Record:
    """Decide and write in one transaction and return the record it leaves; the same command again returns the first one.

    `at_first`: decides without a lock, and writes with one statement that fails as `is_lost` tells if anything it rests
    on has changed; so it needs no transaction around it. Only when it does fail, `decide` follows, which locks.

    No look-up comes first: the history's primary key stops a second effect, and a second try that is refused (its own
    first effect may be what stands in its way) finds its first answer. Raises TryAgain after bounded retries.
    """
    for attempt in _attempts():
        try:
            with database.connect() as connection, invalidate_if_broken(connection):
                if at_first and attempt == 0:
                    with autocommit(connection):
                        record, writes = at_first(connection)
                        for statement in writes:
                            execute(connection, statement)
                    return record
                record, writes = decide(connection)
                if writes:
                    execute_and_commit(connection, writes)
                return record
        except OutOfDate:
            continue
        except BookingError:
            if answer := _answered(database, restaurant_id, command):
                return answer
            raise
        except (DBAPIError, PoolTimeout, psycopg.Error) as error:
            if isinstance(error, psycopg.Error) and is_lost(error):
                continue
            if _sqlstate(error) != _UNIQUE_VIOLATION:
                _raise_unless_in_the_way(error)
            # Either this very command has been done before, or a random number was drawn twice.
            elif answer := _answered(database, restaurant_id, command):
                return answer
    raise TryAgain


def run_query(database: Engine, body: Callable[[Connection], T]) -> T:
    """Run a read; a connection that broke since it was last used is replaced. Raises TryAgain after bounded retries."""
    for _ in _attempts():
        try:
            with database.connect() as connection, invalidate_if_broken(connection), autocommit(connection):
                return body(connection)
        except OutOfDate:
            continue
        except (DBAPIError, PoolTimeout, psycopg.Error) as error:
            _raise_unless_in_the_way(error)
    raise TryAgain


def _attempts() -> Iterator[int]:
    """Tries, with a growing random pause between them, until there were too many or the diner has waited long enough."""
    begun = time.monotonic()
    for attempt in range(_MOST_ATTEMPTS):
        if attempt:
            time.sleep(random.uniform(0, min(_LONGEST_PAUSE, _PAUSE * 2**attempt)))  # noqa: S311
        yield attempt
        if time.monotonic() - begun > _LONGEST_WAIT:
            return


def _answered(database: Engine, restaurant_id: int, command: Command) -> Record | None:
    return run_query(database, lambda connection: first_answer(connection, restaurant_id, command))


def _sqlstate(error: DBAPIError | PoolTimeout | psycopg.Error) -> str | None:
    state: str | None = getattr(getattr(error, "orig", error), "sqlstate", None)
    return state


def _raise_unless_in_the_way(error: DBAPIError | PoolTimeout | psycopg.Error) -> None:
    """Return when another try may succeed; else raise, as TryAgain when it is the database that cannot be had."""
    if isinstance(error, PoolTimeout):
        raise TryAgain("no connection to the database was free") from error
    state = _sqlstate(error)
    if state in _IN_THE_WAY or (state or "").startswith("08"):
        return
    broken = isinstance(getattr(error, "orig", error), psycopg.OperationalError) and state is None
    if not broken:
        raise error
    if isinstance(error, DBAPIError) and not error.connection_invalidated:
        raise TryAgain("the database cannot be reached") from error
