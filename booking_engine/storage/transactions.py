"""Transactions, with bounded retries on transient database errors."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from booking_engine.errors import TryAgain

from .patience import ServerSilent
from .sql import autocommit, invalidate_if_broken

T = TypeVar("T")
DatabaseTrouble = (DBAPIError, PoolTimeout, psycopg.Error)
"""What a statement raises, through SQLAlchemy or directly, when the database rejects it or cannot be reached."""

_MOST_ATTEMPTS = 12
_LONGEST_WAIT = 4.0  # in seconds, like the pauses
_PAUSE = 0.004
_LONGEST_PAUSE = 0.25
_WORTH_ANOTHER_TRY = {
    "40001": "serialization failure",
    "40P01": "deadlock",
    "55P03": "lock timeout",
    "57014": "statement timeout",
    "57P01": "server is shutting down",
    "57P03": "server is starting",
    "53300": "too many connections",
}


class OutOfDate(Exception):
    """The data that a decision was based on has changed: roll back and decide again."""


def run_query(database: Engine, body: Callable[[Connection], T]) -> T:
    """Run a read, on a new connection if the last one broke. Raises TryAgain after a bounded number of attempts."""
    for _ in attempts():
        try:
            with database.connect() as connection, invalidate_if_broken(connection), autocommit(connection):
                return body(connection)
        except OutOfDate:
            continue
        except DatabaseTrouble as error:
            raise_unless_worth_another_try(error)
    raise TryAgain


def attempts() -> Iterator[int]:
    """Yield attempt numbers from 0, with growing random pauses, up to 12 attempts or 4 seconds."""
    begun = time.monotonic()
    for attempt in range(_MOST_ATTEMPTS):
        if attempt:
            time.sleep(random.uniform(0, min(_LONGEST_PAUSE, _PAUSE * 2**attempt)))  # noqa: S311
        yield attempt
        if time.monotonic() - begun > _LONGEST_WAIT:
            return


def sqlstate(error: Exception) -> str | None:
    """Return PostgreSQL's five-character code for an error of `DatabaseTrouble`, if the server sent one."""
    state: str | None = getattr(getattr(error, "orig", error), "sqlstate", None)
    return state


def raise_unless_worth_another_try(error: Exception) -> None:
    """Return if another attempt may succeed; otherwise raise, as TryAgain when the database cannot be reached."""
    if isinstance(error, PoolTimeout):
        raise TryAgain("no connection to the database was free") from error
    if isinstance(getattr(error, "orig", error), ServerSilent):
        raise TryAgain("the database hangs") from error
    state = sqlstate(error)
    if state in _WORTH_ANOTHER_TRY or (state or "").startswith("08"):
        return
    broken = isinstance(getattr(error, "orig", error), psycopg.OperationalError) and state is None
    if not broken:
        raise error
    if isinstance(error, DBAPIError) and not error.connection_invalidated:
        raise TryAgain("the database cannot be reached") from error
