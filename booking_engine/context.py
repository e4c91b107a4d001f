"""Shared context of all commands: the database, the clock, the catalogue, and choosing a place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from booking_engine.availability.floor import Place
from booking_engine.availability.occupancy import Occupancy, occupancy_query
from booking_engine.availability.openings import Refusal, Search
from booking_engine.availability.preferences import NO_PREFERENCES, SeatingPreferences
from booking_engine.availability.search import (
    BookingRules,
    place_or_refusal,
    search,
    seating_quarters,
    service_on_grid,
)
from booking_engine.reservations.errors import NoTableAvailable, OffGrid
from booking_engine.reservations.recent_holds import RecentHolds
from booking_engine.reservations.reservation import Record, Reservation
from booking_engine.restaurants.catalogue import Catalogue, CatalogueSnapshot
from booking_engine.restaurants.restaurant import Restaurant
from booking_engine.storage.sql import Statement, execute, execute_all
from booking_engine.storage.transactions import OutOfDate, run_query

from .clock import Clock
from .confirmation_codes import CodeBook
from .errors import ReservationUnknown
from .time_slots import quarter_of, quarters_between

WITHIN = timedelta(hours=3)
OFFERS = 3


class Choice(NamedTuple):
    """A free place, when the party leaves it (UTC), the database's time of the decision, and the pace read then."""

    place: Place
    ends_at: datetime
    now: datetime
    pace: Mapping[int, int]


@dataclass(frozen=True)
class EngineContext:
    """What all commands share. Its only state is in-memory caches."""

    database: Engine
    clock: Clock
    catalogue: Catalogue
    holds: RecentHolds
    catalogue_version: int | None = None
    """the current version, where the caller has just read it; None: queries read it"""
    as_of: datetime | None = None
    """queries show reservations as they stood before; None: as they are"""

    def restaurant(self, connection: Connection, restaurant_id: int, version: int | None = None) -> Restaurant:
        """Return the restaurant at this catalogue version, by default the one in memory. Raises RestaurantUnknown."""
        snapshot = self._snapshot(connection, version)
        return self.catalogue.restaurant(connection, snapshot, restaurant_id)

    def _snapshot(self, connection: Connection, version: int | None) -> CatalogueSnapshot:
        if version is None:
            return self.catalogue.latest_known(connection)
        return self.catalogue.snapshot(connection, version)

    def known_restaurant(self, restaurant_id: int) -> Restaurant:
        """Return the restaurant from memory, however old; read it from the database if it is not there."""
        snapshot = self.catalogue.known
        if snapshot and (found := snapshot.restaurants.get(restaurant_id)):
            return found
        return run_query(self.database, lambda connection: self.restaurant(connection, restaurant_id))

    def present(self, record: Record) -> Reservation:
        """Convert the record to what callers see. Raises ReservationUnknown for a hold."""
        return record.as_reservation(self.known_restaurant(record.restaurant_id), self.codes())

    def codes(self) -> CodeBook:
        """Return the code book for confirmation codes; its key never changes."""
        snapshot = self.catalogue.known or run_query(self.database, self.catalogue.latest_known)
        return snapshot.codes

    def read_code(self, code: str) -> tuple[int, int]:
        """Return (restaurant id, number) for a confirmation code. Raises ReservationUnknown."""
        key = self.codes().read(code)
        if key is None:
            raise ReservationUnknown
        return key

    def choose(
        self,
        connection: Connection,
        restaurant: Restaurant,
        *,
        starts_at: datetime,
        party_size: int,
        excluding: int | None = None,
        preferences: SeatingPreferences = NO_PREFERENCES,
        enforce_rules: bool = True,
        lock: Statement | None = None,
        paced: range | None = None,
    ) -> Choice:
        """Return the best free place.

        The pacing of the quarter hour of `starts_at` (UTC) is locked by `lock`, or already by the caller. Without a
        lock, pass `paced`: the result then includes the pace of these quarter hours, to be passed to `hold_tables`.

        With `enforce_rules=False`, only physical limits apply (tables, kitchen, no start in the past), not the
        restaurant's booking rules. Raises NoTableAvailable with the nearest openings, read under the lock.
        """
        on_grid = service_on_grid(restaurant, starts_at)
        service = on_grid or restaurant.schedule.service_at(starts_at)
        quarters = seating_quarters(restaurant, starts_at, party_size, service)
        query = occupancy_query(restaurant.id, quarters, shift=self.clock.offset, excluding=excluding, paced=paced)
        rows = execute_all(connection, [lock, query])[-1] if lock else execute(connection, query)
        occupancy = Occupancy.from_rows(rows, paced)
        self.require_current(connection, restaurant, occupancy.version)
        refusal = BookingRules.at(restaurant, party_size, occupancy.now).refusal_at(restaurant, starts_at, service)
        if not enforce_rules and refusal is not Refusal.PAST:
            refusal = None
        if refusal is None and on_grid:
            place = place_or_refusal(restaurant, quarters, party_size, occupancy, preferences)
            if isinstance(place, Place):
                turn = restaurant.turn_time(party_size, on_grid.period.name)
                return Choice(place, starts_at + turn, occupancy.now, occupancy.pace)
            refusal = place
        found = self.search(
            connection,
            restaurant,
            wanted=starts_at,
            party_size=party_size,
            excluding=excluding,
            preferences=preferences,
        )
        if found.exact and refusal in (Refusal.PACING, Refusal.NO_TABLE):
            raise OutOfDate  # a table was released between the two reads
        raise (NoTableAvailable if refusal or not service else OffGrid)(found)

    def quarters_to_lock(self, restaurant: Restaurant, starts_at: datetime, party_size: int) -> range:
        """Return the quarter hours whose pacing a booking must lock.

        Usually only the first. At a restaurant that reserves seats for walk-ins, all of them: parties with different
        start times compete for the same seats.
        """
        if restaurant.policy.walk_in_covers:
            return quarters_between(starts_at, starts_at + restaurant.longest_turn(party_size))
        first = quarter_of(starts_at)
        return range(first, first + 1)

    def require_current(self, connection: Connection, restaurant: Restaurant, version: int) -> None:
        """Reload the catalogue and raise OutOfDate if an import has changed it since the restaurant was read."""
        if restaurant.version != version:
            self.catalogue.snapshot(connection, version)
            raise OutOfDate

    def search(
        self,
        connection: Connection,
        restaurant: Restaurant,
        *,
        wanted: datetime,
        party_size: int,
        excluding: int | None = None,
        within: timedelta = WITHIN,
        limit: int = OFFERS,
        imaginary: bool = False,
        preferences: SeatingPreferences = NO_PREFERENCES,
    ) -> Search:
        """Search for openings around `wanted` (UTC). Raises OutOfDate if the restaurant is out of date."""
        reach = quarters_between(wanted - within, wanted + within + restaurant.longest_turn(party_size))
        query = occupancy_query(restaurant.id, reach, shift=self.clock.offset, excluding=excluding)
        occupancy = Occupancy.from_rows(execute(connection, query).fetchall())
        self.require_current(connection, restaurant, occupancy.version)
        return search(
            restaurant,
            wanted=wanted,
            party_size=party_size,
            within=within,
            limit=limit,
            occupancy=occupancy,
            imaginary=imaginary,
            preferences=preferences,
        )
