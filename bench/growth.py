"""Measure the cost of growth: the same requests with more restaurants, and with more past seatings.

    python -m bench.growth [--seconds 4] [--restaurants 100,1000,10000] [--seatings 10000,1000000,5000000]

Starts a separate embedded PostgreSQL unless DATABASE_URL is set (the tables of that database are dropped and recreated; the
user must be a superuser, since the five million seatings bypass the foreign keys). One client asks for days that are
equally empty at every size, so the data grows but the answers do not. Prints medians in milliseconds, and their ratio to
those of the smallest size.
"""

from __future__ import annotations

import os
from math import ceil

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from bench.engine import Measured, measure, prepare, server
from booking_engine import create_database

SHOWN = ("select", "search", "insert", "hold_and_confirm", "change")
RESTAURANTS = 200
"""Restaurants that share the seatings."""
TABLES = 20
A_DAY = 4 * TABLES
"""Seatings per restaurant and day: four per table from noon, 90 minutes each."""

_PATIENCE = 3600.0  # seconds, for statements that write millions of rows


def fill(url: str, already: int, seatings: int) -> None:
    """Add past seatings to every restaurant, yesterday first, until there are `seatings` in total."""
    database = create_database(url, name="bench", patience=_PATIENCE)
    first, last = (ceil(count / (RESTAURANTS * A_DAY)) for count in (already, seatings))
    with database.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in (_RESERVATIONS, _QUARTERS):
            connection.execute(text(statement), {"first": first + 1, "last": last, "tables": TABLES})
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE reservation"))
        connection.execute(text("VACUUM ANALYZE table_quarter"))
    database.dispose()


_SEATINGS = """
    SELECT restaurant.id AS restaurant_id, date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
        - make_interval(days => day) + make_interval(hours => 12) + part * interval '105 minutes' AS starts_at,
        dining_table AS table_id, ((restaurant.id::bigint * 10000 + day) * 4 + part) * 100 + dining_table AS id
    FROM restaurant, generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS day, generate_series(0, 3) AS part,
        generate_series(1, CAST(:tables AS integer)) AS dining_table
    ORDER BY 1, 2, 3
"""
_RESERVATIONS = f"""
    INSERT INTO reservation (restaurant_id, id, status, starts_at, ends_at, party_size, table_ids, code_number, diner_name,
        diner_phone, created_at, confirmed_at)
    SELECT restaurant_id, id, 'confirmed', starts_at, starts_at + interval '90 minutes', 2, ARRAY[table_id::smallint],
        (id % 1000000000)::int + 2000000, 'Ada Lovelace', '+14155550123', starts_at - interval '1 day', starts_at - interval '1 day'
    FROM ({_SEATINGS}) AS seating
"""
_QUARTERS = f"""
    INSERT INTO table_quarter (restaurant_id, starts_at, table_id, covers, reservation_id, held_at)
    SELECT restaurant_id, starts_at + quarter * interval '15 minutes', table_id, CASE quarter WHEN 0 THEN 2 ELSE 0 END, id,
        starts_at
    FROM ({_SEATINGS}) AS seating, generate_series(0, 5) AS quarter
"""


def _row(what: str, now: dict[str, Measured], before: dict[str, Measured]) -> list[str]:
    growth = (f"{now[name].p50:.2f} ({now[name].p50 / before[name].p50:.2f})" for name in SHOWN)
    return [what, *growth]


@click.command(help=__doc__)
@click.option("--seconds", default=4.0, show_default=True, help="how long each measurement takes")
@click.option("--restaurants", default="100,1000,10000", show_default=True, help="how many, comma-separated")
@click.option("--seatings", default="10000,1000000,5000000", show_default=True, help="how many, comma-separated")
def main(seconds: float, restaurants: str, seatings: str) -> None:
    """Measure and print."""
    table = Table(title=f"Median ms (times that of the smallest size), {seconds:g} s each, {os.cpu_count()} cores")
    for column in ("size", *SHOWN):
        table.add_column(column, justify="left" if column == "size" else "right", min_width=len(column))
    with server() as url:
        first: dict[str, Measured] | None = None
        for count in map(int, restaurants.split(",")):
            prepare(url, count)
            found = measure(url, 1, seconds, count)
            table.add_row(*_row(f"{count:,} restaurants", found, first := first or found))
        table.add_section()
        first, already = None, 0
        prepare(url, RESTAURANTS)
        for count in map(int, seatings.split(",")):
            fill(url, already, count)
            already = count
            found = measure(url, 1, seconds, RESTAURANTS)
            table.add_row(*_row(f"{count:,} seatings", found, first := first or found))
    Console().print(table)


if __name__ == "__main__":
    main()
