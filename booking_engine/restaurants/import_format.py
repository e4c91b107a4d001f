"""The import format: one restaurant per line as a JSON object, validated by pydantic."""

from __future__ import annotations

from collections import Counter
from datetime import time
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .import_fields import (
    Day,
    Decimal,
    Origin,
    Paragraph,
    PartySize,
    Phone,
    Slug,
    TimeOfDay,
    TimeZone,
    Weekday,
    WholeNumber,
    Words,
    YesNo,
)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, str_max_length=2000)


class Address(_Part):
    """A restaurant's address; coordinates in degrees."""

    street: Words | None = None
    city: Words
    region: Words | None = None
    postal_code: Words | None = None
    country: Words | None = None
    lat: Annotated[Decimal, Field(ge=-90, le=90)] | None = None
    lon: Annotated[Decimal, Field(ge=-180, le=180)] | None = None


class Hours(_Part):
    """Hours of a service period. `closes` not after `opens`, or `last_seating` before it, means the next day."""

    name: Words
    opens: TimeOfDay
    last_seating: TimeOfDay
    closes: TimeOfDay

    @model_validator(mode="after")
    def _in_order(self) -> Hours:
        last, closes = (_minutes_after(self.opens, moment) for moment in (self.last_seating, self.closes))
        if (closes or 24 * 60) < last:
            raise ValueError("last_seating is after closes")
        return self


class ServicePeriod(Hours):
    """A service period, such as lunch or dinner, on some weekdays."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]


class Closure(_Part):
    """A service date on which the restaurant is closed."""

    date: Day
    reason: Words | None = None


class SpecialDay(_Part):
    """A service date with its own hours instead of the weekday's, such as New Year's Eve."""

    date: Day
    reason: Words | None = None
    service_periods: Annotated[tuple[Hours, ...], Field(min_length=1)]


class TurnTime(_Part):
    """How long a party of up to `max_party` keeps its table, in one service period or in all of them."""

    max_party: PartySize
    minutes: Annotated[WholeNumber, Field(ge=15, le=24 * 60)]
    service_period: Words | None = None


class DiningTable(_Part):
    """A table, the party sizes it seats, and its features. `walk_in`: reserved for guests without a reservation."""

    name: Words
    area: Words | None = None
    min_party: PartySize = 1
    max_party: PartySize
    walk_in: YesNo = False
    features: tuple[Words, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> DiningTable:
        return _ordered(self)


class Combination(_Part):
    """Tables that can be pushed together; a party takes all of them."""

    tables: Annotated[tuple[Words, ...], Field(min_length=2)]
    min_party: PartySize = 1
    max_party: PartySize

    @model_validator(mode="after")
    def _in_order(self) -> Combination:
        return _ordered(self)


class Policy(_Part):
    """The restaurant's rules.

    `hold_extensions`: how often a hold may be extended, each time to `hold_minutes` from then.
    `walk_in_covers`: seats kept free for walk-ins at any time. Walk-in tables and seats can be booked for a start within
    the next `walk_in_release_minutes`; None: never.
    """

    slot_minutes: Annotated[WholeNumber, Field(ge=5, le=240)] = 15
    hold_minutes: Annotated[WholeNumber, Field(ge=1, le=60)] = 5
    hold_extensions: Annotated[WholeNumber, Field(ge=0, le=5)] = 1
    min_notice_minutes: Annotated[WholeNumber, Field(ge=0, le=60 * 24 * 30)] = 30
    max_advance_days: Annotated[WholeNumber, Field(ge=0, le=730)] = 90
    max_party: PartySize | None = None
    pacing_covers: Annotated[WholeNumber, Field(ge=1, le=30_000)] | None = None
    walk_in_covers: Annotated[WholeNumber, Field(ge=0, le=30_000)] = 0
    walk_in_release_minutes: Annotated[WholeNumber, Field(ge=0, le=60 * 24 * 30)] | None = None
    change_cutoff_minutes: Annotated[WholeNumber, Field(ge=0, le=60 * 24 * 30)] = 60


class RestaurantLine(_Part):
    """One line of an import file."""

    slug: Slug
    name: Words
    phone: Phone | None = None
    sms_number: Phone | None = None
    address: Address
    timezone: TimeZone
    cuisines: tuple[Words, ...] = ()
    price_level: Annotated[WholeNumber, Field(ge=1, le=5)] | None = None
    features: tuple[Words, ...] = ()
    about: dict[Words, Paragraph] = Field(default_factory=dict)
    service_periods: Annotated[tuple[ServicePeriod, ...], Field(min_length=1)]
    closures: tuple[Closure, ...] = ()
    special_days: tuple[SpecialDay, ...] = ()
    turn_times: tuple[TurnTime, ...] = ()
    tables: Annotated[tuple[DiningTable, ...], Field(min_length=1, max_length=2000)]
    combinations: tuple[Combination, ...] = ()
    policy: Policy = Policy()
    widget_origins: Annotated[tuple[Origin, ...], Field(max_length=50)] = ()

    @model_validator(mode="after")
    def _table_names_are_unique(self) -> RestaurantLine:
        names = Counter(table.name for table in self.tables)
        if repeated := [name for name, count in names.items() if count > 1]:
            raise ValueError(f"tables: two tables are called {repeated[0]}")
        return self

    @model_validator(mode="after")
    def _combinations_are_valid(self) -> RestaurantLine:
        names = {table.name for table in self.tables}
        for combination in self.combinations:
            if unknown := [name for name in combination.tables if name not in names]:
                raise ValueError(f"combinations: there is no table called {unknown[0]}")
            if len(set(combination.tables)) < len(combination.tables):
                raise ValueError("combinations: a table is named twice")
        return self

    @model_validator(mode="after")
    def _special_days_are_unique(self) -> RestaurantLine:
        closed = {closure.date for closure in self.closures}
        special = Counter(day.date for day in self.special_days)
        for day, count in special.items():
            if day in closed or count > 1:
                raise ValueError(f"special_days: {day} is {'closed' if day in closed else 'there twice'}")
        return self

    @model_validator(mode="after")
    def _turn_times_name_known_periods(self) -> RestaurantLine:
        periods = {hours.name for hours in self.service_periods}
        periods |= {hours.name for day in self.special_days for hours in day.service_periods}
        for turn in self.turn_times:
            if turn.service_period is not None and turn.service_period not in periods:
                raise ValueError(f"turn_times: there is no service period called {turn.service_period}")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The restaurant's time zone."""
        return ZoneInfo(self.timezone)


def restaurant_schema(address: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one line. `address`: the URL at which it is published, its `$id`.

    The import rejects whatever the schema rejects. It also checks what the schema cannot express: that names of tables
    and service periods exist, that hours and party sizes are in order, and that the time zone is known.
    """
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": address}
    return dialect | RestaurantLine.model_json_schema()


_Sized = TypeVar("_Sized", DiningTable, Combination)


def _minutes_after(opens: time, moment: time) -> int:
    return ((moment.hour - opens.hour) * 60 + moment.minute - opens.minute) % (24 * 60)


def _ordered(part: _Sized) -> _Sized:
    if part.min_party > part.max_party:
        raise ValueError("min_party is larger than max_party")
    return part
