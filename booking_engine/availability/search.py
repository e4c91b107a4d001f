"""Search for the openings nearest to a requested time. Pure functions: the occupancy is passed in."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from math import ceil, floor
from typing import NamedTuple

from booking_engine.availability.periods import Service
from booking_engine.restaurants.restaurant import Restaurant
from booking_engine.time_slots import quarters_between, quarters_of

from .floor import Place
from .occupancy import Occupancy
from .openings import Opening, Refusal, Search
from .preferences import NO_PREFERENCES, SeatingPreferences

_SPACING = 30 * 60  # seconds
_DAY = timedelta(days=1)


class BookingRules(NamedTuple):
    """What a restaurant's rules say at one moment about parties of one size. Times are seconds since 1970."""

    now: float
    soonest: float
    last_date: date
    seats_party: bool

    @classmethod
    def at(cls, restaurant: Restaurant, party_size: int, now: datetime) -> BookingRules:
        """Return the rules as they apply at `now`."""
        policy, moment = restaurant.policy, now.timestamp()
        return cls(
            now=moment,
            soonest=moment + 60 * policy.min_notice_minutes,
            last_date=now.astimezone(restaurant.zone).date() + timedelta(days=policy.max_advance_days),
            seats_party=party_size <= restaurant.largest_party,
        )

    def refusal(self, starts_at: float, service_date: date, *, is_open: bool) -> Refusal | None:
        """Return the rule that this time breaks, regardless of free tables."""
        if starts_at <= self.now:
            return Refusal.PAST
        if not self.seats_party:
            return Refusal.PARTY_TOO_LARGE
        if service_date > self.last_date:
            return Refusal.TOO_FAR
        if not is_open:
            return Refusal.CLOSED
        if starts_at < self.soonest:
            return Refusal.TOO_SOON
        return None

    def refusal_at(self, restaurant: Restaurant, instant: datetime, service: Service | None) -> Refusal | None:
        """Return the rule that this instant breaks. `service`: at that instant."""
        service_date = (service.opens_at if service else instant.astimezone(restaurant.zone)).date()
        return self.refusal(instant.timestamp(), service_date, is_open=service is not None)


def grid(restaurant: Restaurant, earliest: int, latest: int) -> dict[int, Service]:
    """Return the times at which the restaurant seats parties, each with its service. Seconds since 1970, both ends inclusive.

    Steps are elapsed minutes since the service opened. On the night the clocks go forward, the missing hour has no
    openings; on the night they go back, the repeated hour has its openings twice.
    """
    step = 60 * restaurant.policy.slot_minutes
    times: dict[int, Service] = {}
    first, day = (datetime.fromtimestamp(moment, restaurant.zone).date() for moment in (earliest, latest))
    first -= _DAY
    while day >= first:  # later date first, as in `Schedule.services_at`
        for service in restaurant.schedule.periods_on(day):
            opens = service.seats_from
            begins = opens + max(0, -((opens - earliest) // step)) * step
            moments = range(begins, min(service.seats_until, latest) + 1, step)
            times = dict.fromkeys(moments, service) | times
        day -= _DAY
    return times


def service_on_grid(restaurant: Restaurant, instant: datetime) -> Service | None:
    """Return the service at this instant if it is on the `grid`."""
    moment, step = instant.timestamp(), 60 * restaurant.policy.slot_minutes
    return next(
        (each for each in restaurant.schedule.services_at(instant) if not (moment - each.seats_from) % step), None
    )


def seating_quarters(restaurant: Restaurant, starts_at: datetime, party_size: int, service: Service | None) -> range:
    """Return the quarter hours that a party of this size would occupy."""
    turn = restaurant.turn_time(party_size, service.period.name if service else None)
    return quarters_between(starts_at, starts_at + turn)


def place_or_refusal(
    restaurant: Restaurant,
    quarters: range,
    party_size: int,
    occupancy: Occupancy,
    preferences: SeatingPreferences = NO_PREFERENCES,
) -> Refusal | Place:
    """Return the place for a party during just these quarter hours, or a refusal: the pacing limit or no free table."""
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
    rules = BookingRules.at(restaurant, party_size, occupancy.now)
    found = _look_around(restaurant, wanted, within, party_size, limit, rules, occupancy, preferences)
    openings: dict[float, Opening] = {
        moment: _opening(restaurant, moment, party_size, found.places[moment]) for moment in found.chosen
    }
    refusal = rules.refusal_at(restaurant, wanted, restaurant.schedule.service_at(wanted))
    if imaginary:
        refusal = refusal or Refusal.CLOSED
    elif refusal is None:
        # Off the grid, use the result for the nearest time on it.
        refusal = None if isinstance(found.nearest, Place) else found.nearest
    return Search(
        wanted=wanted.astimezone(restaurant.zone),
        # By seconds, because Python takes no time of the hour that comes twice for equal to one in another zone.
        exact=None if imaginary else openings.get(wanted.timestamp()),
        openings=tuple(openings.values()),
        refusal=refusal,
        is_skipped=imaginary,
    )


def _opening(restaurant: Restaurant, starts_at: int, party_size: int, place: Place) -> Opening:
    moment = datetime.fromtimestamp(starts_at, restaurant.zone)
    return Opening(restaurant, moment, party_size, restaurant.areas_of(place.table_ids))


class _Found(NamedTuple):
    """Places by time, the times to offer, and what came of the time on the grid that is nearest to the wanted one.

    Times are seconds since 1970.
    """

    places: dict[int, Place]
    chosen: list[int]
    nearest: Refusal | Place


def _look_around(
    restaurant: Restaurant,
    wanted: datetime,
    within: timedelta,
    party_size: int,
    limit: int,
    rules: BookingRules,
    occupancy: Occupancy,
    preferences: SeatingPreferences,
) -> _Found:
    """Look at the times on the grid, the nearest first, until there are enough that lie half an hour apart."""
    center, reach = wanted.timestamp(), within.total_seconds()
    times = grid(restaurant, ceil(center - reach), floor(center + reach))
    places: dict[int, Place] = {}
    apart: list[int] = []
    nearest: Refusal | Place | None = None
    for moment in _nearest_first(sorted(times), center):
        service = times[moment]
        found = rules.refusal(moment, service.opens_at.date(), is_open=True) or place_or_refusal(
            restaurant,
            quarters_of(moment, restaurant.turn_time(party_size, service.period.name)),
            party_size,
            occupancy,
            preferences,
        )
        nearest = nearest or found
        if isinstance(found, Place):
            places[moment] = found
            if all(abs(moment - other) >= _SPACING for other in apart):
                apart.append(moment)
        if len(apart) >= limit:
            break  # all others are further away
    return _Found(places, _filled_up(apart, list(places), limit), nearest or Refusal.CLOSED)


def _nearest_first(times: Sequence[int], center: float) -> Iterator[int]:
    """Yield ascending times by their distance; of two equally near, the earlier first."""
    after = bisect_left(times, center)
    before = after - 1
    while before >= 0 or after < len(times):
        if after == len(times) or (before >= 0 and center - times[before] <= times[after] - center):
            yield times[before]
            before -= 1
        else:
            yield times[after]
            after += 1


def _filled_up(apart: list[int], nearest_first: list[int], limit: int) -> list[int]:
    """Return the times at least half an hour apart, and others only if these are too few; the nearest first."""
    chosen = [*apart, *(moment for moment in nearest_first if moment not in apart)][:limit]
    return sorted(chosen, key=nearest_first.index)
