"""Questions that change nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, select

from booking_engine.reservations.records import read_by_id, read_by_number
from booking_engine.reservations.reservation import Reservation
from booking_engine.restaurants.catalogue import Edition
from booking_engine.restaurants.criteria import Criteria
from booking_engine.restaurants.names import match_names, search_names
from booking_engine.restaurants.restaurant import Restaurant
from booking_engine.storage.schema import diner_booking
from booking_engine.storage.schema import restaurant as restaurant_table
from booking_engine.storage.transactions import run_query

from .context import Desk
from .errors import InvalidRequest, ReservationUnknown, RestaurantUnknown
from .values import check_phone

T = TypeVar("T")
MOST_RESULTS = 200
_LONGEST_SLUG = 100


def restaurant(desk: Desk, slug: str) -> Restaurant:
    """Raises RestaurantUnknown."""

    def body(connection: Connection, edition: Edition) -> Restaurant:
        restaurant_id = desk.catalogue.names(connection, edition).ids.get(slug)
        if restaurant_id is None:
            raise RestaurantUnknown(slug)
        return desk.catalogue.restaurant(connection, edition, restaurant_id)

    if not slug or len(slug) > _LONGEST_SLUG or not slug.isascii() or not slug.replace("-", "").isalnum():
        raise RestaurantUnknown
    return _ask(desk, body)


def restaurant_by_sms_number(desk: Desk, number: str) -> Restaurant | None:
    """The restaurant that has this number to itself."""

    def body(connection: Connection, edition: Edition) -> Restaurant | None:
        restaurant_id = connection.execute(
            select(restaurant_table.c.id).where(restaurant_table.c.sms_number == phone)
        ).scalar_one_or_none()
        return desk.catalogue.restaurant(connection, edition, restaurant_id) if restaurant_id else None

    try:
        phone = check_phone(number)
    except InvalidRequest:
        return None
    return _ask(desk, body)


def find_restaurants(desk: Desk, criteria: Criteria, *, q: str | None, limit: int, offset: int) -> list[Restaurant]:
    """By what is looked for, and by a name."""

    def body(connection: Connection, edition: Edition) -> list[Restaurant]:
        entries = criteria.narrow(desk.catalogue.names(connection, edition).entries)
        if q is not None and q.strip():
            entries = [entry for entry, _ in search_names(entries, q, first + most)]
        return desk.catalogue.restaurants(connection, edition, [entry.id for entry in entries[first : first + most]])

    first, most = max(0, offset), max(0, min(limit, MOST_RESULTS))
    return _ask(desk, body)


def count_restaurants(desk: Desk, criteria: Criteria) -> int:
    """How many fit."""
    return _ask(
        desk, lambda connection, edition: len(criteria.narrow(desk.catalogue.names(connection, edition).entries))
    )


def match_restaurant_name(desk: Desk, text: str, *, city: str | None) -> list[tuple[Restaurant, float]]:
    """Names said somewhere in a text."""

    def body(connection: Connection, edition: Edition) -> list[tuple[Restaurant, float]]:
        entries = Criteria(city).narrow(desk.catalogue.names(connection, edition).entries)
        matches = match_names(entries, text)[:MOST_RESULTS]
        houses = desk.catalogue.restaurants(connection, edition, [entry.id for entry, _ in matches])
        return [(house, score) for house, (_, score) in zip(houses, matches, strict=True)]

    return _ask(desk, body)


def cities(desk: Desk) -> list[str]:
    """Every city with a restaurant."""
    return _ask(
        desk, lambda connection, edition: sorted({e.city for e in desk.catalogue.names(connection, edition).entries})
    )


def cuisines(desk: Desk) -> list[str]:
    """Every cuisine of a restaurant."""
    return _ask(
        desk,
        lambda connection, edition: sorted(
            {cuisine for entry in desk.catalogue.names(connection, edition).entries for cuisine in entry.cuisines}
        ),
    )


def diner_name(desk: Desk, phone: str) -> str | None:
    """The name last booked under."""
    number = check_phone(phone)
    statement = (
        select(diner_booking.c.name)
        .where(diner_booking.c.phone == number)
        .order_by(diner_booking.c.booked_at.desc())
        .limit(1)
    )
    return run_query(desk.database, lambda connection: connection.execute(statement).scalar_one_or_none())


def reservation(desk: Desk, code: str) -> Reservation:
    """Raises ReservationUnknown."""
    restaurant_id, number = desk.read_code(code)
    found = run_query(
        desk.database, lambda connection: read_by_number(connection, restaurant_id, number, desk.clock.offset)
    )
    if found is None:
        raise ReservationUnknown
    return desk.present(found.record)


def reservations_of(desk: Desk, phone: str, *, upcoming: bool) -> list[Reservation]:
    """A diner's reservations, soonest first."""

    def body(connection: Connection, edition: Edition) -> list[Reservation]:
        booked = connection.execute(
            select(diner_booking.c.restaurant_id, diner_booking.c.reservation_id).where(diner_booking.c.phone == number)
        ).all()
        reservations = []
        for restaurant_id, reservation_id in booked:
            found = read_by_id(connection, restaurant_id, reservation_id, desk.clock.offset)
            if found is None:
                continue
            record = found.record
            if upcoming and (record.status != "confirmed" or record.ends_at <= found.now):
                continue
            house = desk.catalogue.restaurant(connection, edition, restaurant_id)
            reservations.append(record.as_reservation(house, edition.codes))
        return sorted(reservations, key=lambda one: (one.starts_at, one.code))

    number = check_phone(phone)
    return _ask(desk, body)


def _ask(desk: Desk, body: Callable[[Connection, Edition], T]) -> T:
    """Ask with the restaurants as they are in the database now."""
    return run_query(desk.database, lambda connection: body(connection, desk.catalogue.edition(connection)))
