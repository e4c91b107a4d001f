"""Field types of requests and responses. Each documents exactly which values it accepts.

The patterns are exact, so that clients can tell from the API description alone what is rejected: 30 February does not
match.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field, PlainSerializer, TypeAdapter, WithJsonSchema

from booking_engine import Restaurant
from booking_engine.phones import canonical_phone
from webhooks.bodies import LONGEST_KEY

LARGEST_PARTY = 1000

_MONTH_DAY = "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
_LEAP_DAY = "2([048]00|[0-9](0[48]|[2468][048]|[13579][26]))-02-29"
_DATE = f"(2[0-9]{{3}}-{_MONTH_DAY}|{_LEAP_DAY})"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_OFFSET = "(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])"
_INSTANT = rf"{_DATE}T{_CLOCK}(:[0-5][0-9](\.[0-9]{{1,6}})?)?{_OFFSET}?"
_LATITUDE = r"-?(90(\.0{1,8})?|[1-8]?[0-9](\.[0-9]{1,8})?)"
_LONGITUDE = r"-?(180(\.0{1,8})?|(1[0-7][0-9]|[1-9]?[0-9])(\.[0-9]{1,8})?)"
_POINT = f"{_LATITUDE},{_LONGITUDE}"
_PHONE = r"\+[1-9][0-9]{6,14}"
_LONGEST_PHONE = 40
_SEPARATORS = re.compile(r"[ ().-]")

T = TypeVar("T")


def _matching(pattern: str, read: Callable[[str], T], expected: str) -> BeforeValidator:
    whole = re.compile(pattern)

    def check(value: object) -> T:
        if not isinstance(value, str) or not whole.fullmatch(value):
            raise ValueError(f"must be {expected}")
        return read(value)

    return BeforeValidator(check)


def _described(pattern: str, example: str, description: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "pattern": f"^{pattern}$", "example": example, "description": description} | more
    )


def _read_point(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    latitude, _, longitude = text.partition(",")
    return float(latitude), float(longitude)


def _whole_number(value: object) -> object:
    # In JSON, 4.0 is an integer too.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _without_separators(value: object) -> object:
    # A number is no longer than that with all its separators, and what is longer is refused as it stands, never cut.
    return _SEPARATORS.sub("", value) if isinstance(value, str) and len(value) <= _LONGEST_PHONE else value


Day = Annotated[
    date,
    _matching(_DATE, date.fromisoformat, "a date that exists, such as 2026-12-01"),
    _described(_DATE, "2026-12-01", "A date at the restaurant"),
]
ClockTime = Annotated[
    time,
    _matching(_CLOCK, time.fromisoformat, "a time of day such as 19:00"),
    _described(_CLOCK, "19:00", "A time at the restaurant, on that date"),
]
Moment = Annotated[
    datetime,
    _matching(_INSTANT, datetime.fromisoformat, "a date and time that exist, such as 2026-12-01T19:00"),
    _described(_INSTANT, "2026-12-01T19:00", "ISO 8601; without an offset, in the restaurant's time zone"),
]
Point = Annotated[
    tuple[float, float] | None,
    _matching(f"({_POINT})?", _read_point, "latitude,longitude in degrees, such as 37.44,-122.16"),
    _described(f"({_POINT})?", "37.44,-122.16", "latitude,longitude in degrees; lists the nearest restaurants first"),
]
PhoneNumber = Annotated[
    str,
    _matching(_PHONE, canonical_phone, "a number in E.164 form, such as +14155550123"),
    BeforeValidator(_without_separators),
    _described(_PHONE, "+14155550123", "E.164; spaces, hyphens, dots and parentheses are ignored"),
]
PHONE_NUMBERS: TypeAdapter[str] = TypeAdapter(PhoneNumber)
"""Parses a phone number that is not in a body."""
PartySize = Annotated[int, Field(ge=1, le=LARGEST_PARTY, description="guests"), BeforeValidator(_whole_number)]
SearchWords = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
IdempotencyKey = Annotated[
    str, Field(min_length=1, max_length=LONGEST_KEY, pattern=r"^[!-~]+$", description="random, chosen by the caller")
]


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


LocalTime = Annotated[
    datetime,
    PlainSerializer(_iso, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "example": "2026-12-01T19:00:00-08:00"}),
]
"""Serialized with the restaurant's UTC offset."""


def at_restaurant(moment: datetime, restaurant: Restaurant) -> datetime:
    """Return the time a caller gave. Without an offset it is local to the restaurant; a repeated hour means the first."""
    return moment if moment.tzinfo else moment.replace(tzinfo=restaurant.zone)
