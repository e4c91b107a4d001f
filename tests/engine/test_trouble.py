"""A database that is busy, unreachable, or back again."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from psycopg import OperationalError
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from booking_engine import BookingEngine, TryAgain, create_database
from booking_engine.storage.patience import ServerSilent, slow_statements, take_any_time
from booking_engine.storage.sql import driver_of
from tests.support.freezing import frozen
from tests.support.running import wait_until

from .helpers import OpenRestaurant, book, clock_at, evening, new_id, tables

NOW = "2026-12-01T12:00+00:00"


@pytest.fixture
def impatient(database: Engine) -> Iterator[Engine]:
    """The same database, with connections that wait only 50 ms for a lock."""
    engine = create_engine(database.url, connect_args={"options": "-c lock_timeout=50ms"})
    yield engine
    engine.dispose()


def test_a_lock_that_is_not_given_up_is_a_domain_error(
    database: Engine, impatient: Engine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant(tables=tables(2))
    engine = BookingEngine(impatient, clock_at(NOW))
    made = book(engine, restaurant, evening(restaurant))
    with database.begin() as other:
        other.execute(text("SELECT 1 FROM pacing_quarter WHERE restaurant_id = :id FOR UPDATE"), {"id": restaurant.id})
        with pytest.raises(TryAgain):
            engine.cancel_reservation(made.code, command_id="once", channel="sms", notify=True)
        assert engine.reservation(made.code) == made, "reading waits for nobody"
    assert engine.cancel_reservation(made.code, command_id="once", channel="sms", notify=True).status == "cancelled"


def test_broken_connections_are_replaced(database: Engine, open_restaurant: OpenRestaurant) -> None:
    restaurant = open_restaurant()
    mine = create_database(
        database.url.render_as_string(hide_password=False), pool_size=1, max_overflow=0, name="broken"
    )
    engine = BookingEngine(mine, clock_at(NOW))
    hold = engine.place_hold(
        restaurant, starts_at=evening(restaurant), party_size=2, command_id=new_id(), channel="sms"
    )
    cut = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'broken'")
    with database.begin() as other:
        other.execute(cut)
    made = engine.confirm_hold(
        hold.id, name="A", phone="+14155550123", command_id=new_id(), channel="sms", notify=False
    )
    with database.begin() as other:
        other.execute(cut)
    assert engine.reservation(made.code) == made
    mine.dispose()


def test_a_connection_that_is_closed_already_counts_as_lost(patient: Engine) -> None:
    """Whatever it is asked, even where there is nothing to wait for: then another one is tried."""
    with patient.connect() as connection:
        driver = driver_of(connection)
        driver.close()
        with pytest.raises(OperationalError):
            driver.autocommit = True


def test_what_a_connection_leaves_open_ends_when_it_is_given_back(database: Engine) -> None:
    mine = create_database(
        database.url.render_as_string(hide_password=False), pool_size=1, max_overflow=0, name="returned"
    )
    left = mine.raw_connection()
    left.cursor().execute("LOCK TABLE restaurant")
    left.close()
    with mine.connect() as again, database.begin() as other:
        assert again.execute(text("SELECT pg_current_xact_id_if_assigned()")).scalar_one() is None
        other.execute(text("LOCK TABLE restaurant NOWAIT"))
    mine.dispose()


def test_an_unreachable_database_is_a_domain_error() -> None:
    nowhere = create_database("postgresql://127.0.0.1:1/nothing")
    with pytest.raises(TryAgain):
        BookingEngine(nowhere, clock_at(NOW)).restaurant("larder")


def test_an_exhausted_pool_is_a_domain_error(database: Engine, open_restaurant: OpenRestaurant) -> None:
    restaurant = open_restaurant()
    tiny = create_engine(database.url, pool_size=1, max_overflow=0, pool_timeout=0.05)
    with tiny.connect(), pytest.raises(TryAgain):
        BookingEngine(tiny, clock_at(NOW)).find_openings(restaurant, starts_at=evening(restaurant), party_size=2)
    tiny.dispose()


@pytest.fixture
def patient(database: Engine) -> Iterator[Engine]:
    """The same database, given up once it has said nothing for half a second."""
    engine = create_database(database.url.render_as_string(hide_password=False), name="patient", patience=0.5)
    yield engine
    engine.dispose()


def test_a_database_that_hangs_is_a_domain_error_and_costs_only_that_connection(
    patient: Engine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant()
    engine = BookingEngine(patient, clock_at(NOW))
    made = book(engine, restaurant, evening(restaurant))
    with patient.connect() as connection:
        server = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with frozen(server):
        begun = time.monotonic()
        with pytest.raises(TryAgain):
            engine.cancel_reservation(made.code, command_id="once", channel="sms", notify=True)
        assert time.monotonic() - begun < 9, "and not as long as it hangs"
        assert engine.reservation(made.code).code == made.code, "on another connection"
    assert engine.cancel_reservation(made.code, command_id="once", channel="sms", notify=True).status == "cancelled"


def test_statements_may_be_given_more_time(patient: Engine) -> None:
    slow = text("SELECT pg_sleep(1)")
    with patient.connect() as connection, pytest.raises(DBAPIError) as failure:
        connection.execute(slow)
    assert isinstance(failure.value.orig, ServerSilent)
    with patient.connect() as connection:
        with slow_statements(connection, seconds=60):
            connection.execute(slow)
            assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "1min"
        with pytest.raises(DBAPIError):
            connection.execute(slow)


def test_what_is_locked_amid_a_pipeline_is_given_back_though_the_client_freezes(database: Engine) -> None:
    with database.connect() as connection, database.connect() as other:
        assert connection.execute(text("SHOW transaction_timeout")).scalar_one() == "1min"
        connection.execute(text("SET transaction_timeout = '2s'"))
        connection.commit()
        with pytest.raises(OperationalError):
            freeze_amid_pipeline(connection, seen_by=other)
        connection.invalidate()


def freeze_amid_pipeline(connection: Connection, *, seen_by: Connection) -> None:
    """Lock something, say that more statements come, and say no more until it is given back."""
    locked = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND granted")
    driver = driver_of(connection)
    with driver.pipeline():
        driver.execute("SELECT pg_advisory_xact_lock(4711)")
        driver.pgconn.send_flush_request()
        driver.pgconn.flush()
        wait_until(lambda: seen_by.execute(locked).scalar_one() == 1, "it is locked", seconds=30)
        wait_until(lambda: seen_by.execute(locked).scalar_one() == 0, "it is given back", seconds=60)


def test_a_long_transaction_may_be_given_any_time(database: Engine) -> None:
    with database.connect() as connection:
        take_any_time(connection)
        assert connection.execute(text("SHOW transaction_timeout")).scalar_one() == "0"
        connection.rollback()
        assert connection.execute(text("SHOW transaction_timeout")).scalar_one() == "1min"


@pytest.mark.parametrize("address", ["postgresql://h/d", "postgres://h/d", "postgresql+psycopg://h/d"])
def test_usual_addresses_are_understood(address: str) -> None:
    assert create_database(address).url.drivername == "postgresql+psycopg"


def test_another_database_is_refused() -> None:
    with pytest.raises(ValueError, match="not a PostgreSQL address"):
        create_database("sqlite:///x")
