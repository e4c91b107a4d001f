"""What a diner wants: a table somewhere at some time, and what comes after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from random import Random
from typing import Literal

from testkit.load_test.restaurants import House

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
_CROWDED = 3  # houses that too many want on one evening
_WANTS_THE_SAME = 0.15


@dataclass(frozen=True)
class Wish:
    """A table. `day` and `at` by the restaurant's clock."""

    house: House
    day: date
    at: time
    party: int

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.day, self.at, self.house.zone)


@dataclass(frozen=True)
class Goal:
    """What must have come about in the end. `second` is what the table is moved to."""

    kind: Kind
    wish: Wish
    second: Wish | None = None


def draw_goal(rng: Random, houses: Sequence[House], now: datetime) -> Goal:
    """A goal that can be reached in an empty house. `now` is the service's clock (aware)."""
    kind = rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
    is_crowded = rng.random() < _WANTS_THE_SAME
    wish = _crowded_wish(rng, houses, now) if is_crowded else draw_wish(rng, rng.choice(houses), now)
    return Goal(kind, wish, another(rng, wish, now) if kind == "book and move" else None)


def draw_wish(rng: Random, house: House, now: datetime) -> Wish:
    """Some day, time and party at this house."""
    day = rng.choice(house.days_from(now.astimezone(house.zone).date()))
    times = house.times_on(day)
    popular = [moment for moment in times if moment in _POPULAR]
    return Wish(house, day, rng.choice(popular if popular and rng.random() < 0.5 else times), _draw_party(rng, house))


def _crowded_wish(rng: Random, houses: Sequence[House], now: datetime) -> Wish:
    """A table on the second evening at one of a few houses: too many want it, and some will have to take another time."""
    house = rng.choice(houses[:_CROWDED])
    day = house.days_from(now.astimezone(house.zone).date())[1]
    times = house.times_on(day)
    return Wish(house, day, next((t for t in times if t in _POPULAR), times[-1]), _draw_party(rng, house))


def _draw_party(rng: Random, house: House) -> int:
    parties = [n for n in _PARTIES if n <= house.largest_party]
    return rng.choices(parties, [_PARTIES[n] for n in parties])[0]


def another(rng: Random, wish: Wish, now: datetime, *, field: str | None = None) -> Wish:
    """The same with another time, day or party (or just another `field`); what cannot be otherwise stays."""
    field = field or rng.choice(("at", "at", "day", "party"))
    if field == "party":
        parties = [n for n in range(1, min(8, wish.house.largest_party) + 1) if n != wish.party]
        return replace(wish, party=rng.choice(parties)) if parties else wish
    if field == "day":
        days = wish.house.days_from(now.astimezone(wish.house.zone).date())
        days = [day for day in days if day != wish.day and wish.at in wish.house.times_on(day)]
        return replace(wish, day=rng.choice(days)) if days else wish
    times = [t for t in wish.house.times_on(wish.day) if t != wish.at]
    return replace(wish, at=rng.choice(times)) if times else wish
