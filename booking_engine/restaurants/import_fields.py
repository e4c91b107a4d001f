"""Field types of the import format. The JSON Schema of each describes exactly the values that it accepts.

JSON types are strict: a number in quotes is not a number, and 1 is not true.
"""

from __future__ import annotations

import re
from datetime import date, time
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, Strict, WithJsonSchema
from typing_extensions import TypeAliasType

from booking_engine.text import clean_text

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LARGEST_PARTY = 1000

_CLOCK = "(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)"
_DATE = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_PHONE = r"\+[1-9][0-9]{5,14}"
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN = rf"https?://{_LABEL}(\.{_LABEL})*(:[1-9][0-9]{{0,4}})?"
_ZONE = "[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*"
_SPACE = r"\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_TEXT = rf"[{_SPACE}]*[^\u0000-\u001f{_SPACE}][^\u0000-\u001f]*"


def _described(pattern: str, example: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "examples": [example]} | more)


def _read_clock(value: object) -> object:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(_CLOCK, value):
        raise ValueError("must be a time of day like 17:30")
    return time(0) if value == "24:00" else time.fromisoformat(value)


def _read_date(value: object) -> object:
    if isinstance(value, date):
        return value
    try:
        if isinstance(value, str) and re.fullmatch(_DATE, value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError("must be a date that exists, like 2026-12-25")


# Cached because listing the zones walks the time zone database on disk.
_zones = cache(available_timezones)


def _known_zone(value: str) -> str:
    if value not in _zones():
        raise ValueError("is not a time zone of the IANA database, like America/New_York")
    return value


def _e164(value: str) -> str:
    if not re.fullmatch(_PHONE, value):
        raise ValueError("must be a phone number like +16505550100")
    return value


def _origin(value: str) -> str:
    if not re.fullmatch(_ORIGIN, value):
        raise ValueError("must be an origin like https://www.example.com, in lower case, without a path")
    return value


def _printable(value: str) -> str:
    if not re.fullmatch(_TEXT, value):
        raise ValueError("must be text without control characters")
    return clean_text(value).strip() or value.strip()  # the pattern cannot list all that nobody sees


def _text(longest: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "minLength": 1, "maxLength": longest, "pattern": f"^{_TEXT}$"})


TimeOfDay = Annotated[
    time,
    BeforeValidator(_read_clock),
    PlainSerializer(lambda moment: f"{moment:%H:%M}", return_type=str),
    _described(_CLOCK, "17:30", description="A time at the restaurant"),
]
Day = Annotated[date, BeforeValidator(_read_date), _described(_DATE, "2026-12-25", format="date")]
TimeZone = Annotated[
    str,
    Field(max_length=100),
    AfterValidator(_known_zone),
    _described(_ZONE, "America/Los_Angeles", maxLength=100, description="Of the IANA database"),
]
Phone = Annotated[str, AfterValidator(_e164), _described(_PHONE, "+16505550100", description="E.164")]
Origin = Annotated[
    str,
    Field(max_length=300),
    AfterValidator(_origin),
    _described(_ORIGIN, "https://www.example.com", maxLength=300, description="Scheme, host and port of a web site"),
]
# Named types, so that the schema contains their pattern only once.
Words = TypeAliasType(
    "Words", Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_printable), _text(200)]
)
Paragraph = TypeAliasType(
    "Paragraph", Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_printable), _text(2000)]
)
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
WholeNumber = Annotated[int, Strict()]
PartySize = Annotated[WholeNumber, Field(ge=1, le=LARGEST_PARTY)]
Decimal = Annotated[float, Strict()]
YesNo = Annotated[bool, Strict()]
