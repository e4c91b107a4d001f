"""Connections to PostgreSQL."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.sql import SQL, Identifier, Literal
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text

from .patience import PatientConnection
from .sql import driver_of

_DRIVER = "postgresql+psycopg"
SETTINGS = {
    "timezone": "UTC",
    "lock_timeout": "3s",
    "statement_timeout": "8s",
    "idle_in_transaction_session_timeout": "15s",
    # Every query uses a key, so one plan fits all values. By default PostgreSQL replans each time, because a plan pruned to
    # one partition looks cheaper, but planning takes a third of a command's time.
    "plan_cache_mode": "force_generic_plan",
}
"""What every connection sets."""
_LATER_SETTINGS = {"transaction_timeout": "60s"}
"""What it sets besides where the server knows it, from PostgreSQL 17 on. A client that freezes between two statements of a
pipeline is not idle to the server, so nothing else ends its transaction and gives back what it has locked."""
_KNOWS_LATER_SETTINGS = 170_000


def create_database(
    url: str,
    *,
    pool_size: int = 10,
    max_overflow: int = 10,
    name: str = "tabletalk",
    pre_ping: bool = False,
    behind_pooler: bool = False,
    patience: float = 9.0,
) -> Engine:
    """Create a connection pool with timeouts: 3 s for a lock, 8 s for a statement, 5 s for a connection, and from PostgreSQL 17
    on 60 s for a transaction.

    A server that says nothing for `patience` seconds amid a statement is given up; more than 8, unless it is to be sooner
    than the server itself gives the statement up.

    Accepts `postgresql://`, `postgres://` and `postgresql+psycopg://` URLs; `name` is shown in pg_stat_activity.
    `pre_ping` replaces a dead connection (after a server restart, say) before it is used, at the cost of a round trip
    per checkout. `behind_pooler`: the address is that of a pooler in transaction mode, such as PgBouncer, which takes no
    settings from a client and gives every transaction another server; `set_role_defaults` makes the settings there.
    """
    scheme, _, rest = url.partition("://")
    if scheme not in ("postgresql", "postgres", _DRIVER):
        raise ValueError(f"not a PostgreSQL address: {scheme}://…")
    options = {"options": " ".join(f"-c {key}={value}" for key, value in SETTINGS.items())}
    # A statement that is prepared on one server is unknown to the next.
    arguments = {"prepare_threshold": None} if behind_pooler else options
    database = create_engine(
        make_url(f"{_DRIVER}://{rest}"),
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_timeout=5,
        pool_pre_ping=pre_ping,
        pool_reset_on_return=None,
        hide_parameters=True,  # errors would show names, phones and texts
        connect_args={"application_name": name, **arguments},
    )
    event.listen(database, "reset", _roll_back)

    @event.listens_for(database, "do_connect")
    def connect(_: object, __: object, arguments: list[Any], named: dict[str, Any]) -> PatientConnection[Any]:
        made = PatientConnection.patiently(patience, *arguments, **named)
        if not behind_pooler:
            _set_later_ones(made)
        return made

    return database


def _set_later_ones(driver: psycopg.Connection[Any]) -> None:
    if driver.info.server_version < _KNOWS_LATER_SETTINGS:
        return
    driver.autocommit = True
    for key, value in _LATER_SETTINGS.items():
        driver.execute(SQL("SET {} = {}").format(SQL(key), Literal(value)))
    driver.autocommit = False


def set_role_defaults(connection: Connection) -> None:
    """Make the settings of `create_database` those of every later connection of this user to this database."""
    driver = driver_of(connection)
    name, user = connection.execute(text("SELECT current_database(), current_user")).one()
    later = _LATER_SETTINGS if driver.info.server_version >= _KNOWS_LATER_SETTINGS else {}
    for key, value in (SETTINGS | later).items():
        statement = SQL("ALTER ROLE {} IN DATABASE {} SET {} = {}")
        words = statement.format(Identifier(user), Identifier(name), SQL(key), Literal(value))
        connection.exec_driver_sql(words.as_string(driver))


def _roll_back(driver: psycopg.Connection[Any], *_: object) -> None:
    """Roll back a returned connection only if a transaction is open; SQLAlchemy's own reset always sends a ROLLBACK."""
    if driver.pgconn.transaction_status != TransactionStatus.IDLE:
        driver.rollback()
