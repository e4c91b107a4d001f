"""docs/scripts.md is correct and complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import PROJECT
from testkit.playback.runner import run
from testkit.playback.scenario import Environment
from testkit.script.expectations import ExpectedReservation, ExpectedText, Reply
from testkit.script.fixtures import Restaurant
from testkit.script.format import Diner, Message, ScriptFile, Step, TestCase, TwilioFailure
from testkit.script.loading import load_file
from testkit.script.part import Part
from tests.testkit.support import written

GUIDE = (PROJECT / "docs" / "scripts.md").read_text()
FIRST, MORE, *_ = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)


def test_the_first_script_fails_as_it_says_and_is_green_once_corrected(
    script_environment: Environment, tmp_path: Path
) -> None:
    [wrong] = run(load_file(written(tmp_path, FIRST, "lupe.yml")), script_environment).results
    assert wrong.failure is not None
    assert wrong.where.endswith("lupe.yml:9")
    assert wrong.failure.mismatches[0].what == "bot.contains"
    last = FIRST.index("      - user: Y")
    right = (FIRST[:last] + MORE).replace("7:30 PM", "7:00 PM")
    [done] = run(load_file(written(tmp_path, right, "lupe.yml")), script_environment).results
    assert done.outcome == "passed", (done.error, done.failure)


@pytest.mark.parametrize(
    "model",
    [ScriptFile, TestCase, Diner, Restaurant, Step, Message, TwilioFailure, Reply, ExpectedReservation, ExpectedText],
)
def test_every_key_is_explained(model: type[Part]) -> None:
    keys = [field.alias or name for name, field in model.model_fields.items()]
    assert not [key for key in keys if not re.search(rf"[`{{ ]{key}[`:]", GUIDE)]
