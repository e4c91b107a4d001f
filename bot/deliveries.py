"""What the provider says became of a text we sent."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError

from bot import schema


def record(database: Engine, provider_sid: str, status: str, error_code: str | None) -> None:
    """Store a delivery callback; the same sid and status again is the same callback."""
    values = {"provider_sid": provider_sid, "status": status, "error_code": error_code}
    try:
        _store(database, values)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        _store(
            database, values
        )  # a restart of the database had cut the connection, and the provider does not call twice


def _store(database: Engine, values: dict[str, str | None]) -> None:
    with database.begin() as connection:
        connection.execute(upsert(schema.delivery).values(values).on_conflict_do_nothing())
