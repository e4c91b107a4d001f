"""Moving a reservation to another restaurant: the old table is released only once the new one is taken."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from booking_engine import (
    BookingEngine,
    ChangeTooLate,
    InvalidRequest,
    NoTableAvailable,
    Refusal,
    Reservation,
    ReservationOver,
    Restaurant,
    RestaurantUnknown,
    SeatingPreferences,
    TimeInvalid,
)

from .helpers import DAY, PHONE, OpenRestaurant, book, evening, events, new_id, pass_time, tables, texts, wall_times


def move(engine: BookingEngine, code: str, restaurant: Restaurant, **more: Any) -> Reservation:
    """Move a reservation, by default with a new command id."""
    told: dict[str, Any] = {"command_id": new_id(), "channel": "sms", "notify": False}
    return engine.change_reservation(code, restaurant=restaurant, **(told | more))


def is_free(engine: BookingEngine, restaurant: Restaurant, starts_at: datetime) -> bool:
    """Whether the time can be booked at the restaurant."""
    return engine.find_openings(restaurant, starts_at=starts_at, party_size=2).exact is not None


def test_a_reservation_moves_with_all_that_was_said_of_it(
    engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    here, there = open_restaurant(tables=tables(2)), open_restaurant(tables=tables(2))
    for one, other in ((here, there), (there, here)):  # in both orders of import
        made = book(engine, one, evening(one), notes="nut allergy", phone="+14155550130")
        moved = move(engine, made.code, other)
        assert (moved.restaurant.slug, moved.status, moved.starts_at) == (other.slug, "confirmed", evening(other))
        assert moved.code != made.code
        for name in ("party_size", "diner_name", "diner_phone", "notes"):
            assert getattr(moved, name) == getattr(made, name)
        assert (is_free(engine, one, evening(one)), is_free(engine, other, evening(other))) == (True, False)
        assert engine.reservation(made.code).status == "cancelled"
        assert engine.reservations_of("+14155550130") == [moved]
        engine.cancel_reservation(moved.code, command_id=new_id(), channel="sms", notify=False)


def test_time_party_and_notes_may_change_with_the_restaurant(
    engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    here, there = open_restaurant(), open_restaurant()
    made = book(engine, here, evening(here))
    moved = move(engine, made.code, there, starts_at=evening(there, 20), party_size=4, notes="a birthday")
    assert (moved.starts_at, moved.party_size, moved.notes) == (evening(there, 20), 4, "a birthday")
    assert (moved.tables, moved.ends_at - moved.starts_at) == (("T3",), timedelta(minutes=105))


def test_the_restaurant_it_is_at_is_no_move(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant()
    made = book(engine, restaurant, evening(restaurant))
    assert move(engine, made.code, restaurant) == made
    assert move(engine, made.code, restaurant, party_size=3).code == made.code
    assert [kind for kind, _ in events(database, restaurant)] == ["hold", "confirm", "change", "change"]


def test_a_refused_move_leaves_the_old_table_and_offers_what_there_is_at_the_new_place(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    here, there = open_restaurant(tables=tables(2)), open_restaurant(tables=tables(2))
    made = book(engine, here, evening(here))
    book(engine, there, evening(there))
    with pytest.raises(NoTableAvailable) as refused:
        move(engine, made.code, there, notify=True)
    search = refused.value.search
    assert (search.refusal, wall_times(search.openings)[0]) == (Refusal.NO_TABLE, "17:30")
    assert {opening.restaurant.slug for opening in search.openings} == {there.slug}
    assert engine.reservation(made.code) == made
    assert not is_free(engine, here, evening(here))
    assert [row.kind for row in texts(database, made) if row.voided_at is None] == ["reminder"]
    assert move(engine, made.code, there, starts_at=search.openings[0].starts_at).status == "confirmed"


def test_the_other_restaurants_rules_decide(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    here = open_restaurant()
    made = book(engine, here, evening(here), 3)
    for rule, refusal in (
        ({"max_advance_days": 2}, Refusal.TOO_FAR),
        ({"min_notice_minutes": 9999}, Refusal.TOO_SOON),
        ({"max_party": 2}, Refusal.PARTY_TOO_LARGE),
    ):
        with pytest.raises(NoTableAvailable) as refused:
            move(engine, made.code, open_restaurant(policy=rule))
        assert refused.value.search.refusal is refusal
    assert engine.reservation(made.code) == made


def test_the_old_restaurants_cut_off_decides(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    strict = open_restaurant(policy={"change_cutoff_minutes": 60, "min_notice_minutes": 0})
    easy = open_restaurant(policy={"change_cutoff_minutes": 0, "min_notice_minutes": 0})
    at_strict, at_easy = book(engine, strict, evening(strict)), book(engine, easy, evening(easy))
    pass_time(engine, days=4, hours=6, minutes=30)
    with pytest.raises(ChangeTooLate):
        move(engine, at_strict.code, easy, starts_at=evening(easy, 21))
    assert engine.reservation(at_strict.code) == at_strict
    assert move(engine, at_easy.code, strict, starts_at=evening(strict, 21)).status == "confirmed"


def test_what_is_over_or_unknown_is_not_moved(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    here, there = open_restaurant(), open_restaurant()
    made, cancelled = book(engine, here, evening(here)), book(engine, here, evening(here))
    engine.cancel_reservation(cancelled.code, command_id=new_id(), channel="sms", notify=False)
    with pytest.raises(ReservationOver):
        move(engine, cancelled.code, there)
    with pytest.raises(InvalidRequest):
        engine.change_reservation(made.code, command_id=new_id(), channel="sms", notify=False)
    nowhere = Restaurant(**{**vars(there), "id": 30_000})
    with pytest.raises(RestaurantUnknown):
        move(engine, made.code, nowhere)
    pass_time(engine, days=5)
    with pytest.raises(ReservationOver):
        move(engine, made.code, there, starts_at=evening(there, day=DAY + timedelta(days=7)))
    assert is_free(engine, there, evening(there, day=DAY + timedelta(days=7)))


def test_the_same_move_again_gets_the_first_answer(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    here, there = open_restaurant(tables=tables(2)), open_restaurant(tables=tables(2))
    made = book(engine, here, evening(here))
    moved = move(engine, made.code, there, command_id="the move", notify=True)
    assert move(engine, made.code, there, command_id="the move", notify=True) == moved
    assert [kind for kind, _ in events(database, here)] == ["hold", "confirm", "move_out"]
    assert [kind for kind, _ in events(database, there)] == ["move_in"]
    assert [row.kind for row in texts(database, moved)] == ["reservation_changed", "reminder"]
    with pytest.raises(ReservationOver):
        move(engine, made.code, there)  # a new request to move it finds it cancelled


def test_what_was_moved_away_cannot_be_restored_beside_the_new_one(
    engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    here, there = open_restaurant(), open_restaurant()
    made = book(engine, here, evening(here))
    moved = move(engine, made.code, there)
    told: dict[str, Any] = {"channel": "sms", "notify": False}
    for _ in range(2):
        with pytest.raises(ReservationOver):
            engine.restore_reservation(made.code, command_id=new_id(), **told)
        engine.cancel_reservation(moved.code, command_id=new_id(), **told)
    # The new reservation can be restored like any other.
    assert engine.restore_reservation(moved.code, command_id=new_id(), **told) == moved
    back = move(engine, moved.code, here)
    assert (back.restaurant.slug, back.status) == (here.slug, "confirmed")
    assert back.code not in (made.code, moved.code)


def test_the_reminder_and_the_text_are_of_the_new_place(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    here, there = open_restaurant(), open_restaurant()
    made = book(engine, here, evening(here))
    moved = move(engine, made.code, there, starts_at=evening(there, 20), notify=True)
    (voided,) = texts(database, made)
    assert (voided.kind, voided.voided_at is not None) == ("reminder", True)
    told, reminder = texts(database, moved)
    assert (told.kind, told.to_phone) == ("reservation_changed", PHONE)
    assert (told.payload["code"], told.payload["restaurant"]["slug"]) == (moved.code, there.slug)
    assert (reminder.kind, reminder.voided_at) == ("reminder", None)
    assert reminder.due_at == evening(there, 17)
    assert reminder.payload["restaurant"]["slug"] == there.slug


def test_without_a_time_it_is_the_same_wall_time_there(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    london = open_restaurant()
    palo_alto = open_restaurant(timezone="America/Los_Angeles")
    kathmandu = open_restaurant(timezone="Asia/Kathmandu")  # UTC+5:45
    made = book(engine, london, evening(london))
    for place in (palo_alto, kathmandu):
        made = move(engine, made.code, place)
        assert made.starts_at == evening(place)


def test_a_wall_time_that_the_clocks_skip_there_is_not_taken_for_another(
    engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    all_night = [{"name": "night", "days": ["sat"], "opens": "20:00", "last_seating": "04:00", "closes": "06:00"}]
    open_late = {"service_periods": all_night, "policy": {"max_advance_days": 365}}
    new_york, london = open_restaurant(timezone="America/New_York", **open_late), open_restaurant(**open_late)
    start = datetime(2027, 3, 28, 1, 30, tzinfo=new_york.zone)  # the night when London has no 1:30
    made = book(engine, new_york, start)
    with pytest.raises(TimeInvalid):
        move(engine, made.code, london)
    assert engine.reservation(made.code) == made


def test_a_wish_goes_along_to_a_floor_that_knows_it(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    floor = [{"name": "T1", "max_party": 2, "area": "main"}, {"name": "T2", "max_party": 2, "area": "Terrace"}]
    here, there = open_restaurant(tables=floor), open_restaurant(tables=floor)
    indoors = open_restaurant(tables=floor[:1])
    outside = SeatingPreferences("outdoor", must=True)
    hold = engine.place_hold(
        here, starts_at=evening(here), party_size=2, preferences=outside, command_id=new_id(), channel="sms"
    )
    made = engine.confirm_hold(hold.id, name="Ada", phone=PHONE, command_id=new_id(), channel="sms", notify=False)
    made = move(engine, made.code, there)
    assert made.areas == ("Terrace",)
    with pytest.raises(NoTableAvailable):
        move(engine, made.code, indoors, preferences=outside)  # requested for this move
    made = move(engine, made.code, indoors)
    assert made.areas == ("main",)
    assert move(engine, made.code, there).areas == ("main",), "a wish that was dropped does not come back"


def test_a_move_locks_all_quarter_hours_where_seats_are_kept_for_walk_ins(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    here = open_restaurant()
    there = open_restaurant(tables=tables(2, 2, 2), policy={"walk_in_covers": 2})
    move(engine, book(engine, here, evening(here)).code, there)
    with database.connect() as connection:
        locked = connection.execute(
            text("SELECT count(*) FROM pacing_quarter WHERE restaurant_id = :id"), {"id": there.id}
        )
        assert locked.scalar_one() == 6
