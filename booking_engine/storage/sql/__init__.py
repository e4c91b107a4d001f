"""SQL through psycopg's pipeline, inside a transaction that SQLAlchemy manages.

A command is a handful of small statements. Sent one at a time through SQLAlchemy's result machinery, they spend more
time in transit than in the database. Sent as a pipeline they cost one round trip together and remain separate
statements, each with a snapshot of its own, which is what counting under a lock needs.

The SQL functions that the engine calls stand beside this module, one file each. Migrations install them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
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
    """Return psycopg's connection under SQLAlchemy's."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


class autocommit:
    """Let every statement be a transaction of its own, which saves the two round trips of BEGIN and COMMIT.

    This goes through the driver: SQLAlchemy takes longer to switch its own option than the driver takes for the statement.
    """

    def __init__(self, connection: Connection) -> None:
        self._driver = driver_of(connection)

    def __enter__(self) -> None:
        self._driver.autocommit = True

    def __exit__(self, *_: object) -> None:
        if not self._driver.closed:
            self._driver.autocommit = False


class invalidate_if_broken:
    """Tell the pool when a connection breaks under a statement that bypasses SQLAlchemy."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, psycopg.OperationalError) and driver_of(self._connection).closed:
            self._connection.invalidate(error)


def execute_all(connection: Connection, statements: Sequence[Statement]) -> list[psycopg.Cursor[Any]]:
    """Run the statements in order in one round trip. Raises psycopg's error for the first that fails."""
    driver = driver_of(connection)
    with driver.pipeline():
        return [driver.execute(statement.sql, statement.values) for statement in statements]


def execute_and_commit(connection: Connection, statements: Sequence[Statement]) -> None:
    """Run the statements in order and commit, in one round trip. Raises psycopg's error for the first that fails."""
    driver = driver_of(connection)
    with driver.pipeline():
        cursor = driver.cursor()
        for statement in statements:
            cursor.execute(statement.sql, statement.values)
        cursor.execute("COMMIT")


def execute(connection: Connection, statement: Statement) -> psycopg.Cursor[Any]:
    """Run one statement. Read its result before running anything else on this connection.

    Every statement shares one cursor for the connection's lifetime: creating one takes an eighth of the driver's work
    for a statement.
    """
    pooled = connection.connection
    cursor = pooled.info.get(_CURSOR)
    if cursor is None:
        cursor = pooled.info[_CURSOR] = pooled.cursor()
    return cast("psycopg.Cursor[Any]", cursor.execute(statement.sql, statement.values))


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the items 500 at a time, few enough for one statement to stay far from its time limit."""
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))


def array_of(items: Iterable[object]) -> str:
    """Spell an array of numbers, ids, times or plain words in PostgreSQL's notation.

    Adapting a list element by element takes longer than the statement itself.
    """
    return "{" + ",".join(map(str, items)) + "}"


def functions() -> dict[str, str]:
    """Return the SQL functions that the engine calls: each file's text by the function's name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("*.sql"))}
