"""The engine's floor: what it sends for a search, a hold and a confirmation, sent again by bare psycopg.

The engine works on one database, and every statement that it sent is run once more on a twin of it (made from the same
template, on the same server), prepared, in autocommit, with the same values, right after the operation. So both find and
write the same rows at the same time of the day, and commit with the same durability: a hold does not wait for the disk, a
confirmation does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from sqlalchemy import event, make_url

from bench.client import Client
from bench.figures import Figure, Goal, percentile
from bench.statements import kind_of
from booking_engine import BookingError, create_database
from booking_engine.storage.database import SETTINGS
from deploy.memory import collect_rarely

_TWIN = "bench_twin"
_WARM_UP = 40
_BATCH = 200


class Sent(NamedTuple):
    """A statement that the engine sent, its values, and the milliseconds that the driver took for it."""

    sql: Any
    values: Any
    milliseconds: float


class RecordingCursor(psycopg.Cursor[Any]):
    """A cursor that notes what it runs."""

    log: list[Sent]

    def execute(self, query: Any, params: Any = None, **options: Any) -> RecordingCursor:
        """Run a statement and note it."""
        begun = time.perf_counter()
        super().execute(query, params, **options)
        self.log.append(Sent(query, params, _milliseconds_since(begun)))
        return self


@dataclass
class Beside:
    """Milliseconds of one operation: in the engine, of each of its statements there, and of each by bare psycopg."""

    engine: list[float] = field(default_factory=list)
    sent: dict[str, list[float]] = field(default_factory=dict)
    bare: dict[str, list[float]] = field(default_factory=dict)
    bare_total: list[float] = field(default_factory=list)


class Twins:
    """An engine that notes what it sends, and the connection that sends it again to the twin of its database."""

    def __init__(self, url: str, restaurants: int) -> None:
        self._log: list[Sent] = []
        recording = type("RecordingCursor", (RecordingCursor,), {"log": self._log})
        twin = _make_twin(url)
        self._database = create_database(url, pool_size=1, max_overflow=0, name="bench")
        event.listen(self._database, "connect", lambda driver, _: setattr(driver, "cursor_factory", recording))
        self.client = Client(self._database, restaurants, seed=1)
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        self._bare = psycopg.connect(twin, autocommit=True, options=options, prepare_threshold=0)
        self._cursor = self._bare.cursor()

    def run(self, beside: Beside, operation: Callable[[], object]) -> object:
        """Run an operation and then its statements on the twin. Returns its result; None if it was refused."""
        self._log.clear()
        begun = time.perf_counter()
        try:
            result = operation()
        except BookingError:
            result = None
        took = _milliseconds_since(begun)
        sent = list(self._log)
        again = [self._send(statement) for statement in sent]
        if result is not None:
            beside.engine.append(took)
            beside.bare_total.append(sum(again))
            for place, (statement, milliseconds) in enumerate(zip(sent, again, strict=True), 1):
                name = f"{place}. {kind_of(str(statement.sql))}"
                beside.sent.setdefault(name, []).append(statement.milliseconds)
                beside.bare.setdefault(name, []).append(milliseconds)
        return result

    def _send(self, statement: Sent) -> float:
        begun = time.perf_counter()
        self._cursor.execute(statement.sql, statement.values, prepare=True)
        if self._cursor.description:
            self._cursor.fetchall()
        return _milliseconds_since(begun)

    def close(self) -> None:
        """Close the connections."""
        self._bare.close()
        self._database.dispose()


def _make_twin(url: str) -> str:
    """Copy the database and return the copy's address. Nobody may be connected to it."""
    address = make_url(url).set(drivername="postgresql")
    server = address.set(database="template1").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(_TWIN)))
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(copy.format(sql.Identifier(_TWIN), sql.Identifier(address.database or "postgres")))
    return address.set(database=_TWIN).render_as_string(hide_password=False)


def measure(url: str, restaurants: int, seconds: float) -> dict[str, Beside]:
    """Search, hold and confirm in turns for so many seconds; see the module. `url`: a database just prepared."""
    collect_rarely()
    twins = Twins(url, restaurants)
    try:
        _rounds(twins, {name: Beside() for name in ("search", "hold", "confirm")}, _WARM_UP, 60.0)
        found = {name: Beside() for name in ("search", "hold", "confirm")}
        _rounds(twins, found, 1_000_000, seconds)
        return found
    finally:
        twins.close()


def _rounds(twins: Twins, into: Mapping[str, Beside], rounds: int, seconds: float) -> None:
    client, until = twins.client, time.monotonic() + seconds
    for number in range(rounds):
        if time.monotonic() > until:
            return
        if number % _BATCH == 0:
            client.think_up(2 * _BATCH)
        twins.run(into["search"], client.search)
        request = client.requests.pop()
        if hold := twins.run(into["hold"], lambda request=request: client.place(request)):  # type: ignore[misc]
            twins.run(into["confirm"], lambda request=request, hold=hold: client.confirm(hold, request))  # type: ignore[misc]


HOLD_AND_CONFIRM = 1.75
"""They took 1.2 to 1.7 times their bare statements when this was first measured, and are not to become slower."""


def figures(found: Mapping[str, Beside]) -> list[Figure]:
    """Return the medians: each operation beside all of its statements bare, and each statement beside itself bare."""
    goals = {"search": Goal("ratio", 1.5)}
    rows = []
    for name, beside in found.items():
        rows.append(Figure(f"{name}, p50 ms", _p50(beside.engine), _p50(beside.bare_total), goals.get(name)))
        rows += [
            Figure(f"  {sent}", _p50(times), _p50(beside.bare[sent]))
            for sent, times in beside.sent.items()
            if len(times) > len(beside.engine) / 2  # and not what only a retry or a refreshed cache sent
        ]
    both = found["hold"], found["confirm"]
    engine, bare = sum(_p50(each.engine) for each in both), sum(_p50(each.bare_total) for each in both)
    return [*rows, Figure("hold and confirm, p50 ms", engine, bare, Goal("ratio", HOLD_AND_CONFIRM))]


def _p50(times: Sequence[float]) -> float:
    return percentile(times, 0.5)


def _milliseconds_since(begun: float) -> float:
    return (time.perf_counter() - begun) * 1e3
