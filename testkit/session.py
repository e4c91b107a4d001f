"""A tester's bench: a service to play scripts against, and what is made of a run."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import click
from rich.console import Console

from bot.settings import Settings
from deploy.stack.launching import launch
from deploy.stack.programs import SOCKET, Programs
from deploy.stack.run import CannotStart
from testkit.playback.runner import connect, run
from testkit.playback.scenario import Environment
from testkit.reports.html import write_html
from testkit.reports.junit import write_junit
from testkit.reports.terminal import progress, show_summary
from testkit.script.loading import Script, ScriptError, load_scripts, script_files
from testkit.service import Service, ServiceError
from webhooks.access import read_api_keys

PINNED = "2026-12-02T10:00:00-05:00"
"""When the clock starts of a service that is started for scripts only: a Wednesday morning in New York."""
_LOOKS_EVERY = 0.3  # seconds between two looks at the files


class CannotRun(Exception):
    """A script cannot be read, there is no service, or a report cannot be written; the message says which."""


@dataclass(frozen=True)
class RunOptions:
    """What to play, how, and what to make of it. `wanted`: a regular expression for file::name."""

    paths: Sequence[Path]
    wanted: str = ""
    jobs: int = 4
    fail_fast: bool = False
    junit: Path | None = None
    html: Path | None = None
    segment_price: float = 0.0


class Session:
    """Plays scripts and reports to the terminal.

    The service is the one at `url`, else the one on this machine, else one of its own that ends with it.
    """

    def __init__(self, settings: Settings, url: str = "", key: str = "") -> None:
        self._settings = settings
        self._url = url
        self._key = key
        self._console = Console()
        self._opened = ExitStack()
        self._around: Environment | None = None

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def run(self, options: RunOptions) -> bool:
        """Play once; gives whether all is green.

        Raises:
            CannotRun: as it says.
        """
        try:
            scripts = _chosen(options)
            environment = self._service()
            with progress(self._console, len(scripts)) as told:
                done = run(scripts, environment, jobs=options.jobs, fail_fast=options.fail_fast, told=told)
            show_summary(self._console, done)
            if options.junit is not None:
                write_junit(done, options.junit)
            if options.html is not None:
                write_html(done, options.html, price=options.segment_price)
        except (ScriptError, ServiceError, CannotStart) as error:
            raise CannotRun(str(error)) from None
        except OSError as error:
            raise CannotRun(f"{error.filename}: {error.strerror}") from None
        return done.is_green

    def watch(self, options: RunOptions) -> bool:
        """Play whenever a file has changed, until Ctrl-C; gives whether all was green the last time."""
        is_green = False
        while True:
            ages = _ages(options.paths)
            try:
                is_green = self.run(options)
            except CannotRun as error:
                is_green = False
                self._console.print(str(error), style="red", markup=False, highlight=False)
            click.echo("Waiting for a change; Ctrl-C ends.")
            try:
                while _ages(options.paths) == ages:
                    time.sleep(_LOOKS_EVERY)
            except KeyboardInterrupt:
                return is_green

    def _service(self) -> Environment:
        if self._around is None:
            self._around = self._opened.enter_context(_service(self._settings, self._url, self._key))
        return self._around


def _chosen(options: RunOptions) -> list[Script]:
    scripts = load_scripts(options.paths)
    try:
        pattern = re.compile(options.wanted, re.IGNORECASE)
    except re.error as error:
        raise ScriptError(f"--filter: expected a regular expression ({error}), found {options.wanted!r}") from None
    chosen = [script for script in scripts if pattern.search(f"{script.file}::{script.name}")]
    if not chosen:
        raise ScriptError(f"--filter: expected part of a script's file::name, found {options.wanted!r}")
    return chosen


def _ages(paths: Sequence[Path]) -> dict[Path, int]:
    try:
        return {file: file.stat().st_mtime_ns for file in script_files(paths)}
    except (OSError, ScriptError):  # just being written anew
        return {}


@contextmanager
def _service(settings: Settings, url: str, key: str) -> Iterator[Environment]:
    """A service and what scripts need of it.

    Raises:
        testkit.service.ServiceError: there is none at `url`, or it has no testers' API.
        deploy.stack.run.CannotStart: none runs and none can be started.
    """
    if url or _answers(settings.local_address):
        is_here = url in ("", settings.local_address) and (settings.runtime_folder / SOCKET).exists()
        with Service(url or settings.local_address, key or any_key(settings)) as service:
            yield connect(service, Programs(settings.runtime_folder) if is_here else None)
        return
    click.echo("No service runs on this machine: starting one for these scripts ...", err=True)
    var = Path(tempfile.mkdtemp(prefix="tt-"))
    with ExitStack() as last:
        last.callback(shutil.rmtree, var, ignore_errors=True)
        launched = launch(var, TABLETALK_NOW=PINNED)
        last.callback(launched.end)
        with Service(launched.settings.local_address, any_key(launched.settings)) as service:
            yield connect(service, Programs(launched.settings.runtime_folder))


def any_key(settings: Settings) -> str:
    """An API key that a service with these settings accepts."""
    return sorted(read_api_keys(settings.api_keys))[0]


def _answers(address: str) -> bool:
    with Service(address) as service:
        try:
            service.config()
        except ServiceError:
            return False
        return True
