"""Coverage of the dialogue by a conversation: its intents, actions, responses and refusals by the engine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, jsonify

from bot import messages
from webhooks.bodies import read_query
from webhooks.simulator.testing.naming import NamesConversation
from webhooks.simulator.testing.tools import Tools


def add_routes(blueprint: Blueprint, tools: Tools) -> None:
    """Add the route that reports a conversation's coverage."""

    @blueprint.get("/coverage")
    def show_coverage() -> Response:
        query = read_query(NamesConversation)
        with tools.database.connect() as connection:
            conversation = query.find(connection, tools)
            traces = messages.traces_of_dialogue(connection, conversation.dialogue)
        return jsonify(_covered(traces))


def _covered(traces: list[list[dict[str, Any]]]) -> dict[str, list[Any]]:
    """Return the coverage, from the traces of each message in turn.

    `events`: intents and actions in order, each with the form that was active afterwards. `last_responses`: those to the
    last part of the last message.
    """
    parts = [part for message in traces for part in message]
    steps = [step for part in parts for step in part["steps"]]
    return {
        "intents": _of_kind("intent", steps),
        "actions": _of_kind("action", steps),
        "responses": _all(parts, "responses"),
        "last_responses": _all(parts[-1:], "responses"),
        "errors": _all(parts, "errors"),
        "events": [{"kind": kind, "name": name, "loop": loop} for kind, name, loop in steps],
    }


def _of_kind(kind: str, steps: list[list[Any]]) -> list[str]:
    return _distinct(name for is_kind, name, _ in steps if is_kind == kind)


def _all(parts: list[dict[str, Any]], what: str) -> list[str]:
    return _distinct(name for part in parts for name in part[what])


def _distinct(names: Iterable[str | None]) -> list[str]:
    return sorted({name for name in names if name})
