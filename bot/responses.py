"""What the bot needs from the dialogue's response catalogue. ``app.py`` passes in the implementation."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Responses(Protocol):
    """Response texts by name, plus times and party sizes in words."""

    def render(self, response: str, **facts: object) -> str:
        """Return the response of this name, filled in with the facts."""

    def party(self, count: int) -> str:
        """Return a party size in words."""

    def when(self, starts_at: datetime, country: str) -> str:
        """Return a day and time, given in the restaurant's zone, in the format of that country."""

    def name(self, name: str) -> str:
        """Return a restaurant's name, shortened if it would crowd out the rest of a text."""


class Languages(Protocol):
    """The responses of each language."""

    def of(self, locale: str | None) -> Responses:
        """Return the responses of a locale, or the default ones."""
