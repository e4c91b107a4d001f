"""Holds that this process has placed a moment ago: what was written then need not be read again to confirm them."""

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
    """By the database's clock, unshifted, when the hold was decided."""
    ticks: float


class RecentHolds:
    """A few thousand holds, each to be taken once. Safe to share between threads.

    Never the truth: another process may have released the hold, or an import changed its restaurant. So whoever takes one
    must write with a statement that fails unless the hold still stands and the catalogue's version is the same.
    """

    def __init__(self) -> None:
        self._kept: dict[HoldKey, _RecentHold] = {}

    def keep(self, key: HoldKey, found: Found, shift: timedelta) -> None:
        """Remember a new hold, as it was decided just now by a clock that is `shift` ahead of the database's."""
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[key] = _RecentHold(found.record, found.version, found.now - shift, time.monotonic())

    def take(self, key: HoldKey, shift: timedelta) -> Found | None:
        """The hold as it was placed, with what the database's clock must show by now, `shift` added; None: it has to be read."""
        kept = self._kept.pop(key, None)
        if kept is None:
            return None
        now = kept.now + timedelta(seconds=time.monotonic() - kept.ticks) + shift
        return Found(kept.record, now, kept.version)
