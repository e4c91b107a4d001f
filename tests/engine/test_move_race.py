"""Many diners who move between restaurants at once. Each race also runs without its guard and must then fail."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from psycopg.errors import DeadlockDetected
from sqlalchemy import Engine, text

from booking_engine import BookingEngine, NoTableAvailable, Reservation, ReservationOver, Restaurant
from booking_engine.reservations import change as changing
from booking_engine.storage import transactions
from booking_engine.storage.sql import Statement, execute_all
from booking_engine.time_slots import QUARTER

from .crowds import NOW, crowd
from .helpers import OpenRestaurant, as_lines, book, clock_at, doubles, evening, new_id, restaurant_line, tables
from .test_race import unguarded

__all__ = ["unguarded"]

HOURS = (18, 19)
_A_MOMENT = Statement("SELECT pg_sleep(0.01)", {})
AN_HOUR = [{"max_party": 2, "minutes": 60}]


@pytest.fixture
def crossed(database: Engine, open_restaurant: OpenRestaurant, monkeypatch: pytest.MonkeyPatch) -> Wanderers:
    """Diners with tables at two restaurants, with a pause between two locks; a deadlock is raised, not retried."""
    monkeypatch.setattr(changing, "execute_all", lambda at, all: [execute_all(at, [one, _A_MOMENT])[0] for one in all])
    monkeypatch.delitem(transactions._WORTH_ANOTHER_TRY, "40P01")
    engine = BookingEngine(database, clock_at(NOW))
    places = [open_restaurant(tables=tables(2, 2, 2, 2), turn_times=AN_HOUR) for _ in range(2)]
    starts = [evening(at, hour) for hour in HOURS for at in places] * 2
    return Wanderers(engine, places, [book(engine, places[n % 2], start).code for n, start in enumerate(starts)])


@dataclass
class Wanderers:
    """Diners who move back and forth between the restaurants, at the same or another time."""

    engine: BookingEngine
    places: list[Restaurant]
    codes: list[str]

    def wander(self, number: int) -> None:
        """Move one diner six times at random."""
        chance = random.Random(number)
        for _ in range(6):
            place = chance.choice(self.places)
            start = evening(place, chance.choice(HOURS), chance.choice((0, 30)))
            try:
                self.codes[number] = move(self.engine, self.codes[number], place, starts_at=start).code
            except NoTableAvailable:
                continue

    def all_at_once(self) -> None:
        """Move all diners concurrently."""
        crowd(self.wander, len(self.codes), threads=len(self.codes))


def move(engine: BookingEngine, code: str, restaurant: Restaurant, **more: Any) -> Reservation:
    """Move a reservation, by default with a new command id."""
    told: dict[str, Any] = {"command_id": new_id(), "channel": "sms", "notify": False}
    return engine.change_reservation(code, restaurant=restaurant, **(told | more))


def quarters_taken(database: Engine, *places: Restaurant) -> dict[int, int]:
    """Count the quarter hours of each reservation."""
    with database.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT reservation_id, count(*) AS taken FROM table_quarter"
                " WHERE restaurant_id = ANY(:ids) GROUP BY reservation_id"
            ),
            {"ids": [place.id for place in places]},
        )
        return {row.reservation_id: row.taken for row in rows}


def test_moves_that_cross_neither_deadlock_nor_lose_a_table(crossed: Wanderers, database: Engine) -> None:
    crossed.all_at_once()
    assert {crossed.engine.reservation(code).status for code in crossed.codes} == {"confirmed"}
    assert [doubles(database, place) for place in crossed.places] == [0, 0]
    taken = quarters_taken(database, *crossed.places)
    assert list(taken.values()) == [4] * len(crossed.codes), "each keeps one table for an hour"


def test_without_one_order_of_restaurants_the_same_moves_deadlock(
    crossed: Wanderers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changing, "sorted", list, raising=False)  # lock the diner's current restaurant first
    for _ in range(5):
        try:
            crossed.all_at_once()
        except DeadlockDetected:
            return
    pytest.fail("the moves do not cross: none of them deadlocked even without one order")


def scramble(engine: BookingEngine, here: Restaurant, there: Restaurant) -> list[Any]:
    """Let one diner per table of `here` move to `there` at overlapping times; return the code that each ends up with.

    Each comes from a different quarter hour: from the same one they would wait for each other's lock.
    """
    codes = [book(engine, here, evening(here, 17) + number * QUARTER).code for number in range(len(here.tables))]

    def mover(number: int) -> Any:
        return move(engine, codes[number], there, starts_at=evening(there, 18, 15 * (number % 4)))

    return [
        result.code if isinstance(result, Reservation) else code
        for code, result in zip(codes, crowd(mover, len(codes)), strict=True)
    ]


def test_of_many_who_move_to_the_last_table_one_gets_it_and_the_others_keep_theirs(
    database: Engine, open_restaurant: OpenRestaurant
) -> None:
    engine = BookingEngine(database, clock_at(NOW))
    for sizes in ([2] * 16, [2]), ([2], [2] * 16):  # in both orders of import
        lone, full = sorted((open_restaurant(tables=tables(*size)) for size in sizes), key=lambda at: len(at.tables))
        kept = [engine.reservation(code) for code in scramble(engine, full, lone)]
        assert {reservation.status for reservation in kept} == {"confirmed"}
        assert Counter(reservation.restaurant.slug for reservation in kept) == {full.slug: 15, lone.slug: 1}
        assert list(quarters_taken(database, full, lone).values()) == [6] * 16, "each has one table for 90 minutes"


def test_without_the_primary_key_the_same_movers_share_the_last_table(unguarded: Engine) -> None:
    engine = BookingEngine(unguarded, clock_at(NOW))
    for attempt in range(5):
        slugs = f"full-{attempt}", f"lone-{attempt}"
        floors = tables(*[2] * 16), tables(2)
        engine.import_restaurants(
            as_lines(*(restaurant_line(slug=slug, tables=floor) for slug, floor in zip(slugs, floors, strict=True)))
        )
        here, there = map(engine.restaurant, slugs)
        scramble(engine, here, there)
        if doubles(unguarded, there):
            return
    pytest.fail("the race does not race: the last table was not given twice even without the primary key")


def test_one_move_sent_many_times_at_once_has_one_effect(database: Engine, open_restaurant: OpenRestaurant) -> None:
    engine = BookingEngine(database, clock_at(NOW))
    here, there = open_restaurant(), open_restaurant()
    made = book(engine, here, evening(here))
    moved = crowd(lambda _: move(engine, made.code, there, command_id="same"), 16)
    assert len({reservation.code for reservation in moved}) == 1
    assert list(quarters_taken(database, here, there).values()) == [6]


def test_a_reservation_pulled_to_several_restaurants_goes_to_one(
    database: Engine, open_restaurant: OpenRestaurant
) -> None:
    engine = BookingEngine(database, clock_at(NOW))
    here, *others = (open_restaurant() for _ in range(5))
    made = book(engine, here, evening(here))

    def pull(number: int) -> str | None:
        try:
            return move(engine, made.code, others[number % 4]).code
        except ReservationOver:
            return None

    assert Counter(code is not None for code in crowd(pull, 16)) == {True: 1, False: 15}
    assert list(quarters_taken(database, here, *others).values()) == [6]
