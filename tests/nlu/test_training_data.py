"""What the intent classifier learns from is whole and not at odds with itself."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from nlu.intents import sure_intent
from nlu.reading.reader import read_message

ROOT = Path(__file__).parents[2]
INTENTS = {
    "book", "find", "inform", "change", "cancel", "list_bookings", "affirm", "deny", "choose", "ask", "undo", "greet",
    "thank", "goodbye", "help", "human", "stop_booking", "repeat", "insult", "text_me", "chitchat", "out_of_scope",
}  # fmt: skip
FEWEST = 40


@pytest.fixture(scope="module")
def examples() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "data/nlu").glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = block["examples"].splitlines()
            assert all(line.startswith("- ") for line in lines), block["intent"]
            found[block["intent"]] += [line.removeprefix("- ").strip() for line in lines]
    return found


def test_every_intent_of_the_domain_has_enough_examples(examples: dict[str, list[str]]) -> None:
    assert set(examples) == INTENTS
    assert {intent: len(said) for intent, said in examples.items() if len(said) < FEWEST} == {}


def test_no_sentence_teaches_two_intents(examples: dict[str, list[str]]) -> None:
    taught: dict[str, set[str]] = defaultdict(set)
    for intent, said in examples.items():
        for text in said:
            taught[" ".join(text.lower().split())].add(intent)
    assert {text: intents for text, intents in taught.items() if len(intents) > 1} == {}


def test_no_sentence_stands_twice(examples: dict[str, list[str]]) -> None:
    for intent, said in examples.items():
        assert sorted({text for text in said if said.count(text) > 1}) == [], intent


def test_rules_agree_with_what_is_taught(examples: dict[str, list[str]]) -> None:
    """Where a rule is sure, the examples say the same: yes with thanks ends a talk, a detail answers, a find may be bare."""
    at_odds = []
    for intent, said in examples.items():
        for text in said:
            sure = sure_intent(read_message(text).view.words, None)
            if sure not in (None, intent):
                at_odds.append((text, intent, sure))
    total = sum(len(said) for said in examples.values())
    assert len(at_odds) < total * 0.03, at_odds
