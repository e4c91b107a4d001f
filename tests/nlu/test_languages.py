"""Other languages are told by their own words, and English is never taken for one of them."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
import yaml

from nlu.languages import is_full_name, recognise
from tests.support.steps import steps

ROOT = Path(__file__).resolve().parents[2]
SAID: dict[str, list[str]] = yaml.safe_load((ROOT / "tests" / "eval" / "languages.yml").read_text(encoding="utf-8"))
FOREIGN = [(language, text) for language, texts in SAID.items() if language != "en" for text in texts]
FLOOR = 0.97
"""Share of the foreign sentences that are told by their language; of the English ones none may be missed."""

_FOREIGN_TOO = ("out_of_scope", "other_language")
_MARKED = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


def english_utterances() -> list[str]:
    """Whatever else is written down here that diners say."""
    found: list[str] = []
    for path in [*(ROOT / "data" / "nlu").glob("*.yml"), *(ROOT / "tests" / "eval" / "said").glob("*.yml")]:
        intent = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            item = line.strip().removeprefix("- ")
            if item.startswith("intent:"):
                intent = item.removeprefix("intent:").strip()
            elif line.strip().startswith("- ") and intent not in _FOREIGN_TOO:
                found.append(_MARKED.sub(r"\1", item))
    return found


def test_the_list_is_long_enough_to_say_something() -> None:
    assert sum(map(len, SAID.values())) >= 200
    assert len(SAID["en"]) >= 100


def test_a_sentence_in_another_language_is_told_by_it() -> None:
    missed = [(language, text, recognise(text)) for language, text in FOREIGN if recognise(text) != language]
    assert len(missed) <= (1 - FLOOR) * len(FOREIGN), missed


@pytest.mark.parametrize("text", SAID["en"])
def test_foreign_names_dishes_and_slips_are_no_other_language(text: str) -> None:
    assert recognise(text) is None


@pytest.mark.parametrize(
    ("text", "is_one"), [("Анна Петрова", True), ("Анна", False), ("Я хочу отменить", False), ("李小龍", False)]
)
def test_other_alphabets_have_full_names_too(text: str, is_one: bool) -> None:
    assert is_full_name(text) is is_one


def test_nothing_that_english_speakers_say_is_another_language() -> None:
    said = english_utterances()
    assert len(said) > 3000
    assert [(text, recognise(text)) for text in said if recognise(text)] == []


def test_it_takes_few_steps() -> None:
    texts = [text for texts in SAID.values() for text in texts]
    assert sum(steps(partial(recognise, text)) for text in texts) / len(texts) < 1000
