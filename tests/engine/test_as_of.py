"""A message that is decided on again finds the reservations as they stood when it came, and its commands act once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from booking_engine import BookingEngine, Reservation, ReservationUnknown

from .helpers import PHONE, OpenRestaurant, book, evening, new_id


def now_of(database: Engine, engine: BookingEngine) -> datetime:
    """Return the time by the engine's clock, as the database has it."""
    with database.connect() as connection:
        found: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return found + engine.clock.offset


def cancel(engine: BookingEngine, booking: Reservation, command_id: str) -> Reservation:
    return engine.cancel_reservation(booking.code, command_id=command_id, channel="sms", notify=False)


def test_what_happened_since_is_not_seen(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    place = open_restaurant()
    booked = book(engine, place, evening(place))
    came = now_of(database, engine)
    command_id = new_id()
    cancelled = cancel(engine, booked, command_id)
    later = book(engine, place, evening(place, 21))

    again = engine.as_of(came)
    assert again.reservations_of(PHONE) == [booked]
    assert again.reservation(booked.code) == booked
    with pytest.raises(ReservationUnknown):
        again.reservation(later.code)
    assert cancel(again, booked, command_id) == cancelled
    assert engine.reservations_of(PHONE) == [later], "the twin: as it is now"


def test_a_clock_that_is_ahead_sees_the_same(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    place = open_restaurant()
    ahead = engine.at(timedelta(hours=5))
    booked = book(ahead, place, evening(place), phone="+12125550111")
    came = now_of(database, ahead)
    cancel(ahead, booked, new_id())
    assert ahead.as_of(came).reservations_of("+12125550111") == [booked]
