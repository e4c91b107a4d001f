"""What a simulated diner wants: a table at some restaurant and time, and what to do with the reservation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from random import Random
from typing import Literal

from testkit.load_test.restaurants import PublicRestaurant

Kind = Literal["book", "search", "book and move", "book and cancel", "book and list", "ask"]
_WEIGHTS: dict[Kind, int] = {
    "book": 42,
    "search": 14,
    "book and move": 16,
    "book and cancel": 12,
    "book and list": 8,
    "ask": 8,
}
_PARTIES = {1: 6, 2: 40, 3: 14, 4: 20, 5: 8, 6: 6, 7: 3, 8: 3}
_POPULAR = (time(18, 30), time(19, 0), time(19, 30), time(20, 0))
_POPULAR_RESTAURANTS = 3  # restaurants that too many diners want on the same evening
_POPULAR_SHARE = 0.15  # of all diners


@dataclass(frozen=True)
class DesiredBooking:
    """A table that a diner wants. `day` and `at` are in the restaurant's time zone."""

    restaurant: PublicRestaurant
    day: date
    at: time
    party: int

    @property
    def starts_at(self) -> datetime:
        """Start as an aware datetime."""
        return datetime.combine(self.day, self.at, self.restaurant.zone)


@dataclass(frozen=True)
class Goal:
    """What the diner must have achieved in the end. `second`: what the reservation is moved to."""

    kind: Kind
    desired: DesiredBooking
    second: DesiredBooking | None = None


def draw_goal(rng: Random, restaurants: Sequence[PublicRestaurant], now: datetime) -> Goal:
    """Draw a goal that can be reached in an empty restaurant. `now` is the service's clock (aware)."""
    kind = rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
    is_popular = rng.random() < _POPULAR_SHARE
    desired = _popular_booking(rng, restaurants, now) if is_popular else draw_booking(rng, rng.choice(restaurants), now)
    return Goal(kind, desired, another(rng, desired, now) if kind == "book and move" else None)


def draw_booking(rng: Random, restaurant: PublicRestaurant, now: datetime) -> DesiredBooking:
    """Draw a day, a time and a party size at a restaurant."""
    day = rng.choice(restaurant.days_from(now.astimezone(restaurant.zone).date()))
    times = restaurant.times_on(day)
    popular = [moment for moment in times if moment in _POPULAR]
    return DesiredBooking(
        restaurant, day, rng.choice(popular if popular and rng.random() < 0.5 else times), _draw_party(rng, restaurant)
    )


def _popular_booking(rng: Random, restaurants: Sequence[PublicRestaurant], now: datetime) -> DesiredBooking:
    """Draw a table on the second evening at one of a few restaurants. Demand exceeds supply, so some diners must adapt."""
    restaurant = rng.choice(restaurants[:_POPULAR_RESTAURANTS])
    day = restaurant.days_from(now.astimezone(restaurant.zone).date())[1]
    times = restaurant.times_on(day)
    return DesiredBooking(
        restaurant, day, next((t for t in times if t in _POPULAR), times[-1]), _draw_party(rng, restaurant)
    )


def _draw_party(rng: Random, restaurant: PublicRestaurant) -> int:
    parties = [n for n in _PARTIES if n <= restaurant.largest_party]
    return rng.choices(parties, [_PARTIES[n] for n in parties])[0]


def another(rng: Random, desired: DesiredBooking, now: datetime, *, field: str | None = None) -> DesiredBooking:
    """Change the time, day or party at random, or the given `field`. Return `desired` itself if there is no alternative."""
    field = field or rng.choice(("at", "at", "day", "party"))
    if field == "party":
        return _with_other_party(rng, desired)
    if field == "day":
        return _with_other_day(rng, desired, now)
    times = [t for t in desired.restaurant.times_on(desired.day) if t != desired.at]
    return replace(desired, at=rng.choice(times)) if times else desired


def _with_other_party(rng: Random, desired: DesiredBooking) -> DesiredBooking:
    parties = [n for n in range(1, min(8, desired.restaurant.largest_party) + 1) if n != desired.party]
    return replace(desired, party=rng.choice(parties)) if parties else desired


def _with_other_day(rng: Random, desired: DesiredBooking, now: datetime) -> DesiredBooking:
    days = desired.restaurant.days_from(now.astimezone(desired.restaurant.zone).date())
    days = [day for day in days if day != desired.day and desired.at in desired.restaurant.times_on(day)]
    return replace(desired, day=rng.choice(days)) if days else desired
