"""Talking to PostgreSQL through psycopg's pipeline, inside a transaction that SQLAlchemy manages.

A command is a handful of small statements. Sent one by one through SQLAlchemy's result machinery they spend more time on
the way than in the database; sent as a pipeline they cost one round trip together and stay separate statements, each
with a snapshot of its own, which is what counting under a lock needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, LiteralString, NamedTuple, TypeVar, cast

import psycopg
from sqlalchemy import Connection

T = TypeVar("T")
_BATCH = 500
_CURSOR = "tabletalk_cursor"


class Statement(NamedTuple):
    """SQL in psycopg's notation, and its values."""

    sql: LiteralString
    values: Mapping[str, Any]


def driver_of(connection: Connection) -> psycopg.Connection[Any]:
    """psycopg's connection under SQLAlchemy's."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


class EachAlone:
    """Lets every statement be a transaction of its own: opening and ending one around it takes two round trips more.

    By the driver, since SQLAlchemy takes longer over its option for this than the driver over the statement.
    """

    def __init__(self, connection: Connection) -> None:
        self._driver = driver_of(connection)

    def __enter__(self) -> None:
        self._driver.autocommit = True

    def __exit__(self, *_: object) -> None:
        if not self._driver.closed:
            self._driver.autocommit = False


class NoticingBreaks:
    """Tells the pool when a connection breaks under a statement that goes past SQLAlchemy."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, psycopg.OperationalError) and driver_of(self._connection).closed:
            self._connection.invalidate(error)


def send(connection: Connection, statements: Sequence[Statement]) -> list[psycopg.Cursor[Any]]:
    """Run the statements in order in one round trip. Raises psycopg's error of the first that fails."""
    driver = driver_of(connection)
    with driver.pipeline():
        return [driver.execute(statement.sql, statement.values) for statement in statements]


def write(connection: Connection, statements: Sequence[Statement]) -> None:
    """Run the statements in order and end the transaction, in one round trip. Raises psycopg's error of the first that fails."""
    driver = driver_of(connection)
    with driver.pipeline():
        cursor = driver.cursor()
        for statement in statements:
            cursor.execute(statement.sql, statement.values)
        cursor.execute("COMMIT")


def ask(connection: Connection, statement: Statement) -> psycopg.Cursor[Any]:
    """Run one statement. The answer is to be read before anything else is asked on this connection.

    With one cursor for the connection's lifetime: to make one takes an eighth of the driver's steps for a statement.
    """
    pooled = connection.connection
    cursor = pooled.info.get(_CURSOR)
    if cursor is None:
        cursor = pooled.info[_CURSOR] = pooled.cursor()
    return cast("psycopg.Cursor[Any]", cursor.execute(statement.sql, statement.values))


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """So many at a time that one statement stays far from its time limit."""
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))
