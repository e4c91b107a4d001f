"""The engine's idea of now."""

from datetime import UTC, datetime, timedelta


class Clock:
    """The wall clock shifted by a fixed offset, so that a test or a demonstration can live on another day.

    Commands take their "now" from the database's own clock and add `offset` to it: of many web processes
    and one database only the database can say whether a hold has lapsed.
    """

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self.offset = offset

    def now(self) -> datetime:
        """The shifted time of this machine, aware, in UTC."""
        return datetime.now(UTC) + self.offset
