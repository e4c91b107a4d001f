"""One turn: what a decision is made from, and the answer as it grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as phone_timezone

from booking_engine import UNDO_WITHIN, BookingError, Reservation, Restaurant
from dialogue.reading import Entity, Reading
from dialogue.state import Before, Held, Option, State
from dialogue.words import Languages, Words, writes_month_first

ANYWHERE = ZoneInfo("UTC")


@dataclass(frozen=True)
class Situation:
    """Who speaks, where and when; all but the message."""

    now: datetime
    """in UTC"""
    message_id: str = ""
    channel: str = "chat"
    phone: str | None = None
    """in its canonical form, where somebody vouches for it; who texts is known by the number that texts"""
    verified: str | None = None
    """what came of the code that the message is, in the bot's words"""
    was_asked: bool = False
    """whether the service's last answer asked for something"""
    is_open: bool = False
    """whether a task is open"""
    known_name: str | None = None
    own_restaurant: str | None = None
    """slug of the restaurant whose widget or number this is"""
    locale: str | None = None

    @property
    def is_by_sms(self) -> bool:
        """Whether it is a text thread, in which the reply itself confirms."""
        return self.channel == "sms"

    @property
    def is_stranger(self) -> bool:
        """Whether nobody vouches for a phone: a visitor's chat, or texts from what is none, like a short code."""
        return self.phone is None


@dataclass
class Heard:
    """What a message brought: the names of the fields it filled, and what stands in the way."""

    fields: set[str] = field(default_factory=set)
    problem: str | None = None
    unclear: str | None = None
    """the words for a day that no calendar has"""
    options: tuple[Option, ...] = ()
    ask_options: str = ""
    picked: Option | None = None
    refused_choices: bool = False
    noted: list[Entity] = field(default_factory=list)
    """what is new for the staff"""

    @property
    def news(self) -> set[str]:
        """The fields that got another value than they had."""
        return {name for name in self.fields if not name.endswith("_same")}

    def __bool__(self) -> bool:
        return bool(self.fields or self.problem or self.options or self.picked or self.refused_choices)


@dataclass(frozen=True)
class Outcome:
    """What a step ends the turn with."""

    asks: str | None = None
    """what is asked for next, in the contract's words; None where the task is done"""
    follow: str | None = None
    """the task that the message rather belongs to, which is to decide in this turn"""


DONE = Outcome()


@dataclass(frozen=True)
class Line:
    """One message of the answer: a response by name, its text, and what there is to pick."""

    response: str
    text: str
    options: tuple[Option, ...] = ()


@dataclass
class Reply:
    """The answer: what is said and shown, and what the bot is to do besides."""

    lines: list[Line] = field(default_factory=list)
    met: list[str] = field(default_factory=list)
    """the engine's refusals, for those who look into the dialogue"""
    hold: dict[str, Any] | None = None
    reservation: dict[str, Any] | None = None
    asks: dict[str, Any] | None = None
    """what the chat widget needs to let the question be answered by picking"""
    verify: dict[str, Any] | None = None
    """the phone to which the bot is to text a code"""
    opts_out: bool = False
    forgets: bool = False
    """whether the bot is to delete all that is known of the diner"""
    moves: bool = False
    """whether the bot is to go on by text"""


@dataclass
class Turn:
    """A message in its situation, the state, and the reply; decisions write into the last two only."""

    reading: Reading
    situation: Situation
    state: State
    languages: Languages
    asked: str | None = None
    """what the last answer of the open task asked for; None too where the same question would be a new one"""
    entities: list[Entity] = field(default_factory=list)
    """those of the message that still wait to be taken in"""
    is_ignored: bool = False
    """whether nothing in the message counts, since a machine sent it"""
    heard: Heard = field(default_factory=Heard)
    reply: Reply = field(default_factory=Reply)

    @property
    def words(self) -> Words:
        """The words of the conversation's language."""
        return self.languages.of(self.situation.locale)

    @property
    def intent(self) -> str:
        """The intent that was read."""
        return self.reading.intent

    @property
    def follows_reply(self) -> bool:
        """Whether the message was just answered by the way, so that the open question is only repeated."""
        message = self.situation.message_id
        return bool(message) and self.state.replied_to == message

    @property
    def undoable(self) -> Before | None:
        """A booking as it was, if the last thing done to one was a change, and a short while ago; several may be listed since."""
        before = self.state.before
        if before is None or self.state.reservation not in (before.code, None):
            return None
        return before if self.situation.now - before.at <= UNDO_WITHIN else None

    def has_cue(self, *names: str) -> bool:
        """Return whether the message has one of these turns of phrase."""
        return not self.reading.cues.isdisjoint(names)

    def of_kind(self, kind: str) -> list[Entity]:
        """Return the entities of a kind that wait to be taken in."""
        return [entity for entity in self.entities if entity.kind == kind]

    def has_kind(self, *kinds: str) -> bool:
        """Return whether an entity of one of these kinds waits to be taken in."""
        return any(entity.kind in kinds for entity in self.entities)

    def here(self, restaurant: Restaurant | None) -> datetime:
        """Return the local time that "tomorrow" is told by: at the restaurant, else where the diner's number is from."""
        zone = restaurant.zone if restaurant else ANYWHERE
        if restaurant is None and self.situation.phone:
            zones = phone_timezone.time_zones_for_number(phonenumbers.parse(self.situation.phone))
            zone = ZoneInfo(zones[0]) if zones[0] != phone_timezone.UNKNOWN_TIMEZONE else zone
        return self.situation.now.astimezone(zone)

    def say(self, response: str, options: Sequence[Option] = (), /, **facts: object) -> None:
        """Add a message by its name in the catalogue, in the words of the conversation's language."""
        self.reply.lines.append(Line(response, self.words.render(response, **facts), tuple(options)))

    def tell(self, response: str, booking: Reservation, /, **facts: object) -> None:
        """Add a message about a booking, and put that into the answer."""
        self.say(response, **self.show_booking(booking), **facts)

    def say_in(self, language: str, response: str, /, **facts: object) -> None:
        """Add one of the few messages that there are in languages without a catalogue."""
        self.reply.lines.append(Line(response, self.languages.render_in(language, response, **facts)))

    def offer(self, response: str, options: Sequence[Option], /, **facts: object) -> Outcome:
        """Show something to pick from, and ask which."""
        self.state.choices = tuple(options)
        self.say(response, options, **facts)
        return Outcome("choice")

    def met(self, refusal: BookingError) -> None:
        """Put on record what the engine has refused."""
        self.reply.met.append(type(refusal).__name__)

    # --- facts that responses fill in ---

    def about(self, restaurant: Restaurant | None) -> dict[str, object]:
        """Return what most responses about a restaurant tell, if there is one."""
        if restaurant is None:
            return {}
        facts: dict[str, object] = {"restaurant": self.words.name(restaurant.name), "contact": restaurant.phone}
        for way in ("or_call", "please_call"):  # a restaurant that has told no phone cannot be called
            facts[way] = self.words.render(f"utter_part_{way}", **facts) if restaurant.phone else ""
        return facts

    def seating(
        self, restaurant: Restaurant, starts_at: datetime, party_size: int, area: str | None = None
    ) -> dict[str, object]:
        """Return the facts of a table at a time. `area`: where it stands, for a diner who asked to sit there."""
        country, local = country_of(restaurant), starts_at.astimezone(restaurant.zone)
        party = self.words.party(party_size)
        if area:
            party = self.words.render("utter_part_party_in", party=party, area=self.words.area(area))
        return {
            **self.about(restaurant),
            "when": self.words.when(local, country),
            "day": self.words.day(restaurant.schedule.service_date_of(local), country),
            "party": party,
        }

    def clock(self, restaurant: Restaurant, moment: datetime) -> str:
        """Return the time of day of an instant, as the restaurant's country writes it."""
        local = moment.astimezone(restaurant.zone)
        return self.words.clock(local.time().replace(second=0, microsecond=0), country_of(restaurant))

    def booked(self, booking: Reservation) -> dict[str, object]:
        """Return the facts of a booking's table."""
        restaurant, wishes = booking.restaurant, booking.preferences
        area = wishes.area if wishes.seats_in(booking.areas, restaurant) else None
        return self.seating(restaurant, booking.starts_at, booking.party_size, area)

    def show_hold(self, restaurant: Restaurant, hold: Held) -> None:
        """Put the hold into the answer, in the chat API's form."""
        self.reply.hold = {
            "restaurant": _named(restaurant),
            "starts_at": hold.starts_at.isoformat(),
            "party_size": hold.party_size,
            "expires_at": hold.expires_at.astimezone(restaurant.zone).isoformat(timespec="seconds"),
        }

    def show_booking(self, booking: Reservation) -> dict[str, object]:
        """Put the booking into the answer, and return the facts that its responses fill in."""
        self.reply.reservation = {
            "code": booking.code,
            "status": booking.status,
            "restaurant": _named(booking.restaurant),
            "starts_at": booking.starts_at.isoformat(),
            "ends_at": booking.ends_at.isoformat(),
            "party_size": booking.party_size,
            "diner_name": booking.diner_name,
            "notes": booking.notes,
        }
        return {**self.booked(booking), "code": booking.code, "name": booking.diner_name}


def country_of(restaurant: Restaurant | None) -> str:
    """Return the ISO code of the country whose ways of writing days and phones apply."""
    return (restaurant.country if restaurant else None) or "US"


def writes_day_first(restaurant: Restaurant | None) -> bool | None:
    """Return whether 5/6 is June 5 there; None where no restaurant tells."""
    return None if restaurant is None else not writes_month_first(country_of(restaurant))


def _named(restaurant: Restaurant) -> dict[str, str]:
    return {"slug": restaurant.slug, "name": restaurant.name, "city": restaurant.city}
