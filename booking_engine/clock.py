"""The engine's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """The wall clock plus a fixed offset, so that a test or demo can run on another day.

    Commands read the database's clock and add `offset` to it: with many web processes, only the database can decide
    whether a hold has expired.

    `shift` is the part of the offset by which this clock is ahead of the service's clock. A simulated conversation
    gets its own clock, but its texts are still sent on the service's clock.
    """

    def __init__(self, offset: timedelta = timedelta(0), *, shift: timedelta = timedelta(0)) -> None:
        self.offset = offset
        self.shift = shift

    def shifted(self, by: timedelta) -> Clock:
        """Return a clock that is `by` ahead of this one."""
        return Clock(self.offset + by, shift=self.shift + by)

    def now(self) -> datetime:
        """Return this machine's time plus the offset, timezone-aware, in UTC."""
        return datetime.now(UTC) + self.offset
