"""Which tables are taken at what time, read in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, LiteralString, NamedTuple

from booking_engine.restaurants.restaurant import Restaurant
from booking_engine.storage.sql import Statement
from booking_engine.time_slots import mask_of, start_of

from .floor import Floor, Place
from .preferences import SeatingPreferences

# Includes the catalogue version, so that no decision is based on a restaurant that an import has since changed.
# statement_timestamp() of a statement that follows a lock is later than the lock, and it is stable, so it can bound an
# index scan.
_READ: LiteralString = """
    SELECT c.version, statement_timestamp() + %(shift)s, {pace}q.quarter, q.tables, q.covers
    FROM catalogue c LEFT JOIN (
        SELECT extract(epoch FROM starts_at)::bigint / 900 AS quarter, array_agg(table_id) AS tables, sum(covers) AS covers
        FROM table_quarter
        WHERE restaurant_id = %(restaurant_id)s AND starts_at >= %(first)s AND starts_at < %(last)s
          AND (held_until IS NULL OR held_until > statement_timestamp() + %(shift)s) AND reservation_id <> %(excluding)s
        GROUP BY starts_at
    ) q ON true
"""
_WITHOUT_PACE = _READ.format(pace="")
_WITH_PACE = _READ.format(
    pace="""(
        SELECT array_agg(ARRAY[extract(epoch FROM starts_at)::bigint / 900, version]) FROM pacing_quarter
        WHERE restaurant_id = %(restaurant_id)s AND starts_at >= %(first)s AND starts_at < %(last_paced)s
    ), """
)


class Occupancy(NamedTuple):
    """Tables taken and covers starting, by quarter hour, as of `now` on the database's clock.

    `pace`, if requested: the version of each quarter hour, which changes with every booking in it.
    """

    now: datetime
    version: int
    taken: dict[int, int]
    covers: dict[int, int]
    pace: dict[int, int]

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[Any, ...]], paced: range | None = None) -> Occupancy:
        """Build from the rows of `occupancy_query`."""
        taken: dict[int, int] = {}
        covers: dict[int, int] = {}
        pace: dict[int, int] = {}
        for row in rows:
            version, now, *versions, quarter, tables, seated = row
            if quarter is not None:
                taken[quarter], covers[quarter] = mask_of(tables), int(seated)
            if paced is not None:
                known = dict(versions[0] or ())
                pace = {quarter: known.get(quarter, 0) for quarter in paced}
        return cls(now, version, taken, covers, pace)

    def place_for(
        self, restaurant: Restaurant, party_size: int, quarters: range, preferences: SeatingPreferences
    ) -> Place | None:
        """Return the free place for a party during these quarter hours that best meets its preferences."""
        taken = 0
        for quarter in quarters:
            taken |= self.taken.get(quarter, 0)
        policy = restaurant.policy
        release = policy.walk_in_release_minutes
        released = release is not None and start_of(quarters.start) - self.now <= timedelta(minutes=release)
        floor = restaurant.released_floor if released else restaurant.floor
        free: Iterable[Place] = (place for place in floor.fitting(party_size) if not place.mask & taken)
        if policy.walk_in_covers and not released:
            free = (place for place in free if self._keeps_free(floor, place, quarters, policy.walk_in_covers))
        return preferences.best_of(free, restaurant)

    def _keeps_free(self, floor: Floor, place: Place, quarters: range, seats: int) -> bool:
        """Whether at least `seats` seats stay free in each quarter hour if the party takes this place."""
        return all(floor.seats_outside(self.taken.get(quarter, 0) | place.mask) >= seats for quarter in quarters)

    def paced(self, restaurant: Restaurant, party_size: int, quarter: int) -> bool:
        """Whether the restaurant's pacing limit allows this party to start in this quarter hour."""
        limit = restaurant.policy.pacing_covers
        return limit is None or self.covers.get(quarter, 0) + party_size <= limit


def occupancy_query(
    restaurant_id: int, quarters: range, *, shift: timedelta, excluding: int | None, paced: range | None = None
) -> Statement:
    """Query the occupancy during these quarter hours; the tables of reservation `excluding` count as free.

    `paced`: quarter hours, starting at the first of `quarters`, whose versions to include.
    """
    return Statement(
        _WITH_PACE if paced else _WITHOUT_PACE,
        {
            "restaurant_id": restaurant_id,
            "first": start_of(quarters.start),
            "last": start_of(quarters.stop),
            "shift": shift,
            "excluding": excluding or 0,
            "last_paced": start_of(paced.stop) if paced else None,
        },
    )
