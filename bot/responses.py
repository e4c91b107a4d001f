"""What the bot needs of the catalogue of words; the dialogue owns it, and ``app.py`` brings the two together."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Responses(Protocol):
    """Texts by name, and times and parties in words."""

    def render(self, response: str, **facts: object) -> str: ...

    def party(self, count: int) -> str: ...

    def when(self, starts_at: datetime, country: str) -> str: ...

    def name(self, name: str) -> str: ...


class Languages(Protocol):
    """The responses of each language."""

    def of(self, locale: str | None) -> Responses: ...
