"""A thread that was had, wherever it was had: what is needed to play it again."""

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
    """Something the diner said and the texts that it was answered with (None: no answer is on record).

    `expected`: what the bot had asked for before, in the chat API's words. `at` by the clock of the conversation.
    """

    text: str
    at: datetime
    answer: tuple[str, ...] | None
    expected: str | None = None
    media: int = 0
    opt_out_type: str | None = None
    is_phone_code: bool = False
    """whether it is the code that was texted to the diner"""


@dataclass(frozen=True)
class Arrived:
    """A text that came by itself."""

    text: str
    at: datetime


@dataclass
class Recording:
    """One diner's thread. Reservations as the testers' API shows them, restaurants as they are imported."""

    channel: str
    phone: str | None
    events: list[Heard | Arrived]
    to: str | None = None
    """slug of the restaurant whose own number was texted, or that the chat was about"""
    signed_in_as: str | None = None
    greeting: tuple[str, ...] = ()
    given: list[dict[str, Any]] = field(default_factory=list)
    """what was booked before the thread began, as it was then"""
    reservations: list[dict[str, Any]] = field(default_factory=list)
    """what was booked in the end, oldest first"""
    restaurants: list[dict[str, Any]] = field(default_factory=list)

    @property
    def heard(self) -> Iterator[Heard]:
        return (event for event in self.events if isinstance(event, Heard))

    def zone(self) -> ZoneInfo:
        """The restaurant's time zone, else the phone's."""
        for restaurant in self.restaurants:
            return ZoneInfo(restaurant["timezone"])
        if self.phone:
            for zone in phone_timezone.time_zones_for_number(phonenumbers.parse(self.phone)):
                if zone != phone_timezone.UNKNOWN_TIMEZONE:
                    return ZoneInfo(zone)
        return ZoneInfo("UTC")
