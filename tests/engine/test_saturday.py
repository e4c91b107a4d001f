"""A thousand diners for twenty tables on one Saturday; the same without the primary key must fail."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from booking_engine import BookingEngine, NoTableAvailable, Restaurant, create_database

from .crowds import DROP_THE_KEY, NOW, crowd, rush
from .helpers import as_lines, book, clock_at, doubles, evening, restaurant_line, tables

DINERS = 1000
TABLES = 20
CHASERS = 150
"""More than the evening still has room for once every table has its party of the rush."""
TURN = [{"max_party": 2, "minutes": 90}]


def wishes(place: Restaurant) -> list[datetime]:
    """Return times from 6:30 PM to 7:30 PM, so that any two diners would overlap at a table."""
    chance = random.Random(7)
    return [evening(place, 18, 30) + timedelta(minutes=15 * chance.randrange(5)) for _ in range(DINERS)]


def test_a_thousand_diners_fill_twenty_tables_and_every_loser_is_offered_what_can_be_booked(
    copy_database: Callable[[], str],
) -> None:
    url = copy_database()
    database = create_database(url, pool_size=20)
    engine = BookingEngine(database, clock_at(NOW))
    engine.import_restaurants(as_lines(restaurant_line(tables=tables(*[2] * TABLES), turn_times=TURN)))
    place = engine.restaurant("larder")

    def open_times() -> set[datetime]:
        seven, day = evening(place, 19), timedelta(hours=5)
        found = engine.find_openings(place, starts_at=seven, party_size=2, within=day, limit=40)
        return {opening.starts_at for opening in found.openings}

    got = rush(url, "larder", wishes(place))
    taken = [one.table for one in got if one.table]
    assert sorted(taken) == sorted(table.name for table in place.tables), "every table full, none twice"
    assert doubles(database, place) == 0
    losers = [one.offers for one in got if not one.table]
    assert len(losers) == DINERS - TABLES
    # A diner is refused only once all twenty tables are taken, so no one in the rush can have taken the times offered then.
    still_open = open_times()
    for offers in losers:
        assert offers
        assert still_open.issuperset(offers)

    def chase(number: int) -> str | None:
        """Book the first offer; if it is gone, search again, until nothing is left on that day."""
        offers = list(losers[number])
        while offers:
            try:
                return book(engine, place, offers[0]).code
            except NoTableAvailable:
                found = engine.find_openings(place, starts_at=evening(place, 19), party_size=2).openings
                offers = [opening.starts_at for opening in found]
        return None

    seated = [code for code in crowd(chase, CHASERS) if code]
    assert TABLES < len(seated) < CHASERS
    assert open_times() == set(), "who went without had asked until the day was full"
    assert doubles(database, place) == 0
    elsewhen = engine.find_alternatives(place, starts_at=evening(place, 19), party_size=2).other_days
    assert elsewhen
    for opening in elsewhen:
        assert book(engine, place, opening.starts_at)
    database.dispose()


def test_without_the_primary_key_the_same_rush_books_tables_twice(copy_database: Callable[[], str]) -> None:
    url = copy_database()
    database = create_database(url)
    with database.begin() as connection:
        connection.execute(text(DROP_THE_KEY))
    engine = BookingEngine(database, clock_at(NOW))
    for attempt in range(5):
        slug = f"twin-{attempt}"
        engine.import_restaurants(as_lines(restaurant_line(slug=slug, tables=tables(*[2] * TABLES), turn_times=TURN)))
        place = engine.restaurant(slug)
        rush(url, slug, wishes(place), guarded=False)
        if doubles(database, place):
            database.dispose()
            return
    pytest.fail("the rush is none: no table was booked twice even without the primary key")
