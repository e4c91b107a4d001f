"""Validation of the stock bot's form, run by Rasa's action server on the stock environment's Python 3.10."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import AllSlotsReset, EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction

_LARGEST_PARTY = 12
_TIME = re.compile(r"(1[0-2]|[1-9])(:[0-5]\d)?\s?(am|pm)")


class ValidateBookingForm(FormValidationAction):
    """Rejects party sizes and times that cannot be booked, as the form bot example does with its slots."""

    def name(self) -> str:
        """Return the name of the action in the domain."""
        return "validate_booking_form"

    def validate_party_size(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """Accept whole numbers from 1 to the largest party."""
        if value.isdigit() and 1 <= int(value) <= _LARGEST_PARTY:
            return {"party_size": int(value)}
        dispatcher.utter_message(response="utter_wrong_party_size")
        return {"party_size": None}

    def validate_time(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """Accept times of the twelve-hour clock."""
        if _TIME.fullmatch(value.lower()):
            return {"time": value}
        dispatcher.utter_message(response="utter_wrong_time")
        return {"time": None}

    def validate_restaurant(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """Accept any. Without this method, and the two below, a warning is logged at every turn."""
        return {"restaurant": value}

    def validate_date(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """Accept any."""
        return {"date": value}

    def validate_diner_name(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """Accept any."""
        return {"diner_name": value}


class Book(Action):
    """Says what is booked, and forgets the slots, so that the next booking begins with an empty form."""

    def name(self) -> str:
        """Return the name of the action in the domain."""
        return "action_book"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Answer with the responses of the form bot example, filled in by Rasa."""
        dispatcher.utter_message(response="utter_submit")
        dispatcher.utter_message(response="utter_slots_values")
        return [AllSlotsReset()]
