"""Nights when the clocks change, services past midnight, service dates. Each night is a real one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from booking_engine import NoTableAvailable, Refusal, Restaurant, TimeInvalid

from .helpers import EVERY_DAY, EngineAt, OpenRestaurant, book, new_id, tables, wall_times

NIGHT_BAR = [{"name": "night", "days": EVERY_DAY, "opens": "22:00", "last_seating": "04:00", "closes": "06:00"}]
HOUR_BEFORE = timedelta(hours=1)


def night_bar(open_restaurant: OpenRestaurant, zone: str) -> Restaurant:
    return open_restaurant(
        timezone=zone,
        service_periods=NIGHT_BAR,
        tables=tables(2),
        turn_times=[{"max_party": 2, "minutes": 30}],
        policy={"slot_minutes": 30},
    )


@pytest.mark.parametrize(
    ("zone", "last_evening", "missing"),
    [
        ("Europe/London", date(2027, 3, 27), "01:30"),
        ("America/New_York", date(2027, 3, 13), "02:30"),
        ("Australia/Sydney", date(2026, 10, 3), "02:30"),
    ],
)
def test_the_hour_that_does_not_exist_is_no_opening(
    at: EngineAt, open_restaurant: OpenRestaurant, zone: str, last_evening: date, missing: str
) -> None:
    engine = at(f"{last_evening - timedelta(days=2)}T12:00+00:00")
    bar = night_bar(open_restaurant, zone)
    hour, minute = map(int, missing.split(":"))
    skipped = datetime(
        last_evening.year, last_evening.month, last_evening.day, hour, minute, tzinfo=bar.zone
    ) + timedelta(1)
    found = engine.find_openings(bar, starts_at=skipped, party_size=2, limit=40, within=timedelta(hours=8))
    assert (found.exact, found.refusal) == (None, Refusal.CLOSED)
    times = wall_times(sorted(found.openings, key=lambda opening: opening.starts_at.astimezone(UTC)))
    assert missing not in times
    before, after = f"{hour - 1:02}:30", f"{hour + 1:02}:00"
    assert times[times.index(before) + 1] == after, "the clocks jump from one to the other"
    with pytest.raises(TimeInvalid):
        engine.place_hold(bar, starts_at=skipped, party_size=2, command_id=new_id(), channel="sms")


@pytest.mark.parametrize(
    ("zone", "last_evening", "doubled"),
    [
        ("Europe/London", date(2026, 10, 24), 1),
        ("America/New_York", date(2026, 10, 31), 1),
        ("Australia/Sydney", date(2027, 4, 3), 2),
    ],
)
def test_the_doubled_hour_is_booked_twice_over_without_confusion(
    at: EngineAt, open_restaurant: OpenRestaurant, zone: str, last_evening: date, doubled: int
) -> None:
    engine = at(f"{last_evening - timedelta(days=2)}T12:00+00:00")
    bar = night_bar(open_restaurant, zone)
    morning = last_evening + timedelta(days=1)
    first = datetime(morning.year, morning.month, morning.day, doubled, 30, tzinfo=bar.zone)
    second = first.replace(fold=1)
    made = [book(engine, bar, moment) for moment in (first, second)]
    assert [one.starts_at.astimezone(UTC) for one in made] == [first.astimezone(UTC), second.astimezone(UTC)]
    assert made[1].starts_at.astimezone(UTC) - made[0].starts_at.astimezone(UTC) == HOUR_BEFORE
    assert [one.starts_at.fold for one in made] == [0, 1]
    for moment in (first, second):
        with pytest.raises(NoTableAvailable):
            book(engine, bar, moment)
    assert bar.service_date_of(second) == last_evening
    around = engine.find_openings(bar, starts_at=first, party_size=2, limit=40, within=timedelta(hours=8))
    assert wall_times(around.openings).count(f"{doubled:02}:00") == 2


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
    assert bar.service_date_of(saturday_early) == date(2026, 12, 4)
    assert (
        engine.find_openings(bar, starts_at=saturday_early + timedelta(days=1), party_size=2).refusal is Refusal.CLOSED
    )
    closed_night = saturday_early + timedelta(days=7)
    assert engine.find_openings(bar, starts_at=closed_night, party_size=2).refusal is Refusal.CLOSED
    (service,) = bar.periods_on(date(2026, 12, 4))
    assert (service.last_seating_at, service.closes_at) == (
        datetime(2026, 12, 5, 1, tzinfo=bar.zone),
        datetime(2026, 12, 5, 2, tzinfo=bar.zone),
    )
    assert book(engine, bar, datetime(2026, 12, 5, 1, tzinfo=bar.zone)).starts_at.day == 5


def test_a_house_open_round_the_clock_has_an_opening_at_every_hour(
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
    house = open_restaurant(timezone=zone)
    made = book(at("2026-12-01T12:00+00:00"), house, datetime(2026, 12, 5, 19, tzinfo=house.zone))
    assert made.starts_at.isoformat() == f"2026-12-05T19:00:00{offset}"


def test_a_time_in_any_zone_means_the_same_instant(at: EngineAt, open_restaurant: OpenRestaurant) -> None:
    engine = at("2026-12-01T12:00+00:00")
    house = open_restaurant(timezone="America/New_York")
    made = book(engine, house, datetime(2026, 12, 6, 0, 30, tzinfo=UTC))
    assert made.starts_at.isoformat() == "2026-12-05T19:30:00-05:00"
