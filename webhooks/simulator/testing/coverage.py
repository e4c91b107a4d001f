"""Coverage of the dialogue by a conversation: its intents, actions, responses and refusals by the engine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, jsonify

from bot.dialogue_client import DialogueUnavailable
from webhooks.bodies import read_query
from webhooks.problems import Problem
from webhooks.simulator.testing.naming import NamesConversation
from webhooks.simulator.testing.tools import Tools

_HOUSEKEEPING = frozenset({"action_listen", "action_session_start"})
"""Rasa's own actions that wait for the next message or start a session."""


def add_routes(blueprint: Blueprint, tools: Tools) -> None:
    """Add the route that reports a conversation's coverage."""

    @blueprint.get("/coverage")
    def show_coverage() -> Response:
        query = read_query(NamesConversation)
        with tools.database.connect() as connection:
            conversation = query.find(connection, tools)
        try:
            return jsonify(_covered(tools.dialogue.events(conversation.dialogue)))
        except DialogueUnavailable as error:
            raise Problem(503, "dialogue_unavailable", f"Rasa cannot be asked: {error}") from None


class _Coverage:
    """Collects what Rasa's events report."""

    def __init__(self) -> None:
        self._events: list[dict[str, str | None]] = []
        self._responses: list[str] = []
        self._last_responses: list[str] = []
        self._errors: list[str] = []
        self._loop: str | None = None

    def add(self, event: dict[str, Any]) -> None:
        match event:
            case {"event": "user", "parse_data": {"intent": {"name": str(name)}}}:
                self._note("intent", name)
                self._last_responses = []
            case {"event": "action", "name": str(name)} if name not in _HOUSEKEEPING:
                self._note("action", name)
            case {"event": "active_loop", "name": name}:
                self._set_loop(name)
            case {"event": "bot"}:
                self._add_response(event.get("metadata") or {}, event.get("data") or {})
            case {"event": "restart" | "session_started"}:
                self._loop = None

    def as_json(self) -> dict[str, list[Any]]:
        """Return the coverage.

        `events`: intents and actions in order, each with the form that was active afterwards. `last_responses`: those
        since the diner's last message.
        """
        return {
            "intents": self._names("intent"),
            "actions": self._names("action"),
            "responses": _distinct(self._responses),
            "last_responses": _distinct(self._last_responses),
            "errors": _distinct(self._errors),
            "events": self._events,
        }

    def _note(self, kind: str, name: str) -> None:
        self._events.append({"kind": kind, "name": name, "loop": self._loop})

    def _set_loop(self, name: str | None) -> None:
        self._loop = name
        if self._events:
            self._events[-1]["loop"] = name

    def _add_response(self, metadata: dict[str, Any], data: dict[str, Any]) -> None:
        self._last_responses += filter(None, [metadata.get("utter_action")])
        self._responses += self._last_responses
        self._errors += (data.get("custom") or {}).get("met", [])

    def _names(self, kind: str) -> list[str]:
        return _distinct(event["name"] for event in self._events if event["kind"] == kind)


def _covered(events: Iterable[dict[str, Any]]) -> dict[str, list[Any]]:
    coverage = _Coverage()
    for event in events:
        coverage.add(event)
    return coverage.as_json()


def _distinct(names: Iterable[str | None]) -> list[str]:
    return sorted({name for name in names if name})
