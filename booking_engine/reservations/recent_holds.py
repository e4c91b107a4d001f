"""Cache of holds that this process placed or extended recently, so that confirming one does not have to read it back."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import NamedTuple

from .records import Found
from .reservation import HoldKey, Record

_MOST = 2000


class _RecentHold(NamedTuple):
    record: Record
    version: int
    now: datetime
    """When the hold was decided, on the database's clock without the offset."""
    ticks: float


class RecentHolds:
    """A cache of up to 2,000 holds, each of which can be taken once. Safe to share between threads.

    It may be stale: another process may have released the hold, or an import may have changed its restaurant. The caller
    must write with a statement that fails unless the hold is still valid and the catalogue's version is the same.
    """

    def __init__(self) -> None:
        self._kept: dict[HoldKey, _RecentHold] = {}

    def keep(self, key: HoldKey, found: Found, shift: timedelta) -> None:
        """Cache a hold that was just decided on a clock that is `shift` ahead of the database's."""
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[key] = _RecentHold(found.record, found.version, found.now - shift, time.monotonic())

    def take(self, key: HoldKey, shift: timedelta) -> Found | None:
        """Remove and return the hold as placed; None if it is not cached.

        `now` of the result is the estimated current time of the database's clock plus `shift`.
        """
        kept = self._kept.pop(key, None)
        if kept is None:
            return None
        now = kept.now + timedelta(seconds=time.monotonic() - kept.ticks) + shift
        return Found(kept.record, now, kept.version)
