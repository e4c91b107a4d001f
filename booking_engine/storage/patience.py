"""Connections that give a server up that says nothing any more, requests that wait for it once, and longer transactions.

The server ends a statement that takes too long, and a lost connection is noticed. But a server that hangs, such as a frozen
machine, ends nothing and closes nothing: only the client's own clock helps.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import ceil
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.rows import Row
from psycopg.waiting import Wait
from sqlalchemy import Connection, text

from .sql import driver_of

T = TypeVar("T")

_CONNECTS_WITHIN = 5  # seconds; the driver takes less than 2 for 2
_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give the server up at its first silence after so many seconds, whatever the block asks of it, and how often."""
    before = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(before)


class ServerSilent(psycopg.OperationalError):
    """The server has said nothing for too long. What it was asked it may do all the same, once it goes on."""


class PatientConnection(psycopg.Connection[Row]):
    """A connection that is closed once the server has been silent for `patience` seconds amid a statement."""

    patience: float

    @classmethod
    def patiently(cls, patience: float, *arguments: Any, **named: Any) -> PatientConnection[Any]:
        """Connect.

        Raises:
            ServerSilent: there is no time left for it.
        """
        ends_at = _ends_at.get()
        left = ends_at - time.monotonic() if ends_at is not None else _CONNECTS_WITHIN
        if left <= 0:
            raise ServerSilent("no time left to connect to the database")
        connection = cls.connect(*arguments, **(named | {"connect_timeout": min(ceil(left), _CONNECTS_WITHIN)}))
        connection.patience = patience
        return connection

    def wait(self, gen: PQGen[T], *options: Any, **named: Any) -> T:
        """Wait for the server.

        Raises:
            ServerSilent: it says nothing.
            psycopg.OperationalError: the connection is closed already.
        """
        if self.closed:
            raise psycopg.OperationalError("the connection is closed")
        try:
            wanted = next(gen)
        except StopIteration as over:  # there is nothing to wait for
            done: T = over.value
            return done
        try:
            return super().wait(_unless_silent(gen, wanted, self.patience, _ends_at.get()), *options, **named)
        except ServerSilent:
            self.pgconn.finish()
            raise


def _unless_silent(gen: PQGen[T], wanted: Wait, patience: float, ends_at: float | None) -> PQGen[T]:
    """Pass on what a generator of psycopg's waits for, and what has come of it: nothing now and then, while it waits."""
    try:
        until = _until(patience, ends_at)
        while True:
            ready = yield wanted
            if ready:
                until = _until(patience, ends_at)
            elif time.monotonic() > until:
                raise ServerSilent("the database has said nothing for too long")
            wanted = gen.send(ready)
    except StopIteration as over:
        result: T = over.value
        return result


def _until(patience: float, ends_at: float | None) -> float:
    patient_until = time.monotonic() + patience
    return patient_until if ends_at is None else min(patient_until, ends_at)


def take_any_time(connection: Connection) -> None:
    """Let this transaction take as long as its statements do."""
    connection.execute(_NO_LIMIT)


_NO_LIMIT = text("SELECT set_config(name, '0', true) FROM pg_settings WHERE name = 'transaction_timeout'")
"""Of servers before PostgreSQL 17, which have no such limit, it sets nothing."""


@contextmanager
def slow_statements(connection: Connection, *, seconds: int) -> Iterator[None]:
    """Let each statement of the transaction take so long: within the block on our side, until its end on the server's."""
    take_any_time(connection)
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
