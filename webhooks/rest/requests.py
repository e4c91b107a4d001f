"""Request models of the REST API."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from booking_engine.text import clean_text
from booking_engine.values import BLANKS, LONGEST_NAME, LONGEST_NOTES
from webhooks.bodies import IDEMPOTENCY_KEY
from webhooks.rest.fields import (
    ClockTime,
    Day,
    IdempotencyKey,
    Moment,
    PartySize,
    PhoneNumber,
    Point,
    SearchWords,
)

_Name = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_NAME, pattern=rf"^[^\x00-\x1f\x7f-\x9f]*[^{BLANKS}][^\x00-\x1f\x7f-\x9f]*$"),
    AfterValidator(clean_text),
]
_Notes = Annotated[
    str,
    Field(
        max_length=LONGEST_NOTES,
        pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$",
        description="allergies, an occasion, …",
    ),
    AfterValidator(clean_text),
]
_OtherRestaurant = Annotated[
    SearchWords, Field(description="slug of the restaurant to move the table to; the reservation gets a new code there")
]


def _without_null_defaults(schema: dict[str, Any]) -> None:
    """Drop null defaults: a field may be left out, but it must not be null."""
    for field in schema.get("properties", {}).values():
        if field.get("default", ...) is None:
            del field["default"]


class RestaurantPath(BaseModel):
    """Path of a restaurant."""

    slug: str


class HoldPath(BaseModel):
    """Path of a hold."""

    hold_id: str


class ReservationPath(BaseModel):
    """Path of a reservation."""

    code: str = Field(description="the confirmation code; case, spaces and hyphens do not matter")


class WriteHeader(BaseModel):
    """Headers of a write."""

    model_config = ConfigDict(json_schema_extra=_without_null_defaults)

    idempotency_key: IdempotencyKey | SkipJsonSchema[None] = Field(default=None, alias=IDEMPOTENCY_KEY)


class RestaurantsQuery(BaseModel):
    """Search criteria for restaurants. Empty fields do not narrow the search."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_without_null_defaults)

    q: SearchWords = Field(
        default="", description="part of a name, possibly misspelled; best match first, ties by distance"
    )
    city: SearchWords = ""
    cuisine: SearchWords = ""
    near: Point = None
    cursor: str = Field(default="", max_length=2000, description="`next_cursor` of the previous page")


class AvailabilityQuery(BaseModel):
    """Date, time and party size to look for openings."""

    model_config = ConfigDict(extra="forbid")

    date: Day
    time: ClockTime
    party_size: PartySize


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class HoldBody(_Body):
    """The table to hold."""

    starts_at: Moment
    party_size: PartySize


class ConfirmBody(_Body):
    """The diner to make the reservation for."""

    name: _Name
    phone: PhoneNumber
    notes: _Notes = ""


class CodeBody(_Body):
    """The code that was texted to the phone."""

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$", description="the six digits of the text")]


def _change_schema(schema: dict[str, Any]) -> None:
    _without_null_defaults(schema)
    schema["minProperties"] = 1


class ChangeBody(_Body):
    """Changes to a reservation. Fields that are left out stay as they are."""

    model_config = ConfigDict(json_schema_extra=_change_schema)

    restaurant: _OtherRestaurant | SkipJsonSchema[None] = Field(default=None)
    starts_at: Moment | SkipJsonSchema[None] = Field(default=None)
    party_size: PartySize | SkipJsonSchema[None] = Field(default=None)
    notes: _Notes | SkipJsonSchema[None] = Field(default=None)

    @model_validator(mode="before")
    @classmethod
    def _says_something(cls, given: object) -> object:
        if isinstance(given, dict):
            if not given:
                raise ValueError("nothing to change")
            if empty := [name for name, value in given.items() if value is None]:
                raise ValueError(f"{empty[0]} is null; leave out what stays as it is")
        return given
