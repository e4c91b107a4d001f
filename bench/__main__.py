"""Measure Tabletalk beside a stock Rasa form bot, and the booking engine beside bare statements: `make bench`.

Prints one table of figures beside their goals. Exits with 1 if any answer had other words than it should, or was only a
promise: then the figures count for nothing. A goal that is missed is told, and does not fail the run.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

import click
from rich.console import Console

from bench import bare, engine, replies
from bench.figures import table_of

_SHOWN_FAULTS = 20
_RESTAURANTS = 50


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="fewer turns; takes about two minutes once installed and trained")
@click.option("--lean", is_flag=True, help="the stock bot without TEDPolicy, which its rules do not need")
def main(quick: bool, lean: bool) -> None:
    """Measure and print."""
    console = Console(width=max(Console().width, 100))
    effort = replies.QUICK if quick else replies.FULL
    folder = Path(tempfile.mkdtemp(prefix="ttb-"))
    found = replies.measure(effort, folder, console, lean=lean)
    console.print("Each statement of the engine ...")
    with engine.server() as url:
        engine.prepare(url, _RESTAURANTS)
        beside = bare.figures(bare.measure(url, _RESTAURANTS, 5.0 if quick else 20.0))
    console.print(replies.statements_table(found["ours"]))
    bot = "lean stock bot" if lean else "stock bot"
    title = f"Whole bookings beside a {bot}, {os.cpu_count()} cores; last, the engine beside bare psycopg"
    console.print(table_of(title, [*replies.figures(found), beside], other="stock / bare"))
    faults = [wrong for measured in found.values() for wrong in measured.faults]
    for wrong, times in Counter(faults).most_common(_SHOWN_FAULTS):
        console.print(f"{times} times {wrong}", style="red", markup=False, soft_wrap=True)
    if faults:
        invalid = f"INVALID: {len(faults)} conversations had a wrong answer. Logs are in {folder}."
        console.print(invalid, style="bold red", soft_wrap=True)
        sys.exit(1)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
