"""A pytest plugin: every script in a folder named `conversations` is a test.

The suite brings a session fixture `stack` with what a service of its own has: `base_url`, `api_key`, `settings`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.stack.programs import Programs
from testkit.playback.player import play
from testkit.playback.results import Result
from testkit.playback.runner import connect, import_restaurants_of
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
        return self.script.file, self.script.line - 1, self.script.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **kwargs: Any) -> Any:
        if isinstance(excinfo.value, ScriptFailed):
            return failure_text(excinfo.value.result)
        return super().repr_failure(excinfo, *args, **kwargs)


class ScriptTests(pytest.File):
    """A file of scripts."""

    def collect(self) -> Iterator[ScriptTest]:
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


@pytest.fixture(scope="session")
def script_environment(stack: Any, request: pytest.FixtureRequest) -> Iterator[Environment]:
    """The suite's service, with the restaurants of all collected scripts in it."""
    with Service(stack.base_url, stack.api_key) as service:
        import_restaurants_of(service, [item.script for item in request.session.items if isinstance(item, ScriptTest)])
        yield connect(service, Programs(stack.settings.runtime_folder))


def _player(script: Script) -> Any:
    def play_script(script_environment: Environment) -> None:
        result = play(script, script_environment)
        if result.outcome != "passed":
            raise ScriptFailed(result)

    return play_script
