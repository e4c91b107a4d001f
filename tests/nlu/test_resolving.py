"""Days and times from what was read, on given days and clocks."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.resolving import TimeWish, resolve_dates, resolve_period, resolve_times
from tests.nlu.reading_cases import clock, day, values

FRIDAY = date(2019, 3, 1)
NOW = datetime(2019, 3, 1, 18, 7)


def test_days_resolve_from_a_friday() -> None:
    expected = {
        "today": ["2019-03-01"],
        "tomorrow": ["2019-03-02"],
        "the day after tomorrow": ["2019-03-03"],
        "in two weeks": ["2019-03-15"],
        "a week tomorrow": ["2019-03-09"],
        "in a month": ["2019-04-01"],
        "sunday": ["2019-03-03"],
        "this sunday": ["2019-03-03"],
        "this monday": ["2019-03-04"],
        "next monday": ["2019-03-04"],
        "next friday": ["2019-03-08"],
        "next sunday": ["2019-03-10"],
        "thursday next week": ["2019-03-07"],
        "friday": ["2019-03-01", "2019-03-08"],
        "this friday": ["2019-03-01"],
        "monday week": ["2019-03-11"],
        "friday after next": ["2019-03-15"],
        "two weeks from monday": ["2019-03-18"],
        "the 1st": ["2019-03-01"],
        "the 5th": ["2019-03-05"],
        "the 31st": ["2019-03-31"],
        "the 10th of this month": ["2019-03-10"],
        "the 3rd of next month": ["2019-04-03"],
        "February 28": ["2020-02-28"],
        "29 February": ["2020-02-29"],
        "30 February": [],
        "31 april": [],
        "March 4th, 2018": [],
        "12/24/2026": ["2026-12-24"],
        "wednesday the 13th": ["2019-03-13"],
        "saturday the 13th": ["2019-04-13"],
        "5/11": ["2019-05-11"],
        "13/5": ["2019-05-13"],
        "first monday of september": ["2019-09-02"],
        "last friday of february": [],
        "christmas eve": ["2019-12-24"],
        "easter sunday": ["2019-04-21"],
        "good friday": ["2019-04-19"],
        "thanksgiving": ["2019-11-28"],
        "memorial day": ["2019-05-27"],
        "new year's day": ["2020-01-01"],
        "mother's day": ["2019-05-12"],
        "this weekend": ["2019-03-02", "2019-03-03"],
        "next weekend": ["2019-03-09", "2019-03-10"],
    }
    found = {
        text: [str(d) for value in values(text, "date") for d in resolve_dates(value, today=FRIDAY)]
        for text in expected
    }
    expected["last friday of february"] = ["2020-02-28"]
    assert found == expected


@pytest.mark.parametrize(
    ("value", "today", "days"),
    [
        ({"weekend": "this"}, date(2019, 3, 3), [date(2019, 3, 3)]),
        ({"weekend": "this"}, date(2019, 3, 2), [date(2019, 3, 2), date(2019, 3, 3)]),
        ({"weekend": "next"}, date(2019, 3, 3), [date(2019, 3, 9), date(2019, 3, 10)]),
        (day(31), date(2019, 4, 1), [date(2019, 5, 31)]),
        (day(1), date(2019, 12, 2), [date(2020, 1, 1)]),
        (day(1, 1), date(2019, 12, 31), [date(2020, 1, 1)]),
        ({"months": 1}, date(2019, 1, 31), [date(2019, 2, 28)]),
        ({"weekday": 0, "which": "next"}, date(2019, 3, 3), [date(2019, 3, 4)]),
        ({"weekday": 2, "which": "next"}, date(2019, 3, 4), [date(2019, 3, 13)]),
        (day(5, months=0), date(2019, 3, 6), []),
        (day(2, 2, years=1), date(2019, 3, 6), [date(2020, 2, 2)]),
        ({"months": 999999}, date(2019, 3, 6), []),
        ({"days": 10**9}, date(2019, 3, 6), []),
    ],
)
def test_days_at_the_edges(value: dict[str, Any], today: date, days: list[date]) -> None:
    assert resolve_dates(value, today=today) == days


def test_numeric_days_follow_the_country() -> None:
    value = {"first": 5, "second": 11, "year": None}
    assert resolve_dates(value, today=FRIDAY) == [date(2019, 5, 11)]
    assert resolve_dates(value, today=FRIDAY, day_first=True) == [date(2019, 11, 5)]
    assert resolve_dates(value, today=FRIDAY, day_first=None) == [date(2019, 5, 11)]
    assert resolve_dates(value, today=date(2019, 9, 1), day_first=None) == [date(2019, 11, 5)]
    assert resolve_dates({"holiday": "mothers_day"}, today=FRIDAY, day_first=True) == [date(2019, 3, 31)]


def test_a_numeric_day_of_no_country_is_either_that_comes_soon() -> None:
    value = {"first": 5, "second": 4, "year": None}
    assert resolve_dates(value, today=FRIDAY, day_first=None) == [date(2019, 4, 5), date(2019, 5, 4)]


def test_days_that_refer_to_the_booking() -> None:
    booked = date(2019, 3, 8)
    assert resolve_dates({"same": 0}, today=FRIDAY, anchor=booked) == [booked]
    assert resolve_dates({"same": 1}, today=FRIDAY, anchor=booked) == [date(2019, 3, 9)]
    assert resolve_dates({"same": -8}, today=FRIDAY, anchor=booked) == []


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("at 7", TimeWish([time(7), time(19)])),
        ("at 12", TimeWish([time(0), time(12)])),
        ("7pm", TimeWish([time(19)])),
        ("12am", TimeWish([time(0)])),
        ("12pm", TimeWish([time(12)])),
        ("noon", TimeWish([time(12)])),
        ("midnight", TimeWish([time(0)])),
        ("7ish", TimeWish([time(7), time(19)], approximate=True)),
        ("19:30", TimeWish([time(19, 30)])),
        ("after 8pm", TimeWish([time(20)], earliest=time(20))),
        ("before 9pm", TimeWish([time(21)], latest=time(21))),
        ("between 6 and 8", TimeWish([time(7), time(19)], time(18), time(20))),
        ("between 11 and 1", TimeWish([time(0), time(12)], time(11), time(13))),
        ("6-8pm", TimeWish([time(19)], time(18), time(20))),
        ("in an hour", TimeWish([time(19, 7)], approximate=True)),
        ("half an hour later", TimeWish([time(20)])),
        ("an hour earlier", TimeWish([time(18, 30)])),
        ("same time", TimeWish([time(19, 30)])),
        ("lunchtime", TimeWish([], time(11, 30), time(14, 30), approximate=True)),
    ],
)
def test_times_resolve(text: str, wish: TimeWish) -> None:
    assert [resolve_times(value, now=NOW, anchor=time(19, 30)) for value in values(text, "time")] == [wish]


def test_times_without_what_they_refer_to_mean_nothing() -> None:
    assert resolve_times({"same": True}, now=NOW) == TimeWish()
    assert resolve_times({"shift_minutes": 30}, now=NOW) == TimeWish()


def test_a_window_may_run_past_midnight() -> None:
    wish = resolve_times({"between": [clock(11, 0, "pm"), clock(1, 0, "am")]}, now=NOW)
    assert (wish.earliest, wish.latest, wish.after_midnight) == (time(23), time(1), True)
    assert wish.candidates == [time(0)]


@given(
    st.builds(day, st.integers(1, 31), st.none() | st.integers(1, 12), st.none() | st.integers(1, 9999)),
    st.dates(),
)
def test_no_day_of_the_calendar_is_ever_past(value: dict[str, Any], today: date) -> None:
    days = resolve_dates(value, today=today)
    assert all(found >= today and found.day == value["day"] for found in days)
    assert len(days) <= 1


def test_any_day_but_one_of_a_week_is_in_that_week() -> None:
    [value] = values("any day but friday next week", "vague_date")
    assert resolve_period(value, today=FRIDAY) == (date(2019, 3, 4), date(2019, 3, 10))
    [value] = values("any day but friday", "vague_date")
    assert resolve_period(value, today=FRIDAY) is None
