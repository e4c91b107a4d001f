"""Errors of the commands, with the openings or the reservation that the caller needs to answer the diner."""

from __future__ import annotations

from collections.abc import Sequence

from booking_engine.availability.openings import Search
from booking_engine.errors import BookingError

from .reservation import Hold, Reservation


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


class HoldExtensionsUsed(BookingError):
    """The restaurant's policy allows no further extension of the hold."""

    def __init__(self, hold: Hold) -> None:
        super().__init__()
        self.hold = hold


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


class StillBooked(BookingError):
    """The diner is expected somewhere, so a restaurant still needs the name and the number."""

    def __init__(self, reservations: Sequence[Reservation]) -> None:
        super().__init__(", ".join(each.code for each in reservations))
        self.reservations = tuple(reservations)
