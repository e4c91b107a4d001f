"""A wish that is told amid a story: a clause and the whole have to agree on it."""

from __future__ import annotations

import pytest

from nlu.amid_story import heard_amid
from nlu.clauses import Acts
from nlu.reading.reader import read_message

STORY = "our flight lands late, the kids are tired, so make it 8"


def heard(text: str, whole: Acts, clause: Acts) -> Acts:
    """Return what is heard of a text whose clauses tell something, but for the one with "make" or "scrap" in it."""

    def judge(start: int, end: int) -> Acts:
        return (
            clause if any(word in text[start:end] for word in ("make", "scrap")) else {"mention": 0.8, "change": 0.05}
        )

    return heard_amid(whole, read_message(text), judge)


def test_the_wish_is_as_sure_as_in_the_clause_that_wishes() -> None:
    acts = heard(STORY, {"change": 0.45, "mention": 0.4, "aside": 0.1}, {"change": 0.85})
    assert acts == {
        "change": 0.85,
        "mention": pytest.approx(0.109, abs=0.001),
        "aside": pytest.approx(0.027, abs=0.001),
    }


def test_a_cancellation_needs_to_say_no_more() -> None:
    acts = heard("my oven has exploded, so scrap dinner", {"cancel": 0.5, "mention": 0.3}, {"cancel": 0.7})
    assert acts["cancel"] == 0.7


@pytest.mark.parametrize(
    ("text", "whole", "clause"),
    [
        (STORY, {"mention": 0.6, "change": 0.3}, {"change": 0.85}),  # the whole does not lean to it
        (STORY, {"change": 0.42, "mention": 0.4}, {"change": 0.85}),  # the whole hardly leans to it
        (STORY, {"change": 0.45, "mention": 0.4}, {"change": 0.6}),  # no clause is sure
        (STORY, {"change": 0.45, "mention": 0.4}, {"cancel": 0.9}),  # they do not agree
        (STORY, {"change": 0.8}, {"change": 0.9}),  # it is clear already
        ("our flight lands late, so make it work", {"change": 0.45, "mention": 0.4}, {"change": 0.85}),  # what for?
        ("make it 8", {"change": 0.45, "mention": 0.4}, {"change": 0.85}),  # no story
    ],
)
def test_all_else_stays_as_it_is(text: str, whole: Acts, clause: Acts) -> None:
    assert heard(text, whole, clause) == whole
