"""Scripts run in parallel: isolated where they must be, and fast."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from testkit.playback import runner as running
from testkit.playback.results import Result, Run
from testkit.playback.scenario import Environment
from testkit.script.loading import Script, load_file
from tests.testkit.support import written

HEAD = "clock: 2026-12-02T10:00:00-05:00\n"
NAMES = ("Ana Lima", "Ben Okri", "Carla Diaz", "Dan Weber", "Eva Novak")
SMALL = "restaurants:\n  - {name: Tiny Thimble Bar, tables: [2]}\n"


def test_scripts_by_the_hundred_keep_apart(script_environment: Environment, tmp_path: Path, slow: bool) -> None:
    """Each has its own time and sees only its own booking, and each gets the only table of a small restaurant."""
    count = 300 if slow else 100
    tables = ", ".join(["2"] * 20)
    restaurants = f"{SMALL}  - {{name: Wide Acre Hall, tables: [{tables}]}}\n"
    cases = "".join(
        f"""  - test_case: number {n}
    clock: 2026-12-{1 + n % 28:02d}T10:00:00-05:00
    steps:
      - user: table for 2 at {"Tiny Thimble Bar" if n % 10 == 0 else "Wide Acre Hall"} tomorrow at 6pm, I'm {NAMES[n % 5]}
        bot: {{expects: confirmation, contains: ["Dec {2 + n % 28}, 6:00 PM", "for {NAMES[n % 5]}"]}}
      - user: Y
        bot: {{contains: Booked}}
        booked: 1
"""
        for n in range(1, count + 1)
    )
    scripts = load_file(written(tmp_path, f"{HEAD}{restaurants}test_cases:\n{cases}"))
    done = running.run(scripts, script_environment, jobs=8)
    wrong = [(r.script.name, r.error, r.failure) for r in done.results if r.outcome != "passed"]
    assert not wrong, wrong[:3]
    assert len(done.results) == count


def test_fail_fast_begins_nothing_after_a_failure(script_environment: Environment, tmp_path: Path) -> None:
    cases = "".join(f"  - test_case: n{n}\n    steps: [{{user: hello, bot: no such words}}]\n" for n in range(20))
    scripts = load_file(written(tmp_path, f"{HEAD}test_cases:\n{cases}"))
    done = running.run(scripts, script_environment, jobs=2, fail_fast=True)
    assert len(done.results) + done.left_out == 20
    assert done.left_out >= 17
    assert not done.is_green


def scripts_of(folder: Path, *cases: str, restaurants: str = SMALL) -> list[Script]:
    body = "".join(f"  - test_case: c{n}\n{case}" for n, case in enumerate(cases))
    return load_file(written(folder, f"{HEAD}{restaurants}test_cases:\n{body}"))


@pytest.fixture
def overlaps(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[Script]], set[frozenset[str]]]:
    """Return a function that tells which scripts overlapped. They do nothing, since only the order matters here."""

    def seen(scripts: list[Script]) -> set[frozenset[str]]:
        found: set[frozenset[str]] = set()
        going: set[str] = set()
        lock = threading.Lock()

        def pretend(script: Script, environment: Any) -> Result:
            with lock:
                going.add(script.name)
                found.update(frozenset({script.name, other}) for other in going - {script.name})
            threading.Event().wait(0.1)
            with lock:
                going.discard(script.name)
            return Result(script)

        monkeypatch.setattr(running, "play", pretend)
        monkeypatch.setattr(running, "import_restaurants_of", lambda service, scripts: None)
        environment: Any = type("Nothing", (), {"service": None})()
        done: Run = running.run(scripts, environment, jobs=8)
        assert [result.script.name for result in done.results] == [script.name for script in scripts]
        return found

    return seen


Overlaps = Callable[[list[Script]], set[frozenset[str]]]


def test_scripts_that_name_one_restaurant_of_their_own_go_one_after_the_other(
    overlaps: Overlaps, tmp_path: Path
) -> None:
    steps = "    steps: [{user: %s}]\n"
    scripts = scripts_of(tmp_path, steps % "tiny thimble bar at 7", steps % "Tiny Thimble Bar", steps % "hello")
    assert frozenset({"c0", "c1"}) not in (found := overlaps(scripts))
    assert frozenset({"c0", "c2"}) in found


def test_a_large_restaurant_has_room_for_several_scripts(overlaps: Overlaps, tmp_path: Path) -> None:
    hall = "restaurants:\n  - {name: Wide Hall, tables: [2, 2, 2, 2, 2, 2, 2, 2]}\n"
    named, moving = "    steps: [{user: wide hall}]\n", "    steps: [{user: wide hall}, {pass: 1 hour}]\n"
    found = overlaps(scripts_of(tmp_path, named, named, moving, restaurants=hall))
    assert found == {frozenset({"c0", "c1"})}


def test_who_fills_a_restaurant_has_it_alone(overlaps: Overlaps, tmp_path: Path) -> None:
    full = (
        "    given: {full_evenings: [{restaurant: gochu-garden-chicago, date: 2026-12-03}]}\n    steps: [{user: hi}]\n"
    )
    named = "    steps: [{user: gochu garden chicago tomorrow}]\n"
    scripts = scripts_of(tmp_path, full, named, "    steps: [{user: hello}]\n", full)
    found = overlaps(scripts)
    assert not found & {frozenset({"c0", "c1"}), frozenset({"c0", "c3"}), frozenset({"c1", "c3"})}
    assert frozenset({"c0", "c2"}) in found


def test_scripts_that_stop_programs_are_played_last_and_alone(overlaps: Overlaps, tmp_path: Path) -> None:
    down = "    steps: [{down: rasa}]\n"
    scripts = scripts_of(tmp_path, down, "    steps: [{user: a}]\n", down, "    steps: [{user: b}]\n")
    assert overlaps(scripts) == {frozenset({"c1", "c3"})}
