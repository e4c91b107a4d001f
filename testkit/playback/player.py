"""Play one script to its end or to the first step that fails."""

from __future__ import annotations

import time

from testkit.phone_numbers import NumbersExhausted
from testkit.playback.assertions import Expectations
from testkit.playback.clients import NoAnswer
from testkit.playback.restaurants import RestaurantUnclear
from testkit.playback.results import Failure, Mismatch, Result
from testkit.playback.scenario import CannotPlay, Environment, Scenario
from testkit.playback.steps import perform, speakers
from testkit.reports.coverage import coverage_of
from testkit.script.loading import Script
from testkit.service import ServiceError


def play(script: Script, environment: Environment) -> Result:
    """Play a script and return its result. Only its threads and its cancelled reservations stay in the service."""
    begin = time.monotonic()
    result = Result(script)
    scenario = Scenario(environment, script, result)
    try:
        try:
            scenario.begin()
            _play_steps(scenario)
            for client in scenario.clients.values():
                said = [line.text for line in result.lines if line.kind == "out"]
                result.coverage.add(coverage_of(client.coverage(), said))
        finally:
            scenario.clean_up()
    except (ServiceError, RestaurantUnclear, NumbersExhausted, CannotPlay) as error:
        result.error = str(error)
    result.seconds = time.monotonic() - begin
    return result


def _play_steps(scenario: Scenario) -> None:
    expectations = Expectations(scenario)
    steps = scenario.script.case.steps
    for place, step in enumerate(steps):
        rest = steps[place:]
        try:
            found = perform(scenario, step, rest)
            expectations.spoken(speakers(scenario, step))
            found += expectations.look(step, rest)
        except NoAnswer as error:
            found = [Mismatch("answer", error.expected, error.found)]
        if found:
            _mark(scenario, step.phone)
            scenario.result.failure = Failure(scenario.script.step_lines[place], tuple(found))
            return


def _mark(scenario: Scenario, named: str | None) -> None:
    """Mark the last text to the diner, which is the one that the failing step checked."""
    client = scenario.named(named)
    for line in reversed(scenario.result.lines):
        if line.kind == "out" and line.diner == client.name:
            line.is_wrong = True
            return
