"""What the engine refuses, as facts. The docstring of each class is its message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from booking_engine.availability.openings import Search
    from booking_engine.reservations.reservation import Reservation


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


class NoTableAvailable(BookingError):
    """No table can be had at that time."""

    def __init__(self, search: Search) -> None:
        super().__init__(search.refusal.value if search.refusal else None)
        self.search = search


class OffGrid(NoTableAvailable):
    """The restaurant seats no party at that minute."""


class HoldExpired(BookingError):
    """The hold has lapsed and its table has gone to someone else."""

    def __init__(self, search: Search | None = None) -> None:
        super().__init__()
        self.search = search


class ReservationUnknown(BookingError):
    """There is no such reservation."""


class ReservationError(BookingError):
    """The reservation cannot be changed."""

    def __init__(self, reservation: Reservation) -> None:
        super().__init__(reservation.code)
        self.reservation = reservation


class ReservationOver(ReservationError):
    """The reservation is cancelled or lies in the past."""


class ChangeTooLate(ReservationError):
    """It is too close to the reservation to change it."""


class UndoTooLate(ReservationError):
    """A cancellation can be undone only for two minutes."""


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
