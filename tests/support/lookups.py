"""Looking into the database, past all code under test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text


@dataclass(frozen=True)
class Booked:
    """A reservation as it stands in the database; `starts_at` in the restaurant's own zone."""

    restaurant: str
    status: str
    starts_at: datetime
    party_size: int
    name: str
    notes: str
    tables: int
    """quarter hours of tables that are taken for it"""

    @property
    def when(self) -> str:
        """ "2026-12-03 19:00"."""
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


def rows(database: Engine, query: str, **parameters: object) -> list[Any]:
    """All rows of a query."""
    with database.connect() as connection:
        return list(connection.execute(text(query), parameters))


def bookings(database: Engine, phone: str) -> list[Booked]:
    """Reservations made for a phone, oldest first, cancelled ones included."""
    found = rows(
        database,
        """
        SELECT r.*, h.slug, h.document->>'timezone' AS zone,
               (SELECT count(*) FROM table_quarter q
                 WHERE q.restaurant_id = r.restaurant_id AND q.reservation_id = r.id) AS quarters
          FROM reservation r JOIN restaurant h ON h.id = r.restaurant_id
         WHERE r.diner_phone = :phone AND r.status IN ('confirmed', 'cancelled')
         ORDER BY r.confirmed_at
        """,
        phone=phone,
    )
    return [
        Booked(
            r.slug, r.status, r.starts_at.astimezone(ZoneInfo(r.zone)), r.party_size, r.diner_name, r.notes, r.quarters
        )
        for r in found
    ]


def outbox(database: Engine, phone: str) -> list[Any]:
    """Rows of texts to a phone, oldest first."""
    return rows(database, "SELECT * FROM outbox WHERE to_phone = :phone ORDER BY created_at, due_at", phone=phone)


def inbound(database: Engine, phone: str) -> list[Any]:
    """Rows of messages from a phone, in their order."""
    query = """
        SELECT i.* FROM inbound i JOIN conversation c ON c.id = i.conversation_id
         WHERE c.phone = :phone ORDER BY i.seq
    """
    return rows(database, query, phone=phone)


def outbound(database: Engine, phone: str) -> list[Any]:
    """Rows of what was said to a phone, in their order."""
    query = """
        SELECT o.* FROM outbound o JOIN conversation c ON c.id = o.conversation_id
         WHERE c.phone = :phone ORDER BY o.seq
    """
    return rows(database, query, phone=phone)


def seatings(database: Engine, phone: str) -> list[Any]:
    """Reservations and holds of a phone, whatever became of them."""
    return rows(database, "SELECT * FROM reservation WHERE diner_phone = :phone ORDER BY created_at", phone=phone)
