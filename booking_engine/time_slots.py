"""Quarter hours numbered since 1970: the time grid on which tables are booked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

QUARTER = timedelta(minutes=15)
_SECONDS = 900
_SECOND = timedelta(seconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def quarter_of(instant: datetime) -> int:
    """Return the number of the quarter hour that contains this instant."""
    return (instant - _EPOCH) // QUARTER


def quarters_between(starts_at: datetime, ends_at: datetime) -> range:
    """Return the quarter hours that a seating overlaps."""
    return range(quarter_of(starts_at), -(-(ends_at - _EPOCH) // QUARTER))


def quarters_of(starts_at: int, turn: timedelta) -> range:
    """Return the quarter hours of a seating that starts so many seconds after 1970 began and lasts for `turn`."""
    return range(starts_at // _SECONDS, -(-(starts_at + turn // _SECOND) // _SECONDS))


def start_of(quarter: int) -> datetime:
    """Return the start of this quarter hour, in UTC."""
    return _EPOCH + timedelta(seconds=_SECONDS * quarter)


def instant_at(seconds: int) -> datetime:
    """Return the instant so many seconds after 1970 began, in UTC."""
    return _EPOCH + timedelta(seconds=seconds)


def mask_of(table_ids: Iterable[int]) -> int:
    """Return a bit mask with the bit at each table's number set."""
    mask = 0
    for table_id in table_ids:
        mask |= 1 << table_id
    return mask
