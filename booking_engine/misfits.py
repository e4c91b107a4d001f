"""Reservations that a restaurant no longer fits after an import: kept, and reported for the house to call the diners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, func, select

from .codes import CodeBook
from .import_format import RestaurantLine
from .restaurant import Restaurant
from .schema import catalogue, dining_table, reservation


@dataclass(frozen=True)
class Misfit:
    """An upcoming reservation and what is in its way: "closed then", "table gone" or "table too small"."""

    slug: str
    code: str
    reason: str


def find_misfits(connection: Connection, changed: dict[int, RestaurantLine], shift: timedelta) -> Iterator[Misfit]:
    """Look through the upcoming reservations of these restaurants (by id). `shift`: of the clock."""
    if not changed:
        return
    codes = CodeBook(bytes(connection.execute(select(catalogue.c.code_key)).scalar_one()))
    now = func.statement_timestamp() + shift
    for restaurant_id, line in changed.items():
        numbers = connection.execute(
            select(dining_table.c.name, dining_table.c.table_id).where(dining_table.c.restaurant_id == restaurant_id)
        )
        house = Restaurant.from_line(restaurant_id, line, {row.name: row.table_id for row in numbers}, 0)
        upcoming = select(
            reservation.c.code_number, reservation.c.starts_at, reservation.c.party_size, reservation.c.table_ids
        ).where(
            reservation.c.restaurant_id == restaurant_id,
            reservation.c.status == "confirmed",
            reservation.c.ends_at > now,
        )
        for row in connection.execute(upcoming.order_by(reservation.c.starts_at)):
            reason = None
            if house.service_at(row.starts_at) is None:
                reason = "closed then"
            elif not {house.table_names[table_id] for table_id in row.table_ids} <= {t.name for t in house.tables}:
                reason = "table gone"
            elif not house.released_floor.seats(tuple(row.table_ids), row.party_size):
                reason = "table too small"
            if reason:
                yield Misfit(line.slug, codes.spell(restaurant_id, row.code_number), reason)
