"""Clock changes (on real dates), services past midnight, and service dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from booking_engine import BookingEngine, NoTableAvailable, Refusal, Restaurant, TimeInvalid

from .helpers import EVERY_DAY, EngineAt, OpenRestaurant, book, new_id, tables, wall_times

NIGHT_BAR = [{"name": "night", "days": EVERY_DAY, "opens": "22:00", "last_seating": "04:00", "closes": "06:00"}]
USUAL_OPENINGS = 13
"""Of the night bar: every half hour from 22:00 to 04:00."""


def night_bar(open_restaurant: OpenRestaurant, zone: str, **fields: object) -> Restaurant:
    """Import a bar that is open from 22:00 to 06:00 in this time zone."""
    usual = {"timezone": zone, "service_periods": NIGHT_BAR, "tables": tables(2), "policy": {"slot_minutes": 30}}
    return open_restaurant(**usual | {"turn_times": [{"max_party": 2, "minutes": 30}]} | fields)


def two_days_before(day: str) -> str:
    """Return noon (UTC) two days before the date."""
    return f"{datetime.fromisoformat(day).date() - timedelta(days=2)}T12:00+00:00"


def openings_of_the_night(engine: BookingEngine, bar: Restaurant, around: datetime) -> list[datetime]:
    """Return the night's openings in order, in the bar's time zone. The search does not reach adjacent nights."""
    found = engine.find_openings(bar, starts_at=around, party_size=2, limit=40, within=timedelta(hours=8))
    return sorted((opening.starts_at for opening in found.openings), key=lambda moment: moment.astimezone(UTC))


@pytest.mark.parametrize(
    ("zone", "missing", "before", "after", "lost"),
    [
        ("Europe/London", "2027-03-28T01:30", "00:30", "02:00", 2),
        ("America/New_York", "2027-03-14T02:30", "01:30", "03:00", 2),
        ("Australia/Sydney", "2026-10-04T02:30", "01:30", "03:00", 2),
        ("America/Santiago", "2026-09-06T00:30", "23:30", "01:00", 2),
        ("America/Santiago", "2026-09-06T00:00", "23:30", "01:00", 2),
        ("Australia/Lord_Howe", "2026-10-04T02:00", "01:30", "02:30", 1),
    ],
)
def test_the_hour_that_does_not_exist_is_no_opening(
    at: EngineAt, open_restaurant: OpenRestaurant, zone: str, missing: str, before: str, after: str, lost: int
) -> None:
    engine = at(two_days_before(missing))
    bar = night_bar(open_restaurant, zone)
    skipped = datetime.fromisoformat(missing).replace(tzinfo=bar.zone)
    found = engine.find_openings(bar, starts_at=skipped, party_size=2)
    assert found.is_skipped
    assert (found.exact, found.refusal) == (None, Refusal.CLOSED)
    times = wall_times(openings_of_the_night(engine, bar, skipped))
    assert f"{skipped:%H:%M}" not in times
    assert times[times.index(before) + 1] == after, "the clocks jump from one to the other"
    assert (times[0], times[-1], len(times)) == ("22:00", "04:00", USUAL_OPENINGS - lost)
    with pytest.raises(TimeInvalid):
        engine.place_hold(bar, starts_at=skipped, party_size=2, command_id=new_id(), channel="sms")


@pytest.mark.parametrize(
    ("zone", "doubled", "apart", "evening_date"),
    [
        ("Europe/London", "2026-10-25T01:30", timedelta(hours=1), date(2026, 10, 24)),
        ("America/New_York", "2026-11-01T01:30", timedelta(hours=1), date(2026, 10, 31)),
        ("Australia/Sydney", "2027-04-04T02:30", timedelta(hours=1), date(2027, 4, 3)),
        ("America/Santiago", "2027-04-03T23:30", timedelta(hours=1), date(2027, 4, 3)),
        ("Australia/Lord_Howe", "2027-04-04T01:30", timedelta(minutes=30), date(2027, 4, 3)),
    ],
)
def test_the_doubled_hour_is_booked_twice_over_without_confusion(
    at: EngineAt, open_restaurant: OpenRestaurant, zone: str, doubled: str, apart: timedelta, evening_date: date
) -> None:
    engine = at(two_days_before(doubled))
    bar = night_bar(open_restaurant, zone)
    first = datetime.fromisoformat(doubled).replace(tzinfo=bar.zone)
    second = first.replace(fold=1)
    times = wall_times(openings_of_the_night(engine, bar, first))
    assert times.count(f"{first:%H:%M}") == 2
    assert (times[0], times[-1], len(times)) == ("22:00", "04:00", USUAL_OPENINGS + apart // timedelta(minutes=30))
    exact = [engine.find_openings(bar, starts_at=moment, party_size=2).exact for moment in (first, second)]
    assert [one.starts_at.fold for one in exact if one] == [0, 1]
    made = [book(engine, bar, moment) for moment in (first, second)]
    assert [one.starts_at.astimezone(UTC) for one in made] == [first.astimezone(UTC), second.astimezone(UTC)]
    assert made[1].starts_at.astimezone(UTC) - made[0].starts_at.astimezone(UTC) == apart
    assert [one.starts_at.fold for one in made] == [0, 1]
    for moment in (first, second):
        with pytest.raises(NoTableAvailable):
            book(engine, bar, moment)
    assert bar.schedule.service_date_of(first) == bar.schedule.service_date_of(second) == evening_date
    left = wall_times(openings_of_the_night(engine, bar, first))
    assert left == [time for time in times if time != f"{first:%H:%M}"]


@pytest.mark.parametrize(
    ("zone", "sits_down", "leaves"),
    [
        ("Europe/London", "2027-03-28T00:30", "2027-03-28T03:00"),
        ("Europe/London", "2026-10-25T01:30", "2026-10-25T02:00"),
        ("Australia/Sydney", "2026-10-04T01:30", "2026-10-04T04:00"),
        ("Australia/Sydney", "2027-04-04T02:30", "2027-04-04T03:00"),
        ("America/Santiago", "2026-09-05T23:30", "2026-09-06T02:00"),
        ("America/Santiago", "2027-04-03T23:30", "2027-04-04T00:00"),
        ("Australia/Lord_Howe", "2026-10-04T01:30", "2026-10-04T03:30"),
        ("Australia/Lord_Howe", "2027-04-04T01:30", "2027-04-04T02:30"),
    ],
)
def test_a_party_that_sits_through_the_change_keeps_its_table_for_all_its_minutes(
    at: EngineAt, open_restaurant: OpenRestaurant, zone: str, sits_down: str, leaves: str
) -> None:
    engine = at(two_days_before(sits_down))
    bar = night_bar(open_restaurant, zone, turn_times=[{"max_party": 2, "minutes": 90}])
    made = book(engine, bar, datetime.fromisoformat(sits_down).replace(tzinfo=bar.zone))
    assert f"{made.ends_at:%Y-%m-%dT%H:%M}" == leaves
    assert made.ends_at.astimezone(UTC) - made.starts_at.astimezone(UTC) == timedelta(minutes=90)
    half_an_hour_early = (made.ends_at.astimezone(UTC) - timedelta(minutes=30)).astimezone(bar.zone)
    with pytest.raises(NoTableAvailable):
        book(engine, bar, half_an_hour_early)
    assert book(engine, bar, made.ends_at).tables == made.tables


def test_a_restaurant_that_opens_at_the_midnight_that_does_not_exist_opens_when_the_clocks_have_jumped(
    at: EngineAt, open_restaurant: OpenRestaurant
) -> None:
    engine = at("2026-09-04T12:00+00:00")
    bar = night_bar(
        open_restaurant,
        "America/Santiago",
        service_periods=[
            {"name": "late", "days": ["sun"], "opens": "00:00", "last_seating": "03:00", "closes": "04:00"}
        ],
    )
    (service,) = bar.schedule.periods_on(date(2026, 9, 6))
    assert f"{service.opens_at:%H:%M}" == "01:00"
    times = openings_of_the_night(engine, bar, datetime(2026, 9, 6, 2, tzinfo=bar.zone))
    assert wall_times(times) == ["01:00", "01:30", "02:00", "02:30", "03:00"]
    assert {moment.date() for moment in times} == {date(2026, 9, 6)}


def test_a_service_past_midnight_belongs_to_the_date_it_began_on(at: EngineAt, open_restaurant: OpenRestaurant) -> None:
    engine = at("2026-12-01T12:00+00:00")
    bar = open_restaurant(
        service_periods=[
            {"name": "late", "days": ["fri"], "opens": "20:00", "last_seating": "01:00", "closes": "02:00"}
        ],
        closures=[{"date": "2026-12-11"}],
    )
    saturday_early = datetime(2026, 12, 5, 0, 30, tzinfo=bar.zone)
    assert engine.find_openings(bar, starts_at=saturday_early, party_size=2).exact is not None
    assert bar.schedule.service_date_of(saturday_early) == date(2026, 12, 4)
    assert (
        engine.find_openings(bar, starts_at=saturday_early + timedelta(days=1), party_size=2).refusal is Refusal.CLOSED
    )
    closed_night = saturday_early + timedelta(days=7)
    assert engine.find_openings(bar, starts_at=closed_night, party_size=2).refusal is Refusal.CLOSED
    (service,) = bar.schedule.periods_on(date(2026, 12, 4))
    assert (service.last_seating_at, service.closes_at) == (
        datetime(2026, 12, 5, 1, tzinfo=bar.zone),
        datetime(2026, 12, 5, 2, tzinfo=bar.zone),
    )
    assert book(engine, bar, datetime(2026, 12, 5, 1, tzinfo=bar.zone)).starts_at.day == 5


def test_a_restaurant_open_round_the_clock_has_an_opening_at_every_hour(
    at: EngineAt, open_restaurant: OpenRestaurant
) -> None:
    engine = at("2026-12-01T12:00+00:00")
    always = open_restaurant(
        service_periods=[
            {"name": "all day", "days": EVERY_DAY, "opens": "00:00", "last_seating": "23:45", "closes": "24:00"}
        ]
    )
    for hour in range(24):
        moment = datetime(2026, 12, 5, hour, tzinfo=always.zone)
        assert engine.find_openings(always, starts_at=moment, party_size=2, limit=1).exact is not None


@pytest.mark.parametrize(("zone", "offset"), [("Asia/Kathmandu", "+05:45"), ("Australia/Lord_Howe", "+11:00")])
def test_odd_zones_keep_to_the_quarter_hours(
    at: EngineAt, open_restaurant: OpenRestaurant, zone: str, offset: str
) -> None:
    restaurant = open_restaurant(timezone=zone)
    made = book(at("2026-12-01T12:00+00:00"), restaurant, datetime(2026, 12, 5, 19, tzinfo=restaurant.zone))
    assert made.starts_at.isoformat() == f"2026-12-05T19:00:00{offset}"


def test_a_time_in_any_zone_means_the_same_instant(at: EngineAt, open_restaurant: OpenRestaurant) -> None:
    engine = at("2026-12-01T12:00+00:00")
    restaurant = open_restaurant(timezone="America/New_York")
    made = book(engine, restaurant, datetime(2026, 12, 6, 0, 30, tzinfo=UTC))
    assert made.starts_at.isoformat() == "2026-12-05T19:30:00-05:00"
