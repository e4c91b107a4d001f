"""Search for the openings nearest to a requested time. Pure functions: the occupancy is passed in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

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
    places: dict[datetime, Place] = {}
    refused: dict[datetime, Refusal | None] = {}
    for moment, service in grid(restaurant, wanted - within, wanted + within):
        found = refusal_by_rule(restaurant, moment, party_size, occupancy.now, service) or place_or_refusal(
            restaurant, moment, party_size, service, occupancy, preferences
        )
        refused[moment] = found if isinstance(found, Refusal) else None
        if isinstance(found, Place):
            places[moment] = found

    def opening(moment: datetime) -> Opening:
        areas = restaurant.areas_of(places[moment].table_ids)
        return Opening(restaurant, moment.astimezone(restaurant.zone), party_size, areas)

    chosen = _spread(sorted(places, key=lambda moment: (abs(moment - wanted), moment)), limit)
    refusal = refusal_by_rule(restaurant, wanted, party_size, occupancy.now, restaurant.schedule.service_at(wanted))
    if imaginary:
        refusal = refusal or Refusal.CLOSED
    elif refusal is None:
        # Off the grid, use the result for the nearest time on it.
        refusal = refused[min(refused, key=lambda moment: abs(moment - wanted))] if refused else Refusal.CLOSED
    return Search(
        wanted=wanted.astimezone(restaurant.zone),
        exact=opening(wanted) if wanted in places and not imaginary else None,
        openings=tuple(map(opening, chosen)),
        refusal=refusal,
        is_skipped=imaginary,
    )


def _spread(nearest_first: list[datetime], limit: int) -> list[datetime]:
    """Pick the nearest times at least half an hour apart; fill up with the others only if there are too few."""
    kept: list[datetime] = []
    for moment in nearest_first:
        if len(kept) < limit and all(abs(moment - other) >= _SPACING for other in kept):
            kept.append(moment)
    rest = [moment for moment in nearest_first if moment not in kept]
    kept += rest[: max(0, limit - len(kept))]
    return sorted(kept, key=nearest_first.index)
