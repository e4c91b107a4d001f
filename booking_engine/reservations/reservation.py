"""Holds and reservations as callers see them, and the record behind them."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter
from pydantic_core import to_json

from booking_engine.availability.preferences import NO_PREFERENCES, SeatingPreferences
from booking_engine.confirmation_codes import CodeBook
from booking_engine.errors import ReservationUnknown
from booking_engine.restaurants.restaurant import Restaurant
from booking_engine.time_slots import quarter_of

_HOLD_ID = re.compile(r"([0-9a-f]{1,8})-([0-9a-f]{1,6})-([0-9a-f]{1,16})")


@dataclass(frozen=True)
class Hold:
    """A table held until `expires_at` (UTC). `starts_at` is in the restaurant's time zone."""

    id: str
    restaurant: Restaurant
    starts_at: datetime
    party_size: int
    expires_at: datetime
    areas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reservation:
    """A confirmed or cancelled reservation.

    `starts_at` and `ends_at` are in the restaurant's time zone, `created_at` in UTC.
    """

    code: str
    status: Literal["confirmed", "cancelled"]
    restaurant: Restaurant
    starts_at: datetime
    ends_at: datetime
    party_size: int
    diner_name: str
    diner_phone: str
    notes: str
    created_at: datetime
    tables: tuple[str, ...]
    areas: tuple[str, ...] = ()
    preferences: SeatingPreferences = NO_PREFERENCES


class Record(NamedTuple):
    """A row of the `reservation` table, with the columns in the order in which `records` reads them; times in UTC.

    A tuple, because creating and changing a frozen dataclass with this many fields would take a seventh of the
    instructions of a booking.
    """

    restaurant_id: int
    id: int
    status: Literal["held", "released", "confirmed", "cancelled"]
    starts_at: datetime
    ends_at: datetime
    party_size: int
    table_ids: tuple[int, ...]
    created_at: datetime
    expires_at: datetime | None = None
    code_number: int | None = None
    diner_name: str | None = None
    diner_phone: str | None = None
    notes: str = ""
    confirmed_at: datetime | None = None
    cancelled_at: datetime | None = None
    reminder_id: UUID | None = None
    area: str | None = None
    area_must: bool = False
    features: tuple[str, ...] = ()
    locale: str | None = None
    extensions: int = 0

    @property
    def preferences(self) -> SeatingPreferences:
        """The requested area and table features."""
        if self.area is None and not self.features:
            return NO_PREFERENCES
        return SeatingPreferences(self.area, self.area_must, frozenset(self.features))

    def with_preferences(self, preferences: SeatingPreferences) -> Record:
        """Return a copy with other preferences."""
        return self._replace(
            area=preferences.area, area_must=preferences.must, features=tuple(sorted(preferences.features))
        )

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Record:
        """Build from what `as_state` returned."""
        return _ADAPTER.validate_python(state)

    def as_state(self) -> str:
        """Return JSON for the history."""
        return to_json(self._asdict()).decode()

    @property
    def hold_id(self) -> str:
        """The id with which a caller confirms or releases the hold. It encodes what to read and lock, and is unguessable."""
        return self.hold_key.spell()

    @property
    def hold_key(self) -> HoldKey:
        """The parts of the hold's id."""
        return HoldKey(self.restaurant_id, quarter_of(self.starts_at), self.id)

    def as_hold(self, restaurant: Restaurant) -> Hold:
        """Convert to what callers see of a hold."""
        assert self.expires_at is not None
        return Hold(
            id=self.hold_id,
            restaurant=restaurant,
            starts_at=self.starts_at.astimezone(restaurant.zone),
            party_size=self.party_size,
            expires_at=self.expires_at.astimezone(UTC),
            areas=restaurant.areas_of(self.table_ids),
        )

    def as_reservation(self, restaurant: Restaurant, codes: CodeBook) -> Reservation:
        """Convert to what callers see of a reservation. Raises ReservationUnknown for a hold."""
        if self.status not in ("confirmed", "cancelled") or self.code_number is None:
            raise ReservationUnknown
        return Reservation(
            code=codes.spell(self.restaurant_id, self.code_number),
            status=self.status,
            restaurant=restaurant,
            starts_at=self.starts_at.astimezone(restaurant.zone),
            ends_at=self.ends_at.astimezone(restaurant.zone),
            party_size=self.party_size,
            diner_name=self.diner_name or "",
            diner_phone=self.diner_phone or "",
            notes=self.notes,
            created_at=self.created_at.astimezone(UTC),
            tables=tuple(restaurant.table_names[table_id] for table_id in self.table_ids),
            areas=restaurant.areas_of(self.table_ids),
            preferences=self.preferences,
        )


_ADAPTER = TypeAdapter(Record)


def new_reservation_id() -> int:
    """Return a random, unguessable id of 62 bits, which fits a bigint."""
    return secrets.randbits(62) | 1


class HoldKey(NamedTuple):
    """The parts of a hold id: the restaurant, the quarter hour of the start, the reservation."""

    restaurant_id: int
    quarter: int
    reservation_id: int

    def spell(self) -> str:
        """Return the hold id."""
        return "-".join(f"{part:x}" for part in self)


def read_hold_id(hold_id: str) -> HoldKey | None:
    """Parse a hold id; None if it is not one."""
    match = _HOLD_ID.fullmatch(hold_id)
    if match is None:
        return None
    key = HoldKey(*(int(part, 16) for part in match.groups()))
    return key if key.restaurant_id < 1 << 31 and key.reservation_id < 1 << 63 else None
