"""The times at which a restaurant seats parties: checking a single time agrees with listing all. No database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from booking_engine import Restaurant
from booking_engine.availability.search import grid, service_on_grid
from booking_engine.restaurants.import_format import RestaurantLine

from .helpers import EVERY_DAY

CHANGES = {
    "Europe/London": date(2026, 10, 25),
    "America/New_York": date(2027, 3, 14),
    "Australia/Lord_Howe": date(2027, 4, 4),
    "Asia/Kolkata": date(2026, 12, 4),
}
"""A night with a clock change in each zone, except the last, which is an ordinary night."""


def restaurant_line(zone: str, slot_minutes: int, periods: list[dict[str, Any]]) -> Restaurant:
    """Build a restaurant with these service periods every day."""
    line = RestaurantLine.model_validate(
        {
            "slug": "larder",
            "name": "Larder",
            "address": {"city": "Anywhere"},
            "timezone": zone,
            "service_periods": [{"days": EVERY_DAY} | period for period in periods],
            "tables": [{"name": "1", "max_party": 2}],
            "policy": {"slot_minutes": slot_minutes},
        }
    )
    return Restaurant.from_line(1, line, {"1": 1}, 0)


def period(name: str, opens: str, last_seating: str, closes: str) -> dict[str, Any]:
    """Return the hours of a service period."""
    return {"name": name, "opens": opens, "last_seating": last_seating, "closes": closes}


DAYTIME = period("lunch", "11:30", "15:00", "16:00"), period("dinner", "17:00", "22:30", "23:30")
AROUND_THE_CLOCK = period("night", "20:00", "08:00", "10:00"), period("morning", "06:00", "12:00", "14:00")


@given(
    zone=st.sampled_from(sorted(CHANGES)),
    slot_minutes=st.sampled_from([15, 30, 45]),
    periods=st.sampled_from([DAYTIME, AROUND_THE_CLOCK]),
    minutes=st.integers(-36 * 12, 36 * 12).map(lambda five: 5 * five),
)
def test_one_time_is_on_the_grid_as_it_is_among_all(
    zone: str, slot_minutes: int, periods: tuple[dict[str, Any], ...], minutes: int
) -> None:
    place = restaurant_line(zone, slot_minutes, list(periods))
    noon = datetime.combine(CHANGES[zone], datetime.min.time(), UTC) + timedelta(hours=12)
    moment = noon + timedelta(minutes=minutes)
    at = int(moment.timestamp())
    around = grid(place, at - 12 * 3600, at + 12 * 3600)
    assert service_on_grid(place, moment) == around.get(at)
    assert grid(place, at, at).get(at) == around.get(at)


def test_where_two_services_overlap_a_party_sits_in_that_of_the_day() -> None:
    place = restaurant_line("Asia/Kolkata", 30, list(AROUND_THE_CLOCK))
    overlap = datetime(2026, 12, 4, 7, tzinfo=place.zone).astimezone(UTC)
    on_grid, at_all = service_on_grid(place, overlap), place.schedule.service_at(overlap)
    assert on_grid is not None
    at = int(overlap.timestamp())
    assert on_grid == at_all == grid(place, at, at)[at]
    assert on_grid.period.name == "morning"
