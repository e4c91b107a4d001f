"""What a restaurant's hours make of a wish for a time, past midnight above all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from dialogue.times import meant_starts, service_day
from tests.nlu.reading_cases import values
from tests.support.world import RESTAURANTS, restaurant

_EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
LATE = restaurant(
    3,
    "late",
    "Late",
    service_periods=[
        {"name": "lunch", "days": _EVERY_DAY, "opens": "12:00", "last_seating": "14:00", "closes": "15:00"},
        {"name": "dinner", "days": _EVERY_DAY, "opens": "18:00", "last_seating": "01:30", "closes": "02:00"},
    ],
)
LUNCH = restaurant(
    4,
    "lunch",
    "Lunch",
    service_periods=[
        {"name": "lunch", "days": _EVERY_DAY, "opens": "11:30", "last_seating": "14:30", "closes": "16:00"}
    ],
)
TODAY = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 10, 0, tzinfo=LATE.zone).astimezone(UTC)


def _starts(text: str, place: object = LATE, now: datetime = NOW) -> list[str]:
    [wish] = values(text, "time")
    return [f"{start:%d %H:%M}" for start in meant_starts(place, TODAY, wish, now).starts]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("tonight at 1", ["02 01:00"]),
        ("at 1 tonight", ["02 01:00"]),
        ("at 1 in the night", ["02 01:00"]),
        ("tuesday night at 1", ["02 01:00"]),
        ("on tuesday night, 1am", ["02 01:00"]),
        ("half past 12 tonight", ["02 00:30"]),
        ("tonight at 12", ["02 00:00"]),
        ("tonight at midnight", ["02 00:00"]),
        ("tonight around 1:15", ["02 01:15"]),
        ("tonight at 1pm", ["01 13:00"]),
        ("tonight at 7", ["01 19:00"]),
        ("tonight at 2", ["01 14:00"]),  # the last are seated at 1:30
        ("today at 1", ["01 13:00", "02 01:00"]),
    ],
)
def test_small_hours_are_of_the_evening_before(text: str, starts: list[str]) -> None:
    assert _starts(text) == starts


@pytest.mark.parametrize("text", ["tonight at 1", "at 1 tonight", "at 1:00 tonight"])
def test_where_it_is_closed_by_night_one_is_in_the_afternoon(text: str) -> None:
    assert _starts(text, LUNCH) == ["01 13:00"]


def test_tonight_after_midnight_is_the_night_that_is_not_over() -> None:
    now = datetime(2026, 12, 1, 0, 20, tzinfo=LATE.zone).astimezone(UTC)
    assert _starts("tonight at 1", now=now) == ["01 01:00"]


@pytest.mark.parametrize(
    ("clock", "minutes", "day", "start"),
    [
        ((23, 0), 120, 1, "02 01:00"),
        ((23, 45), 30, 1, "02 00:15"),
        ((22, 0), 60, 1, "01 23:00"),
        ((10, 0), 180, 1, "01 13:00"),
        ((0, 15), 45, 1, "01 01:00"),
    ],
)
def test_a_wait_past_midnight_stays_in_the_same_service(
    clock: tuple[int, int], minutes: int, day: int, start: str
) -> None:
    here = datetime(2026, 12, 1, *clock, tzinfo=LATE.zone)
    meant = here + timedelta(minutes=minutes)
    service = service_day(meant, here)
    assert service.day == day
    [found] = meant_starts(LATE, service, {"at": f"{meant:%H:%M}"}, here.astimezone(UTC)).starts
    assert f"{found:%d %H:%M}" == start


def test_an_hour_is_one_of_those_at_which_guests_are_seated() -> None:
    assert _starts("at 7", RESTAURANTS[0]) == ["01 19:00"]
    assert _starts("at 12", LATE) == ["01 12:00", "02 00:00"]
