"""Reservations that conflict with a restaurant after an import: kept, and reported so the restaurant can call the diners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from booking_engine.confirmation_codes import CodeBook
from booking_engine.storage.schema import catalogue, dining_table, reservation
from booking_engine.storage.sql import batches

from .import_format import RestaurantLine
from .restaurant import Restaurant


@dataclass(frozen=True)
class Conflict:
    """An upcoming reservation and the reason for the conflict: "closed then", "table gone" or "table too small"."""

    slug: str
    code: str
    reason: str


def find_conflicts(connection: Connection, changed: dict[int, RestaurantLine], shift: timedelta) -> Iterator[Conflict]:
    """Find conflicts among the upcoming reservations of these restaurants (by id). `shift`: offset of the clock."""
    if not changed:
        return
    codes = CodeBook(bytes(connection.execute(select(catalogue.c.code_key)).scalar_one()))
    now = func.statement_timestamp() + shift
    for batch in batches(list(changed)):
        upcoming: dict[int, list[Any]] = {}
        columns = reservation.c
        wanted = select(
            columns.restaurant_id, columns.code_number, columns.starts_at, columns.party_size, columns.table_ids
        ).where(columns.restaurant_id.in_(batch), columns.status == "confirmed", columns.ends_at > now)
        for row in connection.execute(wanted.order_by(columns.restaurant_id, columns.starts_at)):
            upcoming.setdefault(row.restaurant_id, []).append(row)
        numbers: dict[int, dict[str, int]] = {}
        given = select(dining_table).where(dining_table.c.restaurant_id.in_(list(upcoming)))
        for row in connection.execute(given):
            numbers.setdefault(row.restaurant_id, {})[row.name] = row.table_id
        for restaurant_id, rows in upcoming.items():
            restaurant = Restaurant.from_line(restaurant_id, changed[restaurant_id], numbers[restaurant_id], 0)
            names = {table.name for table in restaurant.tables}
            for row in rows:
                if reason := _conflict_reason(restaurant, names, row):
                    yield Conflict(restaurant.slug, codes.spell(restaurant_id, row.code_number), reason)


def _conflict_reason(restaurant: Restaurant, table_names: set[str], row: Any) -> str | None:
    if restaurant.schedule.service_at(row.starts_at) is None:
        return "closed then"
    if not {restaurant.table_names[table_id] for table_id in row.table_ids} <= table_names:
        return "table gone"
    if not restaurant.released_floor.seats(tuple(row.table_ids), row.party_size):
        return "table too small"
    return None
