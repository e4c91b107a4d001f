"""Seatings read from the database directly, without the engine."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, text

from booking_engine import Restaurant


class Row(NamedTuple):
    """A live hold or reservation, and the number of quarter hours of its tables that it owns."""

    starts_at: datetime
    ends_at: datetime
    party_size: int
    tables: tuple[str, ...]
    quarters: int


def live_seatings(database: Engine, place: Restaurant, now: datetime) -> list[Row]:
    """Return every live hold and reservation of the restaurant. `now`: UTC."""
    with database.connect() as connection:
        rows = connection.execute(_LIVE, {"id": place.id, "now": now}).all()
    return [Row(r.starts_at, r.ends_at, r.party_size, _named(place, r.table_ids), r.quarters) for r in rows]


def tables_held(database: Engine, place: Restaurant, hold_id: str) -> tuple[str, ...]:
    """Return the names of a hold's tables."""
    number = int(hold_id.rpartition("-")[2], 16)
    with database.connect() as connection:
        ids = connection.execute(_HELD, {"restaurant": place.id, "id": number}).scalar_one()
    return _named(place, ids)


def _named(place: Restaurant, table_ids: list[int]) -> tuple[str, ...]:
    return tuple(sorted(place.table_names[table_id] for table_id in table_ids))


_HELD = text("SELECT table_ids FROM reservation WHERE restaurant_id = :restaurant AND id = :id")

_LIVE = text(
    """
    SELECT r.starts_at, r.ends_at, r.party_size, r.table_ids,
        (SELECT count(*) FROM table_quarter q WHERE q.restaurant_id = r.restaurant_id AND q.reservation_id = r.id
           AND q.starts_at >= r.starts_at AND q.starts_at < r.ends_at AND q.table_id = ANY (r.table_ids)
           AND (q.held_until IS NULL) = (r.status = 'confirmed')) AS quarters
    FROM reservation r
    WHERE r.restaurant_id = :id AND (r.status = 'confirmed' OR (r.status = 'held' AND r.expires_at > :now))
    """
)
