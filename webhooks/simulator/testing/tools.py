"""Services that the testers' routes use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime
from redis import Redis
from sqlalchemy import Engine

from booking_engine import BookingEngine
from bot.phone_codes import PhoneCodes
from bot.responses import Languages

_YEARS = range(2000, 2101)


def _check_year(moment: datetime) -> datetime:
    if moment.year not in _YEARS:
        raise ValueError(f"the year must be from {_YEARS[0]} to {_YEARS[-1]}")
    return moment


Instant = Annotated[AwareDatetime, AfterValidator(_check_year)]
"""ISO 8601 with an offset."""


@dataclass(frozen=True)
class Tools:
    """Services shared by the routes of one process."""

    engine: BookingEngine
    database: Engine
    redis: Redis
    languages: Languages
    codes: PhoneCodes

    def shift_to(self, moment: datetime | None) -> timedelta:
        """How far a clock that shows `moment` now is ahead of the service's; zero without a moment."""
        return moment - self.engine.clock.now() if moment is not None else timedelta(0)
