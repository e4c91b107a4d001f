"""What a message only tells does not count where it wishes something else of the same kind."""

from __future__ import annotations

import pytest

from nlu.clauses import Acts
from nlu.reading.places import Place, PlaceIndex
from nlu.reading.reader import read_message
from nlu.reading.restaurants import KNOWN
from nlu.telling import without_what_is_told

WISHING = ("could", "table for", "make it", "would suit")


def counting(text: str, acts: Acts) -> str | None:
    """What counts of a text, where a clause wishes if it has a word of WISHING."""

    def judge(start: int, end: int) -> Acts:
        wishes = any(word in text[start:end].lower() for word in WISHING)
        return {"change": 0.8} if wishes else {"mention": 0.7, "change": 0.2}

    kept = without_what_is_told(read_message(text, expecting=None), acts, judge)
    return None if kept is None else " ".join(kept.replace(",", " ").split())


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("our sitter comes at half seven so could dinner be at 8?", "so could dinner be at 8?"),
        ("could we come at 8, the train gets in at 7:15", "could we come at 8"),
        ("the kids have school until 3 so make it 6", "so make it 6"),
        ("we were six last time, table for 4 on friday", "table for 4 on friday"),
        ("at the salon that day, so 7:30 would suit us", "so 7:30 would suit us"),  # a place that is none of ours
    ],
)
def test_where_two_clauses_tell_the_same_the_one_that_wishes_counts(text: str, kept: str) -> None:
    assert counting(text, {"change": 0.8}) == kept


def test_for_a_new_table_what_is_told_besides_still_counts() -> None:
    text = "we land on friday at 5, table for 2 at 8"
    assert counting(text, {"book": 0.8}) == "we land on friday at table for 2 at 8"
    assert counting(text, {"change": 0.8}) == "table for 2 at 8"


def test_a_clause_that_names_one_of_our_houses_wishes_for_a_table_there(monkeypatch: pytest.MonkeyPatch) -> None:
    house = Place("cedar-staircase", "Cedar Staircase", "New York", "1 Main Street", ())
    text = "at cedar staircase at 7 say, so 7:30 would suit us"
    assert counting(text, {"change": 0.8}) is not None
    monkeypatch.setattr(KNOWN, "index", PlaceIndex.build([house]))
    read_message.cache_clear()
    assert counting(text, {"change": 0.8}) is None
    read_message.cache_clear()


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("make it 8, make it friday", {"change": 0.8}),  # nothing is told twice
        ("make it 8, or make it 9", {"change": 0.8}),  # both wish
        ("the show is at 9, the train at 5", {"change": 0.8}),  # none does
        ("our sitter comes at half seven so could dinner be at 8?", {"mention": 0.8}),  # the whole wishes for nothing
        ("could dinner be at 8?", {"change": 0.8}),
    ],
)
def test_all_counts_where_no_clause_stands_out(text: str, acts: Acts) -> None:
    assert counting(text, acts) is None
