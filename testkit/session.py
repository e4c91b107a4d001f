"""Play scripts for `tabletalk script run`: find or start a service, report results, watch files."""

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
"""Initial clock of a service that is started only for the scripts: a Wednesday morning in New York."""
_POLL_INTERVAL = 0.3  # seconds between checks for changed files


class CannotRun(Exception):
    """A script cannot be read, no service is available, or a report cannot be written. The message says which."""


@dataclass(frozen=True)
class RunOptions:
    """What to play, how, and which reports to write. `wanted`: a regular expression for file::name."""

    paths: Sequence[Path]
    wanted: str = ""
    jobs: int = 4
    fail_fast: bool = False
    junit: Path | None = None
    html: Path | None = None
    segment_price: float = 0.0


class Session:
    """Plays scripts and reports to the terminal.

    It uses the service at `url`, otherwise the one on this machine, otherwise a new one that stops with the session.
    """

    def __init__(self, settings: Settings, url: str = "", key: str = "") -> None:
        self._settings = settings
        self._url = url
        self._key = key
        self._console = Console()
        self._resources = ExitStack()
        self._environment: Environment | None = None

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._resources.close()

    def run(self, options: RunOptions) -> bool:
        """Play the scripts once and return whether all passed.

        Raises:
            CannotRun: see there.
        """
        try:
            scripts = _selected(options)
            environment = self._connect()
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
        """Play the scripts whenever a file changes, until Ctrl-C. Return whether all passed the last time."""
        is_green = False
        while True:
            played = _modification_times(options.paths)
            try:
                is_green = self.run(options)
            except CannotRun as error:
                is_green = False
                self._console.print(str(error), style="red", markup=False, highlight=False)
            click.echo("Waiting for a change; Ctrl-C ends.")
            try:
                while _modification_times(options.paths) == played:
                    time.sleep(_POLL_INTERVAL)
            except KeyboardInterrupt:
                return is_green

    def _connect(self) -> Environment:
        if self._environment is None:
            self._environment = self._resources.enter_context(_service(self._settings, self._url, self._key))
        return self._environment


def _selected(options: RunOptions) -> list[Script]:
    scripts = load_scripts(options.paths)
    try:
        pattern = re.compile(options.wanted, re.IGNORECASE)
    except re.error as error:
        raise ScriptError(f"--filter: expected a regular expression ({error}), found {options.wanted!r}") from None
    selected = [script for script in scripts if pattern.search(f"{script.file}::{script.name}")]
    if not selected:
        raise ScriptError(f"--filter: expected part of a script's file::name, found {options.wanted!r}")
    return selected


def _modification_times(paths: Sequence[Path]) -> dict[Path, int]:
    try:
        return {file: file.stat().st_mtime_ns for file in script_files(paths)}
    except (OSError, ScriptError):  # a file is being rewritten
        return {}


@contextmanager
def _service(settings: Settings, url: str, key: str) -> Iterator[Environment]:
    """Connect to a running service or start one, and yield what scripts need of it.

    Raises:
        testkit.service.ServiceError: the service at `url` does not answer, or has no testers' API.
        deploy.stack.run.CannotStart: no service is running and none can be started.
    """
    if url or _answers(settings.local_address):
        is_here = url in ("", settings.local_address) and (settings.runtime_folder / SOCKET).exists()
        with Service(url or settings.local_address, key or any_key(settings)) as service:
            yield connect(service, Programs(settings.runtime_folder) if is_here else None)
        return
    click.echo("No service runs on this machine: starting one for these scripts ...", err=True)
    var = Path(tempfile.mkdtemp(prefix="tt-"))
    with ExitStack() as cleanup:
        cleanup.callback(shutil.rmtree, var, ignore_errors=True)
        launched = launch(var, TABLETALK_NOW=PINNED)
        cleanup.callback(launched.end)
        with Service(launched.settings.local_address, any_key(launched.settings)) as service:
            yield connect(service, Programs(launched.settings.runtime_folder))


def any_key(settings: Settings) -> str:
    """Return an API key that a service with these settings accepts."""
    return sorted(read_api_keys(settings.api_keys))[0]


def _answers(address: str) -> bool:
    with Service(address) as service:
        try:
            service.config()
        except ServiceError:
            return False
        return True
