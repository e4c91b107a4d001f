"""Place and release holds."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypedDict

from psycopg import Cursor
from sqlalchemy import Connection

from booking_engine.availability.preferences import SeatingPreferences, check_preferences
from booking_engine.context import EngineContext
from booking_engine.restaurants.restaurant import Restaurant
from booking_engine.storage.sql import Statement, execute, execute_all
from booking_engine.time_slots import quarter_of
from booking_engine.values import Command, check_party_size, check_phone, existing_instant

from .command import Decision, run_command
from .errors import HoldExpired, HoldExtensionsUsed, NoTableAvailable
from .records import Found, query_by_id, read_found, update_record, write_event
from .reservation import Hold, HoldKey, Record, new_reservation_id, read_hold_id
from .seating import free_tables, hold_tables, lock_pacing, take_tables


def place_hold(
    context: EngineContext,
    restaurant: Restaurant,
    *,
    starts_at: datetime,
    party_size: int,
    command_id: str,
    channel: str,
    diner_phone: str | None,
    preferences: SeatingPreferences,
) -> Hold:
    """Hold the best table for `policy.hold_minutes`; see `BookingEngine.place_hold`."""
    instant, party = existing_instant(starts_at), check_party_size(party_size)
    preferences = check_preferences(preferences)
    phone = check_phone(diner_phone) if diner_phone else None
    command = Command("hold", command_id, channel)

    def decide(connection: Connection, *, with_lock: bool) -> Decision:
        current = context.restaurant(connection, restaurant.id)
        quarters = context.quarters_to_lock(current, instant, party)
        pacing: _Pacing = {"lock": lock_pacing(current.id, quarters)} if with_lock else {"paced": quarters}
        place, ends_at, now, pace = context.choose(
            connection, current, starts_at=instant, party_size=party, preferences=preferences, **pacing
        )
        record = Record(
            restaurant_id=current.id,
            id=new_reservation_id(),
            status="held",
            starts_at=instant,
            ends_at=ends_at,
            party_size=party,
            table_ids=place.table_ids,
            created_at=now,
            expires_at=now + timedelta(minutes=current.policy.hold_minutes),
            diner_phone=phone,
        ).with_preferences(preferences)
        decided.append(Found(record, now, current.version))
        return Decision(record, [hold_tables(record, command, pace=pace)])

    decided: list[Found] = []
    record = run_command(
        context.database,
        restaurant.id,
        command,
        partial(decide, with_lock=True),
        optimistic=partial(decide, with_lock=False),
    )
    if decided and decided[-1].record is record:  # not the stored result of an earlier command with the same id
        context.holds.keep(record.hold_key, decided[-1], context.clock.offset)
    return record.as_hold(context.known_restaurant(record.restaurant_id))


def release_hold(context: EngineContext, hold_id: str, *, command_id: str, channel: str) -> None:
    """Release the hold's table. Does nothing if the hold is unknown, expired or no longer a hold."""
    key = read_hold_id(hold_id)
    command = Command("release", command_id, channel)
    if key is None:
        return

    def decide(connection: Connection) -> Decision:
        hold = lock_hold(context, connection, key)
        if hold.record.status != "held":
            raise HoldExpired
        released = hold.record._replace(status="released")
        event = write_event(released, command, hold.now)
        return Decision(released, [free_tables(released), update_record(released), event])

    with suppress(HoldExpired):
        run_command(context.database, key.restaurant_id, command, decide)


def extend_hold(context: EngineContext, hold_id: str, *, command_id: str, channel: str) -> Hold:
    """Hold the table for another `policy.hold_minutes` from now; see `BookingEngine.extend_hold`."""
    key = read_hold_id(hold_id)
    command = Command("extend", command_id, channel)
    if key is None:
        raise HoldExpired

    def decide(connection: Connection) -> Decision:
        seen = read_hold(context, connection, key).record
        restaurant = context.restaurant(connection, key.restaurant_id)
        # Like a confirmation: a count of covers that saw this hold lapse must not stand beside it.
        found = lock_hold(
            context, connection, key, also=context.quarters_to_lock(restaurant, seen.starts_at, seen.party_size)
        )
        context.require_current(connection, restaurant, found.version)
        if found.record.status != "held":
            raise HoldExpired
        if found.record.extensions >= restaurant.policy.hold_extensions:
            raise HoldExtensionsUsed(found.record.as_hold(restaurant))
        held = found.record
        if is_expired(found):
            held = with_new_table(context, connection, restaurant, held)
        record = held._replace(expires_at=_new_expiry(found, restaurant), extensions=held.extensions + 1)
        decided.append(found._replace(record=record))
        return Decision(record, take_tables(record, command, now=found.now))

    decided: list[Found] = []
    record = run_command(context.database, key.restaurant_id, command, decide)
    if decided and decided[-1].record is record:
        context.holds.keep(record.hold_key, decided[-1], context.clock.offset)
    return record.as_hold(context.known_restaurant(record.restaurant_id))


def _new_expiry(found: Found, restaurant: Restaurant) -> datetime:
    """Return when an extended hold expires. An import may have shortened `hold_minutes`; no extension shortens a hold."""
    extended = found.now + timedelta(minutes=restaurant.policy.hold_minutes)
    return max(extended, found.record.expires_at or extended)


class _Pacing(TypedDict, total=False):
    lock: Statement
    paced: range


def read_hold(context: EngineContext, connection: Connection, key: HoldKey) -> Found:
    """Read a hold without locking it. Raises HoldExpired if it does not exist."""
    return _hold(execute(connection, query_by_id(key.restaurant_id, key.reservation_id, context.clock.offset)), key)


def lock_hold(context: EngineContext, connection: Connection, key: HoldKey, *, also: Iterable[int] = ()) -> Found:
    """Lock and read a hold until the transaction ends. Raises HoldExpired if it does not exist.

    The quarter hours of `also` are locked too.
    """
    query = query_by_id(key.restaurant_id, key.reservation_id, context.clock.offset)
    return _hold(execute_all(connection, [lock_pacing(key.restaurant_id, [key.quarter, *also]), query])[-1], key)


def is_expired(found: Found) -> bool:
    """Whether a record is of a hold that has lapsed; its table may be free all the same."""
    expires_at = found.record.expires_at
    return found.record.status == "held" and expires_at is not None and expires_at <= found.now


def with_new_table(context: EngineContext, connection: Connection, restaurant: Restaurant, record: Record) -> Record:
    """Return the record of an expired hold with new tables. Raises HoldExpired if none are free."""
    try:
        place, ends_at, *_ = context.choose(
            connection,
            restaurant,
            starts_at=record.starts_at,
            party_size=record.party_size,
            excluding=record.id,
            preferences=record.preferences,
            enforce_rules=False,
            lock=lock_pacing(restaurant.id, context.quarters_to_lock(restaurant, record.starts_at, record.party_size)),
        )
    except NoTableAvailable as refused:
        raise HoldExpired(refused.search) from refused
    return record._replace(table_ids=place.table_ids, ends_at=ends_at)


def _hold(cursor: Cursor[Any], key: HoldKey) -> Found:
    answer = read_found(cursor)
    # The lock covers only the quarter hour in the id; a hold that starts in another one is not protected by it.
    if answer is None or (answer.record.status == "held" and quarter_of(answer.record.starts_at) != key.quarter):
        raise HoldExpired
    return answer
