"""`tabletalk restaurants import`: read the file, show progress, report the result."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import BinaryIO

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import OperationalError

from booking_engine import BookingEngine, ImportProgress, ImportRejected

_STEPS = {"check": "Checking lines", "write": "Writing restaurants"}


class CannotImport(Exception):
    """Nothing was imported. The message is one line that says why."""


def import_file(engine: BookingEngine, file: BinaryIO) -> None:
    """Import JSON Lines, and print how many restaurants changed and which reservations no longer fit.

    Raises:
        CannotImport: nothing was imported. Each problem in the file has been printed to standard error.
    """
    lines = StringIO(_decode(file), newline=None)
    try:
        with _bar() as progress:
            report = engine.import_restaurants(lines, progress)
    except ImportRejected as rejected:
        for problem in rejected.problems:
            click.echo(f"line {problem.line}: {problem.field}: {problem.reason}", err=True)
        raise CannotImport(f"nothing of {file.name} was imported") from None
    except OperationalError:
        raise CannotImport("the database cannot be reached: is the service running, is DATABASE_URL right?") from None
    click.echo(f"{file.name}: {report.created} new, {report.updated} changed, {report.unchanged} as they were")
    for conflict in report.conflicts:
        click.echo(f"no longer fits: {conflict.slug}: {conflict.code}: {conflict.reason}")


def _decode(file: BinaryIO) -> str:
    content = file.read()
    try:
        return content.decode("utf-8-sig")  # some editors write a byte order mark
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CannotImport(f"line {line} is not UTF-8; nothing of {file.name} was imported") from None


@contextmanager
def _bar() -> Iterator[ImportProgress | None]:
    """Show a temporary progress bar for each step, if standard error is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        tasks = {step: bars.add_task(words, visible=False) for step, words in _STEPS.items()}

        def show(step: str, done: int, total: int) -> None:
            bars.update(tasks[step], completed=done, total=total, visible=True)

        yield show
