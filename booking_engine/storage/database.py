"""Connections to PostgreSQL."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, create_engine, event, make_url

_DRIVER = "postgresql+psycopg"
_SETTINGS = {
    "timezone": "UTC",
    "lock_timeout": "3s",
    "statement_timeout": "8s",
    "idle_in_transaction_session_timeout": "15s",
    # Every query uses a key, so one plan fits all values. By default PostgreSQL replans each time, because a plan pruned to
    # one partition looks cheaper, but planning takes a third of a command's time.
    "plan_cache_mode": "force_generic_plan",
}


def create_database(
    url: str, *, pool_size: int = 10, max_overflow: int = 10, name: str = "tabletalk", pre_ping: bool = False
) -> Engine:
    """Create a connection pool with timeouts: 3 s for a lock, 8 s for a statement, 5 s for a connection.

    Accepts `postgresql://`, `postgres://` and `postgresql+psycopg://` URLs; `name` is shown in pg_stat_activity.
    `pre_ping` replaces a dead connection (after a server restart, say) before it is used, at the cost of a round trip
    per checkout.
    """
    scheme, _, rest = url.partition("://")
    if scheme not in ("postgresql", "postgres", _DRIVER):
        raise ValueError(f"not a PostgreSQL address: {scheme}://…")
    options = " ".join(f"-c {key}={value}" for key, value in _SETTINGS.items())
    database = create_engine(
        make_url(f"{_DRIVER}://{rest}"),
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_timeout=5,
        pool_pre_ping=pre_ping,
        pool_reset_on_return=None,
        connect_args={"application_name": name, "options": options, "connect_timeout": 5},
    )
    event.listen(database, "reset", _roll_back)
    return database


def _roll_back(driver: psycopg.Connection[Any], *_: object) -> None:
    """Roll back a returned connection only if a transaction is open; SQLAlchemy's own reset always sends a ROLLBACK."""
    if driver.pgconn.transaction_status != TransactionStatus.IDLE:
        driver.rollback()
