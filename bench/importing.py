"""Measure the import of many restaurants: all new, the same file again, all changed.

    python -m bench.importing [--restaurants 10000]

Starts a separate embedded PostgreSQL unless DATABASE_URL is set (the tables of that database are dropped and recreated).
The restaurants are copies of the samples with unique names. Prints seconds and restaurants per second.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import click
from rich.console import Console
from rich.table import Table

from bench.engine import ROOT, prepare, server
from booking_engine import BookingEngine, Clock, create_database

_SAMPLES = ROOT / "data" / "restaurants" / "sample.jsonl"


def lines(restaurants: int, suffix: str = "") -> Iterator[str]:
    """Return import lines. A different suffix changes the name of every restaurant."""
    samples = [json.loads(line) for line in _SAMPLES.read_text(encoding="utf-8").splitlines()]
    for number in range(restaurants):
        sample = samples[number % len(samples)]
        own = {"slug": f"import-{number}", "name": f"{sample['name']} {number}{suffix}", "sms_number": None}
        yield json.dumps(sample | own)


@click.command(help=__doc__)
@click.option("--restaurants", default=10_000, show_default=True, help="how many")
def main(restaurants: int) -> None:
    """Measure and print."""
    table = Table(title=f"Importing {restaurants:,} restaurants")
    for column in ("import", "new", "changed", "as before", "seconds", "per second"):
        table.add_column(column, justify="left" if column == "import" else "right")
    with server() as url:
        prepare(url, restaurants=1)
        database = create_database(url, name="bench")
        for words, suffix in (("all new", ""), ("the same again", ""), ("all changed", " II")):
            file = list(lines(restaurants, suffix))
            begun = time.perf_counter()
            report = BookingEngine(database, Clock()).import_restaurants(file)
            took = time.perf_counter() - begun
            counts = (report.created, report.updated, report.unchanged)
            table.add_row(words, *(f"{count:,}" for count in counts), f"{took:.1f}", f"{restaurants / took:,.0f}")
        database.dispose()
    Console().print(table)


if __name__ == "__main__":
    main()
