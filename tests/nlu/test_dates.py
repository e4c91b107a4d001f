"""Days as people name them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nlu.reading_cases import day, values, words_of

DAYS: list[tuple[str, dict[str, Any]]] = [
    ("today", {"days": 0}),
    ("tonight", {"days": 0, "part": "evening"}),
    ("2nite", {"days": 0, "part": "evening"}),
    ("this evening", {"days": 0, "part": "evening"}),
    ("this afternoon", {"days": 0, "part": "afternoon"}),
    ("later today", {"days": 0}),
    ("tomorrow", {"days": 1}),
    ("tmrw", {"days": 1}),
    ("2moro", {"days": 1}),
    ("tommorow", {"days": 1}),
    ("the day after tomorrow", {"days": 2}),
    ("in 3 days", {"days": 3}),
    ("in three days' time", {"days": 3}),
    ("eleven days from now", {"days": 11}),
    ("9 days from today", {"days": 9}),
    ("in a week", {"weeks": 1}),
    ("in two weeks", {"weeks": 2}),
    ("in a fortnight", {"weeks": 2}),
    ("a week today", {"weeks": 1}),
    ("a week tomorrow", {"days": 8}),
    ("a fortnight today", {"weeks": 2}),
    ("two weeks from friday", {"days": 14, "from": {"weekday": 4, "which": "coming"}}),
    ("week on friday", {"weekday": 4, "which": "week_after"}),
    ("in a month", {"months": 1}),
    ("friday", {"weekday": 4, "which": "coming"}),
    ("on Fri", {"weekday": 4, "which": "coming"}),
    ("weds", {"weekday": 2, "which": "coming"}),
    ("this sunday", {"weekday": 6, "which": "this"}),
    ("sunday this week", {"weekday": 6, "which": "this"}),
    ("next thurs", {"weekday": 3, "which": "next"}),
    ("thursday next week", {"weekday": 3, "which": "next"}),
    ("next week on monday", {"weekday": 0, "which": "next"}),
    ("the coming tuesday", {"weekday": 1, "which": "coming"}),
    ("friday week", {"weekday": 4, "which": "week_after"}),
    ("a week on saturday", {"days": 7, "from": {"weekday": 5, "which": "coming"}}),
    ("a week from friday", {"days": 7, "from": {"weekday": 4, "which": "coming"}}),
    ("friday after next", {"weekday": 4, "which": "week_after_next"}),
    ("this weekend", {"weekend": "this"}),
    ("at the weekend", {"weekend": "this"}),
    ("next weekend", {"weekend": "next"}),
    ("the 5th", day(5)),
    ("on the 21st", day(21)),
    ("the twenty-first", day(21)),
    ("on the 5", day(5)),
    ("the 10th of this month", day(10, months=0)),
    ("the 3rd of next month", day(3, months=1)),
    ("Friday the 13th", day(13, weekday=4)),
    ("fri 13th", day(13, weekday=4)),
    ("14 March", day(14, 3)),
    ("14th of March", day(14, 3)),
    ("the fourteenth of march", day(14, 3)),
    ("March 14", day(14, 3)),
    ("march 14th", day(14, 3)),
    ("Sept. 3", day(3, 9)),
    ("may 2", day(2, 5)),
    ("September third", day(3, 9)),
    ("Monday, Dec 14th", day(14, 12, weekday=0)),
    ("Tues, 4 Aug, 2026", day(4, 8, 2026, weekday=1)),
    ("Thursday, on the 3rd of September", day(3, 9, weekday=3)),
    ("August 9, Sunday", day(9, 8, weekday=6)),
    ("Sunday, August second of 2026", day(2, 8, 2026, weekday=6)),
    ("December 24th, 2026", day(24, 12, 2026)),
    ("2026/12/24", day(24, 12, 2026)),
    ("2026-12-24", day(24, 12, 2026)),
    ("12/24/2026", day(24, 12, 2026)),
    ("24/12/26", day(24, 12, 2026)),
    ("24.12.2026", day(24, 12, 2026)),
    ("13/5", day(13, 5)),
    ("5/11", {"first": 5, "second": 11, "year": None}),
    ("05/11/2026", {"first": 5, "second": 11, "year": 2026}),
    ("first monday of september", {"nth": 1, "weekday": 0, "month": 9}),
    ("Christmas Eve", {"holiday": "christmas_eve"}),
    ("nye", {"holiday": "new_years_eve"}),
    ("valentine's day", {"holiday": "valentines_day"}),
    ("thanksgiving", {"holiday": "thanksgiving"}),
    ("the same day", {"same": 0}),
    ("the next day", {"same": 1}),
    ("the day before", {"same": -1}),
    ("two days later", {"same": 2}),
    ("a week later", {"same": 7}),
]


@pytest.mark.parametrize(("text", "value"), DAYS)
def test_a_day_is_read(text: str, value: dict[str, Any]) -> None:
    assert values(text, "date") == [value]


@pytest.mark.parametrize(("text", "value"), DAYS)
def test_a_day_is_read_in_the_middle_of_a_request(text: str, value: dict[str, Any]) -> None:
    request = f"Hi, could we have a table for four {text}, around 7pm please?"
    assert values(request, "date") == [value]
    assert values(request, "party_size") == [{"count": 4}]
    assert [time["hour"] for time in values(request, "time")] == [7]


@pytest.mark.parametrize(
    "text",
    [
        "we'd like to sit outside",
        "we sat outside",
        "not in the sun please",
        "may I book",
        "the 2nd option",
        "the first one",
        "on the 3rd floor",
        "half past seven",
        "next week",
        "yesterday",
        "I march on",
        "45/99",
        "30th street",
    ],
)
def test_other_words_are_no_day(text: str) -> None:
    assert values(text, "date") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("book for Tue, 4 Aug 2026 at 7", "Tue, 4 Aug 2026"),
        ("the  5th please", "the  5th"),
        ("see you 2nite!", "2nite"),
        ("on the 14th of March.", "the 14th of March"),
    ],
)
def test_the_span_is_the_diners_words(text: str, said: str) -> None:
    assert words_of(text, "date") == [said]


def test_a_move_tells_the_new_day_from_the_old() -> None:
    text = "move my friday table to saturday"
    assert values(text, "date") == [{"weekday": 5, "which": "coming"}]
    assert values(text, "previous_date") == [{"weekday": 4, "which": "coming"}]


@pytest.mark.parametrize(
    "text",
    [
        "cancel friday and book saturday instead",
        "can't make it friday, can we do saturday",
        "busy on friday, is saturday free",
    ],
)
def test_a_day_that_is_off_makes_way_for_the_other(text: str) -> None:
    assert values(text, "date") == [{"weekday": 5, "which": "coming"}]
    assert values(text, "previous_date") == [{"weekday": 4, "which": "coming"}]


@pytest.mark.parametrize("text", ["table 2morrow 7pm", "2morow please", "for 2 2MORROW"])
def test_tomorrow_is_no_confirmation_code(text: str) -> None:
    assert values(text, "date") == [{"days": 1}]
    assert values(text, "code") == []


@pytest.mark.parametrize("text", ["move friday to 8pm", "change friday's booking to 4 people"])
def test_a_day_that_something_else_is_moved_on_tells_which_booking(text: str) -> None:
    assert values(text, "date") == []
    assert values(text, "previous_date") == [{"weekday": 4, "which": "coming"}]


@pytest.mark.parametrize("text", ["move it to friday at 8pm", "change it to friday for 4 people", "move to friday 8pm"])
def test_a_day_to_move_to_is_no_old_one(text: str) -> None:
    assert values(text, "date") == [{"weekday": 4, "which": "coming"}]


def test_a_day_alone_stays_a_day_though_it_is_off() -> None:
    assert values("we can't make it friday", "date") == [{"weekday": 4, "which": "coming"}]
    assert values("not coming friday", "date") == [{"weekday": 4, "which": "coming"}]


@pytest.mark.parametrize("text", ["tuseday", "thirsday", "wednesay", "saturdy", "sunaday"])
def test_a_slip_of_the_finger_leaves_a_weekday(text: str) -> None:
    assert len(values(f"a table on {text}", "date")) == 1


@pytest.mark.parametrize("text", ["a sundae please", "my name is Frida", "the Mondal booking", "over there"])
def test_other_words_are_no_slips(text: str) -> None:
    assert values(text, "date") == values(text, "party_size") == []


def test_two_days_that_are_both_welcome_stay_days() -> None:
    assert len(values("friday or saturday", "date")) == 2


@pytest.mark.parametrize(
    ("text", "expecting", "entity", "value"),
    [
        ("15", "date", "date", day(15)),
        ("5-11", "date", "date", {"first": 5, "second": 11, "year": None}),
        ("5.11.", "date", "date", {"first": 5, "second": 11, "year": None}),
        ("two weeks today", "date", "date", {"weeks": 2}),
        ("4 august 14th", None, "date", day(14, 8)),
        ("whenever", "date", "choice", {"which": "any"}),
        ("any", "date", "choice", {"which": "any"}),
        ("the second", "date", "date", day(2)),
        ("the second", None, "choice", {"index": 2}),
        ("the 2nd", None, "date", day(2)),
        ("the 2nd", "choice", "choice", {"index": 2}),
    ],
)
def test_context_tells_days_from_picks(text: str, expecting: str | None, entity: str, value: object) -> None:
    assert values(text, entity, expecting) == [value]
