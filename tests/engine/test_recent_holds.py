"""Confirming a hold that this process just placed uses the cached hold, unless anything has changed since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from booking_engine import BookingEngine, Hold, HoldExpired, Reservation, Restaurant
from booking_engine.reservations import confirm as confirming
from booking_engine.reservations import recent_holds as holds_in_hand
from booking_engine.reservations.recent_holds import RecentHolds
from booking_engine.reservations.records import Found
from booking_engine.reservations.reservation import HoldKey

from .helpers import (
    PHONE,
    EngineAt,
    OpenRestaurant,
    as_lines,
    book,
    doubles,
    evening,
    new_id,
    pass_time,
    restaurant_line,
    tables,
)


@pytest.fixture
def other(at: EngineAt) -> BookingEngine:
    """An engine that stands for another process."""
    return at("2026-12-01T12:00+00:00")


def hold_for_two(engine: BookingEngine, place: Restaurant, command_id: str | None = None) -> Hold:
    """Hold a table for two."""
    return engine.place_hold(
        place, starts_at=evening(place), party_size=2, command_id=command_id or new_id(), channel="sms"
    )


def confirm(engine: BookingEngine, hold: Hold, *, notify: bool = False) -> Reservation:
    """Confirm the hold."""
    return engine.confirm_hold(hold.id, name="Ada", phone=PHONE, command_id=new_id(), channel="sms", notify=notify)


def forbid_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a confirmation fail if it reads the hold from the database."""

    def read(*_: Any) -> Found:
        raise AssertionError("it was read")

    monkeypatch.setattr(confirming, "read_hold", read)


def test_it_is_not_read_again(
    engine: BookingEngine, other: BookingEngine, open_restaurant: OpenRestaurant, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = open_restaurant(tables=tables(2, 2, 2))
    forbid_reading(monkeypatch)
    assert confirm(engine, hold_for_two(engine, place)).status == "confirmed"
    with pytest.raises(AssertionError, match="it was read"):
        confirm(other, hold_for_two(engine, place))


def test_when_it_was_confirmed_is_told_by_the_databases_clock(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    place = open_restaurant()
    hold = hold_for_two(engine, place)
    pass_time(engine, minutes=3)
    made = confirm(engine, hold)
    with database.connect() as connection:
        query = "SELECT confirmed_at, statement_timestamp() AS now FROM reservation WHERE restaurant_id = :id"
        row = connection.execute(text(query), {"id": place.id}).one()
    assert abs(row.now + engine.clock.offset - row.confirmed_at) < timedelta(seconds=2)
    assert made.status == "confirmed"


def test_what_another_process_released_is_not_confirmed(
    engine: BookingEngine, other: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    hold = hold_for_two(engine, open_restaurant())
    other.release_hold(hold.id, command_id=new_id(), channel="sms")
    with pytest.raises(HoldExpired):
        confirm(engine, hold)


def test_what_another_process_confirmed_is_the_same_reservation(
    engine: BookingEngine, other: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    hold = hold_for_two(engine, open_restaurant())
    made = confirm(other, hold)
    assert confirm(engine, hold).code == made.code


def test_texts_are_of_the_restaurant_as_an_import_has_left_it(
    engine: BookingEngine, other: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    place = open_restaurant()
    hold = hold_for_two(engine, place)
    other.import_restaurants(as_lines(restaurant_line(slug=place.slug, name="Renamed")))
    confirm(engine, hold, notify=True)
    with database.connect() as connection:
        query = text("SELECT payload->'restaurant'->>'name' FROM outbox WHERE restaurant_id = :id")
        assert set(connection.execute(query, {"id": place.id}).scalars()) == {"Renamed"}


def test_a_clock_that_stood_still_keeps_no_hold_alive(
    engine: BookingEngine,
    other: BookingEngine,
    database: Engine,
    open_restaurant: OpenRestaurant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After the machine slept, only the database shows that the hold has expired and its table is taken."""
    place = open_restaurant(tables=tables(2))
    hold = hold_for_two(engine, place)
    takes = RecentHolds.take

    def as_of_then(self: RecentHolds, key: HoldKey, shift: timedelta) -> Found | None:
        found = takes(self, key, shift)
        return found and found._replace(now=found.now - timedelta(minutes=10))

    monkeypatch.setattr(RecentHolds, "take", as_of_then)
    pass_time(engine, minutes=10)
    pass_time(other, minutes=10)
    book(other, place, evening(place))
    with pytest.raises(HoldExpired):
        confirm(engine, hold)
    assert doubles(database, place) == 0


def test_the_answer_to_a_repeated_command_is_no_new_hold(
    engine: BookingEngine, open_restaurant: OpenRestaurant, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = open_restaurant(tables=tables(2, 2))
    command_id = new_id()
    first = hold_for_two(engine, place, command_id)
    engine._context.holds.take(HoldKey(*(int(part, 16) for part in first.id.split("-"))), timedelta(0))
    assert hold_for_two(engine, place, command_id).id == first.id
    forbid_reading(monkeypatch)
    with pytest.raises(AssertionError, match="it was read"):
        confirm(engine, first)


def test_so_many_are_kept_and_no_more(
    engine: BookingEngine, open_restaurant: OpenRestaurant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holds_in_hand, "_MOST", 2)
    place = open_restaurant(tables=tables(2, 2, 2, 2))
    holds = [hold_for_two(engine, place) for _ in range(3)]
    assert len(engine._context.holds._kept) == 1
    assert {confirm(engine, hold).status for hold in holds} == {"confirmed"}
