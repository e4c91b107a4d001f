"""The quality gate itself: its utterances are whole and new to the model, it passes, and it can fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import PROJECT
from tests.eval.gate import breaches, read_floors, too_slow
from tests.eval.reading import Reader
from tests.eval.scoring import Reading, score
from tests.eval.utterances import Malformed, Utterance, read_utterances
from tests.eval.values import brief
from tests.support.running import Stack

FEWEST = 1500
EXPECTS = {
    "restaurant", "city", "cuisine", "party_size", "date", "time", "choice", "confirmation", "name", "phone", "code", None,
}  # fmt: skip
SAID = read_utterances()


@pytest.fixture(scope="module")
def readings(stack: Stack) -> list[Reading]:
    """What the running service reads in every utterance."""
    return Reader(stack).read_all(SAID)


def plain(text: str) -> str:
    return " ".join(text.lower().split())


def trained_on() -> set[str]:
    examples: set[str] = set()
    for path in (PROJECT / "data" / "nlu").glob("*.yml"):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            examples |= {plain(line.removeprefix("- ")) for line in block["examples"].splitlines()}
    return examples


def test_there_are_enough_different_utterances() -> None:
    assert len({plain(said.text) for said in SAID}) >= FEWEST
    twice = [
        said for said in SAID if sum((plain(o.text), o.expects) == (plain(said.text), said.expects) for o in SAID) > 1
    ]
    assert twice == []


def test_nothing_is_scored_that_was_trained_on() -> None:
    assert {plain(said.text) for said in SAID} & trained_on() == set()


def test_utterances_speak_of_what_the_domain_knows() -> None:
    domain = yaml.safe_load((PROJECT / "dialogue" / "rasa" / "domain" / "domain.yml").read_text(encoding="utf-8"))
    assert {said.intent for said in SAID} == set(domain["intents"]) - {"nlu_fallback"}
    assert {entity.kind for said in SAID for entity in said.entities} <= set(domain["entities"])
    assert {said.expects for said in SAID} == EXPECTS


@pytest.mark.parametrize(
    "content",
    [
        "nlu: [",
        "nlu:\n- intent: book\n",
        "nlu:\n- intent: book\n  examples: |\n    table for two\n",
        "nlu:\n- intent: book\n  examples: |\n    - \n",
        "nlu:\n- intent: book\n  examples: |\n    - table for [2](party size:2)\n",
        "nlu:\n- examples: |\n    - table for [2](party_size)\n",
        "[]",
    ],
)
def test_a_malformed_file_is_refused_by_name(tmp_path: Path, content: str) -> None:
    (tmp_path / "broken.yml").write_text(content)
    with pytest.raises(Malformed, match=r"broken\.yml"):
        read_utterances(tmp_path)


def test_the_service_keeps_every_floor(readings: list[Reading]) -> None:
    result = score(readings)
    assert [str(breach) for breach in breaches(result, read_floors())] == [], "\n".join(result.wrong)


def without_intent(reading: Reading) -> Reading:
    other = "deny" if reading.utterance.intent == "cancel" else reading.intent
    return replace(reading, intent=other)


def without_dates(reading: Reading) -> Reading:
    return replace(reading, entities=tuple(e for e in reading.entities if e.kind != "date"))


def with_other_times(reading: Reading) -> Reading:
    moved = (replace(e, value="3am") if e.kind == "time" else e for e in reading.entities)
    return replace(reading, entities=tuple(moved))


def with_names_everywhere(reading: Reading) -> Reading:
    found = replace(reading.entities[0], kind="last_name") if reading.entities else None
    return replace(reading, entities=(*reading.entities, found)) if found else reading


def without_house(reading: Reading) -> Reading:
    return replace(reading, house=None)


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (without_intent, "intent cancel, F1"),
        (without_dates, "date, overlap F1"),
        (with_other_times, "time, value accuracy"),
        (with_names_everywhere, "last_name, overlap F1"),
        (without_house, "restaurants found"),
    ],
)
def test_a_worse_reading_breaks_its_floor(
    readings: list[Reading], spoil: Callable[[Reading], Reading], what: str
) -> None:
    found = breaches(score(map(spoil, readings)), read_floors())
    assert what in [breach.what for breach in found]


def test_an_expectation_that_is_not_met_is_told(readings: list[Reading]) -> None:
    reading = next(r for r in readings if r.intent == r.utterance.intent == "book" and r.utterance.entities)
    first, *others = reading.utterance.entities
    broken = replace(reading.utterance, entities=(replace(first, value="99"), *others))
    result = score([replace(reading, utterance=broken)])
    assert result.understood == 0
    assert "not 99" in result.wrong[0]


def test_slow_readings_break_the_ceiling() -> None:
    ceiling = float(read_floors()["milliseconds"])
    assert too_slow(ceiling / 2, read_floors()) == []
    assert too_slow(ceiling * 2, read_floors()) != []


def test_a_context_is_read_with_its_question(stack: Stack) -> None:
    reader = Reader(stack)
    asked = [Utterance("15", "inform", expects, (), "context") for expects in ("time", "date", "party_size")]
    kinds = [[entity.kind for entity in reading.entities] for reading in reader.read_all(asked)]
    assert kinds == [["time"], ["date"], ["party_size"]]


@pytest.mark.parametrize(
    ("entity", "value", "written"),
    [
        ("time", {"hour": 19, "minute": 30, "meridiem": None}, "7:30pm"),
        ("time", {"hour": 7, "minute": 30, "meridiem": "pm"}, "7:30pm"),
        ("time", {"hour": 7, "minute": 30, "meridiem": None}, "7:30"),
        ("time", {"hour": 0, "minute": 0, "meridiem": None}, "12am"),
        ("time", {"after": {"hour": 8, "minute": 0, "meridiem": None}}, ">8"),
        ("date", {"weekday": 4, "which": "week_after"}, "fri week"),
        ("date", {"first": 5, "second": 11, "year": None}, "5/11"),
        ("date", {"year": 2018, "month": 4, "day": 18}, "apr 18 2018"),
        ("previous_date", {"days": 0, "part": "evening"}, "today evening"),
        ("party_size", {"min": 10, "max": 12}, "10-12"),
        ("party_size", {"delta": -1}, "-1"),
        ("seating", "high_chair", "high chair"),
    ],
)
def test_values_are_written_briefly(entity: str, value: Any, written: str) -> None:
    assert brief(entity, value) == written
