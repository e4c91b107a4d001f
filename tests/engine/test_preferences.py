"""Seating preferences, seats reserved for walk-ins, other days and other restaurants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from booking_engine import BookingEngine, NoTableAvailable, Refusal, Restaurant, SeatingPreferences, create_database

from .crowds import crowd
from .helpers import (
    OpenRestaurant,
    as_lines,
    book,
    clock_at,
    evening,
    new_id,
    pass_time,
    restaurant_line,
    tables,
    wall_times,
)

PATIO = SeatingPreferences("patio")
ONLY_PATIO = SeatingPreferences("outdoors", must=True)


@pytest.fixture
def place(open_restaurant: OpenRestaurant) -> Restaurant:
    """A restaurant with a main room, a patio and a bar."""
    return open_restaurant(
        tables=[
            {"name": "M1", "area": "Main room", "max_party": 2},
            {"name": "P1", "area": "Patio", "max_party": 4},
            {"name": "B1", "area": "Bar", "max_party": 2},
        ]
    )


def take(engine: BookingEngine, place: Restaurant, wishes: SeatingPreferences) -> tuple[str, ...]:
    """Book with these preferences and return the tables."""
    hold = engine.place_hold(
        place, starts_at=evening(place), party_size=2, preferences=wishes, command_id=new_id(), channel="sms"
    )
    made = engine.confirm_hold(
        hold.id, name="A", phone="+14155550123", command_id=new_id(), channel="sms", notify=False
    )
    assert made.areas == hold.areas
    return made.tables


def test_a_preference_is_followed_while_it_can_be(engine: BookingEngine, place: Restaurant) -> None:
    offered = engine.find_openings(place, starts_at=evening(place), party_size=2, preferences=PATIO).exact
    assert offered is not None
    assert offered.areas == ("Patio",)
    assert take(engine, place, PATIO) == ("P1",), "though a smaller table is free elsewhere"
    assert take(engine, place, PATIO) == ("M1",), "better elsewhere than not at all"


def test_a_must_is_offered_nothing_else(engine: BookingEngine, place: Restaurant) -> None:
    assert take(engine, place, ONLY_PATIO) == ("P1",)
    with pytest.raises(NoTableAvailable) as refused:
        take(engine, place, ONLY_PATIO)
    assert refused.value.search.refusal is Refusal.NO_TABLE
    assert refused.value.search.openings
    assert {opening.areas for opening in refused.value.search.openings} == {("Patio",)}


def test_a_change_keeps_the_wish(engine: BookingEngine, place: Restaurant) -> None:
    hold = engine.place_hold(
        place, starts_at=evening(place), party_size=2, preferences=ONLY_PATIO, command_id=new_id(), channel="sms"
    )
    made = engine.confirm_hold(
        hold.id, name="A", phone="+14155550123", command_id=new_id(), channel="sms", notify=False
    )
    moved = engine.change_reservation(
        made.code, starts_at=evening(place, 20), command_id=new_id(), channel="sms", notify=False
    )
    assert moved.areas == ("Patio",)


def test_an_area_can_be_asked_for_afterwards(engine: BookingEngine, place: Restaurant) -> None:
    made = book(engine, place, evening(place))
    assert made.areas == ("Main room",)
    bar = engine.change_reservation(
        made.code, preferences=SeatingPreferences("counter"), command_id=new_id(), channel="sms", notify=False
    )
    assert (bar.areas, bar.starts_at) == (("Bar",), made.starts_at)
    with pytest.raises(NoTableAvailable):
        engine.change_reservation(
            made.code,
            preferences=SeatingPreferences("private", must=True),
            command_id=new_id(),
            channel="sms",
            notify=False,
        )
    assert engine.reservation(made.code) == bar


@pytest.mark.parametrize(
    "before", [SeatingPreferences(), PATIO, ONLY_PATIO, SeatingPreferences("patio", features=frozenset({"high_chair"}))]
)
def test_a_change_of_area_is_taken_back_exactly(
    engine: BookingEngine, place: Restaurant, before: SeatingPreferences
) -> None:
    hold = engine.place_hold(
        place, starts_at=evening(place), party_size=2, preferences=before, command_id=new_id(), channel="sms"
    )
    made = engine.confirm_hold(
        hold.id, name="A", phone="+14155550123", command_id=new_id(), channel="sms", notify=False
    )
    assert made.preferences == before
    changed = engine.change_reservation(
        made.code, starts_at=evening(place, 20), preferences=SeatingPreferences("bar", must=True),
        command_id=new_id(), channel="sms", notify=False,
    )  # fmt: skip
    assert changed.areas == ("Bar",)
    back = engine.change_reservation(
        made.code, starts_at=made.starts_at, preferences=made.preferences,
        command_id=new_id(), channel="sms", notify=False,
    )  # fmt: skip
    assert back == made, "the same table, areas and preferences"


@pytest.mark.parametrize(
    ("word", "areas"),
    [
        ("PATIO", {"Patio"}), ("outside", {"Patio"}), ("indoors", {"Main room", "Bar"}), ("counter", {"Bar"}),
        ("main room", {"Main room"}), ("private", set()), ("the moon", set()), (None, set()),
    ],
)  # fmt: skip
def test_words_for_areas(place: Restaurant, word: str | None, areas: set[str]) -> None:
    assert SeatingPreferences(word).areas_at(place) == areas


def test_walk_in_tables_are_released_by_the_restaurants_own_rule(
    engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    fields: dict[str, Any] = {"tables": [{"name": "W", "max_party": 2, "walk_in": True}]}
    never = open_restaurant(**fields)
    late = open_restaurant(**fields, policy={"walk_in_release_minutes": 60})
    pass_time(engine, days=4, hours=6)  # Saturday 18:00
    for place in (never, late):
        assert engine.find_openings(place, starts_at=evening(place, 19, 15), party_size=2).exact is None
    assert engine.find_openings(never, starts_at=evening(never, 18, 45), party_size=2).exact is None
    assert book(engine, late, evening(late, 18, 45)).tables == ("W",)


def test_seats_are_kept_for_walk_ins(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    place = open_restaurant(tables=tables(2, 2, 4), policy={"walk_in_covers": 4})
    book(engine, place, evening(place), 2)
    book(engine, place, evening(place, 19, 15), 2)
    assert engine.find_openings(place, starts_at=evening(place), party_size=2).refusal is Refusal.NO_TABLE
    assert engine.find_openings(place, starts_at=evening(place, 20, 45), party_size=2).exact is not None


def test_seats_for_walk_ins_stay_free_in_a_crowd(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    place = open_restaurant(tables=tables(*[2] * 8), policy={"walk_in_covers": 6})
    starts = [evening(place, 19, minute) for minute in (0, 15, 30, 45)]
    results = crowd(lambda number: book(engine, place, starts[number % 4]), 32)
    assert sum(not isinstance(result, NoTableAvailable) for result in results) == 5


@pytest.fixture(scope="module")
def town(copy_database: Callable[[], str]) -> Iterator[BookingEngine]:
    """An engine with several London restaurants at different distances from "here"."""
    database = create_database(copy_database())
    engine = BookingEngine(database, clock_at("2026-12-01T12:00+00:00"))

    def at(slug: str, lat: float, *cuisines: str, **more: Any) -> dict[str, Any]:
        return restaurant_line(
            slug=slug, tables=tables(2), cuisines=cuisines, address={"city": "London", "lat": lat, "lon": 0}, **more
        )

    engine.import_restaurants(
        as_lines(
            at("here", 51.50, "Thai"),
            at("thai-near", 51.51, "thai", "Fish"),
            at("thai-nearer", 51.505, "Thai"),
            at("pizza-next-door", 51.5001, "Pizza"),
            at("thai-far", 52.5, "Thai"),
            at("thai-full", 51.5002, "Thai"),
            at("weekend", 51.5, "Thai", closures=[{"date": "2026-12-06"}, {"date": "2026-12-04"}]),
        )
    )
    yield engine
    database.dispose()


def test_a_no_comes_with_other_restaurants_of_the_kind(town: BookingEngine) -> None:
    here, full = town.restaurant("here"), town.restaurant("thai-full")
    book(town, full, evening(full))
    found = town.find_alternatives(here, starts_at=evening(here), party_size=2, limit=4)
    assert [opening.restaurant.slug for opening in found.nearby] == [
        "weekend",
        "thai-nearer",
        "thai-near",
        "pizza-next-door",
    ]
    for opening in found.nearby:
        assert opening.starts_at == evening(here)
        assert book(town, opening.restaurant, opening.starts_at).status == "confirmed"
    again = town.find_alternatives(here, starts_at=evening(here), party_size=2)
    assert again.nearby == (), "each had one table, and an hour and a half is out of reach"


def test_a_no_comes_with_other_days(town: BookingEngine) -> None:
    place = town.restaurant("weekend")
    found = town.find_alternatives(place, starts_at=evening(place, 18, 10), party_size=2, days=2)
    assert wall_times(found.other_days) == ["18:15", "18:15"]
    assert [(opening.starts_at.date() - evening(place).date()).days for opening in found.other_days] == [2, -2]
    soon = town.find_alternatives(
        place, starts_at=town.clock.now() + timedelta(minutes=5), party_size=2, days=3, limit=9
    )
    assert all(opening.starts_at > town.clock.now() for opening in soon.other_days)
    assert town.find_alternatives(place, starts_at=evening(place), party_size=9).other_days == ()
    assert town.find_alternatives(place, starts_at=evening(place), party_size=2, days=0, limit=0).nearby == ()
