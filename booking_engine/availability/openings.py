"""What a search for a table answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from booking_engine.restaurants.restaurant import Restaurant


class Refusal(StrEnum):
    """Why there is no table at the wanted time, in the diner's terms."""

    CLOSED = "closed"
    PAST = "past"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    PARTY_TOO_LARGE = "party_too_large"
    PACING = "pacing"
    NO_TABLE = "no_table"


@dataclass(frozen=True)
class Opening:
    """A bookable time. `starts_at` is aware, in the restaurant's zone; `areas`: where the party would sit."""

    restaurant: Restaurant
    starts_at: datetime
    party_size: int
    areas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Search:
    """The answer to "is there a table at `wanted`": that opening, or why not and the nearest ones.

    `openings` holds `exact` too, when there is one, and is sorted nearest to `wanted` first. Both `exact` and `refusal`
    are None when the restaurant would have a table but seats nobody at that very minute (19:07 on a quarter-hour grid).
    """

    wanted: datetime
    exact: Opening | None
    openings: tuple[Opening, ...]
    refusal: Refusal | None
    is_skipped: bool = False
    """Whether the wall time that was asked for is one that a clock change skips; `wanted` is as much later, then."""


@dataclass(frozen=True)
class Alternatives:
    """Where and when else: other days at the same restaurant, nearest day first; restaurants close by, best first."""

    other_days: tuple[Opening, ...]
    nearby: tuple[Opening, ...]
