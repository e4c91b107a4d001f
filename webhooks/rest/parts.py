"""What the routes work with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from booking_engine import BookingEngine
from webhooks.rate_limits import RateLimits

CHANNEL = "api"
"""How the history of a reservation calls us."""


@dataclass(frozen=True)
class Parts:
    """Shared by all routes of one app."""

    engine: BookingEngine
    database: Engine
    rate_limits: RateLimits
