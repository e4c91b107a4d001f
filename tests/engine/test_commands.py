"""Hold, confirm, change, cancel, restore: effects, refusals and idempotency."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from booking_engine import (
    BookingEngine,
    Hold,
    HoldExpired,
    InvalidRequest,
    NoTableAvailable,
    Refusal,
    ReservationUnknown,
    Restaurant,
)

from .helpers import (
    PHONE,
    OpenRestaurant,
    book,
    evening,
    events,
    new_id,
    pass_time,
    tables,
    texts,
    wall_times,
)


def test_a_hold_is_confirmed_changed_and_cancelled(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant()
    hold = engine.place_hold(
        restaurant, starts_at=evening(restaurant), party_size=4, command_id=new_id(), channel="sms"
    )
    assert hold.expires_at - engine.clock.now() > timedelta(minutes=4, seconds=50)
    assert hold.starts_at == evening(restaurant)
    assert hold.starts_at.tzinfo is restaurant.zone

    made = engine.confirm_hold(
        hold.id, name=" Ada  Lovelace ", phone="+1 (415) 555-0123", notes="nut\0 allergy", command_id=new_id(), channel="sms",
        notify=True,
    )  # fmt: skip
    assert (made.status, made.diner_name, made.diner_phone, made.notes) == (
        "confirmed",
        "Ada Lovelace",
        PHONE,
        "nut allergy",
    )
    assert made.tables == ("T3",)
    assert made.ends_at - made.starts_at == timedelta(minutes=105)
    assert engine.reservation(made.code) == made

    moved = engine.change_reservation(
        made.code, starts_at=evening(restaurant, 20), command_id=new_id(), channel="chat", notify=True
    )
    assert (moved.code, moved.starts_at, moved.notes) == (made.code, evening(restaurant, 20), "nut allergy")
    gone = engine.cancel_reservation(made.code, command_id=new_id(), channel="api", notify=True)
    assert gone.status == "cancelled"
    assert engine.reservation(made.code) == gone
    assert events(database, restaurant) == [("hold", "sms"), ("confirm", "sms"), ("change", "chat"), ("cancel", "api")]
    with database.connect() as connection:
        left = connection.execute(
            text("SELECT count(*) FROM table_quarter WHERE restaurant_id = :id"), {"id": restaurant.id}
        )
        assert left.scalar_one() == 0


def test_a_held_table_is_not_offered_until_the_hold_lapses(
    engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant(tables=tables(2))
    engine.place_hold(restaurant, starts_at=evening(restaurant), party_size=2, command_id=new_id(), channel="sms")
    found = engine.find_openings(restaurant, starts_at=evening(restaurant), party_size=2)
    assert (found.exact, found.refusal) == (None, Refusal.NO_TABLE)
    with pytest.raises(NoTableAvailable) as refused:
        engine.place_hold(restaurant, starts_at=evening(restaurant), party_size=2, command_id=new_id(), channel="sms")
    assert wall_times(refused.value.search.openings) == ["17:30", "20:30", "17:00"]
    pass_time(engine, minutes=5, seconds=1)
    assert engine.find_openings(restaurant, starts_at=evening(restaurant), party_size=2).exact is not None
    book(engine, restaurant, evening(restaurant))


def test_a_lapsed_hold_is_confirmed_while_a_table_is_left(
    engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant(tables=tables(2, 2))
    first, second = (
        engine.place_hold(restaurant, starts_at=evening(restaurant), party_size=2, command_id=new_id(), channel="sms")
        for _ in range(2)
    )
    pass_time(engine, minutes=6)
    assert book(engine, restaurant, evening(restaurant)).tables == ("T1",)
    # The first hold's table is taken; another that fits is used instead.
    late = engine.confirm_hold(first.id, name="Late", phone=PHONE, command_id=new_id(), channel="sms", notify=False)
    assert late.tables == ("T2",)
    with pytest.raises(HoldExpired) as refused:
        engine.confirm_hold(second.id, name="Later", phone=PHONE, command_id=new_id(), channel="sms", notify=False)
    assert refused.value.search is not None
    assert refused.value.search.openings


def test_a_released_hold_frees_its_table_and_cannot_be_confirmed(
    engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant(tables=tables(2))
    hold = engine.place_hold(
        restaurant, starts_at=evening(restaurant), party_size=2, command_id=new_id(), channel="sms"
    )
    engine.release_hold(hold.id, command_id=new_id(), channel="sms")
    engine.release_hold(hold.id, command_id=new_id(), channel="sms")
    with pytest.raises(HoldExpired):
        engine.confirm_hold(hold.id, name="A", phone=PHONE, command_id=new_id(), channel="sms", notify=False)
    book(engine, restaurant, evening(restaurant))


def test_holds_that_came_to_nothing_are_thrown_away_in_time(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant(tables=tables(2, 2, 2, 2))

    def hold(command_id: str) -> Hold:
        return engine.place_hold(
            restaurant, starts_at=evening(restaurant), party_size=2, command_id=command_id, channel="sms"
        )

    lapsed, released, kept = hold("lapsed"), hold("released"), book(engine, restaurant, evening(restaurant))
    engine.release_hold(released.id, command_id=new_id(), channel="sms")
    engine.delete_stale_holds()
    assert rows_of(database, restaurant) == (3, 2 * 6), "not before a day has gone by"
    pass_time(engine, days=1, minutes=6)
    fresh = hold("fresh")
    assert engine.delete_stale_holds() >= 2
    assert engine.delete_stale_holds() == 0
    assert rows_of(database, restaurant) == (2, 2 * 6)
    assert engine.reservation(kept.code) == kept
    for gone in (lapsed, released):
        with pytest.raises(HoldExpired):
            engine.confirm_hold(gone.id, name="A", phone=PHONE, command_id=new_id(), channel="sms", notify=False)
    assert hold("lapsed") == lapsed, "the history still knows the first answer"
    engine.confirm_hold(fresh.id, name="A", phone=PHONE, command_id=new_id(), channel="sms", notify=False)


def rows_of(database: Engine, restaurant: Restaurant) -> tuple[int, int]:
    """Count the restaurant's stored reservations and quarter hours, in any state."""
    with database.connect() as connection:
        first, second = (
            connection.execute(
                text(f"SELECT count(*) FROM {table} WHERE restaurant_id = :id"), {"id": restaurant.id}
            ).scalar_one()
            for table in ("reservation", "table_quarter")
        )
    return first, second


@pytest.mark.parametrize("hold_id", ["", "x", "1-2-3", "\0", "9" * 5000, "ffffffff-ffffff-ffffffffffffffff"])
def test_an_unknown_hold_is_released_silently_and_not_confirmed(engine: BookingEngine, hold_id: str) -> None:
    engine.release_hold(hold_id, command_id=new_id(), channel="sms")
    with pytest.raises(HoldExpired):
        engine.confirm_hold(hold_id, name="A", phone=PHONE, command_id=new_id(), channel="sms", notify=False)


def test_confirming_a_confirmed_hold_gives_the_same_reservation(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant()
    hold = engine.place_hold(
        restaurant, starts_at=evening(restaurant), party_size=2, command_id=new_id(), channel="sms"
    )
    made, again = (
        engine.confirm_hold(hold.id, name="A", phone=PHONE, command_id=new_id(), channel="sms", notify=True)
        for _ in range(2)
    )
    assert made == again
    assert [row.kind for row in texts(database, made)] == ["reservation_confirmed", "reminder"]
    engine.release_hold(hold.id, command_id=new_id(), channel="sms")
    assert engine.reservation(made.code).status == "confirmed"


def test_the_same_command_again_returns_the_first_result(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant(tables=tables(2))
    hold, same_hold = (
        engine.place_hold(
            restaurant, starts_at=evening(restaurant), party_size=2, command_id="h\0" * 9000, channel="sms"
        )
        for _ in range(2)
    )
    assert same_hold == hold
    made, same = (
        engine.confirm_hold(hold.id, name="A", phone=PHONE, command_id="c", channel="sms", notify=True)
        for _ in range(2)
    )
    assert same == made
    moved = engine.change_reservation(
        made.code, starts_at=evening(restaurant, 20), command_id="m", channel="sms", notify=True
    )
    engine.cancel_reservation(made.code, command_id="x", channel="sms", notify=True)
    assert (
        engine.change_reservation(
            made.code, starts_at=evening(restaurant, 20), command_id="m", channel="sms", notify=True
        )
        == moved
    )
    engine.restore_reservation(made.code, command_id="r", channel="sms", notify=False)
    assert engine.cancel_reservation(made.code, command_id="x", channel="sms", notify=True).status == "cancelled"
    assert engine.reservation(made.code).status == "confirmed", "the repeated cancellation must have no second effect"
    assert len(events(database, restaurant)) == 5


def test_a_diners_reservations_are_found_by_phone(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    phone = "+442079460001"
    assert engine.diner_name(phone) is None
    assert engine.reservations_of(phone) == []
    here, there = open_restaurant(), open_restaurant()
    second = book(engine, here, evening(here, 20), name="Grace", phone=phone)
    first = book(engine, there, evening(there, 18), name="Grace Hopper", phone=phone)
    assert engine.reservations_of(phone) == [first, second]
    assert engine.diner_name(phone) == "Grace Hopper"
    gone = engine.cancel_reservation(first.code, command_id=new_id(), channel="sms", notify=False)
    assert engine.reservations_of(phone) == [second]
    assert engine.reservations_of(phone, upcoming=False) == [gone, second]
    pass_time(engine, days=5)
    assert engine.reservations_of(phone) == []


@pytest.mark.parametrize("code", ["", "AAAAAAA", "0", "\0\0\0\0\0\0\0", "é" * 7, "7" * 100_000, "A1B2C3D", "1" * 8])
def test_an_unknown_code_is_a_domain_error(engine: BookingEngine, code: str) -> None:
    with pytest.raises(ReservationUnknown):
        engine.reservation(code)
    with pytest.raises(ReservationUnknown):
        engine.cancel_reservation(code, command_id=new_id(), channel="sms", notify=False)
    with pytest.raises(ReservationUnknown):
        engine.change_reservation(code, party_size=2, command_id=new_id(), channel="sms", notify=False)
    with pytest.raises(ReservationUnknown):
        engine.restore_reservation(code, command_id=new_id(), channel="sms", notify=False)


@pytest.mark.parametrize(
    "details",
    [
        {"name": ""},
        {"name": "\0\x07 "},
        {"name": "x" * 100_000},
        {"phone": ""},
        {"phone": "555"},
        {"phone": "+1\0" * 9},
        {"phone": "+" + "9" * 99},
        {"notes": "x" * 100_000},
        {"channel": "S M S"},
    ],
)
def test_unusable_details_are_refused_and_the_hold_stands(
    engine: BookingEngine, open_restaurant: OpenRestaurant, details: dict[str, str]
) -> None:
    restaurant = open_restaurant(tables=tables(2))
    hold = engine.place_hold(
        restaurant, starts_at=evening(restaurant), party_size=2, command_id=new_id(), channel="sms"
    )
    good = {"name": "Ada", "phone": PHONE, "channel": "sms"}
    with pytest.raises(InvalidRequest):
        engine.confirm_hold(hold.id, command_id=new_id(), notify=False, **(good | details))
    assert engine.confirm_hold(hold.id, command_id=new_id(), notify=False, **good).status == "confirmed"
