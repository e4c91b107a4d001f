"""Readiness: a balancer hears in time whether a message is kept, whatever hangs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from threading import Event

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webhooks import health

Check = Callable[[], bool]


@pytest.fixture
def thaw() -> Iterator[Event]:
    """Set when what hangs may go on."""
    event = Event()
    yield event
    event.set()


def client_with(**checks: Check) -> FlaskClient:
    app = Flask("tests")
    app.register_blueprint(health.create_blueprint(checks, None))
    return app.test_client()


def fails() -> bool:
    raise OSError


@pytest.mark.parametrize(("redis", "database", "status"), [(True, False, 200), (False, True, 200), (False, False, 503)])
def test_either_keeps_a_message(redis: bool, database: bool, status: int) -> None:
    client = client_with(redis=lambda: redis or fails(), database=lambda: database, dialogue=fails)
    assert client.get("/readyz").status_code == status


def test_what_hangs_keeps_nobody_waiting(thaw: Event) -> None:
    client = client_with(redis=thaw.wait, database=lambda: True)
    before = threading.active_count()
    assert {client.get("/readyz").status_code for _ in range(20)} == {200}
    assert threading.active_count() <= before + 2, "one thread hangs, however often it is asked"


def test_if_all_hangs_it_is_not_ready_until_something_goes_on(thaw: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_with(redis=thaw.wait, database=thaw.wait)
    with monkeypatch.context() as hurried:
        hurried.setattr(health, "_PATIENCE", 0.05)
        assert client.get("/readyz").status_code == 503
    thaw.set()
    monkeypatch.setattr(health, "_PATIENCE", 60)
    assert client.get("/readyz").status_code == 200
