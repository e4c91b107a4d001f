"""Finding the openings nearest to a wanted time. Pure: the occupancy is given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from .occupancy import Occupancy
from .openings import Opening, Refusal, Search
from .quarters import quarters_between
from .restaurant import Restaurant, Service

_APART = timedelta(minutes=30)


def grid(restaurant: Restaurant, earliest: datetime, latest: datetime) -> Iterator[tuple[datetime, Service]]:
    """The times (UTC) at which the restaurant seats parties, both ends included, in order, each with its service.

    Steps are real minutes counted from when the service opens: on the night the clocks go forward the missing hour has no
    opening, on the night they go back the doubled hour has its openings twice.
    """
    step = timedelta(minutes=restaurant.policy.slot_minutes)
    seen: set[datetime] = set()
    day = (earliest.astimezone(restaurant.zone) - timedelta(days=1)).date()
    times: list[tuple[datetime, Service]] = []
    while day <= latest.astimezone(restaurant.zone).date():
        for service in restaurant.periods_on(day):
            opens, last = service.opens_at.astimezone(UTC), service.last_seating_at.astimezone(UTC)
            moment = opens + max(0, -((opens - earliest) // step)) * step
            while moment <= min(last, latest):
                if moment >= earliest and moment not in seen:
                    seen.add(moment)
                    times.append((moment, service))
                moment += step
        day += timedelta(days=1)
    return iter(sorted(times, key=lambda pair: pair[0]))


def seating_quarters(restaurant: Restaurant, starts_at: datetime, party_size: int, service: Service | None) -> range:
    """The quarter hours such a party would take."""
    turn = restaurant.turn_time(party_size, service.period.name if service else None)
    return quarters_between(starts_at, starts_at + turn)


def refusal_by_rule(
    restaurant: Restaurant, starts_at: datetime, party_size: int, now: datetime, service: Service | None
) -> Refusal | None:
    """The house rule that this time breaks, whoever sits where. Instants in UTC; `service`: the one it falls into."""
    policy = restaurant.policy
    if starts_at <= now:
        return Refusal.PAST
    if party_size > restaurant.floor.largest_party:
        return Refusal.PARTY_TOO_LARGE
    service_date = (service.opens_at if service else starts_at.astimezone(restaurant.zone)).date()
    if service_date > now.astimezone(restaurant.zone).date() + timedelta(days=policy.max_advance_days):
        return Refusal.TOO_FAR
    if service is None:
        return Refusal.CLOSED
    if starts_at < now + timedelta(minutes=policy.min_notice_minutes):
        return Refusal.TOO_SOON
    return None


def refusal_by_floor(
    restaurant: Restaurant, starts_at: datetime, party_size: int, service: Service, occupancy: Occupancy
) -> Refusal | None:
    """What is in the way at this very time: the kitchen's pace or the tables."""
    quarters = seating_quarters(restaurant, starts_at, party_size, service)
    if not occupancy.paced(restaurant, party_size, quarters.start):
        return Refusal.PACING
    return None if occupancy.place_for(restaurant, party_size, quarters) else Refusal.NO_TABLE


def search(
    restaurant: Restaurant,
    *,
    wanted: datetime,
    party_size: int,
    within: timedelta,
    limit: int,
    occupancy: Occupancy,
    imaginary: bool,
) -> Search:
    """The openings nearest to `wanted` (UTC), no further from it than `within`.

    `imaginary`: the diner named an hour that a clock change skips; then there is no exact opening.
    """
    open_times: list[datetime] = []
    refused: dict[datetime, Refusal | None] = {}
    for moment, service in grid(restaurant, wanted - within, wanted + within):
        refusal = refusal_by_rule(restaurant, moment, party_size, occupancy.now, service) or refusal_by_floor(
            restaurant, moment, party_size, service, occupancy
        )
        refused[moment] = refusal
        if refusal is None:
            open_times.append(moment)
    chosen = _spread(sorted(open_times, key=lambda moment: (abs(moment - wanted), moment)), limit)
    openings = tuple(Opening(restaurant, moment.astimezone(restaurant.zone), party_size) for moment in chosen)
    refusal = refusal_by_rule(restaurant, wanted, party_size, occupancy.now, restaurant.service_at(wanted))
    if imaginary:
        refusal = refusal or Refusal.CLOSED
    elif refusal is None:
        # Off the grid the answer for the nearest time on it stands in: "we are full then" or nothing in the way.
        refusal = refused[min(refused, key=lambda moment: abs(moment - wanted))] if refused else Refusal.CLOSED
    exact = Opening(restaurant, wanted.astimezone(restaurant.zone), party_size)
    return Search(
        wanted=wanted.astimezone(restaurant.zone),
        exact=exact if wanted in open_times and not imaginary else None,
        openings=openings,
        refusal=refusal,
    )


def _spread(nearest_first: list[datetime], limit: int) -> list[datetime]:
    """Take the nearest that lie half an hour apart; fill up with the rest only if too few do."""
    kept: list[datetime] = []
    for moment in nearest_first:
        if len(kept) < limit and all(abs(moment - other) >= _APART for other in kept):
            kept.append(moment)
    rest = [moment for moment in nearest_first if moment not in kept]
    kept += rest[: max(0, limit - len(kept))]
    return sorted(kept, key=nearest_first.index)
