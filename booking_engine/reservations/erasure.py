"""Erasure: a past booking is kept without the person, at the diner's request or once it is old.

What is kept is what a restaurant counts by: when, for how many, at which table. Name, phone and notes go, in the booking and in
its history.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import LiteralString, NamedTuple

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import BigInteger, Integer

from booking_engine.context import EngineContext
from booking_engine.queries import reservations_of
from booking_engine.storage.patience import slow_statements
from booking_engine.values import check_phone

from .errors import StillBooked

MOST_AT_ONCE = 1000
_PATIENCE = 300
"""Seconds for a statement that finds all there is of a phone: nothing is indexed by it but upcoming and past bookings."""

_NOBODY = {"diner_name": "", "diner_phone": "", "notes": ""}
_THEIRS = """
    SELECT restaurant_id, reservation_id FROM diner_booking WHERE phone = :phone
    UNION SELECT restaurant_id, id FROM reservation WHERE diner_phone = :phone
"""
_OLD = """
    SELECT restaurant_id, id FROM reservation
    WHERE ends_at < statement_timestamp() + :shift - :keep AND diner_phone <> '' ORDER BY ends_at LIMIT :most
"""
_CLEAR_BOOKING = """
    UPDATE reservation AS r SET diner_name = left(diner_name, 0), diner_phone = left(diner_phone, 0), notes = ''
    FROM unnest(:restaurants, :ids) AS their (restaurant_id, id)
    WHERE r.restaurant_id = their.restaurant_id AND r.id = their.id
"""
_CLEAR_HISTORY = """
    UPDATE reservation_event AS e SET state = state || :nobody
    FROM unnest(:restaurants, :ids) AS their (restaurant_id, id)
    WHERE e.restaurant_id = their.restaurant_id AND e.reservation_id = their.id
"""
_CLEAR_OTHER_HISTORY = "UPDATE reservation_event SET state = state || :nobody WHERE state ->> 'diner_phone' = :phone"
"""Holds of theirs that came to nothing, or that were confirmed for another phone."""
_UNLIST = """
    DELETE FROM diner_booking AS d USING unnest(:restaurants, :ids) AS their (restaurant_id, id)
    WHERE d.restaurant_id = their.restaurant_id AND d.reservation_id = their.id
"""
_nobody = bindparam("nobody", _NOBODY, JSONB)


class Erased(NamedTuple):
    """What was erased: how many bookings have no person any more, and the provider's ids of the texts that are gone."""

    bookings: int
    texts: tuple[str, ...]


def erase_diner(context: EngineContext, phone: str) -> Erased:
    """Take the person out of everything that was booked by this phone, and delete the texts to it.

    Repeating it finds nothing more to do. Raises InvalidRequest, and StillBooked while the diner is expected somewhere.
    """
    number = check_phone(phone)
    if standing := reservations_of(context, number, upcoming=True):
        raise StillBooked(standing)
    with context.database.begin() as connection, slow_statements(connection, seconds=_PATIENCE):
        theirs = _keys(connection, _THEIRS, phone=number)
        _clear(connection, theirs)
        connection.execute(text(_CLEAR_OTHER_HISTORY).bindparams(_nobody), {"phone": number})
        sids = connection.scalars(
            text("DELETE FROM outbox WHERE to_phone = :phone RETURNING provider_sid"), {"phone": number}
        )
        return Erased(len(theirs), tuple(sid for sid in sids if sid is not None))


def erase_past_diners(context: EngineContext, *, keep: timedelta) -> int:
    """Take the person out of up to 1,000 bookings that ended longer ago than `keep`. Returns how many there were."""
    with context.database.begin() as connection:
        old = _keys(connection, _OLD, shift=context.clock.offset, keep=keep, most=MOST_AT_ONCE)
        _clear(connection, old)
        return len(old)


def _keys(connection: Connection, query: LiteralString, **values: object) -> list[tuple[int, int]]:
    return [(row[0], row[1]) for row in connection.execute(text(query), values)]


def _clear(connection: Connection, bookings: Sequence[tuple[int, int]]) -> None:
    if not bookings:
        return
    keys = (
        bindparam("restaurants", [key[0] for key in bookings], ARRAY(Integer)),
        bindparam("ids", [key[1] for key in bookings], ARRAY(BigInteger)),
    )
    connection.execute(text(_CLEAR_BOOKING).bindparams(*keys))
    connection.execute(text(_CLEAR_HISTORY).bindparams(_nobody, *keys))
    connection.execute(text(_UNLIST).bindparams(*keys))
