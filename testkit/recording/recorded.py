"""A recorded thread from any source: everything needed to play it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as phone_timezone


@dataclass(frozen=True)
class Heard:
    """A message from the diner and the texts that answered it.

    `answer`: empty if it was answered by nothing, None if no answer is on record. `expected`: what the bot had asked for
    before, as in the chat API. `at`: by the conversation's clock.
    """

    text: str
    at: datetime
    answer: tuple[str, ...] | None
    expected: str | None = None
    media: int = 0
    opt_out_type: str | None = None
    is_phone_code: bool = False
    """Whether the message is the code that was texted to the diner."""


@dataclass(frozen=True)
class Arrived:
    """A text that the service sent on its own."""

    text: str
    at: datetime


@dataclass
class Recording:
    """One diner's thread. Reservations are as in the testers' API, restaurants as in the import format."""

    channel: str
    phone: str | None
    events: list[Heard | Arrived]
    to: str | None = None
    """Slug of the restaurant whose own number was texted, or that the chat was about."""
    signed_in_as: str | None = None
    greeting: tuple[str, ...] = ()
    given: list[dict[str, Any]] = field(default_factory=list)
    """Reservations when the thread began, in their state at that time."""
    reservations: list[dict[str, Any]] = field(default_factory=list)
    """Reservations at the end of the thread, oldest first."""
    restaurants: list[dict[str, Any]] = field(default_factory=list)

    @property
    def heard(self) -> Iterator[Heard]:
        """The diner's messages, in order."""
        return (event for event in self.events if isinstance(event, Heard))

    def zone(self) -> ZoneInfo:
        """Return the restaurant's time zone, otherwise the phone number's, otherwise UTC."""
        for restaurant in self.restaurants:
            return ZoneInfo(restaurant["timezone"])
        if self.phone:
            for zone in phone_timezone.time_zones_for_number(phonenumbers.parse(self.phone)):
                if zone != phone_timezone.UNKNOWN_TIMEZONE:
                    return ZoneInfo(zone)
        return ZoneInfo("UTC")
