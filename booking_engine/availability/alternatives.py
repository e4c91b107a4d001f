"""Other days and nearby restaurants, for when the requested time is not available."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import asin, cos, inf, radians, sin, sqrt
from typing import NamedTuple

from sqlalchemy import Connection

from booking_engine.context import EngineContext
from booking_engine.restaurants.names import NameEntry
from booking_engine.restaurants.restaurant import Restaurant
from booking_engine.storage.sql import execute_all
from booking_engine.time_slots import quarters_between

from .occupancy import Occupancy, occupancy_query
from .openings import Alternatives, Opening
from .preferences import SeatingPreferences
from .search import search

_SAME_TIME_OF_DAY = timedelta(hours=2)
_SAME_TIME = timedelta(hours=1)
_MOST_NEIGHBORS = 24
_EARTH_RADIUS_KM = 6371.0


class _Request(NamedTuple):
    restaurant: Restaurant
    wanted: datetime
    within: timedelta


def find(
    context: EngineContext,
    connection: Connection,
    restaurant: Restaurant,
    *,
    wanted: datetime,
    party_size: int,
    days: int,
    limit: int,
    radius_km: float,
    preferences: SeatingPreferences,
) -> Alternatives:
    """See `BookingEngine.find_alternatives`. All queries go to the database in one round trip."""
    snapshot = context.catalogue.snapshot(connection, context.catalogue_version)
    restaurant = context.catalogue.restaurant(connection, snapshot, restaurant.id)
    close_by = _close_by(restaurant, context.catalogue.names(connection, snapshot).entries, radius_km)[:_MOST_NEIGHBORS]
    neighbors = context.catalogue.restaurants(connection, snapshot, [entry.id for entry in close_by])
    here = [_Request(restaurant, moment, _SAME_TIME_OF_DAY) for moment in _other_days(restaurant, wanted, days)]
    elsewhere = [_Request(neighbor, wanted, _SAME_TIME) for neighbor in neighbors]
    openings = _query_nearest(context, connection, [*here, *elsewhere], party_size, preferences)
    return Alternatives(
        other_days=tuple(found for found in openings[: len(here)] if found)[:limit],
        nearby=tuple(found for found in openings[len(here) :] if found)[:limit],
    )


def _query_nearest(
    context: EngineContext,
    connection: Connection,
    requests: Sequence[_Request],
    party_size: int,
    preferences: SeatingPreferences,
) -> list[Opening | None]:
    """Return the opening nearest to each request's time, or None."""
    if not requests:
        return []
    queries = []
    for restaurant, wanted, within in requests:
        reach = quarters_between(wanted - within, wanted + within + restaurant.longest_turn(party_size))
        queries.append(occupancy_query(restaurant.id, reach, shift=context.clock.offset, excluding=None))
    answers: list[Opening | None] = []
    for (restaurant, wanted, within), rows in zip(requests, execute_all(connection, queries), strict=True):
        occupancy = Occupancy.from_rows(rows)
        context.require_current(connection, restaurant, occupancy.version)
        found = search(
            restaurant,
            wanted=wanted,
            party_size=party_size,
            within=within,
            limit=1,
            occupancy=occupancy,
            preferences=preferences,
        )
        answers.append(found.openings[0] if found.openings else None)
    return answers


def _other_days(restaurant: Restaurant, wanted: datetime, days: int) -> list[datetime]:
    """Return the same time of day on other days (UTC), nearest day first, the later of two equally near."""
    local = wanted.astimezone(restaurant.zone)
    offsets = sorted((day for day in range(-days, days + 1) if day), key=lambda day: (abs(day), -day))
    return [(local + timedelta(days=day)).astimezone(UTC) for day in offsets]


def _close_by(restaurant: Restaurant, entries: Sequence[NameEntry], radius_km: float) -> list[NameEntry]:
    """Return the other restaurants within the radius: those that share a cuisine first, then the closest."""
    here = next(entry for entry in entries if entry.id == restaurant.id)
    ranked = []
    for entry in entries:
        distance = _distance_km(here, entry)
        if entry.id != restaurant.id and distance <= radius_km:
            ranked.append((not here.folded_cuisines & entry.folded_cuisines, distance, entry.id, entry))
    return [entry for *_, entry in sorted(ranked, key=lambda rank: rank[:3])]


def _distance_km(one: NameEntry, other: NameEntry) -> float:
    """Great-circle distance. Without coordinates: 0 in the same city, infinite otherwise."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return 0.0 if one.folded_city == other.folded_city else inf
    latitude, longitude = radians(other.lat - one.lat) / 2, radians(other.lon - one.lon) / 2
    chord = sin(latitude) ** 2 + cos(radians(one.lat)) * cos(radians(other.lat)) * sin(longitude) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(sqrt(chord))
