"""Many diners at once. Each race also runs without its guard and must then fail, which shows that the race can detect it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, text

from booking_engine import BookingEngine, NoTableAvailable, Restaurant, create_database
from booking_engine.availability.floor import Floor, Place
from booking_engine.reservations import seating

from .crowds import DROP_THE_KEY, NOW, UNGUARDED, crowd
from .helpers import OpenRestaurant, as_lines, book, clock_at, doubles, evening, new_id, restaurant_line, tables


def test_many_diners_for_few_tables_never_share_one(database: Engine, open_restaurant: OpenRestaurant) -> None:
    engine = BookingEngine(database, clock_at(NOW))
    place = open_restaurant(
        tables=tables(2, 2, 2, 4),
        combinations=[{"tables": ["T1", "T2"], "min_party": 3, "max_party": 4}],
    )
    starts = [evening(place, 18, minute) for minute in (0, 15, 30, 45)]

    def diner(number: int) -> str:
        chance = random.Random(number)
        return book(engine, place, chance.choice(starts), chance.choice((1, 2, 3, 4))).code

    results = crowd(diner, 80)
    booked = [code for code in results if isinstance(code, str)]
    assert len(set(booked)) == len(booked) >= 3
    assert doubles(database, place) == 0
    for refused in results:
        if isinstance(refused, NoTableAvailable) and refused.search.openings:
            opening = refused.search.openings[0]
            assert opening.party_size in (1, 2, 3, 4)


def test_changes_that_cross_neither_deadlock_nor_lose_a_table(
    database: Engine, open_restaurant: OpenRestaurant
) -> None:
    engine = BookingEngine(database, clock_at(NOW))
    place = open_restaurant(tables=tables(2, 2, 2), turn_times=[{"max_party": 2, "minutes": 60}])
    hours = (17, 18, 19, 20)
    codes = [book(engine, place, evening(place, hour)).code for hour in hours for _ in range(2)]
    before = deadlocks(database)

    def wander(number: int) -> None:
        chance = random.Random(number)
        for _ in range(6):
            try:
                engine.change_reservation(
                    codes[number], starts_at=evening(place, chance.choice(hours), chance.choice((0, 15, 30))),
                    command_id=new_id(), channel="sms", notify=False,
                )  # fmt: skip
            except NoTableAvailable:
                continue

    crowd(wander, len(codes), threads=len(codes))
    assert doubles(database, place) == 0
    assert deadlocks(database) == before
    with database.connect() as connection:
        rows = connection.execute(
            text("SELECT reservation_id, count(*) FROM table_quarter WHERE restaurant_id = :id GROUP BY 1"),
            {"id": place.id},
        ).all()
    assert [count for _, count in rows] == [4] * len(codes), "each keeps one table for its four quarter hours"


def test_the_kitchen_is_never_given_more_covers_than_it_takes(
    database: Engine, open_restaurant: OpenRestaurant
) -> None:
    engine = BookingEngine(database, clock_at(NOW))
    place = open_restaurant(tables=tables(*[2] * 20), policy={"pacing_covers": 10})
    crowd(lambda _: book(engine, place, evening(place)), 30)
    assert covers(database, place) == 10


def test_without_the_pacing_lock_the_kitchen_is_given_too_many(
    database: Engine, open_restaurant: OpenRestaurant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seating, "_LOCK", "SELECT 1")
    monkeypatch.setattr(Floor, "fitting", shuffled(Floor.fitting))
    engine = BookingEngine(database, clock_at(NOW))
    for _ in range(5):
        place = open_restaurant(tables=tables(*[2] * 20), policy={"pacing_covers": 10})
        crowd(lambda _: book(engine, place, evening(place)), 30)  # noqa: B023
        if covers(database, place) > 10:
            return
    pytest.fail("the race does not race: nobody overran the kitchen even without the lock")


def test_one_command_sent_many_times_at_once_has_one_effect(database: Engine, open_restaurant: OpenRestaurant) -> None:
    engine = BookingEngine(database, clock_at(NOW))
    place = open_restaurant(tables=tables(2, 2, 2, 2))
    holds = crowd(
        lambda _: engine.place_hold(place, starts_at=evening(place), party_size=2, command_id="same", channel="sms"), 16
    )
    assert len({hold.id for hold in holds}) == 1
    made = crowd(
        lambda _: engine.confirm_hold(
            holds[0].id, name="Ada", phone="+14155550199", command_id="same", channel="sms", notify=True
        ),
        16,
    )
    assert len({one.code for one in made}) == 1
    with database.connect() as connection:
        rows = connection.execute(text("SELECT count(*) FROM outbox WHERE to_phone = '+14155550199'"))
        assert rows.scalar_one() == 2


@pytest.fixture
def unguarded(copy_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A database without the primary key of table_quarter; the engine's statements ignore conflicts."""
    engine = create_database(copy_database(), pool_size=20)
    with engine.begin() as connection:
        connection.execute(text(DROP_THE_KEY))
    for name, heedless in UNGUARDED.items():
        monkeypatch.setattr(seating, name, heedless)
    yield engine
    engine.dispose()


def test_without_the_primary_key_the_same_race_books_tables_twice(unguarded: Engine) -> None:
    engine = BookingEngine(unguarded, clock_at(NOW))
    for attempt in range(5):
        engine.import_restaurants(as_lines(restaurant_line(slug=f"twin-{attempt}", tables=tables(2, 2))))
        place = engine.restaurant(f"twin-{attempt}")
        starts = [evening(place, 18, minute) for minute in (0, 15, 30, 45)]
        crowd(lambda number: book(engine, place, starts[number % 4]), 32)  # noqa: B023
        if doubles(unguarded, place):
            return
    pytest.fail("the race does not race: no table was booked twice even without the primary key")


def shuffled(fitting: Callable[[Floor, int], tuple[Place, ...]]) -> Callable[[Floor, int], tuple[Place, ...]]:
    """Assign places in random order, so that the primary key does not substitute for the pacing lock."""

    def random_order(floor: Floor, party_size: int) -> tuple[Place, ...]:
        places = list(fitting(floor, party_size))
        random.shuffle(places)
        return tuple(places)

    return random_order


def covers(database: Engine, place: Restaurant) -> int:
    """Number of guests with a confirmed reservation."""
    with database.connect() as connection:
        return int(
            connection.execute(
                text("SELECT sum(party_size) FROM reservation WHERE restaurant_id = :id AND status = 'confirmed'"),
                {"id": place.id},
            ).scalar_one()
        )


def deadlocks(database: Engine) -> int:
    """Number of deadlocks in the database so far."""
    with database.connect() as connection:
        connection.execute(text("SELECT pg_stat_clear_snapshot()"))
        return int(
            connection.execute(
                text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
            ).scalar_one()
        )
