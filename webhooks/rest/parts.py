"""Shared services of the REST routes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from booking_engine import BookingEngine
from webhooks.rate_limits import RateLimits
from webhooks.rest.texting import Texting

CHANNEL = "api"
"""Our name in the history of a reservation."""


@dataclass(frozen=True)
class Parts:
    """Services shared by all routes of one app."""

    engine: BookingEngine
    database: Engine
    rate_limits: RateLimits
    texting: Texting
