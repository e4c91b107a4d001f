"""Reports of a run for people and machines."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from testkit.playback.results import Failure, Line, Mismatch, Result, Run, percentile
from testkit.reports import coverage as covering
from testkit.reports.coverage import coverage_of, everything
from testkit.reports.differences import compared
from testkit.reports.html import parts_of, write_html
from testkit.reports.junit import write_junit
from testkit.reports.terminal import failure_text, show_summary
from testkit.script.loading import load_file
from tests.testkit.support import GOOD, written

AT = datetime.fromisoformat("2026-12-02T10:00:00-05:00")
HOSTILE = "<script>alert('&')</script> \x0b ]]> 7"


@pytest.fixture
def done(tmp_path: Path) -> Run:
    """Return a run in which one script passed, one failed, and one could not be played."""
    [script] = load_file(written(tmp_path, GOOD))
    lines = [
        Line("in", "diner", HOSTILE, AT),
        Line("note", "", "rasa is down", AT),
        Line("out", "diner", "Hi there, " + "long " * 40, AT, elapsed_ms=120, is_wrong=True),
        Line("out", "diner", "See you soon", AT, by_itself=True),
    ]
    mismatch = Mismatch("bot", "Hi there, Ana … bye", f"Hi there, Ben {HOSTILE}", is_text=True)
    failed = Result(script, lines, failure=Failure(6, (mismatch,)), seconds=1.5)
    green = Result(script, [Line("out", "diner", "Hi", AT, elapsed_ms=80)], seconds=0.5)
    green.coverage.intents.add("greet")
    return Run((green, failed, Result(script, error="no service", seconds=0.1)), 2.0, left_out=1)


def test_a_failure_shows_the_thread_and_marks_the_difference(done: Run) -> None:
    told = failure_text(done.results[1])
    assert "script.yml:6" in told
    assert "rasa is down" in told
    assert "[-Ana … bye-]" in told
    assert "{+Ben" in told
    assert told.index("alert") < told.index("Hi there") < told.index("See you soon") < told.index("expected")
    diner, bot = (next(line for line in told.splitlines() if words in line) for words in ("alert", "See you soon"))
    assert diner.index("│") > 5, "the diner's bubbles are on the right"
    assert bot.index("│") == 0
    assert "2 segments" in told
    assert "by itself" in told


def test_an_error_says_why_the_script_could_not_be_played(done: Run) -> None:
    assert "It could not be played to its end: no service" in failure_text(done.results[2])


def test_the_summary_counts_and_lists_what_is_not_green(done: Run, capsys: pytest.CaptureFixture[str]) -> None:
    show_summary(Console(width=200), done)
    told = capsys.readouterr().out
    assert "1 passed, 1 failed, 1 error, 1 not played in 2.0 s" in told
    assert "script.yml:6  greets" in told
    assert "2 answers, half of them within 120 ms" in told


def test_the_junit_file_is_read_by_machines(done: Run, tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "junit.xml"
    write_junit(done, path)
    root = ElementTree.parse(path).getroot()
    assert {name: root.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "3",
        "failures": "1",
        "errors": "1",
    }
    failure = root.find("testsuite/testcase/failure")
    assert failure is not None
    assert "script.yml:6: bot: expected Hi there, Ana" in str(failure.get("message"))
    assert "alert('&')" in str(failure.text)
    assert root.find("testsuite/testcase/error") is not None
    assert [case.get("time") for case in root.iter("testcase")] == ["0.500", "1.500", "0.100"]


def test_the_page_holds_every_thread_and_lets_no_text_be_markup(done: Run, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_html(done, path, price=0.5)
    page = path.read_text()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "See you soon" in page
    assert "<mark>Ana … bye</mark>" in page
    assert "2.00 USD" in page, "four outgoing segments at half a dollar"
    assert page.index("no service") < page.index("See you soon"), "what needs a look comes first"
    assert "utter_booked" in page


def test_what_was_covered_and_what_was_not_is_listed(done: Run) -> None:
    parts = {part.name: part for part in parts_of(done)}
    assert set(parts) == {"Intents", "Rules", "Actions", "Responses", "Engine errors"}
    assert parts["Intents"].covered == ["greet"]
    assert "book" in parts["Intents"].missing
    assert "HoldExpired" in parts["Engine errors"].missing
    assert "the booking is done" in parts["Rules"].missing
    assert not [name for name in parts["Responses"].missing if name.startswith("utter_part_")]
    assert all(part.total > 5 for part in parts.values())


@pytest.mark.parametrize(
    ("events", "rule", "occurs"),
    [
        ([("intent", "book", None), ("action", "booking_form", "booking_form")], "a wish for a table opens the booking", True),
        ([("intent", "find", None), ("action", "booking_form", "booking_form")], "a wish for a table opens the booking", True),
        ([("intent", "book", None), ("action", "booking_form", None)], "a wish for a table opens the booking", False),
        ([("intent", "ask", None), ("action", "action_reply", None)], "everything else gets a reply", True),
        ([("intent", "ask", "booking_form"), ("action", "action_reply", "booking_form")], "everything else gets a reply", True),
        ([("action", "x", "booking_form"), ("intent", "ask", "booking_form"), ("action", "action_reply", "booking_form"),
          ("action", "booking_form", "booking_form")], "by the way, amid a booking, and back", True),
        ([("action", "x", "booking_form"), ("intent", "ask", "booking_form"), ("action", "action_reply", "booking_form")],
         "by the way, amid a booking, and back", False),
        ([("action", "x", "booking_form"), ("action", "booking_form", None)], "the booking is done", True),
        ([("action", "booking_form", None)], "the booking is done", False),
    ],
)  # fmt: skip
def test_a_rule_is_covered_where_its_steps_occur(
    events: list[tuple[str, str, str | None]], rule: str, occurs: bool
) -> None:
    assert rule in everything().rules
    told = {"events": [{"kind": kind, "name": name, "loop": loop} for kind, name, loop in events]}
    assert (rule in coverage_of(told).rules) is occurs


def test_what_is_said_without_rasa_is_known_by_its_words() -> None:
    assert coverage_of({}, ["Your booking is now X, Y, 2 people. Code Z."]).responses == {
        "utter_sms_reservation_changed"
    }
    assert coverage_of({}, ["Something else"]).responses == set()


def test_every_part_of_the_dialogue_counts() -> None:
    there = everything()
    assert {"booking_form", "action_reply"} <= there.actions
    assert len(there.rules) == len(covering._read(covering._DIALOGUE / "rasa" / "rules.yml")["rules"])


def test_texts_are_compared_word_by_word() -> None:
    wanted, came = compared("Thu, Dec 3, 7:00 PM … for Ana", "Thu, Dec 4, 7:00 PM and more for Ana")
    assert [words for words, is_odd in wanted if is_odd] == ["3,"]
    assert [words for words, is_odd in came if is_odd] == ["4,"]


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([], 0.5) == 0
    assert percentile([5], 0.95) == 5
    assert percentile(range(1, 101), 0.95) == 96
