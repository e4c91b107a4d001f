"""Helpers shared by the engine's tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, text

from booking_engine import BookingEngine, Clock, Reservation, Restaurant
from bot.conversations import find, remember, sms_thread

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 12, 5)
"""A Saturday, four days after the tests' default date."""

PHONE = "+14155550123"
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

OpenRestaurant = Callable[..., Restaurant]
EngineAt = Callable[[str], BookingEngine]


def clock_at(moment: str) -> Clock:
    """Return a running clock that shows this ISO time now."""
    return Clock(datetime.fromisoformat(moment) - datetime.now(UTC))


def pass_time(engine: BookingEngine, **delta: float) -> None:
    """Advance this engine's clock."""
    engine.clock.offset += timedelta(**delta)


def new_id() -> str:
    """Return an unused command id."""
    return str(uuid4())


def evening(restaurant: Restaurant, hour: int = 19, minute: int = 0, day: date = DAY) -> datetime:
    """Return a wall time at the restaurant, by default on `DAY`."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=restaurant.zone)


def tables(*sizes: int) -> list[dict[str, Any]]:
    """Return tables T1, T2, … with these capacities."""
    return [{"name": f"T{number}", "max_party": size} for number, size in enumerate(sizes, 1)]


def restaurant_line(**fields: Any) -> dict[str, Any]:
    """Return a London restaurant: dinner daily from 17:00, last seating 21:30, two tables for 2 and one for 4."""
    return {
        "slug": "larder",
        "name": "Larder",
        "address": {"city": "London", "lat": 51.5, "lon": -0.12},
        "timezone": "Europe/London",
        "service_periods": [
            {"name": "dinner", "days": EVERY_DAY, "opens": "17:00", "last_seating": "21:30", "closes": "23:00"}
        ],
        "tables": tables(2, 2, 4),
    } | fields


def special_day(day: str, **hours: str) -> dict[str, Any]:
    """Return New Year's hours for this date: dinner from 18:00, last seating 23:00, until 02:00."""
    dinner = {"name": "gala", "opens": "18:00", "last_seating": "23:00", "closes": "02:00"} | hours
    return {"date": day, "reason": "New Year's Eve", "service_periods": [dinner]}


def as_lines(*restaurants: dict[str, Any]) -> list[str]:
    """Return the restaurants as import lines."""
    return [json.dumps(restaurant) for restaurant in restaurants]


def book(
    engine: BookingEngine, restaurant: Restaurant, starts_at: datetime, party_size: int = 2, **more: Any
) -> Reservation:
    """Place a hold and confirm it."""
    hold = engine.place_hold(restaurant, starts_at=starts_at, party_size=party_size, command_id=new_id(), channel="sms")
    details: dict[str, Any] = {"name": "Ada Lovelace", "phone": PHONE, "notify": False} | more
    return engine.confirm_hold(hold.id, command_id=new_id(), channel="sms", **details)


def wall_times(moments: Any) -> list[str]:
    """Return each opening or time as HH:MM."""
    return [f"{getattr(moment, 'starts_at', moment):%H:%M}" for moment in moments]


def doubles(database: Engine, restaurant: Restaurant) -> int:
    """Count double bookings, without using the engine's quarter-hour grid."""
    with database.connect() as connection:
        return int(
            connection.execute(
                text(
                    """
                    SELECT count(*) FROM reservation a JOIN reservation b
                      ON a.restaurant_id = b.restaurant_id AND a.id < b.id AND a.table_ids && b.table_ids
                     AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
                    WHERE a.restaurant_id = :id AND a.status = 'confirmed' AND b.status = 'confirmed'
                    """
                ),
                {"id": restaurant.id},
            ).scalar_one()
        )


def events(database: Engine, restaurant: Restaurant) -> list[tuple[str, str]]:
    """Return (kind, channel) of the events in the restaurant's history, in order."""
    with database.connect() as connection:
        rows = connection.execute(
            text("SELECT kind, channel FROM reservation_event WHERE restaurant_id = :id ORDER BY occurred_at"),
            {"id": restaurant.id},
        )
        return [(row.kind, row.channel) for row in rows]


def texts(database: Engine, reservation: Reservation) -> list[Any]:
    """Return a reservation's outbox rows, oldest first."""
    with database.connect() as connection:
        return list(
            connection.execute(
                text("SELECT * FROM outbox WHERE reservation_code = :code ORDER BY created_at, due_at"),
                {"code": reservation.code},
            )
        )


def owner_of(database: Engine, number: str) -> str | None:
    """Return the slug of the restaurant that a text to this number is about, if it is one's own, as a new thread is stored."""
    with database.connect() as connection:  # rolled back
        thread = sms_thread(f"+1212555{uuid4().int % 10000:04}", number)
        remember(connection, thread)
        found = find(connection, thread.id)
    assert found is not None
    return found.restaurant
