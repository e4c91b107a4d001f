"""A phone's reservations and holds, as stored in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, Row, text

from booking_engine.confirmation_codes import CodeBook
from booking_engine.reservations.reservation import HoldKey
from booking_engine.time_slots import quarter_of

_QUERY = text("""
    SELECT r.*, h.slug, h.name, h.city, h.document->>'timezone' AS timezone, c.code_key,
        ARRAY(SELECT t.name FROM dining_table t
              WHERE t.restaurant_id = r.restaurant_id AND t.table_id = ANY (r.table_ids) ORDER BY t.table_id) AS tables,
        (SELECT e.channel FROM reservation_event e WHERE e.restaurant_id = r.restaurant_id AND e.reservation_id = r.id
         ORDER BY e.kind <> 'hold', e.occurred_at LIMIT 1) AS channel
    FROM reservation r JOIN restaurant h ON h.id = r.restaurant_id CROSS JOIN catalogue c
    WHERE r.diner_phone = :phone ORDER BY r.created_at, r.id
""")


@dataclass(frozen=True)
class Seating:
    """A reservation or hold in any status. Times are in the restaurant's zone; `code` is None until it is confirmed."""

    status: str
    code: str | None
    hold_id: str
    restaurant: dict[str, str]
    starts_at: datetime
    expires_at: datetime | None
    confirmed_at: datetime | None
    cancelled_at: datetime | None
    party_size: int
    diner_name: str | None
    notes: str
    tables: list[str]
    channel: str | None

    def as_json(self) -> dict[str, Any]:
        """Return the seating for JSON, without the hold id."""
        return {name: _in_json(value) for name, value in vars(self).items() if name != "hold_id"}


def _in_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def seatings_of(database: Engine, phone: str) -> list[Seating]:
    """Return all seatings of a phone (E.164), oldest first."""
    with database.connect() as connection:
        return [_seating(row) for row in connection.execute(_QUERY, {"phone": phone})]


def _seating(row: Row[Any]) -> Seating:
    zone = ZoneInfo(row.timezone)
    return Seating(
        status=row.status,
        code=CodeBook(row.code_key).spell(row.restaurant_id, row.code_number) if row.code_number is not None else None,
        hold_id=HoldKey(row.restaurant_id, quarter_of(row.starts_at), row.id).spell(),
        restaurant={"slug": row.slug, "name": row.name, "city": row.city},
        starts_at=row.starts_at.astimezone(zone),
        expires_at=row.expires_at.astimezone(zone) if row.expires_at and row.status == "held" else None,
        confirmed_at=row.confirmed_at.astimezone(zone) if row.confirmed_at else None,
        cancelled_at=row.cancelled_at.astimezone(zone) if row.cancelled_at else None,
        party_size=row.party_size,
        diner_name=row.diner_name,
        notes=row.notes,
        tables=row.tables,
        channel=row.channel,
    )
