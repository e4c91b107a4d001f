"""Field types of a script, each parsed from the literal characters in the file.

YAML would turn `yes` into a boolean and `7:30` into a number; here the type of the field decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_SPAN = re.compile(r"(\d+) *(second|minute|hour|day|week)s?")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = rf"next (?:morning|day)|tomorrow|{'|'.join(_WEEKDAYS)}|\d{{4}}-\d\d-\d\d"
_MOMENT = re.compile(rf"(?:({_DAY})(?:[ T]|$))?(\d?\d:\d\d)?", re.IGNORECASE)
_MORNING = time(9)


class Plain(str):
    """An unquoted scalar, which may be meant as a number or a boolean."""

    __slots__ = ()


def expected(what: str) -> PydanticCustomError:
    """Return the validation error for a value. The loader adds its location and what was found there."""
    return PydanticCustomError("expected", "{what}", {"what": what})


@dataclass(frozen=True)
class Moment:
    """A time of day on a date, a weekday or the next day. Without a day: the next occurrence of that time."""

    words: str
    day: date | str | None
    time: time

    def after(self, now: datetime) -> datetime:
        """Return the first occurrence after `now`, at the UTC offset of `now`. One with a date may lie in the past."""
        if isinstance(self.day, date):
            return datetime.combine(self.day, self.time, now.tzinfo)
        ahead = 0
        if self.day in ("next morning", "next day", "tomorrow"):
            ahead = 1
        elif self.day is not None:
            ahead = (_WEEKDAYS.index(self.day) - now.weekday()) % 7
        found = datetime.combine(now.date() + timedelta(days=ahead), self.time, now.tzinfo)
        return found if found > now else found + timedelta(days=1 if self.day is None else 7)


def _read_clock(value: object) -> datetime:
    wanted = expected("a time with its offset, like 2026-12-02T10:00:00-05:00")
    if isinstance(value, datetime):
        return value
    try:
        read = datetime.fromisoformat(str(value))
    except ValueError:
        raise wanted from None
    if read.tzinfo is None:
        raise wanted
    return read


def _read_span(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    parts = _SPAN.findall(str(value))
    if not parts or _SPAN.sub("", str(value)).replace("and", "").strip(" ,"):
        raise expected('a span of time, like "20 minutes" or "1 hour 30 minutes"')
    return timedelta(seconds=sum(int(count) * _UNITS[unit] for count, unit in parts))


def _read_moment(value: object) -> Moment:
    if isinstance(value, Moment):
        return value
    wanted = expected('a time to come, like "19:30", "next morning 09:00", "friday 12:00" or "2026-12-03 17:00"')
    words = str(value).strip()
    match = _MOMENT.fullmatch(words)
    if not words or match is None:
        raise wanted
    day, clock = match.groups()
    try:
        moment = time.fromisoformat(clock.zfill(5)) if clock else _MORNING
        if day and day[0].isdigit():
            return Moment(words, date.fromisoformat(day), moment)
    except ValueError:
        raise wanted from None
    return Moment(words, day.lower() if day else None, moment)


def _read_local(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.strptime(str(value).replace("T", " "), "%Y-%m-%d %H:%M")  # noqa: DTZ007 - of a restaurant's zone
    except ValueError:
        raise expected("a time at the restaurant, like 2026-12-03 19:00") from None


def _read_date(value: object) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise expected("a date, like 2026-12-03") from None


def _read_text(value: object) -> str:
    if not isinstance(value, str):
        raise expected("text")
    return str(value)


def _read_texts(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def _read_pattern(value: object) -> re.Pattern[str]:
    if isinstance(value, re.Pattern):
        return value
    try:
        return re.compile(_read_text(value))
    except re.error as error:
        raise expected(f"a regular expression ({error})") from None


def _string(example: str, description: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "description": description, "examples": [example]})


def one_or(model: type[Any], key: str) -> BeforeValidator:
    """Accept a string in place of a mapping, as the value of that one key."""

    def read(value: object) -> object:
        return {key: value} if isinstance(value, str) else value

    return BeforeValidator(read, json_schema_input_type=Text | model)


# After a "before" validator that returns a str, pydantic's own validation of str runs and accepts it.
Text = Annotated[str, BeforeValidator(_read_text), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_read_texts, json_schema_input_type=Text | list[Text])]
_AnyPattern = Annotated[
    re.Pattern[str], BeforeValidator(_read_pattern), WithJsonSchema({"type": "string", "format": "regex"})
]
Patterns = Annotated[
    tuple[_AnyPattern, ...], BeforeValidator(_read_texts, json_schema_input_type=_AnyPattern | list[_AnyPattern])
]
Clock = Annotated[
    datetime,
    BeforeValidator(_read_clock),
    _string("2026-12-02T10:00:00-05:00", "A time with a UTC offset"),
]
Span = Annotated[timedelta, BeforeValidator(_read_span), _string("20 minutes", "A duration")]
When = Annotated[Moment, BeforeValidator(_read_moment), _string("next morning 09:00", "A future time")]
LocalTime = Annotated[
    datetime, BeforeValidator(_read_local), _string("2026-12-03 19:00", "A time in the restaurant's time zone")
]
Day = Annotated[date, BeforeValidator(_read_date), _string("2026-12-03", "A date")]
