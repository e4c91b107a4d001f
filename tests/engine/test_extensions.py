"""A diner who needs ten more minutes: holds are extended as often as the restaurant allows, and never over somebody else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, text

from booking_engine import (
    BookingEngine,
    Hold,
    HoldExpired,
    HoldExtensionsUsed,
    InvalidRequest,
    NoTableAvailable,
    Reservation,
    Restaurant,
    SeatingPreferences,
)
from booking_engine.reservations.recent_holds import RecentHolds
from booking_engine.reservations.records import Found
from booking_engine.reservations.reservation import HoldKey

from .conftest import alembic_config
from .crowds import crowd
from .helpers import (
    PHONE,
    EngineAt,
    OpenRestaurant,
    as_lines,
    book,
    doubles,
    evening,
    events,
    new_id,
    pass_time,
    restaurant_line,
    tables,
)
from .seatings import live_seatings, tables_held

NOW = "2026-12-01T12:00+00:00"


@pytest.fixture
def other(at: EngineAt) -> BookingEngine:
    """An engine that stands for another process."""
    return at(NOW)


def hold_for_two(engine: BookingEngine, place: Restaurant, **more: Any) -> Hold:
    """Hold a table for two."""
    return engine.place_hold(place, starts_at=evening(place), party_size=2, command_id=new_id(), channel="sms", **more)


def extend(engine: BookingEngine, hold: Hold, command_id: str | None = None) -> Hold:
    """Extend the hold."""
    return engine.extend_hold(hold.id, command_id=command_id or new_id(), channel="sms")


def confirm(engine: BookingEngine, hold: Hold) -> Reservation:
    """Confirm the hold."""
    return engine.confirm_hold(hold.id, name="Ada", phone=PHONE, command_id=new_id(), channel="sms", notify=False)


def left(engine: BookingEngine, hold: Hold) -> timedelta:
    """Return how long the hold still stands, to the second."""
    return timedelta(seconds=round((hold.expires_at - engine.clock.now()).total_seconds()))


def test_a_hold_is_extended_from_now(engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant) -> None:
    place = open_restaurant(tables=tables(2), policy={"hold_minutes": 10})
    hold = hold_for_two(engine, place)
    pass_time(engine, minutes=8)
    longer = extend(engine, hold)
    assert (longer.id, longer.starts_at, longer.party_size) == (hold.id, hold.starts_at, hold.party_size)
    assert left(engine, longer) == timedelta(minutes=10)
    pass_time(engine, minutes=9)
    with pytest.raises(NoTableAvailable):
        hold_for_two(engine, place)
    assert [row.quarters for row in live_seatings(database, place, engine.clock.now())] == [6]
    assert confirm(engine, longer).tables == ("T1",)
    assert events(database, place) == [("hold", "sms"), ("extend", "sms"), ("confirm", "sms")]


def test_an_extended_hold_lapses_like_any_other(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    place = open_restaurant(tables=tables(2))
    extend(engine, hold_for_two(engine, place))
    pass_time(engine, minutes=5, seconds=1)
    assert book(engine, place, evening(place)).tables == ("T1",)


@pytest.mark.parametrize("allowed", [0, 1, 3])
def test_a_hold_is_extended_as_often_as_the_restaurant_allows(
    engine: BookingEngine, open_restaurant: OpenRestaurant, allowed: int
) -> None:
    place = open_restaurant(tables=tables(2), policy={"hold_extensions": allowed})
    hold = hold_for_two(engine, place)
    for _ in range(allowed):
        pass_time(engine, minutes=1)
        hold = extend(engine, hold)
    with pytest.raises(HoldExtensionsUsed) as refused:
        extend(engine, hold)
    assert refused.value.hold == hold, "it stands as it was"
    assert confirm(engine, hold).status == "confirmed"


def test_once_where_the_restaurant_does_not_say(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    hold = hold_for_two(engine, open_restaurant())
    extend(engine, hold)
    with pytest.raises(HoldExtensionsUsed):
        extend(engine, hold)


def test_an_import_that_shortens_holds_shortens_none_that_stands(
    engine: BookingEngine, other: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    place = open_restaurant(policy={"hold_minutes": 30})
    hold = hold_for_two(engine, place)
    other.import_restaurants(as_lines(restaurant_line(slug=place.slug, policy={"hold_minutes": 5})))
    assert extend(engine, hold).expires_at == hold.expires_at
    hold = hold_for_two(engine, engine.restaurant(place.slug))
    pass_time(engine, minutes=1)
    assert left(engine, extend(engine, hold)) == timedelta(minutes=5)


def test_the_policy_counts_as_an_import_has_left_it(
    engine: BookingEngine, other: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    place = open_restaurant()
    hold = hold_for_two(engine, place)
    other.import_restaurants(as_lines(restaurant_line(slug=place.slug, policy={"hold_extensions": 0})))
    with pytest.raises(HoldExtensionsUsed):
        extend(engine, hold)


def test_a_lapsed_hold_is_had_again_while_a_table_is_free(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    place = open_restaurant(tables=tables(2, 2))
    hold = hold_for_two(engine, place)
    pass_time(engine, minutes=6)
    assert book(engine, place, evening(place)).tables == ("T1",)
    again = extend(engine, hold)
    assert (again.id, left(engine, again)) == (hold.id, timedelta(minutes=5))
    assert tables_held(database, place, again.id) == ("T2",)
    with pytest.raises(NoTableAvailable):
        hold_for_two(engine, place)
    with pytest.raises(HoldExtensionsUsed):
        extend(engine, hold)
    assert confirm(engine, again).tables == ("T2",)
    assert doubles(database, place) == 0


def test_a_lapsed_hold_keeps_its_preferences(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    place = open_restaurant(tables=[{"name": "M1", "max_party": 2}, {"name": "P1", "area": "Patio", "max_party": 4}])
    wish = SeatingPreferences("patio", must=True)
    hold = hold_for_two(engine, place, preferences=wish)
    pass_time(engine, minutes=6)
    assert extend(engine, hold).areas == ("Patio",)
    assert confirm(engine, hold).preferences == wish


def test_a_hold_that_cannot_be_had_again_has_expired(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    place = open_restaurant(tables=tables(2))
    hold = hold_for_two(engine, place)
    pass_time(engine, minutes=6)
    book(engine, place, evening(place))
    with pytest.raises(HoldExpired) as refused:
        extend(engine, hold)
    assert refused.value.search is not None
    assert refused.value.search.openings


@pytest.mark.parametrize("hold_id", ["", "x", "1-2-3", "\0", "9" * 5000, "ffffffff-ffffff-ffffffffffffffff"])
def test_an_unknown_hold_is_not_extended(engine: BookingEngine, hold_id: str) -> None:
    with pytest.raises(HoldExpired):
        engine.extend_hold(hold_id, command_id=new_id(), channel="sms")


def test_what_is_no_hold_any_more_is_not_extended(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    place = open_restaurant(tables=tables(2, 2))
    released, booked = hold_for_two(engine, place), hold_for_two(engine, place)
    engine.release_hold(released.id, command_id=new_id(), channel="sms")
    made = confirm(engine, booked)
    for over in (released, booked):
        with pytest.raises(HoldExpired):
            extend(engine, over)
    assert engine.reservation(made.code) == made


def test_a_bad_channel_is_refused(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    hold = hold_for_two(engine, open_restaurant())
    with pytest.raises(InvalidRequest):
        engine.extend_hold(hold.id, command_id=new_id(), channel="S M S")


@pytest.mark.parametrize("allowed", [1, 2])
def test_the_same_command_again_extends_once(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant, allowed: int
) -> None:
    place = open_restaurant(tables=tables(2), policy={"hold_extensions": allowed})
    hold = hold_for_two(engine, place)
    first = extend(engine, hold, "again")
    pass_time(engine, minutes=2)
    assert extend(engine, hold, "again") == first
    assert confirm(engine, hold).status == "confirmed"
    assert extend(engine, hold, "again") == first, "the first answer, whatever has become of the hold"
    assert [kind for kind, _ in events(database, place)] == ["hold", "extend", "confirm"]


def test_one_command_sent_many_times_at_once_extends_once(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    place = open_restaurant(tables=tables(2), policy={"hold_extensions": 5})
    hold = hold_for_two(engine, place)
    results = crowd(lambda _: extend(engine, hold, f"many {place.slug}"), 16)
    assert {one.expires_at for one in results} == {results[0].expires_at}
    assert [kind for kind, _ in events(database, place)] == ["hold", "extend"]


def test_many_at_once_extend_no_more_often_than_allowed(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    place = open_restaurant(tables=tables(2), policy={"hold_extensions": 3})
    hold = hold_for_two(engine, place)

    def diner(_: int) -> bool:
        try:
            extend(engine, hold)
        except HoldExtensionsUsed:
            return False
        return True

    assert sum(crowd(diner, 16)) == 3
    assert [kind for kind, _ in events(database, place)] == ["hold", *["extend"] * 3]


def test_what_another_process_has_extended_is_confirmed(
    engine: BookingEngine, other: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    place = open_restaurant(tables=tables(2))
    hold = hold_for_two(engine, place)
    pass_time(engine, minutes=4)
    pass_time(other, minutes=4)
    extend(other, hold)
    pass_time(engine, minutes=4)
    assert confirm(engine, hold).tables == ("T1",), "this process remembers the old expiry"


def test_a_clock_that_stood_still_does_not_confirm_the_table_of_before(
    engine: BookingEngine,
    other: BookingEngine,
    database: Engine,
    open_restaurant: OpenRestaurant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The hold lapsed while the machine slept, and another process extended it at another table."""
    place = open_restaurant(tables=tables(2, 2))
    hold = hold_for_two(engine, place)
    takes = RecentHolds.take

    def as_of_then(self: RecentHolds, key: HoldKey, shift: timedelta) -> Found | None:
        found = takes(self, key, shift)
        return found and found._replace(now=found.now - timedelta(minutes=10))

    monkeypatch.setattr(RecentHolds, "take", as_of_then)
    pass_time(engine, minutes=10)
    pass_time(other, minutes=10)
    book(other, place, evening(place))
    extend(other, hold)
    assert confirm(engine, hold).tables == ("T2",)
    assert doubles(database, place) == 0


def test_diners_who_wait_for_a_hold_to_lapse_never_share_its_table(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    """At the moment a hold lapses, one diner asks for more time and seven others for the table."""
    kept, pause = 0, 0.25
    for _ in range(10):
        place = open_restaurant(tables=tables(2), policy={"pacing_covers": 2})
        hold = hold_for_two(engine, place)
        shorten(database, place, seconds=0.3)
        ready = threading.Barrier(8)

        def diner(number: int) -> Hold | Reservation | None:
            ready.wait()  # noqa: B023
            time.sleep(pause)  # noqa: B023
            try:
                return book(engine, place, evening(place)) if number else extend(engine, hold)  # noqa: B023
            except (HoldExpired, NoTableAvailable):
                return None

        winners = [one for one in crowd(diner, 8, threads=8) if one]
        assert len(winners) == 1
        if isinstance(winners[0], Hold):
            kept += 1
            confirm(engine, hold)
        # However slow the machine is, the extension comes in time some day.
        pause = pause + 0.02 if isinstance(winners[0], Hold) else max(0.0, pause - 0.05)
        assert [row.tables for row in live_seatings(database, place, engine.clock.now())] == [("T1",)]
        assert doubles(database, place) == 0
    assert kept, "the race does not race: the hold was never extended"


def shorten(database: Engine, place: Restaurant, *, seconds: float) -> None:
    """Let the restaurant's holds expire this many seconds from now, give or take the offset of the tests' clock."""
    with database.begin() as connection:
        values = {"id": place.id, "less": timedelta(minutes=5, seconds=-seconds)}
        for table, column in (("reservation", "expires_at"), ("table_quarter", "held_until")):
            connection.execute(
                text(f"UPDATE {table} SET {column} = {column} - :less WHERE restaurant_id = :id"), values
            )


def test_holds_from_before_were_never_extended(copy_database: Callable[[], str]) -> None:
    url = copy_database()
    command.downgrade(alembic_config(url), "0013")
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
        assert connection.execute(text("SELECT extensions FROM reservation")).scalar_one() == 0
    database.dispose()
