"""Delivery status of the texts we sent, as reported by the provider, and what follows from a failure.

Reports come late, twice and out of order, also before the text's sid is recorded. So the webhook only stores them; the
worker looks for failures that nothing has followed from yet.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError

from booking_engine import Clock, dead_letters
from bot import schema
from bot.counters import Labels
from bot.outages import is_outage

logger = logging.getLogger(__name__)

STATUSES = frozenset(
    {
        *("accepted", "scheduled", "queued", "sending", "sent", "delivered", "partially_delivered", "read"),
        *("undelivered", "failed", "canceled"),
    }
)
"""Twilio's statuses of an outgoing text."""

_PASSING = frozenset({"30001", "30003", "30008", "30009", "30017", "30022", "30410"})
"""Twilio's error codes after which a text may well arrive: full queues, phones that are off, congested carriers."""
_OPTED_OUT = "21610"
_AGAIN_AFTER = timedelta(minutes=2)
_MOST = 50  # a look
_NOT_OURS_AFTER = timedelta(minutes=10)
"""A report about a sid that is on no row by then is about an answer that the webhook gave, or about another service's text."""


def record(database: Engine, provider_sid: str, status: str, error_code: str | None) -> None:
    """Store a delivery callback. A repeated sid and status is the same callback."""
    values = {"provider_sid": provider_sid, "status": status, "error_code": error_code}
    try:
        _store(database, values)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        # A database restart had closed the connection, and the provider does not repeat the callback.
        _store(database, values)


def _store(database: Engine, values: dict[str, str | None]) -> None:
    with database.begin() as connection:
        connection.execute(upsert(schema.delivery).values(values).on_conflict_do_nothing())


@dataclass(frozen=True)
class Consequence:
    """What follows from a failure. `is_resent`: the text is sent once more. `is_dropped`: nobody needs to look at it."""

    label: str
    is_resent: bool = False
    is_dropped: bool = False


def consequence_of(error_code: str | None, *, has_arrived: bool, is_resend: bool) -> Consequence:
    """Decide what follows from a text that the provider took and did not deliver.

    `has_arrived`: it was reported as delivered, too. `is_resend`: it was the second attempt already.
    """
    if has_arrived:
        return Consequence("delivered_after_all", is_dropped=True)
    if error_code == _OPTED_OUT:
        return Consequence("opted_out", is_dropped=True)
    if error_code in _PASSING and not is_resend:
        return Consequence("sent_again", is_resent=True, is_dropped=True)
    return Consequence("undelivered")


def follow_up(database: Engine, clock: Clock) -> Counter[Labels]:
    """Deal with failures that nothing has followed from yet. Returns what was done, to be counted."""
    counts: Counter[Labels] = Counter()
    with database.begin() as connection:
        for failure in connection.execute(_UNSETTLED, {"most": _MOST, "not_ours_after": _NOT_OURS_AFTER}).all():
            counts["deliveries_failed", failure.error_code or "none", _settle(connection, failure, clock)] += 1
    return counts


def _settle(connection: Connection, failure: Row[Any], clock: Clock) -> str:
    connection.execute(_SETTLE, {"sid": failure.provider_sid})
    try:
        with connection.begin_nested():
            return _deal_with(connection, failure, clock)
    except Exception as error:
        if is_outage(error):
            raise
        logger.exception("nothing follows from the failure of %s", failure.provider_sid)
        return "fault"


def _deal_with(connection: Connection, failure: Row[Any], clock: Clock) -> str:
    if failure.id is None:
        return "not_ours"
    does = consequence_of(failure.error_code, has_arrived=failure.has_arrived, is_resend=failure.resend_of is not None)
    if does.label == "delivered_after_all":
        return does.label
    now = clock.now()
    error = f"{failure.error_code or 'no code'}: {failure.status} ({does.label})"
    dead_letters.note_undelivered(connection, failure.id, error, is_dropped=does.is_dropped, now=now)
    if does.is_resent:
        dead_letters.resend(connection, failure.id, at=now + _AGAIN_AFTER)
    return does.label


# What is on no row yet is left for a while: the worker may not have recorded the sid.
_UNSETTLED = text("""
    SELECT d.provider_sid, d.status, d.error_code, o.id, o.resend_of, EXISTS (
        SELECT FROM delivery a WHERE a.provider_sid = d.provider_sid AND a.status IN ('delivered', 'read')) AS has_arrived
    FROM delivery d LEFT JOIN outbox o ON o.provider_sid = d.provider_sid
    WHERE d.settled_at IS NULL AND d.status IN ('failed', 'undelivered')
      AND (o.id IS NOT NULL OR d.received_at < now() - :not_ours_after)
    ORDER BY d.received_at LIMIT :most FOR UPDATE OF d SKIP LOCKED
""")
_SETTLE = text("""
    UPDATE delivery SET settled_at = now()
    WHERE provider_sid = :sid AND settled_at IS NULL AND status IN ('failed', 'undelivered')
""")
