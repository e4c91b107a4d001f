"""`tabletalk script …`: run, record and describe scripted conversations, and run load tests."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TextIO
from uuid import UUID

import click

from bot.settings import Settings
from deploy.options import Seconds, Share, refuse, with_settings


@click.group()
def script() -> None:
    """Conversations written down as tests, and simulated diners."""


@script.command()
@with_settings
def schema(settings: Settings) -> None:
    """Print the JSON Schema of a script file, for editors."""
    from testkit.script.schema import script_schema
    from webhooks.schemas import SCRIPT, schema_address

    click.echo(json.dumps(script_schema(schema_address(settings, SCRIPT)), indent=2))


@script.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--url", default="", help="Address of a running service; else the one on this machine, else one of its own."
)
@click.option("--key", default="", help="An API key of that service, for chats of signed-in diners.")
@click.option("--jobs", default=4, show_default=True, type=click.IntRange(1, 64), help="Scripts played at a time.")
@click.option("--fail-fast", is_flag=True, help="Begin no further script once one has failed.")
@click.option("--filter", "wanted", default="", metavar="REGEX", help="Only scripts whose file::name it matches.")
@click.option("--watch", is_flag=True, help="Play again whenever a file has changed, until Ctrl-C.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write JUnit XML there.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a report with every thread there.")
@click.option(
    "--segment-price", default=0.0083, show_default=True, help="US dollars for an SMS segment, assumed in the report."
)
@with_settings
def run(
    settings: Settings,
    paths: tuple[Path, ...],
    url: str,
    key: str,
    jobs: int,
    fail_fast: bool,
    wanted: str,
    watch: bool,
    junit: Path | None,
    html: Path | None,
    segment_price: float,
) -> None:
    """Play the scripts in files and folders against a running service.

    Exits 0 when all are green, 1 when one is not, 2 when a script cannot be read or there is no service.
    """
    from testkit.session import CannotRun, RunOptions, Session

    options = RunOptions(paths, wanted, jobs, fail_fast, junit, html, segment_price)
    try:
        with Session(settings, url, key) as session:
            is_green = session.watch(options) if watch else session.run(options)
    except CannotRun as error:
        refuse(str(error))
    sys.exit(0 if is_green else 1)


@script.command()
@click.option("--phone", default="", help="A diner's number: record the thread that is on record.")
@click.option("--to", default="", help="With --phone: the number that was texted; default: the one texted last.")
@click.option("--conversation", type=click.UUID, help="Record this conversation, a chat for instance.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z"]), help="Leave out what was said before."
)
@click.option("--channel", type=click.Choice(["sms", "chat"]), default="sms", help="Live: how to talk.")
@click.option(
    "--clock", default="", help="Live: when it begins, like 2026-12-02T10:00:00-05:00; default: the service's own."
)
@click.option("--url", default="", help="Live: address of the service; default: the one on this machine.")
@click.option("--name", default="", help="The test case's name; default: the diner's first words.")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="A file that is not there yet.")
@with_settings
def record(
    settings: Settings,
    phone: str,
    to: str,
    conversation: UUID | None,
    since: datetime | None,
    channel: str,
    clock: str,
    url: str,
    name: str,
    output: Path | None,
) -> None:
    """Write a thread down as a script: one from the service's database, else a chat in this terminal.

    Names, phone numbers and codes are replaced. In the terminal, "/pass 20 minutes" and "/until friday 12:00" move the
    clock; Ctrl-D ends the chat.
    """
    from testkit.recording.recorder import CannotRecord, RecordOptions, record_script

    options = RecordOptions(phone, to, conversation, since, channel, clock, url, name)
    try:
        written = record_script(settings, options, output)
    except CannotRecord as error:
        refuse(str(error))
    if written is not None:
        click.echo(written, nl=False)


@script.command()
@click.option("--diners", type=click.IntRange(1, 5000), default=50, show_default=True, help="How many come.")
@click.option("--for", "seconds", type=Seconds(), default="60s", show_default=True, help="Time in which they come.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed: the same diners.")
@click.option("--url", default="", help="Address of the service; default: the one on this machine.")
@click.option("--key", default="", help="An API key of that service, for chats of signed-in diners.")
@click.option("--threads", type=click.File("w", encoding="utf-8"), help="Write every conversation to this file.")
@click.option(
    "--most-dead-ends", type=Share(), default="1%", show_default=True, help="Exit with 1 if so many get stuck, or more."
)
@with_settings
def crowd(
    settings: Settings,
    diners: int,
    seconds: float,
    seed: int,
    url: str,
    key: str,
    threads: TextIO | None,
    most_dead_ends: float,
) -> None:
    """Let simulated diners book, move and cancel, and look whether all went well.

    Each has a goal and persona of their own: slips, changes of mind, silences, double texts, questions by the way. Those who
    are still talking when the time is over finish. With the service's database at hand (the one on this machine, or
    DATABASE_URL) the invariants are checked in it.

    Exits 1 when an invariant is broken, a message got no answer, or too many diners got stuck; 2 when there is no service.
    """
    from rich.console import Console
    from sqlalchemy.exc import OperationalError

    from testkit.load_test.load_test import run_load_test
    from testkit.service import Service, ServiceError
    from testkit.session import any_key

    is_here = not url or bool(settings.database_url) or url.rstrip("/") == settings.local_address
    try:
        with Service(url or settings.local_address, key or any_key(settings)) as service:
            went_well = run_load_test(
                Console(),
                service,
                settings if is_here else None,
                diners=diners,
                seconds=seconds,
                seed=seed,
                most_dead_ends=most_dead_ends,
                threads=threads,
            )
    except ServiceError as error:
        refuse(str(error))
    except OperationalError as error:
        refuse(f"the service's database does not answer: {error.orig}")
    sys.exit(0 if went_well else 1)
