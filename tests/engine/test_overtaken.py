"""Changes between a command's read and its write. Holds and confirmations read without a lock."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from booking_engine import BookingEngine, Hold, HoldExpired, NoTableAvailable, Restaurant
from booking_engine.reservations import confirm as confirming
from booking_engine.reservations import hold as holding
from booking_engine.reservations import seating

from .crowds import NOW
from .helpers import PHONE, OpenRestaurant, book, clock_at, doubles, evening, new_id, tables

Meanwhile = Callable[[Any, str, Callable[[], object]], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Make something happen once, just before the named function of a module builds the statement that writes."""

    def set_up(module: Any, name: str, happens: Callable[[], object]) -> None:
        builds, waiting = getattr(module, name), [happens]

        def with_interruption(*args: Any, **more: Any) -> Any:
            if waiting:
                waiting.pop()()
            return builds(*args, **more)

        monkeypatch.setattr(module, name, with_interruption)

    return set_up


@pytest.fixture
def engine(database: Engine) -> BookingEngine:
    """The engine under test."""
    return BookingEngine(database, clock_at(NOW))


@pytest.fixture
def other(database: Engine, engine: BookingEngine) -> BookingEngine:
    """An engine that stands for another process of the same service, and so has the same offset to the database's clock.

    With a clock of its own, which began to run a moment later and is behind, what comes later could be earlier.
    """
    return BookingEngine(database, engine.clock)


def hold_for_two(engine: BookingEngine, place: Restaurant) -> Hold:
    """Hold a table for two."""
    return engine.place_hold(place, starts_at=evening(place), party_size=2, command_id=new_id(), channel="sms")


def confirm(engine: BookingEngine, hold: Hold, name: str = "Ada") -> str:
    """Confirm the hold and return its table."""
    made = engine.confirm_hold(hold.id, name=name, phone=PHONE, command_id=new_id(), channel="sms", notify=False)
    return made.tables[0]


def seated(database: Engine, place: Restaurant) -> int:
    """Count the covers of holds and reservations, as pacing does."""
    count = text("SELECT coalesce(sum(covers), 0) FROM table_quarter WHERE restaurant_id = :id")
    with database.connect() as connection:
        return int(connection.execute(count, {"id": place.id}).scalar_one())


def test_a_hold_that_counted_before_the_kitchen_filled_up_counts_again(
    engine: BookingEngine, other: BookingEngine, database: Engine, open_restaurant: OpenRestaurant, meanwhile: Meanwhile
) -> None:
    place = open_restaurant(tables=tables(2, 2, 4), policy={"pacing_covers": 3})
    # It gets a larger table, so that only pacing can conflict.
    meanwhile(holding, "hold_tables", lambda: book(other, place, evening(place), party_size=3))
    with pytest.raises(NoTableAvailable):
        hold_for_two(engine, place)
    assert seated(database, place) == 3


def test_a_hold_that_does_not_heed_the_version_overruns_the_kitchen(
    engine: BookingEngine,
    other: BookingEngine,
    database: Engine,
    open_restaurant: OpenRestaurant,
    meanwhile: Meanwhile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heeds = "WHERE pacing_quarter.version = excluded.version - 1"
    assert heeds in seating._HOLD
    monkeypatch.setattr(seating, "_HOLD", seating._HOLD.replace(heeds, ""))
    place = open_restaurant(tables=tables(2, 2, 4), policy={"pacing_covers": 3})
    meanwhile(holding, "hold_tables", lambda: book(other, place, evening(place), party_size=3))
    hold_for_two(engine, place)
    assert seated(database, place) == 5


def test_a_hold_whose_table_went_meanwhile_takes_another(
    engine: BookingEngine, other: BookingEngine, database: Engine, open_restaurant: OpenRestaurant, meanwhile: Meanwhile
) -> None:
    place = open_restaurant(tables=tables(2, 2))
    # A quarter hour later: the same table, but another quarter hour's pacing.
    late = evening(place, 19, 15)
    gone: list[str] = []
    meanwhile(holding, "hold_tables", lambda: gone.append(book(other, place, late).tables[0]))
    hold = hold_for_two(engine, place)
    assert confirm(engine, hold) not in gone
    assert doubles(database, place) == 0


def test_seats_kept_for_walk_ins_are_counted_again_too(
    engine: BookingEngine, other: BookingEngine, database: Engine, open_restaurant: OpenRestaurant, meanwhile: Meanwhile
) -> None:
    place = open_restaurant(tables=tables(2, 2, 2), policy={"walk_in_covers": 4})
    meanwhile(holding, "hold_tables", lambda: book(other, place, evening(place, 19, 15)))
    with pytest.raises(NoTableAvailable):
        hold_for_two(engine, place)
    assert seated(database, place) == 2


def test_a_hold_given_back_meanwhile_is_not_confirmed(
    engine: BookingEngine, other: BookingEngine, database: Engine, open_restaurant: OpenRestaurant, meanwhile: Meanwhile
) -> None:
    place = open_restaurant(tables=tables(2))
    hold = hold_for_two(engine, place)
    meanwhile(confirming, "keep_tables", lambda: other.release_hold(hold.id, command_id=new_id(), channel="sms"))
    with pytest.raises(HoldExpired):
        confirm(engine, hold)
    assert seated(database, place) == 0
    assert book(other, place, evening(place)).tables == ("T1",)


def test_a_hold_confirmed_meanwhile_is_one_reservation(
    engine: BookingEngine, other: BookingEngine, database: Engine, open_restaurant: OpenRestaurant, meanwhile: Meanwhile
) -> None:
    place = open_restaurant(tables=tables(2))
    hold = hold_for_two(engine, place)
    meanwhile(confirming, "keep_tables", lambda: confirm(other, hold, "Grace"))
    confirm(engine, hold, "Ada")
    with database.connect() as connection:
        names = connection.execute(
            text("SELECT diner_name FROM reservation WHERE restaurant_id = :id AND status = 'confirmed'"),
            {"id": place.id},
        )
        assert names.scalars().all() == ["Grace"]


def extend(engine: BookingEngine, hold: Hold) -> Hold:
    """Extend the hold."""
    return engine.extend_hold(hold.id, command_id=new_id(), channel="sms")


def test_a_hold_extended_elsewhere_meanwhile_is_confirmed(
    engine: BookingEngine, other: BookingEngine, database: Engine, open_restaurant: OpenRestaurant, meanwhile: Meanwhile
) -> None:
    place = open_restaurant(tables=tables(2))
    hold = hold_for_two(engine, place)
    meanwhile(confirming, "keep_tables", lambda: extend(other, hold))
    assert confirm(engine, hold) == "T1"
    with database.connect() as connection:
        states = text(
            "SELECT state->'extensions' FROM reservation_event WHERE restaurant_id = :id AND kind = 'confirm'"
        )
        assert connection.execute(states, {"id": place.id}).scalars().all() == [1]


def test_a_hold_given_back_meanwhile_is_not_extended(
    engine: BookingEngine, other: BookingEngine, database: Engine, open_restaurant: OpenRestaurant, meanwhile: Meanwhile
) -> None:
    place = open_restaurant(tables=tables(2))
    hold = hold_for_two(engine, place)
    meanwhile(holding, "lock_hold", lambda: other.release_hold(hold.id, command_id=new_id(), channel="sms"))
    with pytest.raises(HoldExpired):
        extend(engine, hold)
    assert seated(database, place) == 0


def lapse(database: Engine, place: Restaurant) -> None:
    """Make every hold of the restaurant expire."""
    restaurant = {"id": place.id, "ago": timedelta(hours=1)}
    with database.begin() as connection:
        for table, column in (("reservation", "expires_at"), ("table_quarter", "held_until")):
            lapsing = f"UPDATE {table} SET {column} = {column} - :ago WHERE restaurant_id = :id"
            connection.execute(text(lapsing), restaurant)


def test_a_hold_that_lapses_meanwhile_is_confirmed_with_what_is_left(
    engine: BookingEngine, other: BookingEngine, database: Engine, open_restaurant: OpenRestaurant, meanwhile: Meanwhile
) -> None:
    place = open_restaurant(tables=tables(2, 2))
    hold = hold_for_two(engine, place)

    def lapse_and_lose() -> None:
        lapse(database, place)
        assert book(other, place, evening(place)).tables == ("T1",)

    meanwhile(confirming, "keep_tables", lapse_and_lose)
    assert confirm(engine, hold) == "T2"
    assert doubles(database, place) == 0


def test_a_hold_that_lapses_meanwhile_does_not_come_on_top_of_a_full_kitchen(
    engine: BookingEngine, other: BookingEngine, database: Engine, open_restaurant: OpenRestaurant, meanwhile: Meanwhile
) -> None:
    place = open_restaurant(tables=tables(2, 4), policy={"pacing_covers": 4})
    hold = hold_for_two(engine, place)

    def lapse_and_fill() -> None:
        lapse(database, place)
        assert book(other, place, evening(place), party_size=4).tables == ("T2",), "the held table is left alone"

    meanwhile(confirming, "keep_tables", lapse_and_fill)
    with pytest.raises(HoldExpired):
        confirm(engine, hold)


def test_a_change_into_the_quarter_hour_is_noticed_too(
    engine: BookingEngine, other: BookingEngine, database: Engine, open_restaurant: OpenRestaurant, meanwhile: Meanwhile
) -> None:
    place = open_restaurant(tables=tables(2, 2, 4), policy={"pacing_covers": 3})
    first = book(other, place, evening(place))  # so that this quarter hour already has a version
    other.cancel_reservation(first.code, command_id=new_id(), channel="sms", notify=False)
    moving = book(other, place, evening(place, 20), party_size=3)

    def move() -> None:
        other.change_reservation(
            moving.code, starts_at=evening(place), command_id=new_id(), channel="sms", notify=False
        )

    meanwhile(holding, "hold_tables", move)
    with pytest.raises(NoTableAvailable):
        hold_for_two(engine, place)
    assert seated(database, place) == 3


def test_who_saw_a_hold_lapse_counts_again_when_it_was_confirmed_in_time(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant, meanwhile: Meanwhile
) -> None:
    place = open_restaurant(tables=tables(2, 4), policy={"pacing_covers": 4})
    hold = hold_for_two(engine, place)
    later = engine.at(timedelta(minutes=10))
    meanwhile(holding, "hold_tables", lambda: confirm(engine, hold))
    with pytest.raises(NoTableAvailable):
        later.place_hold(place, starts_at=evening(place), party_size=4, command_id=new_id(), channel="sms")
    assert seated(database, place) == 2


def test_who_counted_seats_for_walk_ins_without_a_hold_counts_again_when_it_was_confirmed_in_time(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant, meanwhile: Meanwhile
) -> None:
    place = open_restaurant(tables=tables(2, 4), policy={"walk_in_covers": 2})
    hold = hold_for_two(engine, place)
    later = engine.at(timedelta(minutes=10))
    meanwhile(holding, "hold_tables", lambda: confirm(engine, hold))
    # A quarter hour later: another table and another quarter hour's pacing, but the same walk-in seats.
    late = evening(place, 19, 15)
    with pytest.raises(NoTableAvailable):
        later.place_hold(place, starts_at=late, party_size=3, command_id=new_id(), channel="sms")
    assert seated(database, place) == 2


def lapse_and_lose(database: Engine, other: BookingEngine, place: Restaurant) -> None:
    """Make the holds expire, and give the first table to somebody else, a quarter hour later: another pacing lock."""
    lapse(database, place)
    assert book(other, place, evening(place, 19, 15)).tables == ("T1",)


def test_a_hold_whose_table_goes_while_it_is_extended_gets_another(
    engine: BookingEngine, other: BookingEngine, database: Engine, open_restaurant: OpenRestaurant, meanwhile: Meanwhile
) -> None:
    place = open_restaurant(tables=tables(2, 2))
    hold = hold_for_two(engine, place)
    meanwhile(holding, "take_tables", lambda: lapse_and_lose(database, other, place))
    assert extend(engine, hold).expires_at > engine.clock.now()
    assert confirm(engine, hold) == "T2"
    assert doubles(database, place) == 0


def test_a_hold_whose_table_goes_while_it_is_extended_has_lapsed_if_there_is_no_other(
    engine: BookingEngine, other: BookingEngine, database: Engine, open_restaurant: OpenRestaurant, meanwhile: Meanwhile
) -> None:
    place = open_restaurant(tables=tables(2))
    hold = hold_for_two(engine, place)
    meanwhile(holding, "take_tables", lambda: lapse_and_lose(database, other, place))
    with pytest.raises(HoldExpired) as refused:
        extend(engine, hold)
    assert refused.value.search is not None
    assert refused.value.search.openings
    with pytest.raises(HoldExpired):
        confirm(engine, hold)
    assert doubles(database, place) == 0


def test_an_extension_that_does_not_heed_who_has_the_table_books_it_twice(
    engine: BookingEngine,
    other: BookingEngine,
    database: Engine,
    open_restaurant: OpenRestaurant,
    meanwhile: Meanwhile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heeds = (
        "WHERE table_quarter.held_until < excluded.held_at OR table_quarter.reservation_id = excluded.reservation_id"
    )
    assert heeds in seating._TAKE
    monkeypatch.setattr(seating, "_TAKE", seating._TAKE.replace(heeds, ""))
    place = open_restaurant(tables=tables(2))
    hold = hold_for_two(engine, place)
    meanwhile(holding, "take_tables", lambda: lapse_and_lose(database, other, place))
    extend(engine, hold)
    confirm(engine, hold)
    assert doubles(database, place) == 1


def fill_while_it_is_extended(
    engine: BookingEngine, other: BookingEngine, database: Engine, place: Restaurant, meanwhile: Meanwhile
) -> None:
    """Extend a hold for two that lapses just then, while four others try to sit down in the same quarter hour."""
    hold = hold_for_two(engine, place)
    with ThreadPoolExecutor(1) as diner:
        others: list[Future[object]] = []

        def lapse_and_fill() -> None:
            lapse(database, place)
            others.append(diner.submit(book, other, place, evening(place), 4))
            wait(others, timeout=1)  # under the lock, they are still waiting after that

        meanwhile(holding, "take_tables", lapse_and_fill)
        extend(engine, hold)
        with suppress(NoTableAvailable):
            others[0].result()


def test_a_hold_extended_just_as_it_lapses_still_counts(
    engine: BookingEngine, other: BookingEngine, database: Engine, open_restaurant: OpenRestaurant, meanwhile: Meanwhile
) -> None:
    place = open_restaurant(tables=tables(2, 4), policy={"pacing_covers": 4})
    fill_while_it_is_extended(engine, other, database, place, meanwhile)
    assert seated(database, place) == 2


def test_without_the_lock_a_hold_extended_just_as_it_lapses_overruns_the_kitchen(
    engine: BookingEngine,
    other: BookingEngine,
    database: Engine,
    open_restaurant: OpenRestaurant,
    meanwhile: Meanwhile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(seating, "_LOCK", "SELECT 1")
    place = open_restaurant(tables=tables(2, 4), policy={"pacing_covers": 4})
    fill_while_it_is_extended(engine, other, database, place, meanwhile)
    assert seated(database, place) == 6


def test_seats_kept_for_walk_ins_count_a_hold_extended_just_as_it_lapses(
    engine: BookingEngine, other: BookingEngine, database: Engine, open_restaurant: OpenRestaurant, meanwhile: Meanwhile
) -> None:
    place = open_restaurant(tables=tables(2, 2, 2), policy={"walk_in_covers": 4})
    hold = hold_for_two(engine, place)
    with ThreadPoolExecutor(1) as diner:
        others: list[Future[object]] = []

        def lapse_and_fill() -> None:
            lapse(database, place)
            others.append(diner.submit(book, other, place, evening(place, 19, 15)))
            wait(others, timeout=1)

        meanwhile(holding, "take_tables", lapse_and_fill)
        extend(engine, hold)
        with pytest.raises(NoTableAvailable):
            others[0].result()
    assert seated(database, place) == 2
