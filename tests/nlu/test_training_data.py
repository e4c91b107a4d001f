"""What the intent classifier learns from is whole and not at odds with itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest
import yaml

from nlu.acts import examples

ROOT = Path(__file__).parents[2]
INTENTS = {
    "book", "find", "inform", "change", "cancel", "list_bookings", "affirm", "deny", "choose", "ask", "undo", "greet",
    "thank", "goodbye", "help", "human", "stop_booking", "repeat", "insult", "text_me", "chitchat", "out_of_scope",
}  # fmt: skip
FEWEST = 40


Given = tuple[str, str, tuple[str, ...]]
"""An intent, a text, and after which questions it is said, if the file tells."""


@pytest.fixture(scope="module")
def given() -> list[Given]:
    found: list[Given] = []
    for path in sorted((ROOT / "data/nlu").glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = block["examples"].splitlines()
            assert all(line.startswith("- ") for line in lines), block["intent"]
            asked = tuple((block.get("metadata") or {}).get("asked", ()))
            found += [(block["intent"], line.removeprefix("- ").strip(), asked) for line in lines]
    return found


def test_every_intent_of_the_domain_has_enough_examples(given: list[Given]) -> None:
    counted = Counter(intent for intent, _, _ in given)
    assert set(counted) == INTENTS
    assert {intent: count for intent, count in counted.items() if count < FEWEST} == {}


def test_no_sentence_teaches_two_intents_after_one_question(given: list[Given]) -> None:
    taught: dict[tuple[str, str], set[str]] = defaultdict(set)
    for example in examples(given):
        if example.intent:
            taught[" ".join(example.text.lower().split()), example.asked].add(example.intent)
    assert {key: intents for key, intents in taught.items() if len(intents) > 1} == {}


def test_no_sentence_stands_twice(given: list[Given]) -> None:
    assert [each for each, count in Counter(given).items() if count > 1] == []


def test_what_says_what_was_asked_goes_before_what_does_not() -> None:
    taught = list(examples([("thank", "ok thanks", ()), ("affirm", "ok thanks", ("confirmation",))]))
    by_question = {
        example.asked: example.intent for example in taught if example.text == "ok thanks" and example.intent
    }
    assert by_question == {"nothing": "thank", "confirmation": "affirm", "name": "thank", "time": "thank"}
