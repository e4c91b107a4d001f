"""Days as people name them."""

from __future__ import annotations

import pytest

from nlu.grammar import load
from tests.nlu.reading_cases import day, values, words_of

DAYS = sorted(
    {
        str(text)
        for table, rows in load("days").items()
        if table not in ("pieces", "asked")
        for row in rows
        if "date" in row or "ordinal" in row
        for text in row["says"]
    }
)


@pytest.mark.parametrize("text", DAYS)
def test_a_day_is_read_beside_a_party_and_a_time(text: str) -> None:
    request = f"Hi, could we have a table for four {text}, around 7pm please?"
    assert values(request, "date") == values(text, "date")
    assert values(request, "party_size") == [{"count": 4}]
    assert [time["hour"] for time in values(request, "time") if "hour" in time] == [7]


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


@pytest.mark.parametrize(
    "text", ["any day next week except friday", "next week, apart from on friday", "next week but not friday"]
)
def test_a_day_that_is_ruled_out_is_not_told(text: str) -> None:
    assert values(text, "date") == []
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


@pytest.mark.parametrize("text", ["wednesday 9 december, 19h", "wednesday 9 december, 19 hours", "9 december, 7 pm"])
def test_an_hour_after_a_day_is_no_year(text: str) -> None:
    assert values(text, "date") == [{"weekday": 2, **day(9, 12)} if "wed" in text else day(9, 12)]
    assert len(values(text, "time")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "The Thursday Room is too loud, so friday please",
        "drinks at Blue Monday after, so friday at 7",
        "I cook at Saturday Kitchen, my night off is friday",
    ],
)
def test_a_weekday_in_a_proper_name_is_no_day_beside_another(text: str) -> None:
    assert values(text, "date") == [{"weekday": 4, "which": "coming"}]


@pytest.mark.parametrize(
    "text", ["Friday or Saturday", "Dinner on Saturday At 7 or Sunday At 8", "Fri or Sat, Ana Lima"]
)
def test_a_weekday_beside_other_capitals_stays_one(text: str) -> None:
    assert len(values(text, "date")) == 2
