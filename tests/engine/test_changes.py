"""Changing, cancelling and restoring a reservation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from booking_engine import (
    BookingEngine,
    ChangeTooLate,
    InvalidRequest,
    NoTableAvailable,
    Refusal,
    ReservationOver,
    UndoTooLate,
)

from .helpers import (
    OpenRestaurant,
    book,
    evening,
    new_id,
    pass_time,
    tables,
    texts,
    wall_times,
)


def test_a_refused_change_leaves_the_old_table(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    restaurant = open_restaurant(tables=tables(2))
    made = book(engine, restaurant, evening(restaurant, 17))
    book(engine, restaurant, evening(restaurant, 20))
    with pytest.raises(NoTableAvailable) as refused:
        engine.change_reservation(
            made.code, starts_at=evening(restaurant, 20), command_id=new_id(), channel="sms", notify=True
        )
    # The reservation's own table counts as free in the offers: a quarter hour later is possible.
    assert "18:30" in wall_times(refused.value.search.openings)
    assert engine.reservation(made.code) == made
    moved = engine.change_reservation(
        made.code, starts_at=evening(restaurant, 17, 15), command_id=new_id(), channel="sms", notify=False
    )
    assert moved.starts_at == evening(restaurant, 17, 15)
    # The quarter hour that it left is free again; the one that it took is not.
    assert engine.find_openings(restaurant, starts_at=evening(restaurant, 17, 15), party_size=2).exact is None
    same = engine.find_openings(restaurant, starts_at=evening(restaurant, 17, 30), party_size=2, excluding=made.code)
    assert same.exact is not None


def test_a_larger_party_moves_to_a_larger_table(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    restaurant = open_restaurant()
    made = book(engine, restaurant, evening(restaurant), 2)
    bigger = engine.change_reservation(made.code, party_size=3, command_id=new_id(), channel="sms", notify=False)
    assert (bigger.party_size, bigger.tables) == (3, ("T3",))
    assert bigger.ends_at - bigger.starts_at == timedelta(minutes=105)
    with pytest.raises(NoTableAvailable) as refused:
        engine.change_reservation(made.code, party_size=9, command_id=new_id(), channel="sms", notify=False)
    assert refused.value.search.refusal is Refusal.PARTY_TOO_LARGE


def test_notes_change_without_touching_the_table(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    restaurant = open_restaurant(policy={"change_cutoff_minutes": 60})
    made = book(engine, restaurant, evening(restaurant))
    pass_time(engine, days=4, hours=6, minutes=30)
    noted = engine.change_reservation(made.code, notes="birthday", command_id=new_id(), channel="sms", notify=False)
    assert (noted.notes, noted.tables, noted.starts_at) == ("birthday", made.tables, made.starts_at)
    with pytest.raises(ChangeTooLate):
        engine.change_reservation(made.code, party_size=1, command_id=new_id(), channel="sms", notify=False)
    with pytest.raises(InvalidRequest):
        engine.change_reservation(made.code, command_id=new_id(), channel="sms", notify=False)


def test_another_name_goes_everywhere_it_is_told(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant()
    made = book(engine, restaurant, evening(restaurant), phone="+14155550177")
    renamed = engine.change_reservation(made.code, name=" Zoë  Ng ", command_id="n", channel="sms", notify=False)
    assert renamed == replace(made, diner_name="Zoë Ng")
    assert engine.reservation(made.code) == renamed
    assert engine.diner_name(made.diner_phone) == "Zoë Ng"
    waiting = [row for row in texts(database, made) if row.kind == "reminder" and row.voided_at is None]
    assert [row.payload["diner_name"] for row in waiting] == ["Zoë Ng"]
    again = engine.change_reservation(made.code, name=" Zoë  Ng ", command_id="n", channel="sms", notify=False)
    assert again == renamed, "the same command has no second effect"
    with pytest.raises(InvalidRequest):
        engine.change_reservation(made.code, name=" \u200b", command_id=new_id(), channel="sms", notify=False)
    elsewhere = open_restaurant()
    moved = engine.change_reservation(
        made.code, restaurant=elsewhere, name="Ada", command_id=new_id(), channel="sms", notify=False
    )
    assert (moved.restaurant, moved.diner_name) == (elsewhere, "Ada")


def test_what_is_over_is_neither_changed_nor_cancelled(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    restaurant = open_restaurant()
    made = book(engine, restaurant, evening(restaurant))
    cancelled = book(engine, restaurant, evening(restaurant))
    engine.cancel_reservation(cancelled.code, command_id=new_id(), channel="sms", notify=False)
    with pytest.raises(ReservationOver):
        engine.change_reservation(cancelled.code, party_size=1, command_id=new_id(), channel="sms", notify=False)
    pass_time(engine, days=5)
    with pytest.raises(ReservationOver):
        engine.change_reservation(made.code, notes="late", command_id=new_id(), channel="sms", notify=False)
    with pytest.raises(ReservationOver):
        engine.cancel_reservation(made.code, command_id=new_id(), channel="sms", notify=False)


def test_a_cancellation_is_undone_within_two_minutes_if_the_table_is_free(
    engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant(tables=tables(2))
    made = book(engine, restaurant, evening(restaurant))
    gone = engine.cancel_reservation(made.code, command_id=new_id(), channel="sms", notify=False)
    assert engine.cancel_reservation(made.code, command_id=new_id(), channel="sms", notify=False) == gone
    assert engine.restore_reservation(made.code, command_id=new_id(), channel="sms", notify=False) == made
    engine.cancel_reservation(made.code, command_id=new_id(), channel="sms", notify=False)
    book(engine, restaurant, evening(restaurant))
    with pytest.raises(NoTableAvailable):
        engine.restore_reservation(made.code, command_id=new_id(), channel="sms", notify=False)
    pass_time(engine, minutes=2, seconds=1)
    with pytest.raises(UndoTooLate):
        engine.restore_reservation(made.code, command_id=new_id(), channel="sms", notify=False)
