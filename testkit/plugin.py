"""A pytest plugin: every script in a folder named `conversations` is a test.

The suite brings a session fixture `stack` with what a service of its own has: `base_url`, `api_key`, `settings`. The ini
option `script_jobs` says how many scripts are played at a time; scripts that would get in each other's way wait.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from deploy.stack.programs import Programs
from testkit.playback.results import Result
from testkit.playback.runner import connect, run
from testkit.playback.scenario import Environment
from testkit.reports.terminal import failure_text
from testkit.script.loading import Script, ScriptError, load_file
from testkit.service import Service

FOLDER = "conversations"
_SUFFIXES = (".yml", ".yaml")


class ScriptFailed(Exception):
    """A script went another way than expected, or could not be played to its end."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.where)
        self.result = result


class ScriptTest(pytest.Function):
    """A test that plays one script."""

    script: Script

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the script's place in its file."""
        return self.script.file, self.script.line - 1, self.script.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **kwargs: Any) -> Any:
        """Show the thread, and where it went another way."""
        if isinstance(excinfo.value, ScriptFailed):
            return failure_text(excinfo.value.result)
        return super().repr_failure(excinfo, *args, **kwargs)


class ScriptTests(pytest.File):
    """A file of scripts."""

    def collect(self) -> Iterator[ScriptTest]:
        """Yield a test for each script of the file."""
        try:
            scripts = load_file(self.path)
        except ScriptError as error:
            raise self.CollectError(str(error)) from None
        for script in scripts:
            item = ScriptTest.from_parent(self, name=script.name, callobj=_player(script))
            item.script = script
            yield item


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScriptTests | None:
    """Collect .yml and .yaml files anywhere below a folder of that name."""
    if file_path.suffix in _SUFFIXES and FOLDER in file_path.parent.parts:
        return ScriptTests.from_parent(parent, path=file_path)
    return None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `script_jobs` to the ini file."""
    parser.addini("script_jobs", "how many scripts are played at a time", default="1")


class _Stopped(Exception):
    """No more scripts are to start."""


class Playback:
    """The scripts of one file, played in a thread of their own while each test waits for its result."""

    def __init__(self, scripts: Sequence[Script], environment: Environment, jobs: int) -> None:
        self._results: dict[int, Future[Result]] = {id(script): Future() for script in scripts}
        self._is_over = False
        self._thread = threading.Thread(target=self._play, args=(scripts, environment, jobs), name="scripts")
        self._thread.start()

    def result_of(self, script: Script) -> Result:
        """Wait for the script's result. Raises whatever kept the scripts from being played."""
        return self._results[id(script)].result()

    def stop(self) -> None:
        """Start no more scripts, and wait for those that are being played."""
        self._is_over = True
        self._thread.join()

    def _play(self, scripts: Sequence[Script], environment: Environment, jobs: int) -> None:
        try:
            run(scripts, environment, jobs=jobs, told=self._note)
        except Exception as error:  # whatever it is, the tests that wait must hear of it
            for result in self._results.values():
                if not result.done():
                    result.set_exception(error)

    def _note(self, result: Result) -> None:
        self._results[id(result.script)].set_result(result)
        if self._is_over:
            raise _Stopped


@pytest.fixture(scope="session")
def script_environment(stack: Any) -> Iterator[Environment]:
    """What scripts need of the suite's service."""
    with Service(stack.base_url, stack.api_key) as service:
        yield connect(service, Programs(stack.settings.runtime_folder))


PlaybackOf = Callable[[Path], Playback]


@pytest.fixture(scope="session")
def playback_of(script_environment: Environment, request: pytest.FixtureRequest) -> PlaybackOf:
    """The collected scripts of a file, being played since the first test of the file asked for them."""
    jobs = int(request.config.getini("script_jobs"))
    collected = [item.script for item in request.session.items if isinstance(item, ScriptTest)]

    @cache
    def play_file(file: Path) -> Playback:
        playback = Playback([script for script in collected if script.file == file], script_environment, jobs)
        request.addfinalizer(playback.stop)
        return playback

    return play_file


def _player(script: Script) -> Any:
    def play_script(playback_of: PlaybackOf) -> None:
        result = playback_of(script.file).result_of(script)
        if result.outcome != "passed":
            raise ScriptFailed(result)

    return play_script
