"""The action that Rasa calls, under a name for each task: one call of `decide`, its effects carried out, its words handed over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecutionRejected, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from booking_engine import BookingEngine
from booking_engine.phones import read_phone
from dialogue.decide import FORMS, REPLIES, Decision, decide
from dialogue.effects import Origin, carry_out
from dialogue.machines import is_idle
from dialogue.reading import Reading
from dialogue.reasons import is_automatic
from dialogue.state import State
from dialogue.turn import Situation, Turn
from dialogue.words import Languages

_FORM_NAMES = {task: f"{task}_form" for task in FORMS} | {"book": "booking_form"}
_ACTION_NAMES = {task: f"action_{task}" for task in REPLIES} | {"answer": "action_reply"}
_THAT_IS_ALL = FollowupAction("action_listen")
"""Without it Rasa, which has no rule for what another action led to, would take back all that the message has told."""


def create_executor(engine: BookingEngine, languages: Languages, may_text: Callable[[str], bool]) -> ActionExecutor:
    """Return rasa-sdk's executor with all actions of the domain. `may_text`: whether a phone may get one more text."""
    executor = ActionExecutor()
    for task in (*_FORM_NAMES, *_ACTION_NAMES):
        executor.register_action(TakeTurn(task, engine, languages, may_text))
    return executor


class TakeTurn(Action):
    """Takes a turn for a task. A form's validation is this action too: it sets the state and says what is asked for next."""

    def __init__(self, task: str, engine: BookingEngine, languages: Languages, may_text: Callable[[str], bool]) -> None:
        self._may_text = may_text
        self._task = task
        self._engine = engine
        self._languages = languages

    def name(self) -> str:
        """Return what the domain calls it."""
        return _ACTION_NAMES.get(self._task) or f"validate_{_FORM_NAMES[self._task]}"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Decide, hand the words over, and return the events that Rasa is to keep."""
        metadata = tracker.latest_message.get("metadata") or {}
        engine = self._engine.at(timedelta(seconds=metadata.get("clock_shift") or 0)).knowing(metadata.get("catalogue"))
        turn = _turn_of(tracker, engine, self._languages)
        situation = turn.situation
        as_of = datetime.fromisoformat(metadata["as_of"]) if metadata.get("as_of") else None
        phone = situation.phone
        origin = Origin(
            engine, tracker.sender_id, situation.message_id, situation.channel, as_of,
            may_text=lambda: phone is not None and self._may_text(phone),
        )  # fmt: skip
        decision = carry_out(decide(self._task, turn), origin)
        if decision.is_refused:
            return [ActionExecutionRejected(_FORM_NAMES[self._task])]
        if decision.follow is None:
            is_idle_here = turn.intent != "repeat" and not turn.heard and is_idle(decision.reply.lines)
            for_bot = {"automatic": is_automatic(turn.reading.acts), "idle": is_idle_here}
            _utter(dispatcher, decision, for_bot | ({"as_of": origin.as_of.isoformat()} if origin.as_of else {}))
        return self._events(decision, is_open=situation.is_open)

    def _events(self, decision: Decision, *, is_open: bool) -> list[EventType]:
        events: list[EventType] = [] if decision.state is None else [SlotSet("state", decision.state.dump())]
        if decision.follow is not None:
            events += [SlotSet("requested_slot", None)] if self._task in FORMS else []  # the form closes
            return [*events, FollowupAction(_ACTION_NAMES.get(decision.follow) or _FORM_NAMES[decision.follow])]
        if self._task in FORMS:
            return [*events, SlotSet("requested_slot", decision.asks)]
        is_amid_form = self._task not in ("answer", "pick_up") or is_open
        return events if is_amid_form else [*events, _THAT_IS_ALL]


def _turn_of(tracker: Tracker, engine: BookingEngine, languages: Languages) -> Turn:
    """Take message, situation and state from what Rasa sends."""
    message = tracker.latest_message
    metadata = message.get("metadata") or {}
    now = engine.clock.now()
    reading, state = Reading.of(message), State.load(tracker.slots.get("state"), now)
    if metadata.get("verified") is not None:  # a code that was asked for, and nothing else
        reading = Reading(intent="inform")
    situation = Situation(
        now=now,
        message_id=message.get("message_id") or metadata.get("message_id") or "",
        channel=metadata.get("channel") or "chat",
        phone=read_phone(metadata.get("phone")),
        verified=metadata.get("verified"),
        was_asked=metadata.get("expects") is not None,
        is_open=bool((tracker.active_loop or {}).get("name")),
        known_name=metadata.get("diner_name"),
        own_restaurant=metadata.get("restaurant"),
        locale=metadata.get("locale"),
    )
    asked = tracker.slots.get("requested_slot")
    return Turn(reading, situation, state, languages, asked=asked, entities=list(reading.entities))


def _utter(dispatcher: CollectingDispatcher, decision: Decision, for_bot: dict[str, Any]) -> None:
    """Hand the answer to Rasa; the last message carries what the bot is to know besides the words."""
    reply = decision.reply
    facts = {name: value for name, value in vars(reply).items() if name != "lines"}
    facts |= {"expects": decision.asks, **for_bot}
    for place, line in enumerate(reply.lines, start=1):
        buttons = [{"title": option.label, "payload": str(n)} for n, option in enumerate(line.options, start=1)]
        custom = facts if place == len(reply.lines) else None
        # Rasa files what it does not know under the metadata of what was said.
        dispatcher.utter_message(line.text, buttons=buttons, json_message=custom, utter_action=line.response)
