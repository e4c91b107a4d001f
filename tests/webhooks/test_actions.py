"""Calls of actions, as Rasa makes them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection
from werkzeug.test import TestResponse

from booking_engine import BookingEngine, Clock, TryAgain, create_database
from bot.secret_keys import KeyRing
from webhooks.actions import create_blueprint

loops: list[asyncio.AbstractEventLoop | None] = []
"""The event loop that ran, if any did, when an action was called: the browser's tests leave one of theirs running."""


def greet(dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
    loops.append(asyncio._get_running_loop())
    dispatcher.utter_message(f"Hello {tracker.sender_id}")
    return [{"event": "slot", "name": "state", "value": {}}]


def refuse(dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
    raise ActionExecutionRejection("refuse")


async def wait(dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
    await asyncio.sleep(0)
    return []


def miss_the_database(dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
    raise TryAgain


def fail(dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
    raise ZeroDivisionError


@pytest.fixture
def client() -> FlaskClient:
    executor = ActionExecutor()
    for action in (greet, refuse, wait, miss_the_database, fail):
        executor.register_function(action.__name__, action)
    nothing = create_database("postgresql://nobody@127.0.0.1:1/nothing", name="tests")
    app = Flask("tests")
    app.register_blueprint(create_blueprint(executor, BookingEngine(nothing, Clock()), KeyRing("token")))
    app.testing = True
    return app.test_client()


def call(client: FlaskClient, action: str) -> TestResponse:
    body = {"next_action": action, "sender_id": "ana", "tracker": {"sender_id": "ana", "slots": {}}, "domain": {}}
    return client.post("/webhook", json=body, headers={"Authorization": "Bearer token"})


def test_an_action_is_run_without_an_event_loop(client: FlaskClient) -> None:
    loops.clear()
    result = call(client, "greet").get_json()
    assert loops == [asyncio._get_running_loop()]
    assert [said["text"] for said in result["responses"]] == ["Hello ana"]
    assert result["events"] == [{"event": "slot", "name": "state", "value": {}}]


@pytest.mark.parametrize(("action", "status"), [("refuse", 400), ("no such action", 404)])
def test_what_cannot_be_run_is_told_as_rasa_expects(client: FlaskClient, action: str, status: int) -> None:
    response = call(client, action)
    assert (response.status_code, response.get_json()["action_name"]) == (status, action)


def test_an_action_that_waits_is_an_error(client: FlaskClient) -> None:
    with pytest.raises(RuntimeError, match="waits"):
        call(client, "wait")


def test_an_outage_is_told_from_a_failure(client: FlaskClient) -> None:
    """So that the bot waits for the database, however long that takes, and gives up on nobody."""
    assert call(client, "miss_the_database").status_code == 503
    with pytest.raises(ZeroDivisionError):
        call(client, "fail")
