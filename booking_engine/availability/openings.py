"""Results of a search for a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from booking_engine.restaurants.restaurant import Restaurant


class Refusal(StrEnum):
    """Why there is no table at the requested time, in the diner's terms."""

    CLOSED = "closed"
    PAST = "past"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    PARTY_TOO_LARGE = "party_too_large"
    PACING = "pacing"
    NO_TABLE = "no_table"


@dataclass(frozen=True)
class Opening:
    """A bookable time. `starts_at` is in the restaurant's time zone; `areas`: where the party would sit."""

    restaurant: Restaurant
    starts_at: datetime
    party_size: int
    areas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Search:
    """The result of a search for a table at `wanted`: that opening, or the reason for refusal, and the nearest openings.

    `openings` includes `exact`, if any, and is sorted nearest to `wanted` first. Both `exact` and `refusal` are None if a
    table is free but the restaurant does not seat parties at that minute (19:07 on a quarter-hour grid).
    """

    wanted: datetime
    exact: Opening | None
    openings: tuple[Opening, ...]
    refusal: Refusal | None
    is_skipped: bool = False
    """Whether a clock change skips the requested wall time; `wanted` is then later by the length of the gap."""


@dataclass(frozen=True)
class Alternatives:
    """Other days at the same restaurant, nearest day first, and nearby restaurants, best first."""

    other_days: tuple[Opening, ...]
    nearby: tuple[Opening, ...]
