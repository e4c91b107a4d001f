"""Read-only queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, select

from booking_engine.reservations.errors import HoldExpired
from booking_engine.reservations.hold import read_hold
from booking_engine.reservations.records import Found, read_before, read_by_id, read_by_number, read_first_event
from booking_engine.reservations.reservation import Hold, Reservation, read_hold_id
from booking_engine.restaurants.catalogue import CatalogueSnapshot, PublishedNames
from booking_engine.restaurants.criteria import Criteria
from booking_engine.restaurants.names import search_names
from booking_engine.restaurants.restaurant import Restaurant
from booking_engine.storage.schema import diner_booking
from booking_engine.storage.sql import Statement, execute
from booking_engine.storage.transactions import run_query

from .context import EngineContext
from .errors import ReservationUnknown, RestaurantUnknown
from .values import check_phone

T = TypeVar("T")
MOST_RESULTS = 200
_LONGEST_SLUG = 100
_LAST_NAME = "SELECT name FROM diner_booking WHERE phone = %(phone)s ORDER BY booked_at DESC LIMIT 1"
_BOOKED = ("confirmed", "cancelled")
"""States of what a diner has booked; before, it was a hold."""


def restaurant(context: EngineContext, slug: str) -> Restaurant:
    """Return the restaurant with this slug. Raises RestaurantUnknown."""

    def body(connection: Connection, snapshot: CatalogueSnapshot) -> Restaurant:
        restaurant_id = context.catalogue.names(connection, snapshot).ids.get(slug)
        if restaurant_id is None:
            raise RestaurantUnknown(slug)
        return context.catalogue.restaurant(connection, snapshot, restaurant_id)

    if found := context.catalogue.at_hand(slug, context.catalogue_version):
        return found  # a dialogue asks several times a turn, and a connection costs as much as a statement
    if not slug or len(slug) > _LONGEST_SLUG or not slug.isascii() or not slug.replace("-", "").isalnum():
        raise RestaurantUnknown
    return _run(context, body)


def find_restaurants(
    context: EngineContext, criteria: Criteria, *, q: str | None, limit: int, offset: int
) -> list[Restaurant]:
    """Return restaurants by criteria and by a name like `q`; see `BookingEngine.find_restaurants`."""

    def body(connection: Connection, snapshot: CatalogueSnapshot) -> list[Restaurant]:
        entries = criteria.narrow(context.catalogue.names(connection, snapshot).entries)
        if q is not None and q.strip():
            entries = [entry for entry, _ in search_names(entries, q, first + most)]
        return context.catalogue.restaurants(
            connection, snapshot, [entry.id for entry in entries[first : first + most]]
        )

    first, most = max(0, offset), max(0, min(limit, MOST_RESULTS))
    return _run(context, body)


def count_restaurants(context: EngineContext, criteria: Criteria) -> int:
    """Number of restaurants that match the criteria."""
    return _run(
        context,
        lambda connection, snapshot: len(criteria.narrow(context.catalogue.names(connection, snapshot).entries)),
    )


def published_names(context: EngineContext) -> PublishedNames:
    """Return what texts can name restaurants by; see `BookingEngine.published_names`."""

    def body(connection: Connection, snapshot: CatalogueSnapshot) -> PublishedNames:
        entries = context.catalogue.names(connection, snapshot).entries
        return PublishedNames(snapshot.version, [(e.slug, e.name, e.city, e.street, e.cuisines) for e in entries])

    return _run(context, body)


def cities(context: EngineContext) -> list[str]:
    """Return every city with a restaurant, sorted."""
    return _run(
        context,
        lambda connection, snapshot: sorted({e.city for e in context.catalogue.names(connection, snapshot).entries}),
    )


def cuisines(context: EngineContext) -> list[str]:
    """Return every cuisine that a restaurant serves, sorted."""
    return _run(
        context,
        lambda connection, snapshot: sorted(
            {cuisine for entry in context.catalogue.names(connection, snapshot).entries for cuisine in entry.cuisines}
        ),
    )


def countries(context: EngineContext) -> set[str]:
    """Return every country with a restaurant, as its address has it."""
    return _run(
        context,
        lambda connection, snapshot: {
            e.country for e in context.catalogue.names(connection, snapshot).entries if e.country
        },
    )


def diner_name(context: EngineContext, phone: str) -> str | None:
    """Return the name last used for a booking from this phone."""
    statement = Statement(_LAST_NAME, {"phone": check_phone(phone)})
    row = run_query(context.database, lambda connection: execute(connection, statement).fetchone())
    return row[0] if row else None


def reservation(context: EngineContext, code: str) -> Reservation:
    """Return the reservation with this code. Raises ReservationUnknown."""
    restaurant_id, number = context.read_code(code)

    def body(connection: Connection) -> Found | None:
        return _as_it_was(context, connection, read_by_number(connection, restaurant_id, number, context.clock.offset))

    found = run_query(context.database, body)
    if found is None:
        raise ReservationUnknown
    return context.present(found.record)


def hold(context: EngineContext, hold_id: str) -> Hold | Reservation:
    """Return a hold, or the reservation that it was turned into. Raises HoldExpired for one that is neither."""
    key = read_hold_id(hold_id)
    if key is None:
        raise HoldExpired
    record = run_query(context.database, lambda connection: read_hold(context, connection, key)).record
    if record.status == "confirmed":
        return context.present(record)
    if record.status != "held":
        raise HoldExpired
    return record.as_hold(context.known_restaurant(record.restaurant_id))


def reservations_of(context: EngineContext, phone: str, *, upcoming: bool) -> list[Reservation]:
    """Return a diner's reservations, soonest first."""

    def body(connection: Connection, snapshot: CatalogueSnapshot) -> list[Reservation]:
        booked = connection.execute(
            select(diner_booking.c.restaurant_id, diner_booking.c.reservation_id).where(diner_booking.c.phone == number)
        ).all()
        reservations = []
        for restaurant_id, reservation_id in booked:
            now = read_by_id(connection, restaurant_id, reservation_id, context.clock.offset)
            found = _as_it_was(context, connection, now)
            if found is None or found.record.status not in _BOOKED:
                continue
            record = found.record
            if upcoming and (record.status != "confirmed" or record.ends_at <= found.now):
                continue
            restaurant = context.catalogue.restaurant(connection, snapshot, restaurant_id)
            reservations.append(record.as_reservation(restaurant, snapshot.codes))
        return sorted(reservations, key=lambda one: (one.starts_at, one.code))

    number = check_phone(phone)
    return _run(context, body)


def changed_since(context: EngineContext, seating: Hold | Reservation, moment: datetime) -> datetime | None:
    """Return when a command first acted on a hold or reservation at or after a moment, if one has."""

    def body(connection: Connection) -> datetime | None:
        if isinstance(seating, Hold):
            held = read_hold_id(seating.id)
            return read_first_event(connection, held.restaurant_id, held.reservation_id, moment) if held else None
        restaurant_id, number = context.read_code(seating.code)
        found = read_by_number(connection, restaurant_id, number, context.clock.offset)
        return read_first_event(connection, restaurant_id, found.record.id, moment) if found else None

    return run_query(context.database, body)


def _as_it_was(context: EngineContext, connection: Connection, found: Found | None) -> Found | None:
    """Return a reservation as it stood at the context's `as_of`, if that is set; None if it was not there yet."""
    if found is None or context.as_of is None:
        return found
    record = found.record
    before = read_before(connection, record.restaurant_id, record.id, context.as_of)
    return found._replace(record=before, now=context.as_of) if before else None


def _run(context: EngineContext, body: Callable[[Connection, CatalogueSnapshot], T]) -> T:
    """Run a query against the catalogue's current version."""

    def on_snapshot(connection: Connection) -> T:
        return body(connection, context.catalogue.snapshot(connection, context.catalogue_version))

    return run_query(context.database, on_snapshot)
