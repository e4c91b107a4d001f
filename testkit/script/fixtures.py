"""What exists before a script begins: restaurants in a short form, reservations, full evenings."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any

from anyascii import anyascii
from pydantic import Field, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from booking_engine.restaurants.import_fields import WEEKDAYS
from booking_engine.restaurants.import_format import RestaurantLine
from testkit.script.fields import Day, LocalTime, Plain, Text
from testkit.script.part import Part

_HOURS = re.compile(r"(\d\d:\d\d) *- *(\d\d:\d\d)")
_CLOSES_AFTER = 90  # minutes after the last seating
_AS_IMPORTED = "as in the import format"


class Restaurant(Part):
    """A restaurant in short form: the import format with defaults for what scripts rarely need."""

    name: Text
    city: Text = "New York"
    slug: Text | None = Field(default=None, description="Default: made from name and city")
    timezone: Text = "America/New_York"
    hours: dict[str, Text] = Field(
        default={"dinner": "17:00-21:30"},
        description="First and last seating of each service period, the same every day",
    )
    tables: Annotated[list[Any], Field(min_length=1)] = Field(
        description="For each table its largest party, or a table as in the import format"
    )
    # The remaining fields are validated by the import format.
    phone: Text | None = "+12125550100"
    sms_number: Text | None = None
    address: dict[str, Any] = Field(default={}, description=_AS_IMPORTED)
    cuisines: list[Any] = Field(default=[], description=_AS_IMPORTED)
    price_level: Any = Field(default=None, description=_AS_IMPORTED)
    features: list[Any] = Field(default=[], description=_AS_IMPORTED)
    about: dict[str, Any] = Field(default={}, description=_AS_IMPORTED)
    service_periods: list[Any] = Field(default=[], description="As in the import format, instead of `hours`")
    closures: list[Any] = Field(default=[], description=_AS_IMPORTED)
    special_days: list[Any] = Field(default=[], description=_AS_IMPORTED)
    turn_times: list[Any] = Field(default=[{"max_party": 1000, "minutes": 90}], description=_AS_IMPORTED)
    combinations: list[Any] = Field(default=[], description=_AS_IMPORTED)
    policy: dict[str, Any] = Field(default={}, description=_AS_IMPORTED)

    def line(self) -> dict[str, Any]:
        """Return the restaurant in the import format.

        Raises:
            pydantic.ValidationError: the import would refuse it. Locations refer to the short form.
        """
        return _imported(self)


def _imported(short: Restaurant) -> dict[str, Any]:
    given = {name: _typed(getattr(short, name)) for name in Restaurant.model_fields}
    city, hours = given.pop("city"), given.pop("hours")
    home = {"city": city, "country": "US"} if short.timezone.startswith("America/") else {"city": city}
    line: dict[str, Any] = given | {
        "slug": short.slug or _slug(f"{short.name} {short.city}"),
        "name": short.name,
        "address": home | given["address"],
        "service_periods": given["service_periods"] or [_period(name, span) for name, span in hours.items()],
        "tables": [_table(place, table) for place, table in enumerate(given["tables"])],
    }
    RestaurantLine.model_validate(line)
    return line


def _period(name: str, span: str) -> dict[str, Any]:
    match = _HOURS.fullmatch(str(span))
    try:
        if match is None:
            raise ValueError(span)
        last = time.fromisoformat(match[2])
    except ValueError:
        wanted = PydanticCustomError("expected", "{what}", {"what": "first and last seating, like 17:00-21:30"})
        place = InitErrorDetails(type=wanted, loc=("hours", name), input=span)
        raise ValidationError.from_exception_data("Restaurant", [place]) from None
    closes = (last.hour * 60 + last.minute + _CLOSES_AFTER) % (24 * 60)
    hours = {"opens": match[1], "last_seating": match[2], "closes": f"{closes // 60:02d}:{closes % 60:02d}"}
    return {"name": name, "days": list(WEEKDAYS), **hours}


def _table(place: int, table: Any) -> Any:
    if isinstance(table, dict):
        return {"name": f"T{place + 1}", **table}
    return {"name": f"T{place + 1}", "max_party": table}


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", anyascii(name).lower().replace("'", "")).strip("-")


_NUMBER = re.compile(r"[-+]?\d+")
_DECIMAL = re.compile(r"[-+]?\d+\.\d*")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


def _typed(value: Any) -> Any:
    """Return the value with JSON types: an unquoted scalar may be a number, a boolean or null."""
    if isinstance(value, dict):
        return {str(key): _typed(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_typed(part) for part in value]
    if not isinstance(value, Plain):
        return value
    if value in _WORDS:
        return _WORDS[value]
    if _NUMBER.fullmatch(value):
        return int(value)
    return float(value) if _DECIMAL.fullmatch(value) else str(value)


class GivenReservation(Part):
    """A reservation made before the script begins, by default with the first diner's phone."""

    restaurant: Text = Field(description="Name or slug")
    starts_at: LocalTime
    party_size: Annotated[int, Field(ge=1)] = 2
    phone: Text | None = Field(default=None, description="The diner whose number it has; default: the first one")
    name: Text = "Ana Lima"
    notes: Text = ""


class Opening(Part):
    """An opening that stays available on a full evening."""

    starts_at: Text = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="A time of day, like 19:00")
    party_size: Annotated[int, Field(ge=1)]


class FullEvening(Part):
    """A service date on which all tables are booked."""

    restaurant: Text = Field(description="Name or slug")
    date: Day
    service_period: Text | None = None
    leave: tuple[Opening, ...] = Field(default=(), description="Openings that stay available")


class Given(Part):
    """What is booked beforehand, or by others in the meantime."""

    reservations: tuple[GivenReservation, ...] = ()
    full_evenings: tuple[FullEvening, ...] = ()
