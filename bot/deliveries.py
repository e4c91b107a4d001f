"""What the provider says became of a text we sent."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert as upsert

from bot import schema


def record(database: Engine, provider_sid: str, status: str, error_code: str | None) -> None:
    """Store a delivery callback; the same sid and status again is the same callback."""
    values = {"provider_sid": provider_sid, "status": status, "error_code": error_code}
    with database.begin() as connection:
        connection.execute(upsert(schema.delivery).values(values).on_conflict_do_nothing())
