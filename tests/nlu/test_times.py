"""Times of day in their surroundings; how people say them is in nlu/grammar/en/times.yml."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nlu.reading_cases import clock, values, words_of


@pytest.mark.parametrize(
    ("text", "expecting", "value"),
    [
        ("15", "time", clock(15)),
        ("7", "time", clock(7)),
        ("seven thirty", "time", clock(7, 30)),
        ("1930", "time", clock(19, 30)),
        ("eight please", "time", clock(8)),
        ("8pm", "choice", clock(8, 0, "pm")),
        ("9", "choice", clock(9)),
    ],
)
def test_a_bare_number_is_a_time_when_asked(text: str, expecting: str, value: dict[str, Any]) -> None:
    assert values(text, "time", expecting) == [value]


@pytest.mark.parametrize(
    ("text", "expecting", "expected"),
    [
        ("push it to 7 and one more kid", None, [clock(7)]),
        ("now", None, [{"in_minutes": 0}]),
        ("sevenish", "time", [clock(7, approximate=True)]),
        ("around 7", "time", [clock(7, approximate=True)]),
        ("what about 8:30", "time", [clock(8, 30)]),
        ("no 9", "time", [clock(9)]),
        ("6 or 7", "time", [clock(6), clock(7)]),
        ("4ppl tonight 730", None, [clock(7, 30)]),
        ("at ten to seven on friday", None, [clock(6, 50)]),
        ("a table tonight, and late", None, [{"part": "late"}]),
        ("around 15", "party_size", []),
    ],
)
def test_times_in_context_and_in_passing(text: str, expecting: str | None, expected: list[dict[str, Any]]) -> None:
    assert values(text, "time", expecting) == expected


def test_a_move_from_one_clock_time_to_another_is_no_window() -> None:
    assert values("shift my table from 18:00 to 19:15", "time") == [clock(19, 15)]
    assert values("shift my table from 18:00 to 19:15", "previous_time") == [clock(18)]


def test_a_move_tells_the_new_time_from_the_old() -> None:
    assert values("move my booking from 7 to 7:30", "previous_time") == [clock(7)]
    assert values("pls change 7 to 7:45", "previous_time") == [clock(7)]
    assert values("change my reservation from 7pm to 8pm", "time") == [clock(8, 0, "pm")]
    assert values("change my reservation from 7pm to 8pm", "previous_time") == [clock(7, 0, "pm")]
    assert values("8am, not 8pm", "time") == [clock(8, 0, "am")]


@pytest.mark.parametrize(
    "text", ["can u switch us to 6 instead?", "change us to 6", "could you put us at 6", "get us to 6"]
)
def test_who_is_put_elsewhere_is_put_at_an_hour(text: str) -> None:
    assert values(text, "time") == [clock(6)]
    assert values(text, "party_size") == []


@pytest.mark.parametrize("text", ["that brings us to 6", "which makes us 6", "put us down for 6", "it's us 6"])
def test_who_is_counted_is_put_at_none(text: str) -> None:
    assert values(text, "party_size") == [{"count": 6}]


def test_a_part_of_the_day_beside_a_time_is_only_a_hint() -> None:
    assert values("lunch at 1", "time") == [clock(1)]
    assert values("lunch at 1", "part_of_day") == [{"part": "lunch"}]
    assert values("tomorrow night", "time") == [{"part": "evening"}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("around 7:30PM.", "7:30PM"),
        ("tomorrow evening at 6:45", "6:45"),
        ("be there at 8 p.m. sharp", "8 p.m."),
    ],
)
def test_the_span_is_the_diners_words(text: str, said: str) -> None:
    assert words_of(text, "time") == [said]
