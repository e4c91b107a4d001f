"""Search for the openings nearest to a requested time. Pure functions: the occupancy is passed in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from booking_engine.availability.periods import Service
from booking_engine.restaurants.restaurant import Restaurant
from booking_engine.time_slots import quarters_between

from .floor import Place
from .occupancy import Occupancy
from .openings import Opening, Refusal, Search
from .preferences import NO_PREFERENCES, SeatingPreferences

_SPACING = timedelta(minutes=30)


def grid(restaurant: Restaurant, earliest: datetime, latest: datetime) -> Iterator[tuple[datetime, Service]]:
    """Return the times (UTC) at which the restaurant seats parties, in order, each with its service. Both ends inclusive.

    Steps are elapsed minutes since the service opened. On the night the clocks go forward, the missing hour has no
    openings; on the night they go back, the repeated hour has its openings twice.
    """
    step = timedelta(minutes=restaurant.policy.slot_minutes)
    times: dict[datetime, Service] = {}
    first, day = earliest.astimezone(restaurant.zone).date(), latest.astimezone(restaurant.zone).date()
    while day >= first - timedelta(days=1):  # later date first, as in `Schedule.services_at`
        for service in restaurant.schedule.periods_on(day):
            opens, last = service.opens_at.astimezone(UTC), service.last_seating_at.astimezone(UTC)
            moment = opens + max(0, -((opens - earliest) // step)) * step
            while moment <= min(last, latest):
                if moment >= earliest:
                    times.setdefault(moment, service)
                moment += step
        day -= timedelta(days=1)
    return iter(sorted(times.items()))


def service_on_grid(restaurant: Restaurant, instant: datetime) -> Service | None:
    """Return the service at this time (UTC) if the time is on the `grid`."""
    step = timedelta(minutes=restaurant.policy.slot_minutes)
    return next(
        (each for each in restaurant.schedule.services_at(instant) if not (instant - each.opens_at) % step), None
    )


def seating_quarters(restaurant: Restaurant, starts_at: datetime, party_size: int, service: Service | None) -> range:
    """Return the quarter hours that a party of this size would occupy."""
    turn = restaurant.turn_time(party_size, service.period.name if service else None)
    return quarters_between(starts_at, starts_at + turn)


def refusal_by_rule(
    restaurant: Restaurant, starts_at: datetime, party_size: int, now: datetime, service: Service | None
) -> Refusal | None:
    """Return the restaurant rule that this time breaks, regardless of free tables. Times in UTC; `service`: at that time."""
    policy = restaurant.policy
    if starts_at <= now:
        return Refusal.PAST
    if party_size > restaurant.largest_party:
        return Refusal.PARTY_TOO_LARGE
    service_date = (service.opens_at if service else starts_at.astimezone(restaurant.zone)).date()
    if service_date > now.astimezone(restaurant.zone).date() + timedelta(days=policy.max_advance_days):
        return Refusal.TOO_FAR
    if service is None:
        return Refusal.CLOSED
    if starts_at < now + timedelta(minutes=policy.min_notice_minutes):
        return Refusal.TOO_SOON
    return None


def place_or_refusal(
    restaurant: Restaurant,
    starts_at: datetime,
    party_size: int,
    service: Service,
    occupancy: Occupancy,
    preferences: SeatingPreferences = NO_PREFERENCES,
) -> Refusal | Place:
    """Return the place for this exact time, or a refusal: the pacing limit or no free table."""
    quarters = seating_quarters(restaurant, starts_at, party_size, service)
    if not occupancy.paced(restaurant, party_size, quarters.start):
        return Refusal.PACING
    return occupancy.place_for(restaurant, party_size, quarters, preferences) or Refusal.NO_TABLE


def search(
    restaurant: Restaurant,
    *,
    wanted: datetime,
    party_size: int,
    within: timedelta,
    limit: int,
    occupancy: Occupancy,
    imaginary: bool = False,
    preferences: SeatingPreferences = NO_PREFERENCES,
) -> Search:
    """Find the openings nearest to `wanted` (UTC), at most `within` away.

    `imaginary`: a clock change skips the requested wall time, so there is no exact opening.
    """
    found = _look_around(restaurant, wanted, within, party_size, limit, occupancy, preferences)

    def opening(moment: datetime) -> Opening:
        areas = restaurant.areas_of(found.places[moment].table_ids)
        return Opening(restaurant, moment.astimezone(restaurant.zone), party_size, areas)

    refusal = refusal_by_rule(restaurant, wanted, party_size, occupancy.now, restaurant.schedule.service_at(wanted))
    if imaginary:
        refusal = refusal or Refusal.CLOSED
    elif refusal is None:
        # Off the grid, use the result for the nearest time on it.
        refusal = None if isinstance(found.nearest, Place) else found.nearest
    return Search(
        wanted=wanted.astimezone(restaurant.zone),
        exact=opening(wanted) if wanted in found.places and not imaginary else None,
        openings=tuple(map(opening, found.chosen)),
        refusal=refusal,
        is_skipped=imaginary,
    )


class _Found(NamedTuple):
    """Places by time (UTC), the times to offer, and what came of the time on the grid that is nearest to the wanted one."""

    places: dict[datetime, Place]
    chosen: list[datetime]
    nearest: Refusal | Place


def _look_around(
    restaurant: Restaurant,
    wanted: datetime,
    within: timedelta,
    party_size: int,
    limit: int,
    occupancy: Occupancy,
    preferences: SeatingPreferences,
) -> _Found:
    """Look at the times on the grid, the nearest first, until there are enough that lie half an hour apart."""
    times = sorted(grid(restaurant, wanted - within, wanted + within), key=lambda at: (abs(at[0] - wanted), at[0]))
    places: dict[datetime, Place] = {}
    apart: list[datetime] = []
    nearest: Refusal | Place | None = None
    for moment, service in times:
        found = refusal_by_rule(restaurant, moment, party_size, occupancy.now, service) or place_or_refusal(
            restaurant, moment, party_size, service, occupancy, preferences
        )
        nearest = nearest or found
        if isinstance(found, Place):
            places[moment] = found
            if all(abs(moment - other) >= _SPACING for other in apart):
                apart.append(moment)
        if len(apart) >= limit:
            break  # all others are further away
    return _Found(places, _filled_up(apart, list(places), limit), nearest or Refusal.CLOSED)


def _filled_up(apart: list[datetime], nearest_first: list[datetime], limit: int) -> list[datetime]:
    """Return the times at least half an hour apart, and others only if these are too few; the nearest first."""
    chosen = [*apart, *(moment for moment in nearest_first if moment not in apart)][:limit]
    return sorted(chosen, key=nearest_first.index)
