"""Fixtures for the tests with faults: a worker and a provider as processes of their own, a real PostgreSQL and Redis."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis
from sqlalchemy import Engine

from booking_engine import BookingEngine, Clock, create_database
from bot.settings import PROJECT
from tests.bot.conftest import ACCOUNT, TOKEN, redis, redis_address, redis_server
from tests.engine.conftest import copy_database, server_url, template_url
from tests.engine.helpers import as_lines, restaurant_line

__all__ = ["copy_database", "redis", "redis_address", "redis_server", "server_url", "template_url"]


class Provider:
    """Twilio's Messages resource in a process of its own."""

    def __init__(self) -> None:
        self._port = 0
        self.address = ""
        self.start()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def start(self) -> None:
        """Start it, at the same address as before."""
        command = [sys.executable, "-m", "tests.support.twilio_server", ACCOUNT, TOKEN, str(self._port)]
        self._process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip()
        self._port = int(self.address.rpartition(":")[2])
        self._http = httpx.Client(base_url=self.address, timeout=60, trust_env=False)

    def stop(self) -> None:
        """End it: connections are refused from now on."""
        self._process.kill()
        self._process.wait(10)

    def set(self, **state: Any) -> None:
        """Set attributes of the server: `seconds`, `always`, `hangs`."""
        self._http.put("/", json=state).raise_for_status()

    def state(self) -> dict[str, Any]:
        """Return `taken`, `attempts`, `lists`, `most_at_once`."""
        found: dict[str, Any] = self._http.get("/state").raise_for_status().json()
        return found


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider that takes every text at once."""
    running = Provider()
    yield running
    running.stop()


@pytest.fixture
def database(copy_database: Callable[[], str]) -> Iterator[Engine]:
    """A migrated database with one restaurant, on real time."""
    engine = create_database(copy_database(), name="faults")
    BookingEngine(engine, Clock()).import_restaurants(as_lines(restaurant_line()))
    yield engine
    engine.dispose()


@pytest.fixture
def start_worker(
    database: Engine, redis: Redis, redis_address: str, provider: Provider
) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts workers (`tabletalk worker`); settings as keyword arguments."""
    started: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryDirectory(prefix="tt-") as var, (Path(var) / "worker.log").open("ab") as log:

        def start(**settings: Any) -> subprocess.Popen[bytes]:
            environment = {
                **os.environ,
                "TABLETALK_VAR": var,
                "DATABASE_URL": database.url.render_as_string(hide_password=False),
                "REDIS_URL": redis_address,
                "TWILIO_ACCOUNT_SID": ACCOUNT,
                "TWILIO_AUTH_TOKEN": TOKEN,
                "TWILIO_API_BASE": provider.address,
                **{name.upper(): str(value) for name, value in settings.items()},
            }
            command = [sys.executable, "app.py", "worker"]
            started.append(subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=log, stderr=log))
            return started[-1]

        yield start
        for worker in started:
            worker.kill()
            worker.wait(10)
        print((Path(var) / "worker.log").read_text()[-4000:])
