"""Restaurants, openings, holds and reservations on PostgreSQL. Knows no web, no phones, no dialogue."""

from .clock import Clock
from .criteria import Criteria
from .database import create_database
from .days import BookableDays, bookable_days
from .engine import BookingEngine
from .errors import (
    BookingError,
    ChangeTooLate,
    HoldExpired,
    ImportProblem,
    ImportRejected,
    InvalidRequest,
    NoTableAvailable,
    OffGrid,
    PartySizeInvalid,
    ReservationOver,
    ReservationUnknown,
    RestaurantUnknown,
    TimeInvalid,
    TryAgain,
    UndoTooLate,
)
from .import_lines import Progress as ImportProgress
from .importing import ImportReport
from .misfits import Misfit
from .openings import Alternatives, Opening, Refusal, Search
from .reservations import Hold, Reservation
from .restaurant import Restaurant, Service
from .shelf import Shelf
from .wishes import Wishes

__all__ = [
    "Alternatives",
    "BookableDays",
    "BookingEngine",
    "BookingError",
    "ChangeTooLate",
    "Clock",
    "Criteria",
    "Hold",
    "HoldExpired",
    "ImportProblem",
    "ImportProgress",
    "ImportRejected",
    "ImportReport",
    "InvalidRequest",
    "Misfit",
    "NoTableAvailable",
    "OffGrid",
    "Opening",
    "PartySizeInvalid",
    "Refusal",
    "Reservation",
    "ReservationOver",
    "ReservationUnknown",
    "Restaurant",
    "RestaurantUnknown",
    "Search",
    "Service",
    "Shelf",
    "TimeInvalid",
    "TryAgain",
    "UndoTooLate",
    "Wishes",
    "bookable_days",
    "create_database",
]
