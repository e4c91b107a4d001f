"""What the conversation holds in mind: the slots, with names and types."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from rasa_sdk.events import EventType, SlotSet

from booking_engine import Hold, Restaurant, SeatingPreferences
from dialogue.actions.turn import Option, Turn

Task = Literal["booking", "change", "cancel", "sign_in"]
Errand = Literal["show", "text"]
"""What is wanted by the way and needs to know who it is: the bookings shown, the talk to go on by text."""

_STALE_AFTER = timedelta(hours=12)


@dataclass
class Memory:
    """The slots of the domain. `date` is an ISO date; `time` a wish as it was read, or {"at": "19:00"} once it is certain."""

    task: Task | None = None
    restaurant: str | None = None
    city: str | None = None
    cuisine: str | None = None
    street: str | None = None
    sought: list[dict[str, Any]] = field(default_factory=list)
    listed: int = 0
    found: bool = False
    refused: list[str] = field(default_factory=list)
    refused_cuisines: list[str] = field(default_factory=list)
    party_size: int | None = None
    date: str | None = None
    time: dict[str, Any] | None = None
    name: str | None = None
    phone: str | None = None
    notes: str | None = None
    area: str | None = None
    features: list[str] = field(default_factory=list)
    hold: dict[str, Any] | None = None
    choices: list[dict[str, Any]] | None = None
    reservation: str | None = None
    task_has_target: bool = False
    pending: list[list[Any]] | None = None
    errand: Errand | None = None
    code_is_void: bool = False
    talked_of: str | None = None
    said_last: str | None = None
    misses: int = 0
    touched_at: str | None = None
    is_unsure: bool = False
    """whether a change or cancellation waits for a yes, since it was not certain that it was wished"""
    before: dict[str, Any] | None = None
    """the booking before its last change, to be brought back"""

    def __post_init__(self) -> None:
        self.over: dict[str, Any] | None = None
        """The hold of a draft that is forgotten in this very turn, since it lay untouched for too long."""

    @classmethod
    def of(cls, turn: Turn) -> Memory:
        """Read the slots; a draft that lay untouched for half a day is forgotten, the reservation in question is not."""
        slots = turn.tracker.slots
        known = {name: slots[name] for name in cls.__dataclass_fields__ if slots.get(name) is not None}
        memory = cls(**known)
        now = turn.engine.clock.now()
        if memory.touched_at and now - datetime.fromisoformat(memory.touched_at) > _STALE_AFTER:
            memory.over = memory.hold
            memory.forget_draft()
        memory.touched_at = now.isoformat(timespec="seconds")
        return memory

    def forget_draft(self) -> None:
        """Begin anew; who the diner is and what they have booked stays known."""
        kept = {"reservation", "name", "phone", "touched_at", "before"}
        blank = Memory()
        for name in self.__dataclass_fields__:
            if name not in kept:
                setattr(self, name, getattr(blank, name))

    def events(self, turn: Turn, requested_slot: str | None) -> list[EventType]:
        """The slots that have changed, for Rasa; `requested_slot` is what is asked for next, None ends the form.

        `touched_at` is always among them: Rasa takes a validation that sets no slot for one that has nothing to do with the form.
        """
        before = turn.tracker.slots
        changed = {
            name: value for name, value in asdict(self).items() if value != before.get(name) or name == "touched_at"
        }
        return [SlotSet(name, value) for name, value in {**changed, "requested_slot": requested_slot}.items()]

    def wishes(self) -> SeatingPreferences:
        """Where they would like to sit, and what the table should have; preferences, since few houses tell all they have."""
        return SeatingPreferences(self.area, features=frozenset(self.features))

    def wanted_date(self) -> dt.date | None:
        return dt.date.fromisoformat(self.date) if self.date else None

    def keep_hold(self, hold: Hold) -> None:
        minutes = hold.restaurant.policy.hold_minutes
        self.hold = {
            "id": hold.id,
            "restaurant": hold.restaurant.slug,
            "starts_at": hold.starts_at.isoformat(),
            "party_size": hold.party_size,
            "areas": list(hold.areas),
            "expires_at": hold.expires_at.isoformat(),
            "minutes": minutes,
        }

    def has_lapsed(self, now: datetime) -> bool:
        """Whether a table was held, and no longer is."""
        return self.hold is not None and datetime.fromisoformat(self.hold["expires_at"]) <= now

    def held_start(self) -> datetime | None:
        """When the held table's time begins, by the restaurant's own clock."""
        return datetime.fromisoformat(self.hold["starts_at"]) if self.hold else None

    def holds(self, restaurant: Restaurant, starts_at: datetime, party_size: int, now: datetime) -> bool:
        """Whether just this table is held already, and still is."""
        return self.is_about(restaurant, starts_at, party_size) and not self.has_lapsed(now)

    def is_about(self, restaurant: Restaurant, starts_at: datetime, party_size: int) -> bool:
        """Whether the hold, lapsed or not, is for just this."""
        return (
            self.hold is not None
            and self.hold["restaurant"] == restaurant.slug
            and datetime.fromisoformat(self.hold["starts_at"]) == starts_at
            and self.hold["party_size"] == party_size
        )

    def offer(self, options: list[Option]) -> None:
        self.choices = [{"label": option.label, "slots": option.slots} for option in options]

    def options(self) -> list[Option]:
        return [Option(choice["label"], choice["slots"]) for choice in self.choices or []]

    def take(self, option: Option) -> None:
        """Fill in what the picked option stands for."""
        for name, value in option.slots.items():
            setattr(self, name, value)
        self.choices = None
