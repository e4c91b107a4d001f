"""One turn as an action sees it: who speaks, what was read, and what will be said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as phone_timezone
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from booking_engine import BookingEngine, BookingError, Reservation, Restaurant
from dialogue.words import Languages

ANYWHERE = ZoneInfo("UTC")
_SURE_ENOUGH = 0.5


class Entity(NamedTuple):
    """A piece of the diner's words, as nlu/reading describes it."""

    kind: str
    text: str
    value: Any


class Option(NamedTuple):
    """Something to pick by its digit: what it is called, and which slots it stands for."""

    label: str
    slots: dict[str, Any]


@dataclass(frozen=True)
class _Line:
    response: str
    text: str
    options: list[Option]


class Turn:
    """The message, and the answer as it grows. Nothing is handed to Rasa before `finish`."""

    def __init__(
        self, engine: BookingEngine, languages: Languages, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
        self.tracker = tracker
        message = tracker.latest_message
        metadata = message.get("metadata") or {}
        self.locale: str | None = metadata.get("locale")
        self.words = languages.of(self.locale)
        self._languages = languages
        self.engine = engine.at(timedelta(seconds=metadata.get("clock_shift") or 0))
        self.text: str = message.get("text") or ""
        self.intent: str = (message.get("intent") or {}).get("name") or ""
        self.entities = [
            Entity(e["entity"], self.text[e["start"] : e["end"]], e["value"]) for e in message.get("entities", [])
        ]
        self.message_id: str = message.get("message_id") or metadata.get("message_id") or ""
        self.channel: str = metadata.get("channel") or "chat"
        self.phone = e164(metadata.get("phone"))
        self.verified: str | None = metadata.get("verified")
        """what came of the code that the message is, in the bot's words; then it is nothing else"""
        if self.verified is not None:
            self.intent, self.entities = "inform", []
        self.acts: dict[str, float] = {} if self.verified is not None else message.get("acts") or {}
        """what the message does, by probability (`nlu/acts.py`)"""
        self.was_asked: bool = metadata.get("expects") is not None
        self.is_unsure: bool = ((message.get("intent") or {}).get("confidence") or 0.0) < _SURE_ENOUGH
        """whether the intent is hardly more than a guess"""
        self.known_name: str | None = metadata.get("diner_name")
        self.own_restaurant: str | None = metadata.get("restaurant")
        self._dispatcher = dispatcher
        self._lines: list[_Line] = []
        self._met: list[str] = []
        self.hold: dict[str, Any] | None = None
        self.reservation: dict[str, Any] | None = None
        self.asks: dict[str, Any] | None = None
        self.verify: dict[str, Any] | None = None
        """the phone to which the bot is to text a code"""
        self.opts_out = False
        """whether the diner is to get no more texts"""
        self.moves = False
        """whether the bot is to go on by text"""

    @property
    def is_by_sms(self) -> bool:
        """An SMS thread is confirmed by the reply itself; every other channel gets its confirmation as a text."""
        return self.channel == "sms"

    @property
    def is_stranger(self) -> bool:
        """Whether nobody vouches for a phone; who texts is known by the number that texts."""
        return self.phone is None and not self.is_by_sms

    @property
    def has_words(self) -> bool:
        """Whether anything is said yet."""
        return bool(self._lines)

    @property
    def follows_reply(self) -> bool:
        """Whether something by the way was just answered in this turn, so that the open question is only repeated."""
        return bool(self.message_id) and self.tracker.slots.get("replied_to") == self.message_id

    def command_id(self, verb: str) -> str:
        """Names what this message wants of the engine: the same message again wants nothing new."""
        return f"{self.tracker.sender_id}:{self.message_id}:{verb}"

    def zone(self, restaurant: Restaurant | None) -> ZoneInfo:
        """The zone a diner's "tomorrow" is in: the restaurant's, else that of the diner's number."""
        if restaurant is not None:
            return restaurant.zone
        if self.phone:
            zones = phone_timezone.time_zones_for_number(phonenumbers.parse(self.phone))
            if zones and zones[0] != phone_timezone.UNKNOWN_TIMEZONE:
                return ZoneInfo(zones[0])
        return ANYWHERE

    def now(self, zone: ZoneInfo) -> datetime:
        return self.engine.clock.now().astimezone(zone)

    def say(self, response: str, options: list[Option] | None = None, /, **facts: object) -> None:
        """Add a message by its name in the catalogue, in the words of the conversation's language."""
        self._lines.append(_Line(response, self.words.render(response, **facts), options or []))

    def say_in(self, language: str, response: str, /, **facts: object) -> None:
        """Add one of the few messages that there are in languages which have no catalogue."""
        self._lines.append(_Line(response, self._languages.render_in(language, response, **facts), []))

    def met(self, error: BookingError) -> None:
        """Put on record what the engine has refused, for those who look into the dialogue."""
        self._met.append(type(error).__name__)

    def finish(self, expects: str | None) -> None:
        """Hand the answer to Rasa; `expects` is what is asked for, in the contract's words."""
        state: dict[str, Any] = {"expects": expects, "asks": self.asks, "met": self._met}
        state |= {"hold": self.hold, "reservation": self.reservation, "verify": self.verify, "moves": self.moves}
        state |= {"opts_out": self.opts_out}
        for position, line in enumerate(self._lines):
            buttons = [{"title": option.label, "payload": str(n)} for n, option in enumerate(line.options, start=1)]
            custom = state if position == len(self._lines) - 1 else None
            # Rasa files what it does not know under the metadata of what was said.
            self._dispatcher.utter_message(line.text, buttons=buttons, json_message=custom, utter_action=line.response)

    # --- words for things ---

    def about(self, restaurant: Restaurant) -> dict[str, object]:
        """Facts that most responses about a restaurant fill in."""
        facts: dict[str, object] = {"restaurant": self.words.name(restaurant.name), "contact": restaurant.phone}
        for way in ("or_call", "please_call"):  # nobody is told to call a house that has told no phone
            facts[way] = self.words.render(f"utter_part_{way}", **facts) if restaurant.phone else ""
        return facts

    def seating(
        self, restaurant: Restaurant, starts_at: datetime, party_size: int, area: str | None = None
    ) -> dict[str, object]:
        """Facts of a table at a time. `area`: where it stands, told only to who asked to sit there."""
        country = country_of(restaurant)
        local = starts_at.astimezone(restaurant.zone)
        party = self.words.party(party_size)
        if area:
            party = self.words.render("utter_part_party_in", party=party, area=self.words.area(area))
        return {
            **self.about(restaurant),
            "when": self.words.when(local, country),
            "day": self.words.day(restaurant.schedule.service_date_of(local), country),
            "party": party,
        }

    def booked(self, reservation: Reservation) -> dict[str, object]:
        """Facts of a reservation's table."""
        house, wishes = reservation.restaurant, reservation.preferences
        area = wishes.area if wishes.seats_in(reservation.areas, house) else None
        return self.seating(house, reservation.starts_at, reservation.party_size, area)

    def show_hold(self, restaurant: Restaurant, hold: dict[str, Any]) -> None:
        """Put the hold, as the memory keeps it, into the answer, in the chat API's form."""
        expires_at = datetime.fromisoformat(hold["expires_at"]).astimezone(restaurant.zone)
        self.hold = {
            "restaurant": _named(restaurant),
            "starts_at": hold["starts_at"],
            "party_size": hold["party_size"],
            "expires_at": expires_at.isoformat(timespec="seconds"),
        }

    def show_reservation(self, reservation: Reservation) -> dict[str, object]:
        """Put the reservation into the answer, and give the facts that its responses fill in."""
        self.reservation = {
            "code": reservation.code,
            "status": reservation.status,
            "restaurant": _named(reservation.restaurant),
            "starts_at": reservation.starts_at.isoformat(),
            "ends_at": reservation.ends_at.isoformat(),
            "party_size": reservation.party_size,
            "diner_name": reservation.diner_name,
            "notes": reservation.notes,
        }
        return {
            **self.booked(reservation),
            "code": reservation.code,
            "name": reservation.diner_name,
        }


def country_of(restaurant: Restaurant) -> str:
    return restaurant.country or "US"


def _named(restaurant: Restaurant) -> dict[str, str]:
    return {"slug": restaurant.slug, "name": restaurant.name, "city": restaurant.city}


def e164(phone: str | None, region: str | None = None) -> str | None:
    """The phone in E.164 if it is a number that can be texted; a short code or a name is not.

    Without a `region`, a number must bring its country's code.
    """
    try:
        number = phonenumbers.parse(phone or "", region)
    except phonenumbers.NumberParseException:
        return None
    is_possible = phonenumbers.is_possible_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if is_possible else None
