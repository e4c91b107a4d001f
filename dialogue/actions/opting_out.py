"""A diner who wants no more texts, in whatever words."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from booking_engine import BookingEngine
from dialogue.actions.turn import Turn
from dialogue.words import Languages


class OptOut(Action):
    """Has the bot send nothing more to this number. Source: 47 CFR 64.1200(a)(10), any reasonable means of revocation."""

    def __init__(self, engine: BookingEngine, languages: Languages) -> None:
        self._engine = engine
        self._languages = languages

    def name(self) -> str:
        """Return what the rules call it."""
        return "action_opt_out"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Tell the diner, and the bot."""
        turn = Turn(self._engine, self._languages, dispatcher, tracker)
        turn.opts_out = turn.is_by_sms
        turn.say("utter_bot_opted_out" if turn.opts_out else "utter_opt_out_by_text")
        turn.finish(None)
        return []
