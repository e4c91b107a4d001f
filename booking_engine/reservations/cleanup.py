"""Deletion of what is no longer needed: stale holds, their history, and texts that are done with.

Nothing else depends on it. It works in small batches, each in a transaction of its own, beside a running service.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import Any, LiteralString

from sqlalchemy import Connection

from booking_engine.context import EngineContext
from booking_engine.storage.sql import Statement, execute, execute_all
from booking_engine.storage.transactions import run_query
from booking_engine.time_slots import quarter_of

from .records import query_by_id, read_found
from .seating import free_tables, lock_pacing

MOST_AT_ONCE = 1000

_STALE = """
    SELECT restaurant_id, id, starts_at FROM reservation
    WHERE status IN ('held', 'released') AND expires_at < statement_timestamp() + %(shift)s - %(keep)s
    ORDER BY restaurant_id, starts_at LIMIT %(most)s
"""
_DELETE = """
    DELETE FROM reservation
    WHERE restaurant_id = %(restaurant_id)s AND id = %(id)s AND status IN ('held', 'released')
"""
_DELETE_HISTORY = """
    DELETE FROM reservation_event AS e USING (
        SELECT restaurant_id, command_key FROM reservation_event AS old
        WHERE occurred_at < statement_timestamp() + %(shift)s - %(keep)s AND NOT EXISTS (
            SELECT FROM reservation r WHERE r.restaurant_id = old.restaurant_id AND r.id = old.reservation_id)
        LIMIT %(most)s FOR UPDATE SKIP LOCKED
    ) AS old WHERE e.restaurant_id = old.restaurant_id AND e.command_key = old.command_key
"""
_DELETE_TEXTS = """
    DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox
        WHERE coalesce(sent_at, failed_at, voided_at) < statement_timestamp() + %(shift)s - %(keep)s
        LIMIT %(most)s FOR UPDATE SKIP LOCKED
    )
"""


def delete_hold_history(context: EngineContext, *, keep: timedelta) -> int:
    """Delete up to 1,000 entries, older than `keep`, of the history of holds that are deleted. Returns how many."""
    return _delete_old(context, _DELETE_HISTORY, keep)


def delete_finished_texts(context: EngineContext, *, keep: timedelta) -> int:
    """Delete up to 1,000 texts that were sent, given up or voided longer ago than `keep`. Returns how many."""
    return _delete_old(context, _DELETE_TEXTS, keep)


def _delete_old(context: EngineContext, statement: LiteralString, keep: timedelta) -> int:
    values = {"shift": context.clock.offset, "keep": keep, "most": MOST_AT_ONCE}
    with context.database.begin() as connection:
        return execute(connection, Statement(statement, values)).rowcount


def delete_stale_holds(context: EngineContext, *, keep: timedelta) -> int:
    """Delete up to 1,000 expired or released holds that expired longer ago than `keep`; their history stays.

    Returns the number deleted. Takes the same lock as a confirmation, so a hold that is being confirmed is safe.
    """
    values = {"shift": context.clock.offset, "keep": keep, "most": MOST_AT_ONCE}
    stale: list[tuple[Any, ...]] = run_query(
        context.database, lambda connection: execute(connection, Statement(_STALE, values)).fetchall()
    )
    deleted = 0
    for (restaurant_id, quarter), holds in groupby(stale, key=lambda row: (row[0], quarter_of(row[2]))):
        with context.database.begin() as connection:
            execute(connection, lock_pacing(restaurant_id, [quarter]))
            deleted += sum(_delete(context, connection, restaurant_id, hold_id) for _, hold_id, _ in holds)
    return deleted


def _delete(context: EngineContext, connection: Connection, restaurant_id: int, reservation_id: int) -> bool:
    hold = read_found(execute(connection, query_by_id(restaurant_id, reservation_id, context.clock.offset)))
    if hold is None or hold.record.status not in ("held", "released"):
        return False
    delete = Statement(_DELETE, {"restaurant_id": restaurant_id, "id": reservation_id})
    execute_all(connection, [free_tables(hold.record), delete])
    return True
