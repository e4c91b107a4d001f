"""A yes in several clauses: each of them has to agree."""

from __future__ import annotations

import pytest

from nlu.agreeing import agreed
from nlu.clauses import Acts

WHOLE = {"yes": 0.58, "yes_but": 0.35, "pause": 0.02}
PARTS = {
    "Yes": {"yes": 0.9},
    "that is correct.": {"yes": 0.7, "machine": 0.1},
    "thank you": {"thanks": 0.7, "yes": 0.1},
    "is there parking?": {"ask": 0.9},
    "I'll ask my wife": {"pause": 0.8},
}


def judged(text: str) -> Acts:
    return agreed(WHOLE, text, lambda start, end: PARTS[text[start:end]])


@pytest.mark.parametrize("text", ["Yes, that is correct.", "Yes, thank you", "Yes, that is correct. Yes, thank you"])
def test_clauses_that_all_agree_are_a_sure_yes(text: str) -> None:
    acts = judged(text)

    assert acts["yes"] >= 0.7
    assert sum(acts.values()) == pytest.approx(sum(WHOLE.values()), abs=0.06)


@pytest.mark.parametrize(
    "text", ["Yes, is there parking?", "Yes, I'll ask my wife", "thank you, thank you", "Yes", "👍"]
)
def test_one_clause_that_does_not_agree_leaves_it_as_it_is(text: str) -> None:
    assert judged(text) == WHOLE


def test_a_message_that_is_rather_something_else_stays_that() -> None:
    acts = {"pause": 0.6, "yes": 0.3}

    assert agreed(acts, "Yes, that is correct.", lambda start, end: {"yes": 0.9}) == acts
