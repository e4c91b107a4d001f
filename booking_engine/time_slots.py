"""Quarter hours since 1970 as plain numbers: the grid on which tables are taken."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

QUARTER = timedelta(minutes=15)
_SECONDS = 900
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def quarter_of(instant: datetime) -> int:
    """Number of the quarter hour that this instant lies in."""
    return (instant - _EPOCH) // QUARTER


def quarters_between(starts_at: datetime, ends_at: datetime) -> range:
    """The quarter hours that a seating touches."""
    return range(quarter_of(starts_at), -(-(ends_at - _EPOCH) // QUARTER))


def start_of(quarter: int) -> datetime:
    """When this quarter hour begins, in UTC."""
    return _EPOCH + timedelta(seconds=_SECONDS * quarter)


def mask_of(table_ids: Iterable[int]) -> int:
    """One bit for each table, at the position of its number."""
    mask = 0
    for table_id in table_ids:
        mask |= 1 << table_id
    return mask
