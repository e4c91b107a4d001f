"""Which errors mean that the database is away, and which that something cannot be stored however often it is tried."""

from __future__ import annotations

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from booking_engine import TryAgain

_ALSO_PASSING = frozenset({"25006", "42P01", "42703"})
"""SQLSTATEs: read-only during a failover; a table or column that a release in progress has not migrated yet."""


def is_outage(error: BaseException) -> bool:
    """Return whether the same may succeed later: the connection is lost or there is none, or the database is too busy.

    Anything else is wrong with what was to be stored or with our code, and would go wrong again.
    """
    if isinstance(error, TryAgain | PoolTimeout | OSError):
        return True
    # Called operational is what is not the statement's fault: connections, resources, locks, shutdowns, deadlocks.
    if isinstance(error, OperationalError | InterfaceError | psycopg.OperationalError | psycopg.InterfaceError):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return getattr(getattr(error, "orig", error), "sqlstate", None) in _ALSO_PASSING
