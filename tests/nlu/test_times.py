"""Times of day as people say them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nlu.reading_cases import clock, values, words_of

TIMES: list[tuple[str, dict[str, Any]]] = [
    ("at 7", clock(7)),
    ("@ 8", clock(8)),
    ("7pm", clock(7, 0, "pm")),
    ("7 p.m.", clock(7, 0, "pm")),
    ("7p", clock(7, 0, "pm")),
    ("11 a.m", clock(11, 0, "am")),
    ("seven pm", clock(7, 0, "pm")),
    ("7:30", clock(7, 30)),
    ("7.30", clock(7, 30)),
    ("07:45PM", clock(7, 45, "pm")),
    ("830pm", clock(8, 30, "pm")),
    ("19:30", clock(19, 30)),
    ("19h30", clock(19, 30)),
    ("at 1930", clock(19, 30)),
    ("for 2130", clock(21, 30)),
    ("22 hrs", clock(22)),
    ("7ish", clock(7, approximate=True)),
    ("7-ish", clock(7, approximate=True)),
    ("2:30ish", clock(2, 30, approximate=True)),
    ("ard 8", clock(8, approximate=True)),
    ("push it to 7 and one more kid", clock(7)),
    ("around 8pm", clock(8, 0, "pm", approximate=True)),
    ("8 o'clock", clock(8)),
    ('6 o"clock in the evening', clock(6, 0, "pm")),
    ("half seven", clock(7, 30)),
    ("half past seven", clock(7, 30)),
    ("quarter to 8", clock(7, 45)),
    ("a quarter before six", clock(5, 45)),
    ("quarter past 12 in the afternoon", clock(12, 15, "pm")),
    ("quarter after 9", clock(9, 15)),
    ("20 past 6", clock(6, 20)),
    ("ten to nine pm", clock(8, 50, "pm")),
    ("six forty-five", clock(6, 45)),
    ("7 30 pm", clock(7, 30, "pm")),
    ("noon", clock(12, 0, "pm")),
    ("midnight", clock(12, 0, "am")),
    ("7 in the evening", clock(7, 0, "pm")),
    ("8 in the morning", clock(8, 0, "am")),
    ("9:30 at night", clock(9, 30, "pm")),
    ("evening 6:45", clock(6, 45, "pm")),
    ("morning 11", clock(11, 0, "am")),
    ("afternoon 12:30", clock(12, 30, "pm")),
    ("at one", clock(1)),
    ("one in the afternoon", clock(1, 0, "pm")),
    ("at one thirty", clock(1, 30)),
    ("12 noon", clock(12, 0, "pm")),
    ("1900hrs", clock(19)),
    ("half-past 6", clock(6, 30)),
    ("evening 4:45", clock(4, 45, "pm")),
    ("12:30.", clock(12, 30)),
    ("7.30 to 8", {"between": [clock(7, 30), clock(8)]}),
    ("8 pm latest", {"before": clock(8, 0, "pm")}),
    ("after 8", {"after": clock(8)}),
    ("not before 7", {"after": clock(7)}),
    ("8 or later", {"after": clock(8)}),
    ("before 9pm", {"before": clock(9, 0, "pm")}),
    ("by 8", {"before": clock(8)}),
    ("no later than 9", {"before": clock(9)}),
    ("between 6 and 8", {"between": [clock(6), clock(8)]}),
    ("from 6 to 8", {"between": [clock(6), clock(8)]}),
    ("6-8pm", {"between": [clock(6, 0, "pm"), clock(8, 0, "pm")]}),
    ("between 11 and 1pm", {"between": [clock(11, 0, "am"), clock(1, 0, "pm")]}),
    ("in an hour", {"in_minutes": 60}),
    ("in half an hour", {"in_minutes": 30}),
    ("in 45 min", {"in_minutes": 45}),
    ("2 hours from now", {"in_minutes": 120}),
    ("right now", {"in_minutes": 0}),
    ("asap", {"in_minutes": 0}),
    ("half an hour later", {"shift_minutes": 30}),
    ("an hour earlier", {"shift_minutes": -60}),
    ("push it back 15 minutes", {"shift_minutes": 15}),
    ("bring it forward by an hour", {"shift_minutes": -60}),
    ("an hour and a half later", {"shift_minutes": 90}),
    ("the same time", {"same": True}),
    ("lunchtime", {"part": "lunch"}),
    ("early evening", {"part": "early_evening"}),
    ("late dinner", {"part": "late"}),
    ("for brunch", {"part": "brunch"}),
]


@pytest.mark.parametrize(("text", "value"), TIMES)
def test_a_time_is_read(text: str, value: dict[str, Any]) -> None:
    assert values(text, "time") == [value]


@pytest.mark.parametrize(
    ("text", "value"), [case for case in TIMES if not {"push", "bring", "right"} & set(case[0].split())]
)
def test_a_time_is_read_beside_a_day_and_a_party(text: str, value: dict[str, Any]) -> None:
    request = f"table for 4 people on friday {text}, thanks"
    assert values(request, "time") == [value]
    assert values(request, "party_size") == [{"count": 4}]
    assert values(request, "date") == [{"weekday": 4, "which": "coming"}]


@pytest.mark.parametrize(
    "text",
    [
        "4 people",
        "a rating of at least 4",
        "greater than 3",
        "in 5 days",
        "we are running late",
        "good evening",
        "good morning!",
        "cancel my lunch reservation for friday",
        "$12.50 is too much",
        "25:99",
        "1:75",
        "a guys night out",
        "thai sounds good right now",
    ],
)
def test_other_words_are_no_time(text: str) -> None:
    assert values(text, "time") == []


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
    ("text", "expected"),
    [
        ("at 6 or 7", [clock(6), clock(7)]),
        ("7 or 8pm", [clock(7), clock(8, 0, "pm")]),
        ("7:30 or 8", [clock(7, 30), clock(8)]),
    ],
)
def test_alternatives_are_two_times(text: str, expected: list[dict[str, Any]]) -> None:
    assert values(text, "time") == expected


@pytest.mark.parametrize(
    ("text", "expecting", "expected"),
    [
        ("6-8", "time", [{"between": [clock(6), clock(8)]}]),
        ("6 to 8pm", "time", [{"between": [clock(6, 0, "pm"), clock(8, 0, "pm")]}]),
        ("7 till 9 tomorrow", None, [{"between": [clock(7), clock(9)]}]),
        ("six-thirty", "time", [clock(6, 30)]),
        ("sevenish", "time", [clock(7, approximate=True)]),
        ("around 7", "time", [clock(7, approximate=True)]),
        ("what about 8:30", "time", [clock(8, 30)]),
        ("no 9", "time", [clock(9)]),
        ("6 or 7", "time", [clock(6), clock(7)]),
        ("4ppl tonight 730", None, [clock(7, 30)]),
        ("at ten to seven on friday", None, [clock(6, 50)]),
        ("delay our booking by 20 mins", None, [{"shift_minutes": 20}]),
        ("a table tonight, and late", None, [{"part": "late"}]),
        ("around 15", "party_size", []),
        ("how late are you open", None, []),
        ("when is my dinner", None, []),
    ],
)
def test_times_in_context_and_in_passing(text: str, expecting: str | None, expected: list[dict[str, Any]]) -> None:
    assert values(text, "time", expecting) == expected


def test_a_move_from_one_clock_time_to_another_is_no_window() -> None:
    assert values("shift my table from 18:00 to 19:15", "time") == [clock(19, 15)]
    assert values("shift my table from 18:00 to 19:15", "previous_time") == [clock(18)]


def test_a_move_tells_the_new_time_from_the_old() -> None:
    assert values("change my reservation from 7pm to 8pm", "time") == [clock(8, 0, "pm")]
    assert values("change my reservation from 7pm to 8pm", "previous_time") == [clock(7, 0, "pm")]
    assert values("8am, not 8pm", "time") == [clock(8, 0, "am")]


def test_a_part_of_the_day_beside_a_time_is_only_a_hint() -> None:
    assert values("lunch at 1", "time") == [clock(1)]
    assert values("lunch at 1", "part_of_day") == [{"part": "lunch"}]
    assert values("tomorrow night", "time") == [{"part": "evening"}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("around 7:30PM.", "7:30PM"),
        ("tomorrow evening at 6:45", "evening at 6:45"),
        ("be there at 8 p.m. sharp", "8 p.m."),
    ],
)
def test_the_span_is_the_diners_words(text: str, said: str) -> None:
    assert words_of(text, "time") == [said]
