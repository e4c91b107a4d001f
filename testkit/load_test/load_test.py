"""Run a load test, from the first diner to the final check of the database."""

from __future__ import annotations

import threading
import time
from typing import TextIO

from redis import Redis
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from booking_engine import Clock, create_database
from bot.settings import Settings
from testkit.invariants import Breach, breaches
from testkit.load_test.report import share_of_dead_ends, show, unanswered, write_threads
from testkit.load_test.runner import Course, gather, run
from testkit.playback.runner import connect
from testkit.service import Service
from webhooks.simulator.inbox import Inbox

_SETTLED_WITHIN = 60.0  # seconds for what is still in transit when the last diner is done


def run_load_test(
    console: Console,
    service: Service,
    database_of: Settings | None,
    *,
    diners: int,
    seconds: float,
    seed: int,
    most_dead_ends: float,
    threads: TextIO | None = None,
) -> bool:
    """Let the diners of a seed arrive within `seconds`, print a report, and release their tables at the end.

    `database_of`: the service's settings if its database can be reached, so that the invariants can be checked.
    Return whether they hold, every message got an answer, and the share of stuck diners is below `most_dead_ends` (0 to 1).

    Raises:
        ServiceError: the service does not answer, or has no restaurants.
        sqlalchemy.exc.OperationalError: the database cannot be reached.
    """
    made, stopped = gather(connect(service), diners, seed), threading.Event()
    columns = (TextColumn("diners who have finished"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    courses: list[Course] = []
    try:
        with Progress(*columns, console=console, transient=True) as progress:
            bar = progress.add_task("", total=diners)
            courses = run(service, made, seconds, stopped=stopped, on_end=lambda _: progress.advance(bar))
        found = _settled(database_of, courses) if database_of else None
    finally:
        stopped.set()
        for diner in made:
            service.give_back(diner.phone)
    show(console, courses, found)
    if threads:
        write_threads(threads, courses)
    return not found and not unanswered(courses) and share_of_dead_ends(courses) < most_dead_ends


def _settled(settings: Settings, courses: list[Course]) -> list[Breach]:
    """Return the breaches that remain once nothing is in transit any more."""
    database = create_database(settings.database_address, pool_size=1, name="tabletalk script crowd")
    redis = Redis.from_url(settings.redis_address)
    clock, phones = Clock(settings.clock_offset), {course.diner.phone for course in courses}
    deadline = time.monotonic() + _SETTLED_WITHIN
    try:
        while True:
            arrived = Inbox(redis).arrived(phones) if settings.uses_simulator else None
            found = breaches(database, now=clock.now(), arrived=arrived)
            if not found or time.monotonic() > deadline:
                return found
            time.sleep(1)
    finally:
        database.dispose()
        redis.close()
