"""Alembic environment: how to reach the database (DATABASE_URL), and the metadata of all tables."""

from __future__ import annotations

import os
import re

from alembic import context
from sqlalchemy import create_engine, pool, text
from sqlalchemy.engine import make_url
from sqlalchemy.sql.schema import MetaData

from booking_engine.storage import schema as engine_schema
from booking_engine.storage.patience import take_any_time
from bot import schema as bot_schema

_PARTITION = re.compile(r".+_p\d+")


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    # The metadata declares only partitioned tables, not their hash partitions.
    return not (kind == "table" and name is not None and _PARTITION.fullmatch(name))


def _is_declared(thing: object, _name: str | None, kind: str, reflected: bool, _twin: object) -> bool:
    # For a foreign key to a partitioned table, PostgreSQL stores another one for each partition.
    if kind == "foreign_key_constraint" and reflected:
        target = thing.elements[0].target_fullname  # type: ignore[attr-defined]
        return not _PARTITION.fullmatch(target.rpartition(".")[0])
    return True


def _metadata() -> list[MetaData]:
    return [engine_schema.metadata, bot_schema.metadata]


def _url() -> str:
    url = context.config.attributes.get("url") or os.environ.get("DATABASE_URL")
    if not url:
        raise SystemExit("DATABASE_URL is not set")
    return str(url)


def run() -> None:
    """Migrate in one transaction. It waits at most five seconds for a lock, so that it does not block tables in use."""
    url = make_url(_url()).set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=pool.NullPool, hide_parameters=True)
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.execute(text("SET statement_timeout = '10min'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=_metadata(),
            include_name=_is_ours,
            include_object=_is_declared,
            compare_type=True,
            compare_server_default=True,
        )
        with context.begin_transaction():
            take_any_time(connection)
            context.run_migrations()
    engine.dispose()


run()
