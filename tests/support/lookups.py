"""Query the database directly, bypassing all code under test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text


@dataclass(frozen=True)
class Booked:
    """A reservation as stored in the database. `starts_at` is in the restaurant's time zone."""

    restaurant: str
    status: str
    starts_at: datetime
    party_size: int
    name: str
    notes: str
    tables: int
    """Number of its rows in `table_quarter`: quarter hours of tables."""

    @property
    def when(self) -> str:
        """Start, such as "2026-12-03 19:00"."""
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


def rows(database: Engine, query: str, **parameters: object) -> list[Any]:
    """Return all rows of a query."""
    with database.connect() as connection:
        return list(connection.execute(text(query), parameters))


def bookings(database: Engine, phone: str) -> list[Booked]:
    """Return a phone's confirmed and cancelled reservations, oldest first."""
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
    """Return the outbox rows of a phone, oldest first."""
    return rows(database, "SELECT * FROM outbox WHERE to_phone = :phone ORDER BY created_at, due_at", phone=phone)


def inbound(database: Engine, phone: str) -> list[Any]:
    """Return the inbound messages of a phone, in order."""
    query = """
        SELECT i.* FROM inbound i JOIN conversation c ON c.id = i.conversation_id
         WHERE c.phone = :phone ORDER BY i.seq
    """
    return rows(database, query, phone=phone)


def outbound(database: Engine, phone: str) -> list[Any]:
    """Return the outbound messages to a phone, in order."""
    query = """
        SELECT o.* FROM outbound o JOIN conversation c ON c.id = o.conversation_id
         WHERE c.phone = :phone ORDER BY o.seq
    """
    return rows(database, query, phone=phone)


def seatings(database: Engine, phone: str) -> list[Any]:
    """Return all reservations and holds of a phone, in any status."""
    return rows(database, "SELECT * FROM reservation WHERE diner_phone = :phone ORDER BY created_at", phone=phone)
