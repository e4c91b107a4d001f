"""Fixtures for the REST API on a real PostgreSQL and a real Redis, in an app of its own."""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from redis.exceptions import ConnectionError as NotThere
from sqlalchemy import Engine, select
from werkzeug.serving import make_server

from booking_engine import BookingEngine, Restaurant, create_database
from bot.context import open_budgets
from bot.hold_verification import HoldVerification
from bot.phone_codes import PhoneCodes
from bot.schema import hold_code
from bot.settings import Settings
from deploy.stack.embedded import redis_command
from tests.engine.conftest import copy_database, open_restaurant, server_url, template_url
from tests.engine.helpers import clock_at
from tests.support.running import wait_until
from webhooks import bodies, problems, rest
from webhooks.rate_limits import RateLimits

from .helpers import KEYS, NO_LIMITS, Caller

__all__ = ["copy_database", "open_restaurant", "server_url", "template_url"]


@pytest.fixture(scope="module")
def settings() -> Iterator[Settings]:
    """Settings with a Redis for this module only."""
    with tempfile.TemporaryDirectory(prefix="tt-rest-") as folder:
        settings = Settings(
            tabletalk_var=Path(folder),
            tabletalk_api_keys=",".join(KEYS),
            served_countries="US,GB,MX",
            codes_per_phone="1000/hour",
            redis_url="",
            database_url="",
        )
        server = subprocess.Popen(redis_command(settings).arguments, stdout=subprocess.DEVNULL)
        try:
            wait_until(lambda: _answers(settings.redis_address), "Redis answers")
            yield settings
        finally:
            server.terminate()
            server.wait(10)


def _answers(address: str) -> bool:
    try:
        return bool(Redis.from_url(address).ping())
    except NotThere:
        return False


@pytest.fixture(scope="module")
def database(copy_database: Callable[[], str]) -> Iterator[Engine]:
    """A fresh database for the module. Its tests are isolated by using separate restaurants."""
    database = create_database(copy_database(), pool_size=20, max_overflow=20, name="rest tests")
    yield database
    database.dispose()


@pytest.fixture
def engine(database: Engine) -> BookingEngine:
    """The engine at noon on a Tuesday (UTC) in December 2026."""
    return BookingEngine(database, clock_at("2026-12-01T12:00+00:00"))


@pytest.fixture
def make_app(settings: Settings, engine: BookingEngine, database: Engine) -> Callable[..., Flask]:
    """Create apps with the API. Keyword arguments override the registration's; `texts`: settings of what is texted."""

    def make(**other: Any) -> Flask:
        app = Flask("tabletalk-rest-tests")
        bodies.install(app)
        problems.install(app)
        rate_limits = RateLimits(other.pop("settings", settings), other.pop("limits", NO_LIMITS))
        rate_limits.limiter.init_app(app)
        engine_here, database_here = other.pop("engine", engine), other.pop("database", database)
        given = settings.model_copy(update=other.pop("texts", {}))
        budgets, codes = open_budgets(given, engine_here), PhoneCodes(given.for_codes, given.for_digests)
        holds = HoldVerification(database_here, codes, engine_here.clock, budgets, given.twilio_number)
        texting = rest.Texting(budgets, holds, codes, given.twilio_number)
        rest.register(app, rate_limits, engine_here, database_here, texting)
        app.extensions["texted_code"] = partial(_texted_code, database_here, codes)
        assert not other
        return app

    return make


def _texted_code(database: Engine, codes: PhoneCodes, hold_id: str) -> str:
    """Return the digits that were texted last for a hold."""
    with database.connect() as connection:
        query = select(hold_code.c.code_id).where(hold_code.c.hold_id == hold_id)
        return codes.code(connection.execute(query).scalar_one())


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The API with limits that no test reaches."""
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def visitor(client: FlaskClient) -> Caller:
    """A caller without a key."""
    return Caller(client)


@pytest.fixture
def partner(client: FlaskClient) -> Caller:
    """A caller with a key for everything."""
    return Caller(client, key="partner-key")


@pytest.fixture
def restaurant(open_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A separate restaurant for each test, in London, with two tables for 2 and one for 4."""
    return open_restaurant()


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The address at which the API is served over HTTP."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()
