"""The engine's idea of now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """The wall clock shifted by a fixed offset, so that a test or a demonstration can live on another day.

    Commands take their "now" from the database's own clock and add `offset` to it: of many web processes
    and one database only the database can say whether a hold has lapsed.

    `shift` is the part of the offset by which this clock is ahead of that of the service: who plays out a conversation
    at another time gives it a clock of its own, while texts are sent by the service's.
    """

    def __init__(self, offset: timedelta = timedelta(0), *, shift: timedelta = timedelta(0)) -> None:
        self.offset = offset
        self.shift = shift

    def shifted(self, by: timedelta) -> Clock:
        """A clock that is so much ahead of this one."""
        return Clock(self.offset + by, shift=self.shift + by)

    def now(self) -> datetime:
        """The shifted time of this machine, aware, in UTC."""
        return datetime.now(UTC) + self.offset
