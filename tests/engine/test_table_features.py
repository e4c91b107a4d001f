"""Requested table features: step-free access, a high chair, or anything else that the restaurant lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, text

from booking_engine import (
    BookingEngine,
    InvalidRequest,
    NoTableAvailable,
    Refusal,
    Reservation,
    Restaurant,
    SeatingPreferences,
)

from .conftest import alembic_config
from .helpers import OpenRestaurant, book, evening, new_id, wall_times

STEP_FREE = SeatingPreferences(features=frozenset({"step_free"}))
ONLY_STEP_FREE = SeatingPreferences(must=True, features=frozenset({"step_free"}))


@pytest.fixture
def place(open_restaurant: OpenRestaurant) -> Restaurant:
    """A restaurant with a few tables that have features, and one combination."""
    return open_restaurant(
        tables=[
            {"name": "M1", "area": "Main", "max_party": 2, "features": ["power outlet"]},
            {"name": "M2", "area": "Main", "max_party": 4, "features": ["Wheelchair accessible", "high chairs"]},
            {"name": "P1", "area": "Patio", "max_party": 4, "features": ["step-free"]},
        ],
        combinations=[{"tables": ["M1", "M2"], "min_party": 5, "max_party": 6}],
    )


def take(
    engine: BookingEngine, place: Restaurant, wishes: SeatingPreferences, *, party_size: int = 2, hour: int = 19
) -> Reservation:
    """Book with these preferences."""
    hold = engine.place_hold(
        place,
        starts_at=evening(place, hour),
        party_size=party_size,
        preferences=wishes,
        command_id=new_id(),
        channel="sms",
    )
    return engine.confirm_hold(
        hold.id, name="A", phone="+14155550123", command_id=new_id(), channel="sms", notify=False
    )


def wish(*features: str, **more: Any) -> SeatingPreferences:
    """Return preferences for these features."""
    return SeatingPreferences(features=frozenset(features), **more)


@pytest.mark.parametrize(
    ("words", "feature"),
    [
        (("step-free", "Step free", "step_free", "wheelchair", "ACCESSIBLE", "no stairs"), "step_free"),
        (("high chair", "highchairs", "baby seat", "booster seat"), "high_chair"),
        (("power-outlets", "socket"), "power_outlet"),
        (("by the Window!", "by_the_window"), "by_the_window"),
    ],
)
def test_a_feature_has_one_spelling(words: tuple[str, ...], feature: str) -> None:
    assert wish(*words).features == {feature}


def test_words_that_say_nothing_are_no_wish() -> None:
    assert wish("", " ", "?!") == SeatingPreferences()


def test_a_preference_is_followed_while_it_can_be(engine: BookingEngine, place: Restaurant) -> None:
    assert take(engine, place, STEP_FREE).tables == ("P1",), "that with no high chair goes first"
    assert take(engine, place, STEP_FREE).tables == ("M2",)
    assert take(engine, place, STEP_FREE).tables == ("M1",), "better without than not at all"


def test_where_not_all_can_be_had_the_most_is(engine: BookingEngine, place: Restaurant) -> None:
    wishes = wish("step_free", "high_chair", "power_outlet")
    assert take(engine, place, wishes).tables == ("M2",), "two of three"
    assert take(engine, place, wishes).tables == ("M1",), "one of three, and smaller than the other with one"


def test_a_must_is_offered_nothing_else(engine: BookingEngine, place: Restaurant) -> None:
    assert take(engine, place, wish("baby seat", must=True)).tables == ("M2",)
    with pytest.raises(NoTableAvailable) as refused:
        take(engine, place, wish("high chair", must=True))
    found = refused.value.search
    assert found.refusal is Refusal.NO_TABLE
    assert found.openings
    assert not {"18:00", "19:00", "20:00"} & set(wall_times(found.openings)), "M2 is taken"
    with pytest.raises(NoTableAvailable):
        take(engine, place, wish("step_free", must=True, area="main"))
    assert take(engine, place, wish("step_free", must=True, area="patio")).tables == ("P1",)


def test_what_the_restaurant_has_every_table_has(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    place = open_restaurant(features=["wheelchair_accessible"])
    assert take(engine, place, ONLY_STEP_FREE).status == "confirmed"
    assert place.has_feature("step free")
    assert not place.has_feature("high chair")


def test_of_combined_tables_each_must_be_step_free_but_one_high_chair_is_enough(
    engine: BookingEngine, place: Restaurant
) -> None:
    with pytest.raises(NoTableAvailable):
        take(engine, place, ONLY_STEP_FREE, party_size=6)
    assert take(engine, place, wish("high_chair", must=True), party_size=6).tables == ("M1", "M2")


def test_tables_with_features_are_kept_for_those_who_ask(
    engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    place = open_restaurant(
        tables=[{"name": "T1", "max_party": 2, "features": ["step_free"]}, {"name": "T2", "max_party": 2}]
    )
    assert book(engine, place, evening(place)).tables == ("T2",)


def test_a_change_and_an_undo_keep_the_wish(engine: BookingEngine, place: Restaurant) -> None:
    made = take(engine, place, ONLY_STEP_FREE)
    moved = engine.change_reservation(
        made.code, starts_at=evening(place, 21), command_id=new_id(), channel="sms", notify=False
    )
    assert moved.tables == ("P1",)
    engine.cancel_reservation(made.code, command_id=new_id(), channel="sms", notify=False)
    assert take(engine, place, wish(area="patio", must=True), hour=21).tables == ("P1",)
    back = engine.restore_reservation(made.code, command_id=new_id(), channel="sms", notify=False)
    assert back.tables == ("M2",), "M1, which is smaller, has steps"


def test_a_wish_can_be_told_afterwards_and_is_in_the_history(
    engine: BookingEngine, database: Engine, place: Restaurant
) -> None:
    made = book(engine, place, evening(place))
    assert made.tables == ("M1",)
    changed = engine.change_reservation(
        made.code, preferences=wish("Highchair", "null"), command_id=new_id(), channel="sms", notify=False
    )
    assert changed.tables == ("M2",)
    later = engine.change_reservation(
        made.code, starts_at=evening(place, 20), command_id=new_id(), channel="sms", notify=False
    )
    assert later.tables == ("M2",)
    with database.connect() as connection:
        states = connection.execute(
            text("SELECT state -> 'features' FROM reservation_event WHERE restaurant_id = :id ORDER BY occurred_at"),
            {"id": place.id},
        ).scalars()
        assert list(states) == [[], [], *[["high_chair", "null"]] * 2]


def test_too_many_wishes_are_refused(engine: BookingEngine, place: Restaurant) -> None:
    with pytest.raises(InvalidRequest):
        take(engine, place, wish(*(f"wish {number}" for number in range(21))))


def test_reservations_from_before_have_no_such_wish(copy_database: Callable[[], str]) -> None:
    url = copy_database()
    command.downgrade(alembic_config(url), "0004")
    database = create_engine(url)
    with database.begin() as connection:
        connection.execute(
            text(
                """
                INSERT INTO restaurant (id, slug, name, city, cuisines, document, version) VALUES (1, 'a', 'A', 'B', '{}', '{}', 1);
                INSERT INTO reservation (restaurant_id, id, status, starts_at, ends_at, party_size, table_ids, created_at)
                VALUES (1, 1, 'released', now(), now() + interval '1 hour', 2, '{1}', now())
                """
            )
        )
    command.upgrade(alembic_config(url), "head")
    with database.connect() as connection:
        assert connection.execute(text("SELECT features FROM reservation")).scalar_one() == []
    database.dispose()
