"""What a conversation holds in mind between two messages: one typed value, which Rasa keeps in one slot."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import TypeAdapter

from booking_engine import Hold, Reservation, Restaurant, SeatingPreferences

TaskName = Literal["book", "change", "cancel", "sign_in", "forget"]
Errand = Literal["show", "text"]
"""What waits until it is known who asks: the bookings are shown, the conversation goes on by text."""
Details = tuple[tuple[str, str, Any], ...]
"""Entities that are heard later."""

_PRESUMED_PARTY = 2
_MOST_KEPT = 20
"""How many of the things that add up in a long conversation are remembered: restaurants refused, wishes, details to come."""
_STALE_AFTER = timedelta(hours=12)
_KEPT = frozenset(("reservation", "name", "phone", "touched_at", "before", "replaced", "replied_to", "over"))


@dataclass(frozen=True)
class Option:
    """Something to pick by its digit: what it is called, and the fields of the state that it fills in."""

    label: str
    fills: dict[str, Any]


@dataclass(frozen=True)
class Held:
    """A table on hold. `starts_at` has the restaurant's offset, `expires_at` is in UTC, `minutes` is how long a hold lasts."""

    id: str
    restaurant: str
    starts_at: datetime
    party_size: int
    expires_at: datetime
    minutes: int
    areas: tuple[str, ...] = ()
    is_compared: bool = False
    """whether it is known if the diner has booked a table about then"""
    nearby: str | None = None
    """code of that booking"""

    @classmethod
    def of(cls, hold: Hold) -> Held:
        """Take what is needed of the engine's hold."""
        place = hold.restaurant
        table = (hold.id, place.slug, hold.starts_at, hold.party_size)
        return cls(*table, hold.expires_at, place.policy.hold_minutes, tuple(hold.areas))

    def is_of(self, restaurant: Restaurant, starts_at: datetime, party_size: int) -> bool:
        """Return whether the hold, expired or not, is for just this."""
        return (self.restaurant, self.starts_at, self.party_size) == (restaurant.slug, starts_at, party_size)


@dataclass(frozen=True)
class Before:
    """A booking as it was before its last change, made at `at`, so that the change can be taken back."""

    code: str
    starts_at: datetime
    party_size: int
    notes: str
    name: str
    at: datetime
    area: str | None = None
    features: tuple[str, ...] = ()

    @classmethod
    def of(cls, booking: Reservation, now: datetime) -> Before:
        """Take what a change may alter."""
        seating = booking.preferences
        return cls(
            booking.code, booking.starts_at, booking.party_size, booking.notes, booking.diner_name, now,
            seating.area, tuple(sorted(seating.features)),
        )  # fmt: skip

    @property
    def preferences(self) -> SeatingPreferences:
        """The seating that was asked for."""
        return SeatingPreferences(self.area, features=frozenset(self.features))


@dataclass
class State:
    """Everything that is known of the diner's wishes.

    `date` is a service date of the restaurant; `time` a wish as it was read (`nlu.resolving`), or {"at": "19:00"} once it is
    certain; `restaurant`, `refused` and `talked_of` are slugs; `reservation` is a confirmation code.
    """

    task: TaskName | None = None
    restaurant: str | None = None
    city: str | None = None
    cuisine: str | None = None
    street: str | None = None
    sought: tuple[dict[str, Any], ...] = ()
    """what the restaurant should cost or have: {"label", "levels"} or {"label", "words"}"""
    listed: int = 0
    """how many of the restaurants that were found have been shown on earlier pages"""
    found: bool = False
    """whether the restaurant in hand, or the list that is shown, comes of a search and not of a name"""
    refused: tuple[str, ...] = ()
    refused_cuisines: tuple[str, ...] = ()
    party_size: int | None = None
    is_group: bool = False
    """whether a group was spoken of, so that no number is presumed before it is told"""
    date: dt.date | None = None
    period: tuple[dt.date, dt.date] | None = None
    """the first and the last of the days that were told loosely, until one of them is named"""
    presumes_day: bool = False
    """whether nobody has said the day"""
    awaits_day: bool = False
    """whether a day was spoken of that no calendar tells, so that booking presumes none before it is told"""
    time: dict[str, Any] | None = None
    name: str | None = None
    phone: str | None = None
    """E.164; only where the channel does not know it"""
    notes: str | None = None
    area: str | None = None
    features: tuple[str, ...] = ()
    hold: Held | None = None
    keeps_other: bool | None = None
    """whether the diner's booking about when the table in hand is for stays; None until it is said"""
    choices: tuple[Option, ...] = ()
    reservation: str | None = None
    has_target: bool = False
    """whether `reservation` is the one that the task is about"""
    further: tuple[Details, ...] = ()
    """what was told of further tables, which are booked one after the other, like the first but for that"""
    is_further: bool = False
    """whether the table in hand is such a one"""
    pending: Details | None = None
    """entities that wait until it is clear which booking or restaurant they are about"""
    errand: Errand | None = None
    code_is_void: bool = False
    talked_of: str | None = None
    said_last: str | None = None
    """"time" or "party_size" if that was told last, and alone"""
    misses: int = 0
    """how often in a row the present question was not answered"""
    is_unsure: bool = False
    """whether a change or cancellation waits for a yes, since it may not be wished"""
    agreed: str | None = None
    """slug of the restaurant to which the diner has agreed to move"""
    new_name: str | None = None
    """under which the booking is to be put as soon as that is agreed to"""
    before: Before | None = None
    replaced: tuple[str, str] | None = None
    """codes of a booking that was made instead of another one, and of that, which was cancelled"""
    given_up: tuple[str, ...] = ()
    """codes of the bookings that were named as what goes too, if all that is known of the diner is deleted"""
    replied_to: str | None = None
    """id of the message that was answered by the way, before the form repeats its question"""
    touched_at: datetime | None = None
    over: Held | None = field(default=None, compare=False)
    """the hold of a draft that is forgotten in this very turn, since it lay untouched for too long; never stored"""

    @classmethod
    def load(cls, stored: dict[str, Any] | None, now: datetime) -> State:
        """Read the slot. A draft untouched for twelve hours is forgotten; who the diner is and what is booked is not."""
        state = _STATES.validate_python(stored or {})
        if state.touched_at and now - state.touched_at > _STALE_AFTER:
            over = state.hold
            state.forget_draft()
            state.over = over
        state.touched_at = now.replace(microsecond=0)
        return state

    def dump(self) -> dict[str, Any]:
        """Return what the slot is to hold, as JSON: a few kilobytes at most, however long the conversation goes on."""
        bounded = replace(
            self,
            over=None,
            refused=self.refused[-_MOST_KEPT:],
            refused_cuisines=self.refused_cuisines[-_MOST_KEPT:],
            sought=self.sought[-_MOST_KEPT:],
            pending=self.pending and self.pending[:_MOST_KEPT],  # the newest come first
        )
        stored: dict[str, Any] = _STATES.dump_python(bounded, mode="json", exclude_defaults=True)
        return stored

    def forget_draft(self) -> None:
        """Begin anew; who the diner is and what they have booked stays known."""
        blank = State()
        for name in vars(self).keys() - _KEPT:
            setattr(self, name, getattr(blank, name))

    def preferences(self) -> SeatingPreferences:
        """Where they would like to sit and what the table should have; few restaurants tell all they have, so it is no must."""
        return SeatingPreferences(self.area, features=frozenset(self.features))

    def take(self, option: Option) -> None:
        """Fill in what the picked option stands for."""
        for name, value in option.fills.items():
            setattr(self, name, dt.date.fromisoformat(value) if name == "date" else value)
            if name == "date":
                self.presumes_day, self.period = False, None
        self.choices = ()

    def has_lapsed(self, now: datetime) -> bool:
        """Return whether a table was held, and no longer is."""
        return self.hold is not None and self.hold.expires_at <= now

    @property
    def presumed_party(self) -> int:
        """How many come; two until it is said, as at most tables. What is presumed is said aloud before it is booked."""
        return self.party_size or _PRESUMED_PARTY

    @property
    def known_party(self) -> int | None:
        """How many come as far as it is said, or as the table on hold is for."""
        return self.party_size or (self.hold.party_size if self.hold else None)


_STATES = TypeAdapter(State)
