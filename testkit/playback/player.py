"""Playing one script to its end, or to the first step that is not as expected."""

from __future__ import annotations

import time

from testkit.phone_numbers import NumbersExhausted
from testkit.playback.assertions import Expectations
from testkit.playback.clients import Unanswered
from testkit.playback.restaurants import RestaurantUnclear
from testkit.playback.results import Failure, Mismatch, Result
from testkit.playback.scenario import CannotPlay, Stage, Surroundings
from testkit.playback.steps import happen, speakers
from testkit.reports.coverage import coverage_of
from testkit.script.loading import Script
from testkit.service import ServiceError


def play(script: Script, around: Surroundings) -> Result:
    """What came of the script. Nothing of it is left behind in the service but its threads and its cancelled bookings."""
    begin = time.monotonic()
    result = Result(script)
    stage = Stage(around, script, result)
    try:
        try:
            stage.begin()
            _play_steps(stage)
            for talker in stage.talkers.values():
                said = [line.text for line in result.lines if line.kind == "out"]
                result.coverage.add(coverage_of(talker.coverage(), said))
        finally:
            stage.clear_up()
    except (ServiceError, RestaurantUnclear, NumbersExhausted, CannotPlay) as error:
        result.error = str(error)
    result.seconds = time.monotonic() - begin
    return result


def _play_steps(stage: Stage) -> None:
    expectations = Expectations(stage)
    steps = stage.script.case.steps
    for place, step in enumerate(steps):
        rest = steps[place:]
        try:
            found = happen(stage, step, rest)
            expectations.spoken(speakers(stage, step))
            found += expectations.look(step, rest)
        except Unanswered as error:
            found = [Mismatch("answer", error.expected, error.found)]
        if found:
            _mark(stage, step.phone)
            stage.result.failure = Failure(stage.script.step_lines[place], tuple(found))
            return


def _mark(stage: Stage, named: str | None) -> None:
    """The last text to the diner is the one that the failing step looked at."""
    talker = stage.named(named)
    for line in reversed(stage.result.lines):
        if line.kind == "out" and line.diner == talker.name:
            line.is_wrong = True
            return
