"""Restaurants, openings, holds and reservations on PostgreSQL. Independent of the web, SMS and dialogue layers."""

from booking_engine.availability.bookable_days import BookableDays, bookable_days
from booking_engine.availability.openings import Alternatives, Opening, Refusal, Search
from booking_engine.availability.periods import Service
from booking_engine.availability.preferences import SeatingPreferences
from booking_engine.reservations.reservation import Hold, Reservation
from booking_engine.restaurants.catalogue import CATALOGUE_VERSION, PublishedNames
from booking_engine.restaurants.conflicts import Conflict
from booking_engine.restaurants.criteria import Criteria
from booking_engine.restaurants.import_lines import Progress as ImportProgress
from booking_engine.restaurants.importing import ImportReport
from booking_engine.restaurants.restaurant import Restaurant
from booking_engine.storage.database import create_database
from booking_engine.storage.shared_cache import SharedCache

from .clock import Clock
from .engine import BookingEngine
from .errors import (
    BookingError,
    ImportProblem,
    ImportRejected,
    InvalidRequest,
    PartySizeInvalid,
    ReservationUnknown,
    RestaurantUnknown,
    TimeInvalid,
    TryAgain,
)
from .reservations.cancel import UNDO_WITHIN
from .reservations.errors import (
    ChangeTooLate,
    HoldExpired,
    HoldExtensionsUsed,
    NoTableAvailable,
    OffGrid,
    ReservationOver,
    StillBooked,
    UndoTooLate,
)

__all__ = [
    "CATALOGUE_VERSION",
    "UNDO_WITHIN",
    "Alternatives",
    "BookableDays",
    "BookingEngine",
    "BookingError",
    "ChangeTooLate",
    "Clock",
    "Conflict",
    "Criteria",
    "Hold",
    "HoldExpired",
    "HoldExtensionsUsed",
    "ImportProblem",
    "ImportProgress",
    "ImportRejected",
    "ImportReport",
    "InvalidRequest",
    "NoTableAvailable",
    "OffGrid",
    "Opening",
    "PartySizeInvalid",
    "PublishedNames",
    "Refusal",
    "Reservation",
    "ReservationOver",
    "ReservationUnknown",
    "Restaurant",
    "RestaurantUnknown",
    "Search",
    "SeatingPreferences",
    "Service",
    "SharedCache",
    "StillBooked",
    "TimeInvalid",
    "TryAgain",
    "UndoTooLate",
    "bookable_days",
    "create_database",
]
