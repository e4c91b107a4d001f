"""Play scripts that tests define inline against the suite's own service."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from testkit.playback.results import Result
from testkit.playback.runner import run
from testkit.playback.scenario import Environment
from testkit.script.loading import load_file
from tests.testkit.support import written

PlayScript = Callable[..., Result]


@pytest.fixture
def play(script_environment: Environment, tmp_path: Path) -> PlayScript:
    """Play one test case, given the YAML below `steps:`. `case` and `file` add keys to the test case and the file."""

    def play_steps(steps: str, *, case: str = "", file: str = "") -> Result:
        content = (
            f"clock: 2026-12-02T10:00:00-05:00\n{file}test_cases:\n  - test_case: made up\n{case}    steps:\n{steps}"
        )
        scripts = load_file(written(tmp_path, content))
        [result] = run(scripts, script_environment).results
        return result

    return play_steps
