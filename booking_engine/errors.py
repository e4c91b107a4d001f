"""The engine's errors. The first line of each class's docstring is its message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class BookingError(Exception):
    """The booking engine cannot do this."""

    def __init__(self, detail: str | None = None, **facts: Any) -> None:
        text = (type(self).__doc__ or type(self).__name__).strip().splitlines()[0]
        super().__init__(f"{text} ({detail})" if detail else text)
        self.facts = facts


class TryAgain(BookingError):
    """The database was too busy to decide; nothing has changed, try again."""


class InvalidRequest(BookingError):
    """A value given to the engine cannot be used."""


class PartySizeInvalid(InvalidRequest):
    """A party has at least one guest."""


class TimeInvalid(InvalidRequest):
    """The time does not name one instant: it has no time zone, or does not exist where the restaurant is."""


class RestaurantUnknown(BookingError):
    """There is no such restaurant."""


class ReservationUnknown(BookingError):
    """There is no such reservation."""


@dataclass(frozen=True)
class ImportProblem:
    """One thing wrong with an import: line number (from 1), field path, reason."""

    line: int
    field: str
    reason: str


class ImportRejected(BookingError):
    """The file has bad lines; nothing of it was imported."""

    def __init__(self, problems: list[ImportProblem]) -> None:
        first = problems[0]
        super().__init__(f"line {first.line}, {first.field}: {first.reason}")
        self.problems = problems
