"""`tabletalk script crowd`."""

from __future__ import annotations

import re
import sys
import threading
import time
from typing import Any, TextIO

import click
from redis import Redis
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from booking_engine import Clock, create_database
from bot.settings import Settings, SettingsError, load_settings
from deploy.scripts.crowd.report import share_of_dead_ends, show, unanswered, write_threads
from deploy.scripts.crowd.running import Course, gather, run
from deploy.scripts.invariants import Breach, breaches
from deploy.scripts.service import Service, ServiceError
from webhooks.access import read_api_keys
from webhooks.simulator.inbox import Inbox

_SETTLED_WITHIN = 60.0  # seconds, for what is still on its way when the last diner has gone
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


class _Seconds(click.ParamType[float]):
    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([smh]?)", str(value))
        if not found:
            self.fail(f"{value!r} is no time such as 90, 60s, 5m", param, ctx)
        return float(found[1]) * _UNITS[found[2]]


class _Share(click.ParamType[float]):
    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = re.fullmatch(r"(\d+(?:\.\d+)?) ?%", str(value))
        if not found or float(found[1]) > 100:
            self.fail(f"{value!r} is no share such as 1%", param, ctx)
        return float(found[1]) / 100


@click.command()
@click.option("--diners", type=click.IntRange(1, 5000), default=50, show_default=True, help="How many come.")
@click.option("--for", "seconds", type=_Seconds(), default="60s", show_default=True, help="Time in which they come.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed: the same diners.")
@click.option("--url", default="", help="Address of the service; default: the one on this machine.")
@click.option("--threads", type=click.File("w"), help="Write every conversation to this file.")
@click.option(
    "--most-dead-ends",
    type=_Share(),
    default="1%",
    show_default=True,
    help="Exit with 1 if so many get stuck, or more.",
)
def crowd(diners: int, seconds: float, seed: int, url: str, threads: TextIO | None, most_dead_ends: float) -> None:
    """Let simulated diners book, move and cancel, and look whether all went well.

    Each has a goal and manners of their own: slips, changes of mind, silences, double texts, questions by the way. Those who
    are still talking when the time is over finish. Exits with 1 when an invariant is broken, a message got no answer, or too
    many diners got stuck.
    """
    console = Console()
    try:
        settings = load_settings()
        with Service(url or settings.local_address, _api_key(settings)) as service:
            courses = _run(console, service, diners, seconds, seed)
            found = check(settings, courses) if _is_here(settings, url) else None
            show(console, courses, found)
            if threads:
                write_threads(threads, courses)
            for course in courses:
                service.give_back(course.diner.phone)
    except (SettingsError, ServiceError) as error:
        click.echo(f"tabletalk: {error}", err=True)
        sys.exit(2)
    if found or unanswered(courses) or share_of_dead_ends(courses) >= most_dead_ends:
        sys.exit(1)


def _run(console: Console, service: Service, diners: int, seconds: float, seed: int) -> list[Course]:
    made, stopped = gather(service, diners, seed), threading.Event()
    columns = (TextColumn("diners who have finished"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("", total=diners)
        try:
            return run(service, made, seconds, stopped=stopped, on_end=lambda _: progress.advance(bar))
        finally:
            stopped.set()


def _api_key(settings: Settings) -> str:
    return sorted(read_api_keys(settings.api_keys))[0]


def _is_here(settings: Settings, url: str) -> bool:
    """Whether the database of the settings is that of the service."""
    return not url or bool(settings.database_url) or url.rstrip("/") == settings.local_address


def check(settings: Settings, courses: list[Course]) -> list[Breach]:
    """What is not as it must be once everything has settled."""
    database = create_database(settings.database_address, pool_size=1, name="tabletalk script crowd")
    redis = Redis.from_url(settings.redis_address)
    clock, phones = Clock(settings.clock_offset), {course.diner.phone for course in courses}
    until = time.monotonic() + _SETTLED_WITHIN
    try:
        while True:
            arrived = Inbox(redis).arrived(phones) if settings.uses_simulator else None
            found = breaches(database, now=clock.now(), arrived=arrived)
            if not found or time.monotonic() > until:
                return found
            time.sleep(1)
    finally:
        database.dispose()
        redis.close()
