"""What of the dialogue a conversation has been through: intents heard, actions run, responses given, what the engine refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, jsonify

from bot.dialogue_client import DialogueUnavailable
from webhooks.bodies import read_query
from webhooks.problems import Problem
from webhooks.simulator.testing.naming import NamesConversation
from webhooks.simulator.testing.tools import Tools

_NO_NEWS = frozenset({"action_listen", "action_session_start"})
"""Actions by which Rasa waits for the next message, or begins."""


def add_routes(blueprint: Blueprint, tools: Tools) -> None:
    @blueprint.get("/coverage")
    def show_coverage() -> Response:
        wish = read_query(NamesConversation)
        with tools.database.connect() as connection:
            conversation = wish.find(connection, tools)
        try:
            return jsonify(_covered(tools.dialogue.events(conversation.dialogue)))
        except DialogueUnavailable as error:
            raise Problem(503, "dialogue_unavailable", f"Rasa cannot be asked: {error}") from None


def _covered(told: Iterable[dict[str, Any]]) -> dict[str, list[Any]]:
    """`events`: intents and actions in their order, each with the form that was active afterwards.

    `last_responses`: those given since the diner's last message.
    """
    events: list[dict[str, str | None]] = []
    responses: list[str] = []
    last: list[str] = []
    errors: list[str] = []
    loop: str | None = None
    for event in told:
        match event:
            case {"event": "user", "parse_data": {"intent": {"name": str(name)}}}:
                events.append({"kind": "intent", "name": name, "loop": loop})
                last = []
            case {"event": "action", "name": str(name)} if name not in _NO_NEWS:
                events.append({"kind": "action", "name": name, "loop": loop})
            case {"event": "active_loop", "name": name}:
                loop = name
                if events:
                    events[-1]["loop"] = loop
            case {"event": "bot"}:
                last += filter(None, [(event.get("metadata") or {}).get("utter_action")])
                responses += last
                errors += ((event.get("data") or {}).get("custom") or {}).get("met", [])
            case {"event": "restart" | "session_started"}:
                loop = None
    return {
        "intents": _each([event["name"] for event in events if event["kind"] == "intent"]),
        "actions": _each([event["name"] for event in events if event["kind"] == "action"]),
        "responses": _each(responses),
        "last_responses": _each(last),
        "errors": _each(errors),
        "events": events,
    }


def _each(names: Iterable[str | None]) -> list[str]:
    return sorted({name for name in names if name})
