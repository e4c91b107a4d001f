"""What a search offers: hours, rules, floor, pacing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking_engine import (
    BookingEngine,
    InvalidRequest,
    NoTableAvailable,
    OffGrid,
    PartySizeInvalid,
    Refusal,
    Restaurant,
    RestaurantUnknown,
    TimeInvalid,
)
from booking_engine.availability import search
from booking_engine.time_slots import start_of

from .helpers import DAY, OpenRestaurant, book, evening, new_id, pass_time, tables, wall_times


def test_the_wanted_time_comes_first_then_the_nearest_half_an_hour_apart(
    engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant()
    found = engine.find_openings(restaurant, starts_at=evening(restaurant), party_size=2, limit=5)
    assert found.exact is not None
    assert wall_times(found.openings) == ["19:00", "18:30", "19:30", "18:00", "20:00"]
    few = engine.find_openings(
        restaurant, starts_at=evening(restaurant), party_size=2, limit=4, within=timedelta(minutes=15)
    )
    assert wall_times(few.openings) == ["19:00", "18:45", "19:15"], "filled up when too few lie half an hour apart"
    assert engine.find_openings(restaurant, starts_at=evening(restaurant), party_size=2, limit=0).openings == ()


def test_times_further_away_than_what_is_offered_are_not_looked_at(
    engine: BookingEngine, open_restaurant: OpenRestaurant, monkeypatch: pytest.MonkeyPatch
) -> None:
    restaurant, looked_at = open_restaurant(), []
    find_place = search.place_or_refusal

    def looking(where: Restaurant, quarters: range, *others: Any) -> Any:
        looked_at.append(start_of(quarters.start).astimezone(where.zone).strftime("%H:%M"))
        return find_place(where, quarters, *others)

    monkeypatch.setattr(search, "place_or_refusal", looking)
    found = engine.find_openings(restaurant, starts_at=evening(restaurant), party_size=2, limit=3)
    assert wall_times(found.openings) == ["19:00", "18:30", "19:30"]
    assert looked_at == ["19:00", "18:45", "19:15", "18:30", "19:30"]


@pytest.mark.parametrize(
    ("hour", "minute", "party_size", "refusal"),
    [
        (16, 0, 2, Refusal.CLOSED),
        (21, 45, 2, Refusal.CLOSED),
        (19, 0, 5, Refusal.PARTY_TOO_LARGE),
        (19, 0, 10**9, Refusal.PARTY_TOO_LARGE),
        (21, 30, 4, None),
        (17, 0, 1, None),
    ],
)
def test_a_refusal_says_why(
    engine: BookingEngine,
    open_restaurant: OpenRestaurant,
    hour: int,
    minute: int,
    party_size: int,
    refusal: Refusal | None,
) -> None:
    restaurant = open_restaurant()
    found = engine.find_openings(restaurant, starts_at=evening(restaurant, hour, minute), party_size=party_size)
    assert found.refusal is refusal
    assert (found.exact is None) == (refusal is not None)


def test_notice_and_distance_are_the_restaurants(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    restaurant = open_restaurant(policy={"min_notice_minutes": 120, "max_advance_days": 10})
    today = engine.clock.now().date()
    pass_time(engine, hours=6)  # it is 18:00
    assert (
        engine.find_openings(restaurant, starts_at=evening(restaurant, 17, day=today), party_size=2).refusal
        is Refusal.PAST
    )
    soon = engine.find_openings(restaurant, starts_at=evening(restaurant, 19, 45, day=today), party_size=2)
    assert (soon.refusal, wall_times(soon.openings)) == (Refusal.TOO_SOON, ["20:15", "20:45", "21:15"])
    last = today + timedelta(days=10)
    assert engine.find_openings(restaurant, starts_at=evening(restaurant, day=last), party_size=2).refusal is None
    far = engine.find_openings(restaurant, starts_at=evening(restaurant, day=last + timedelta(days=1)), party_size=2)
    assert (far.refusal, far.openings) == (Refusal.TOO_FAR, ())


def test_a_closure_shuts_its_service_date(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    restaurant = open_restaurant(closures=[{"date": DAY.isoformat(), "reason": "Stocktaking"}])
    assert engine.find_openings(restaurant, starts_at=evening(restaurant), party_size=2).refusal is Refusal.CLOSED
    assert restaurant.schedule.periods_on(DAY) == ()
    assert engine.find_openings(
        restaurant, starts_at=evening(restaurant, day=DAY + timedelta(days=1)), party_size=2
    ).exact


def test_a_time_off_the_grid_is_not_exact_but_nothing_stands_in_its_way(
    engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant()
    found = engine.find_openings(restaurant, starts_at=evening(restaurant, 19, 7), party_size=2)
    assert (found.exact, found.refusal) == (None, None)
    assert wall_times(found.openings) == ["19:00", "19:30", "18:30"]
    with pytest.raises(OffGrid) as refused:
        engine.place_hold(
            restaurant, starts_at=evening(restaurant, 19, 7), party_size=2, command_id=new_id(), channel="sms"
        )
    assert wall_times(refused.value.search.openings)[0] == "19:00"


def test_the_smallest_table_that_fits_is_given_first(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    restaurant = open_restaurant(
        tables=[
            *tables(8, 4, 2),
            {"name": "W1", "max_party": 2, "walk_in": True},
            {"name": "big", "min_party": 5, "max_party": 6},
        ]
    )
    given = [book(engine, restaurant, evening(restaurant), 2).tables for _ in range(3)]
    assert given == [("T3",), ("T2",), ("T1",)], "never the walk-in table, never one that asks for a larger party"
    with pytest.raises(NoTableAvailable) as refused:
        book(engine, restaurant, evening(restaurant), 2)
    assert refused.value.search.refusal is Refusal.NO_TABLE
    assert book(engine, restaurant, evening(restaurant), 5).tables == ("big",)


def test_combinations_are_kept_for_those_who_need_them_and_take_all_their_tables(
    engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant(
        tables=tables(2, 2, 2, 4),
        combinations=[{"tables": ["T1", "T2"], "min_party": 3, "max_party": 4}],
    )
    assert book(engine, restaurant, evening(restaurant), 2).tables == ("T3",), "the table that no combination needs"
    assert book(engine, restaurant, evening(restaurant), 4).tables == ("T4",), "a single table before a combination"
    assert book(engine, restaurant, evening(restaurant), 4).tables == ("T1", "T2")
    assert engine.find_openings(restaurant, starts_at=evening(restaurant), party_size=1).refusal is Refusal.NO_TABLE


def test_pacing_limits_covers_that_start_in_a_quarter_hour(
    engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant(tables=tables(4, 4, 4, 4), policy={"pacing_covers": 8})
    made = book(engine, restaurant, evening(restaurant), 4)
    book(engine, restaurant, evening(restaurant), 3)
    found = engine.find_openings(restaurant, starts_at=evening(restaurant), party_size=2)
    assert (found.refusal, wall_times(found.openings)) == (Refusal.PACING, ["18:45", "19:15", "18:15"])
    assert engine.find_openings(restaurant, starts_at=evening(restaurant), party_size=1).exact
    engine.cancel_reservation(made.code, command_id=new_id(), channel="sms", notify=False)
    assert engine.find_openings(restaurant, starts_at=evening(restaurant), party_size=2).exact
    assert (
        engine.find_openings(restaurant, starts_at=evening(restaurant), party_size=9).refusal is Refusal.PARTY_TOO_LARGE
    )


def test_turn_times_by_party_and_service(open_restaurant: OpenRestaurant) -> None:
    restaurant = open_restaurant(
        turn_times=[
            {"max_party": 2, "minutes": 60},
            {"max_party": 6, "minutes": 120},
            {"max_party": 2, "minutes": 75, "service_period": "dinner"},
        ]
    )
    minutes = {
        (party, period): restaurant.turn_time(party, period).total_seconds() / 60
        for party in (1, 3, 20)
        for period in ("dinner", "lunch")
    }
    assert minutes == {
        (1, "dinner"): 75, (1, "lunch"): 60, (3, "dinner"): 120, (3, "lunch"): 120, (20, "dinner"): 120, (20, "lunch"): 120,
    }  # fmt: skip
    plain = open_restaurant()
    assert [plain.turn_time(party, "dinner") // timedelta(minutes=1) for party in (2, 4, 6, 7)] == [90, 105, 120, 150]


def test_a_slot_grid_off_the_quarter_hours_is_still_never_double_booked(
    engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant(tables=tables(2), policy={"slot_minutes": 20})
    book(engine, restaurant, evening(restaurant, 19, 20))
    found = engine.find_openings(restaurant, starts_at=evening(restaurant, 19, 20), party_size=2, limit=2)
    assert wall_times(found.openings) == ["17:40", "21:00"], "19:20 to 20:50 takes 19:15 to 21:00"


@pytest.mark.parametrize("party_size", [0, -1, -(10**9), True])
def test_a_party_without_guests_is_refused(
    engine: BookingEngine, open_restaurant: OpenRestaurant, party_size: int
) -> None:
    restaurant = open_restaurant()
    with pytest.raises(PartySizeInvalid):
        engine.find_openings(restaurant, starts_at=evening(restaurant), party_size=party_size)
    with pytest.raises(PartySizeInvalid):
        engine.place_hold(
            restaurant, starts_at=evening(restaurant), party_size=party_size, command_id=new_id(), channel="sms"
        )


@pytest.mark.parametrize(
    "moment", [datetime(2026, 12, 5, 19), datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)]
)
def test_a_time_that_names_no_instant_is_refused(
    engine: BookingEngine, open_restaurant: OpenRestaurant, moment: datetime
) -> None:
    restaurant = open_restaurant()
    with pytest.raises(TimeInvalid):
        engine.find_openings(restaurant, starts_at=moment, party_size=2)
    with pytest.raises(InvalidRequest):
        engine.place_hold(restaurant, starts_at=moment, party_size=2, command_id=new_id(), channel="sms")


@pytest.mark.parametrize("slug", ["", "nowhere", "\0", "x" * 10_000, "Café"])
def test_an_unknown_restaurant_is_a_domain_error(engine: BookingEngine, slug: str) -> None:
    with pytest.raises(RestaurantUnknown):
        engine.restaurant(slug)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(day=st.integers(0, 3), minute=st.integers(0, 24 * 60 - 1), party_size=st.integers(1, 9))
def test_every_offered_opening_can_be_booked(
    engine: BookingEngine, busy_restaurant: Restaurant, day: int, minute: int, party_size: int
) -> None:
    wanted = datetime.combine(date(2026, 12, 3), datetime.min.time(), busy_restaurant.zone) + timedelta(
        days=day, minutes=minute
    )
    found = engine.find_openings(busy_restaurant, starts_at=wanted, party_size=party_size, limit=8)
    assert (found.exact is not None) == (wanted in [opening.starts_at for opening in found.openings])
    for opening in found.openings:
        hold = engine.place_hold(
            busy_restaurant, starts_at=opening.starts_at, party_size=party_size, command_id=new_id(), channel="api"
        )
        engine.release_hold(hold.id, command_id=new_id(), channel="api")
    if found.openings:
        # Keep one booking, so that the restaurant fills up and later examples meet a busy floor.
        book(engine, busy_restaurant, found.openings[-1].starts_at, party_size)
    if found.refusal is not None:
        with pytest.raises(NoTableAvailable):
            engine.place_hold(
                busy_restaurant, starts_at=wanted, party_size=party_size, command_id=new_id(), channel="api"
            )


@pytest.fixture
def busy_restaurant(open_restaurant: OpenRestaurant) -> Restaurant:
    """A restaurant with varied tables, combinations, hours and a pacing limit."""
    return open_restaurant(
        tables=tables(2, 2, 2, 4, 6),
        combinations=[
            {"tables": ["T1", "T2"], "min_party": 3, "max_party": 4},
            {"tables": ["T4", "T5"], "min_party": 7, "max_party": 8},
        ],
        service_periods=[
            {"name": "lunch", "days": ["thu", "sat"], "opens": "12:00", "last_seating": "14:00", "closes": "15:30"},
            {"name": "late", "days": ["thu", "fri"], "opens": "20:00", "last_seating": "01:15", "closes": "02:00"},
        ],
        policy={"pacing_covers": 10, "slot_minutes": 30},
    )
