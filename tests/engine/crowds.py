"""Many concurrent diners, as threads of one or several processes."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from typing import Any

from booking_engine import BookingEngine, NoTableAvailable, Restaurant, TryAgain, create_database
from booking_engine.reservations import seating

from .helpers import clock_at, new_id

NOW = "2026-12-01T12:00+00:00"
THREADS = 16
_PROCESSES = 4
_CONNECTIONS = 20
"""Per process; the server accepts 100."""

DROP_THE_KEY = "ALTER TABLE table_quarter DROP CONSTRAINT pk_table_quarter"
UNGUARDED = {
    name: re.sub("ON CONFLICT.*?RETURNING", "RETURNING", getattr(seating, name), flags=re.DOTALL)
    for name in ("_HOLD", "_TAKE_NEW", "_TAKE")
}
"""Replacements for statements in `seating` that ignore conflicts; they work only without the primary key."""


def crowd(work: Callable[[int], Any], people: int, threads: int = THREADS) -> list[Any]:
    """Run `work` for `people` diners concurrently and return the results, with NoTableAvailable as a result."""
    start = threading.Barrier(threads)

    def one(number: int) -> Any:
        if number < threads:
            start.wait()
        try:
            return work(number)
        except NoTableAvailable as refused:
            return refused

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(people)))


@dataclass(frozen=True)
class Got:
    """A diner's result: a table, or the times offered instead."""

    table: str | None
    offers: tuple[datetime, ...] = ()


def rush(url: str, slug: str, wishes: Sequence[datetime], *, guarded: bool = True) -> list[Got]:
    """Let one diner per requested time book a table for two, all at the same moment, in several processes."""
    context = get_context("spawn")
    barrier = context.Barrier(_PROCESSES)
    shares = [wishes[number::_PROCESSES] for number in range(_PROCESSES)]
    with ProcessPoolExecutor(_PROCESSES, context, initializer=_get_ready, initargs=(barrier, guarded)) as pool:
        return list(chain.from_iterable(pool.map(_rush, [url] * _PROCESSES, [slug] * _PROCESSES, shares)))


_everybody: Barrier


def _get_ready(barrier: Barrier, guarded: bool) -> None:
    global _everybody  # noqa: PLW0603
    _everybody = barrier
    if not guarded:
        vars(seating).update(UNGUARDED)


def _wait_for_everybody() -> None:
    _everybody.wait()


def _rush(url: str, slug: str, wishes: Sequence[datetime]) -> list[Got]:
    database = create_database(url, pool_size=_CONNECTIONS, max_overflow=0)
    engine = BookingEngine(database, clock_at(NOW))
    place = engine.restaurant(slug)
    begin = threading.Barrier(len(wishes), action=_wait_for_everybody)

    def diner(wish: datetime) -> Got:
        begin.wait()
        return _book(engine, place, wish, command_id=new_id())

    with ThreadPoolExecutor(len(wishes)) as pool:
        got = list(pool.map(diner, wishes))
    database.dispose()
    return got


def _book(engine: BookingEngine, place: Restaurant, wish: datetime, command_id: str) -> Got:
    while True:
        try:
            hold = engine.place_hold(place, starts_at=wish, party_size=2, command_id=command_id, channel="sms")
            made = engine.confirm_hold(
                hold.id, name="Ada", phone="+14155550123", command_id=command_id, channel="sms", notify=False
            )
        except TryAgain:
            continue  # with this many diners, some time out waiting for a connection
        except NoTableAvailable as refused:
            return Got(None, tuple(opening.starts_at for opening in refused.search.openings))
        return Got(made.tables[0])
