"""SQL through psycopg's pipeline, inside a transaction that SQLAlchemy manages.

A command consists of a few small statements. Sent one at a time through SQLAlchemy's result machinery, they spend more
time in transit than in the database. In a pipeline they take one round trip together but remain separate statements,
each with its own snapshot, which counting under a lock requires.

The SQL functions that the engine calls are next to this module, one file each. Migrations install them.
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
    """SQL in psycopg's parameter style, and its values."""

    sql: LiteralString
    values: Mapping[str, Any]


def driver_of(connection: Connection) -> psycopg.Connection[Any]:
    """Return the psycopg connection beneath a SQLAlchemy connection."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


class autocommit:
    """Run every statement in its own transaction, saving the round trips of BEGIN and COMMIT.

    This bypasses SQLAlchemy, which takes longer to switch its own option than the driver takes to run the statement.
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
    """Run the statements in order, in one round trip. Raises psycopg's error for the first that fails."""
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

    All statements share one cursor for the connection's lifetime: creating one takes an eighth of the driver's time for
    a statement.
    """
    pooled = connection.connection
    cursor = pooled.info.get(_CURSOR)
    if cursor is None:
        cursor = pooled.info[_CURSOR] = pooled.cursor()
    return cast("psycopg.Cursor[Any]", cursor.execute(statement.sql, statement.values))


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Return the items in batches of 500, small enough to keep a statement well below its timeout."""
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))


def array_of(items: Iterable[object]) -> str:
    """Format numbers, ids, times or plain words as a PostgreSQL array literal.

    psycopg adapts a list element by element, which takes longer than the statement itself.
    """
    return "{" + ",".join(map(str, items)) + "}"


def functions() -> dict[str, str]:
    """Return the SQL functions that the engine calls: function name to file contents."""
    return functions_in(Path(__file__).parent)


def functions_in(folder: Path) -> dict[str, str]:
    """Return the SQL functions in a folder, a file each: function name to file contents."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.sql"))}
