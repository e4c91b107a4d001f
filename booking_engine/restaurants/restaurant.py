"""A restaurant: its floor, its hours, its rules. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking_engine.availability.floor import Floor

from .features import canonical
from .import_fields import WEEKDAYS
from .import_format import (
    Closure,
    Combination,
    DiningTable,
    Hours,
    Policy,
    RestaurantLine,
    ServicePeriod,
    SpecialDay,
    TurnTime,
)

DEFAULT_TURN_TIMES = ((2, 90), (4, 105), (6, 120), (None, 150))
"""(largest party, minutes) where an import gives no turn times at all; None: any larger party."""


_MOST_REMEMBERED = 500


class Service(NamedTuple):
    """A service period on one service date. Instants are aware, in the restaurant's zone."""

    period: Hours
    opens_at: datetime
    last_seating_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class Restaurant:
    """Everything the import said about a restaurant, with defaults filled in."""

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
    """Origins of the web sites that may talk with us about it."""
    table_ids: dict[str, int] = field(hash=False, repr=False)
    """Number of each table by name, tables that have left the floor included."""
    version: int = field(default=0, compare=False)
    """The catalogue version this was read at."""

    @classmethod
    def from_line(cls, restaurant_id: int, line: RestaurantLine, table_ids: dict[str, int], version: int) -> Restaurant:
        """Build from a checked import line."""
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
        """The places that can be booked, in the order they should be given away."""
        return Floor(self)

    @cached_property
    def released_floor(self) -> Floor:
        """The same with the walk-in tables, for when the restaurant no longer keeps them."""
        return Floor(self, with_walk_in=True)

    @property
    def largest_party(self) -> int:
        """The largest party that can ever be booked."""
        floor = self.floor if self.policy.walk_in_release_minutes is None else self.released_floor
        return floor.largest_party

    def areas_of(self, table_ids: Iterable[int]) -> tuple[str, ...]:
        """The areas in which these tables stand, each once; a table that has left the floor stands nowhere."""
        return tuple(dict.fromkeys(self._areas[table_id] for table_id in table_ids if table_id in self._areas))

    @cached_property
    def _areas(self) -> dict[int, str]:
        return {self.table_ids[table.name]: table.area for table in self.tables if table.area}

    def has_feature(self, feature: str) -> bool:
        """Whether the restaurant, or a table of it, has this feature, in any usual spelling."""
        listed = (self.features, *(table.features for table in self.tables))
        return canonical([feature]) <= canonical(word for features in listed for word in features)

    def longest_turn(self, party_size: int) -> timedelta:
        """The longest that a party of this size keeps its table in any service."""
        return max(self.turn_time(party_size, name) for name in self._period_names)

    @cached_property
    def _period_names(self) -> frozenset[str]:
        special = (hours for day in self.special_days for hours in day.service_periods)
        return frozenset(hours.name for hours in (*self.service_periods, *special))

    @cached_property
    def _turns(self) -> dict[tuple[int, str | None], timedelta]:
        return {}

    @cached_property
    def _services(self) -> dict[date, list[Service]]:
        return {}

    @cached_property
    def _by_date(self) -> dict[date, tuple[Hours, ...]]:
        closed: dict[date, tuple[Hours, ...]] = {closure.date: () for closure in self.closures}
        return closed | {
            day.date: tuple(sorted(day.service_periods, key=lambda hours: hours.opens)) for day in self.special_days
        }

    @cached_property
    def _by_weekday(self) -> tuple[tuple[ServicePeriod, ...], ...]:
        return tuple(
            tuple(sorted((p for p in self.service_periods if day in p.days), key=lambda p: p.opens)) for day in WEEKDAYS
        )

    def turn_time(self, party_size: int, service_period_name: str | None) -> timedelta:
        """How long such a party keeps its table.

        The entry for the smallest `max_party` that holds the party; entries for the service period go before general
        ones. A party larger than every entry keeps its table as long as the largest entry says. Without any entry:
        90 minutes up to 2 guests, 105 up to 4, 120 up to 6, 150 beyond.
        """
        key = party_size, service_period_name
        if len(self._turns) > _MOST_REMEMBERED:
            self._turns.clear()
        known = self._turns.get(key)
        if known is None:
            known = self._turns[key] = self._turn_time(party_size, service_period_name)
        return known

    def _turn_time(self, party_size: int, service_period_name: str | None) -> timedelta:
        for wanted in (service_period_name, None):
            entries = sorted(
                (turn for turn in self.turn_times if turn.service_period == wanted), key=lambda turn: turn.max_party
            )
            if fitting := next((turn for turn in entries if turn.max_party >= party_size), None):
                return timedelta(minutes=fitting.minutes)
        general = [turn for turn in self.turn_times if turn.service_period in (service_period_name, None)]
        if general:
            return timedelta(minutes=max(general, key=lambda turn: turn.max_party).minutes)
        minutes = next(minutes for largest, minutes in DEFAULT_TURN_TIMES if largest is None or party_size <= largest)
        return timedelta(minutes=minutes)

    def periods_on(self, service_date: date) -> list[Service]:
        """The services that begin on this date, earliest first; a closed date has none, a special day its own.

        One that runs past midnight belongs to the date it began on. A wall time that a clock change skips or repeats
        is read as the time that many minutes into the service (the first of two, the later of a gap).
        """
        known = self._services.get(service_date)
        if known is None:
            if len(self._services) > _MOST_REMEMBERED:
                self._services.clear()
            periods = self._by_date.get(service_date, self._by_weekday[service_date.weekday()])
            known = self._services[service_date] = [self._service(period, service_date) for period in periods]
        return known.copy()

    def usual_periods_on(self, service_date: date) -> list[Service]:
        """The services of an ordinary such weekday, whether or not the date is closed or special."""
        return [self._service(period, service_date) for period in self._by_weekday[service_date.weekday()]]

    def unusual_dates(self) -> list[date]:
        """The closures and special days, in order."""
        return sorted(self._by_date)

    def service_at(self, instant: datetime) -> Service | None:
        """The service within which a party may sit down at this instant."""
        return next(self.services_at(instant), None)

    def services_at(self, instant: datetime) -> Iterator[Service]:
        """All of them, should they overlap: of this date before what is left of the last one."""
        # In UTC, because two times of one zone compare by wall clock, which repeats in autumn.
        instant = instant.astimezone(UTC)
        local_date = instant.astimezone(self.zone).date()
        for service_date in (local_date, local_date - timedelta(days=1)):
            for service in self.periods_on(service_date):
                if service.opens_at <= instant <= service.last_seating_at:
                    yield service

    def service_date_of(self, instant: datetime) -> date:
        """The date of the service that this instant falls into, else its own date at the restaurant."""
        service = self.service_at(instant)
        return (service.opens_at if service else instant.astimezone(self.zone)).date()

    def _service(self, period: Hours, service_date: date) -> Service:
        opens_at = _local(service_date, period.opens, self.zone)
        last, closes = (
            _local(service_date + timedelta(days=moment <= period.opens and not same), moment, self.zone)
            for moment, same in (
                (period.last_seating, period.last_seating == period.opens),
                (period.closes, False),
            )
        )
        return Service(period, opens_at, last, closes)


def _local(day: date, moment: time, zone: ZoneInfo) -> datetime:
    # By way of UTC, so that a time inside a gap becomes one that exists.
    return datetime.combine(day, moment, zone).astimezone(UTC).astimezone(zone)
