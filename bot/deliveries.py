"""Delivery status of the texts we sent, as reported by the provider."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError

from bot import schema


def record(database: Engine, provider_sid: str, status: str, error_code: str | None) -> None:
    """Store a delivery callback. A repeated sid and status is the same callback."""
    values = {"provider_sid": provider_sid, "status": status, "error_code": error_code}
    try:
        _store(database, values)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        # A database restart had closed the connection, and the provider does not repeat the callback.
        _store(database, values)


def _store(database: Engine, values: dict[str, str | None]) -> None:
    with database.begin() as connection:
        connection.execute(upsert(schema.delivery).values(values).on_conflict_do_nothing())
