"""Answers about opening hours, special days included."""

from __future__ import annotations

from tests.support.phone import Phone

from .conftest import OpenHouse

CHANGED = {
    "closures": [{"date": "2026-12-05"}, {"date": "2026-12-25"}],
    "special_days": [
        {
            "date": "2026-12-04",
            "service_periods": [{"name": "gala", "opens": "20:00", "last_seating": "23:00", "closes": "02:00"}],
        }
    ],
}


def test_the_hours_of_a_special_day_are_told(phone: Phone, open_house: OpenHouse) -> None:
    open_house("quiet-otter", "Quiet Otter Grill", **CHANGED)
    answer = phone.say("when is Quiet Otter Grill open on December 4?")
    assert "Fri, Dec 4 8:00 PM-11:00 PM" in answer
    assert "5:00 PM" not in answer


def test_the_usual_week_comes_with_what_is_otherwise_in_the_next_days(phone: Phone, open_house: OpenHouse) -> None:
    open_house("busy-otter", "Busy Otter Grill", **CHANGED)
    answer = phone.say("what are the opening hours of Busy Otter Grill?")
    assert "Mon-Sun 5:00 PM-9:30 PM; Fri, Dec 4 8:00 PM-11:00 PM; Sat, Dec 5 closed" in answer
    assert "Dec 25" not in answer


def test_a_table_outside_a_special_days_hours_is_refused_with_them(phone: Phone, open_house: OpenHouse) -> None:
    open_house("late-otter", "Late Otter Grill", **CHANGED)
    answer = phone.say("table for 2 at Late Otter Grill on December 4 at 6pm")
    assert "8:00 PM" in answer
    assert phone.bookings() == []
