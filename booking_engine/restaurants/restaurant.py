"""A restaurant: its floor, hours and rules. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from booking_engine.availability.floor import Floor
from booking_engine.availability.periods import Schedule

from .features import canonical
from .import_format import (
    Closure,
    Combination,
    DiningTable,
    Policy,
    RestaurantLine,
    ServicePeriod,
    SpecialDay,
    TurnTime,
)

DEFAULT_TURN_TIMES = ((2, 90), (4, 105), (6, 120), (None, 150))
"""(largest party, minutes) for a restaurant without turn times; None: any larger party."""

_MOST_CACHED = 500


@dataclass(frozen=True)
class Restaurant:
    """A restaurant as imported, with defaults filled in."""

    id: int
    slug: str
    name: str
    phone: str | None
    sms_number: str | None
    street: str | None
    city: str
    region: str | None
    postal_code: str | None
    country: str | None
    lat: float | None
    lon: float | None
    timezone: str
    cuisines: tuple[str, ...]
    price_level: int | None
    features: tuple[str, ...]
    about: dict[str, str] = field(hash=False)
    service_periods: tuple[ServicePeriod, ...]
    closures: tuple[Closure, ...]
    special_days: tuple[SpecialDay, ...]
    turn_times: tuple[TurnTime, ...]
    tables: tuple[DiningTable, ...]
    combinations: tuple[Combination, ...]
    policy: Policy
    widget_origins: tuple[str, ...]
    """Origins of the websites whose chat widget may call us for this restaurant."""
    table_ids: dict[str, int] = field(hash=False, repr=False)
    """Number of each table by name, including removed tables."""
    version: int = field(default=0, compare=False)
    """The catalogue version at which it was read."""

    @classmethod
    def from_line(cls, restaurant_id: int, line: RestaurantLine, table_ids: dict[str, int], version: int) -> Restaurant:
        """Build from a validated import line."""
        address = line.address
        return cls(
            id=restaurant_id, slug=line.slug, name=line.name, phone=line.phone, sms_number=line.sms_number,
            street=address.street, city=address.city, region=address.region, postal_code=address.postal_code,
            country=address.country, lat=address.lat, lon=address.lon, timezone=line.timezone,
            cuisines=line.cuisines, price_level=line.price_level, features=line.features, about=line.about,
            service_periods=line.service_periods, closures=line.closures, special_days=line.special_days,
            turn_times=line.turn_times, tables=line.tables, combinations=line.combinations, policy=line.policy,
            widget_origins=line.widget_origins, table_ids=table_ids, version=version,
        )  # fmt: skip

    @cached_property
    def zone(self) -> ZoneInfo:
        """The restaurant's time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def table_names(self) -> dict[int, str]:
        """Name of each table by number."""
        return {number: name for name, number in self.table_ids.items()}

    @cached_property
    def floor(self) -> Floor:
        """The places that can be booked, in the order in which to assign them."""
        return self._lay_out(with_walk_in=False)

    @cached_property
    def released_floor(self) -> Floor:
        """The floor including walk-in tables, for when the restaurant no longer reserves them for walk-ins."""
        return self._lay_out(with_walk_in=True)

    def _lay_out(self, *, with_walk_in: bool) -> Floor:
        return Floor(
            self.tables, self.combinations, self.policy, table_ids=self.table_ids, features=self.features,
            with_walk_in=with_walk_in,
        )  # fmt: skip

    @cached_property
    def schedule(self) -> Schedule:
        """The service periods, closures and special days."""
        return Schedule(self.service_periods, self.closures, self.special_days, self.zone)

    @property
    def largest_party(self) -> int:
        """The largest party that can ever be booked."""
        floor = self.floor if self.policy.walk_in_release_minutes is None else self.released_floor
        return floor.largest_party

    def areas_of(self, table_ids: Iterable[int]) -> tuple[str, ...]:
        """Return the areas of these tables without repeats; a removed table has no area."""
        return tuple(dict.fromkeys(self._areas[table_id] for table_id in table_ids if table_id in self._areas))

    @cached_property
    def _areas(self) -> dict[int, str]:
        return {self.table_ids[table.name]: table.area for table in self.tables if table.area}

    def has_feature(self, feature: str) -> bool:
        """Whether the restaurant or one of its tables has this feature, in any common spelling."""
        listed = (self.features, *(table.features for table in self.tables))
        return canonical([feature]) <= canonical(word for features in listed for word in features)

    def longest_turn(self, party_size: int) -> timedelta:
        """Return the longest turn time of a party of this size in any service period."""
        return max(self.turn_time(party_size, name) for name in self._period_names)

    @cached_property
    def _period_names(self) -> frozenset[str]:
        special = (hours for day in self.special_days for hours in day.service_periods)
        return frozenset(hours.name for hours in (*self.service_periods, *special))

    @cached_property
    def _turns(self) -> dict[tuple[int, str | None], timedelta]:
        return {}

    def turn_time(self, party_size: int, service_period_name: str | None) -> timedelta:
        """Return how long a party of this size keeps its table.

        Uses the entry with the smallest `max_party` that fits the party; entries for the service period take precedence
        over general ones. A party larger than every entry gets the time of the largest entry. Without any entries:
        90 minutes for up to 2 guests, 105 for up to 4, 120 for up to 6, 150 for more.
        """
        key = party_size, service_period_name
        if len(self._turns) > _MOST_CACHED:
            self._turns.clear()
        known = self._turns.get(key)
        if known is None:
            known = self._turns[key] = self._turn_time(party_size, service_period_name)
        return known

    def _turn_time(self, party_size: int, service_period_name: str | None) -> timedelta:
        specific, general = (
            [turn for turn in self.turn_times if turn.service_period == name] for name in (service_period_name, None)
        )
        for entries in (specific, general):
            if fitting := [turn for turn in entries if turn.max_party >= party_size]:
                return timedelta(minutes=min(fitting, key=_max_party).minutes)
        applicable = [turn for turn in self.turn_times if turn.service_period in (service_period_name, None)]
        if applicable:
            return timedelta(minutes=max(applicable, key=_max_party).minutes)
        return timedelta(minutes=_default_minutes(party_size))


def _max_party(turn: TurnTime) -> int:
    return turn.max_party


def _default_minutes(party_size: int) -> int:
    return next(minutes for largest, minutes in DEFAULT_TURN_TIMES if largest is None or party_size <= largest)
