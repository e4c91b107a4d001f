"""`tabletalk script …`: conversations written down as tests."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from bot.settings import Settings
from deploy.options import refuse, with_settings


@click.group()
def script() -> None:
    """Conversations written down as tests."""


@script.command()
@with_settings
def schema(settings: Settings) -> None:
    """Print the JSON Schema of a script file, for editors."""
    from deploy.scripts.format import script_schema
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
    from deploy.scripts.bench import Bench, CannotRun, Wishes

    wishes = Wishes(paths, wanted, jobs, fail_fast, junit, html, segment_price)
    try:
        with Bench(settings, url, key) as bench:
            is_green = bench.watch(wishes) if watch else bench.run(wishes)
    except CannotRun as error:
        refuse(str(error))
    sys.exit(0 if is_green else 1)
