"""What the three forms have in common: one validation a turn, which hears, decides and asks."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecutionRejected, EventType
from rasa_sdk.executor import CollectingDispatcher

from booking_engine import BookingEngine
from dialogue.actions import pickers
from dialogue.actions.hearing import hear_phone
from dialogue.actions.houses import other_language
from dialogue.actions.identifying import do_errand, is_about_code
from dialogue.actions.leaving import is_unsure, leave_alone, may_begin, take_back, takes_back
from dialogue.actions.memory import Memory, Task
from dialogue.actions.picking import Heard
from dialogue.actions.reasons import is_pause
from dialogue.actions.turn import Turn, country_of
from dialogue.words import Languages

logger = logging.getLogger(__name__)

BY_THE_WAY = frozenset(
    (
        "ask",
        "list_bookings",
        "greet",
        "thank",
        "goodbye",
        "help",
        "human",
        "repeat",
        "insult",
        "chitchat",
        "text_me",
        "out_of_scope",
    )
)
"""Intents that are answered amid a form, which then asks its question again."""

_NEVER_AN_ANSWER = frozenset(("ask", "list_bookings", "help", "human", "repeat", "text_me"))

_FACTS = {
    "party_size": frozenset(("restaurant",)),
    "date": frozenset(("restaurant", "party_size")),
    "time": frozenset(("restaurant", "party_size", "date")),
    "confirmation": frozenset(("name",)),
    "code": frozenset(("restaurant", "party_size", "date", "time", "name", "phone")),
}
"""What the first wording of a question tells of the booking so far: when that is corrected, it is told anew."""


class FormValidation(Action, ABC):
    """Rasa calls this once a turn as ``validate_<form>``; it sets every slot and says which one is asked for next."""

    form: ClassVar[str]
    task: ClassVar[Task]
    leaves_for: ClassVar[frozenset[str]]
    """Intents with a form or an action of their own."""

    def __init__(self, engine: BookingEngine, languages: Languages) -> None:
        self._engine = engine
        self._languages = languages

    def name(self) -> str:
        return f"validate_{self.form}"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(self._engine, self._languages, dispatcher, tracker)
        memory = Memory.of(turn)
        asked = tracker.slots.get("requested_slot") if memory.task == self.task else None
        has_begun = memory.task == self.task
        if not has_begun:
            if takes_back(turn, memory):
                take_back(turn, memory)
                turn.finish(None)
                return memory.events(turn, None)
            if not self.may_begin(turn):
                leave_alone(turn, memory)
                turn.finish(None)
                return memory.events(turn, None)
            self.begin(turn, memory)
            memory.task = self.task
            memory.is_unsure = is_unsure(turn, self.task)
        elif self._waits(turn, memory, asked):
            turn.finish(asked)
            return memory.events(turn, asked)
        heard = Heard() if turn.follows_reply else self.hear(turn, memory, asked)
        if turn.is_stranger:
            hear_phone(turn, memory, heard)
        if has_begun and not turn.follows_reply and not self.takes(turn, memory, asked, heard):
            return [ActionExecutionRejected(self.form)]
        if heard.news & _FACTS.get(asked or "", frozenset()):
            asked = None  # the same question about something else is a new one
        if memory.errand is None:
            expects = self.go_on(turn, memory, asked, heard)
        else:
            expects = do_errand(turn, memory, asked) or self.go_on(turn, memory, None, Heard())
        memory.misses = memory.misses + 1 if asked and expects == asked and not heard.news else 0
        if expects is None:
            memory.task = None
        turn.asks = pickers.fitting(turn, memory, expects)
        turn.finish(expects)
        return memory.events(turn, expects)

    def may_begin(self, turn: Turn) -> bool:
        """Return whether the message is reason enough to begin the task."""
        return may_begin(turn, self.task)

    def _waits(self, turn: Turn, memory: Memory, asked: str | None) -> bool:
        """Say until when the table waits, where the diner asks for time."""
        if (
            memory.hold is None
            or asked not in ("name", "confirmation")
            or not is_pause(turn.acts, again=memory.misses > 0)
        ):
            return False
        memory.misses += 1
        restaurant = turn.engine.restaurant(memory.hold["restaurant"])
        ends = datetime.fromisoformat(memory.hold["expires_at"]).astimezone(restaurant.zone)
        turn.show_hold(restaurant, memory.hold)
        clock = turn.words.clock(ends.timetz().replace(tzinfo=None, second=0, microsecond=0), country_of(restaurant))
        turn.say("utter_hold_waits", clock=clock, **turn.about(restaurant))
        return True

    @abstractmethod
    def begin(self, turn: Turn, memory: Memory) -> None:
        """Set the memory up for a form that is only now beginning."""

    @abstractmethod
    def hear(self, turn: Turn, memory: Memory, asked: str | None) -> Heard:
        """Take the message into the memory."""

    @abstractmethod
    def go_on(self, turn: Turn, memory: Memory, asked: str | None, heard: Heard) -> str | None:
        """Do what can be done and say so; gives what is asked for next, None when the form is done."""

    def takes(self, turn: Turn, memory: Memory, asked: str | None, heard: Heard) -> bool:
        """Whether the message is for this form; if not, a rule for its intent is."""
        if is_about_code(turn, asked):
            return True
        if turn.intent == "other_language":
            return other_language(turn) is None
        if turn.intent in _NEVER_AN_ANSWER:
            return False
        if turn.intent in BY_THE_WAY:
            return bool(heard)
        return turn.intent not in self.leaves_for
