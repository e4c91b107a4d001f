"""What the dialogue did about a message, in names: no words of the diner's or ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SessionStarted, UserUttered

_HOUSEKEEPING = frozenset((ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME))


def trace_of(events: Iterable[Event], loop: str | None) -> dict[str, list[Any]]:
    """Return the trace of one message's events. `loop`: the form that was open before.

    `steps`: the intent and the actions in order, each ``[kind, name, form that was open after it]``; `responses`: names of
    what was said; `errors`: what the engine refused.
    """
    steps: list[list[str | None]] = []
    trace: dict[str, list[Any]] = {"steps": steps, "responses": [], "errors": []}
    for event in events:
        if isinstance(event, UserUttered):
            steps.append(["intent", event.intent_name, loop])
        elif isinstance(event, ActionExecuted) and event.action_name not in _HOUSEKEEPING:
            steps.append(["action", event.action_name, loop])
        elif isinstance(event, SessionStarted):
            loop = None
        elif isinstance(event, ActiveLoop):
            loop = event.name
            if steps:
                steps[-1][2] = loop
        elif isinstance(event, BotUttered):
            _add_response(trace, event)
    return trace


def _add_response(trace: dict[str, list[Any]], event: BotUttered) -> None:
    name = (event.metadata or {}).get("utter_action")
    trace["responses"] += [name] if name else []
    trace["errors"] += ((event.data or {}).get("custom") or {}).get("met", [])
