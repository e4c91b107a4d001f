"""Connections that give a server up that says nothing any more, and transactions that may take longer.

The server ends a statement that takes too long, and a lost connection is noticed. But a server that hangs, such as a frozen
machine, ends nothing and closes nothing: only the client's own clock helps.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.rows import Row
from sqlalchemy import Connection, text

from .sql import driver_of

T = TypeVar("T")


class ServerSilent(psycopg.OperationalError):
    """The server has said nothing for too long. What it was asked it may do all the same, once it goes on."""


class PatientConnection(psycopg.Connection[Row]):
    """A connection that is closed once the server has been silent for `patience` seconds amid a statement."""

    patience: float

    def wait(self, gen: PQGen[T], *options: Any, **named: Any) -> T:
        """Wait for the server.

        Raises:
            ServerSilent: it says nothing.
        """
        try:
            return super().wait(_unless_silent(gen, self.patience), *options, **named)
        except ServerSilent:
            self.pgconn.finish()
            raise


def _unless_silent(gen: PQGen[T], patience: float) -> PQGen[T]:
    """Pass on what a generator of psycopg's waits for, and what has come of it: nothing now and then, while it waits."""
    try:
        wanted = next(gen)
        heard = time.monotonic()
        while True:
            ready = yield wanted
            if ready:
                heard = time.monotonic()
            elif time.monotonic() - heard > patience:
                raise ServerSilent(f"the database has said nothing for {patience:.0f} s")
            wanted = gen.send(ready)
    except StopIteration as over:
        result: T = over.value
        return result


@contextmanager
def slow_statements(connection: Connection, *, seconds: int) -> Iterator[None]:
    """Let each statement of the transaction take so long: within the block on our side, until its end on the server's."""
    connection.execute(text(f"SET LOCAL statement_timeout = '{seconds}s'"))
    driver = driver_of(connection)
    if not isinstance(driver, PatientConnection):
        yield
        return
    before, driver.patience = driver.patience, seconds + 1.0
    try:
        yield
    finally:
        driver.patience = before
