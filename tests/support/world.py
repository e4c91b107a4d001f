"""A small world that answers a decision's effects from plain data: no Rasa, no PostgreSQL, no clock of its own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from booking_engine import (
    Alternatives,
    BookingError,
    Hold,
    HoldExpired,
    HoldExtensionsUsed,
    NoTableAvailable,
    Opening,
    Refusal,
    Reservation,
    ReservationOver,
    ReservationUnknown,
    Restaurant,
    Search,
    SeatingPreferences,
    UndoTooLate,
)
from booking_engine.restaurants.import_format import RestaurantLine
from dialogue import effects

T = TypeVar("T")
PHONE = "+12125550142"
_EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_REFUSALS: Mapping[str, Callable[[Reservation], BookingError]] = {
    "too_late_to_undo": UndoTooLate,
    "over": ReservationOver,
}


def restaurant(number: int, slug: str, name: str, **fields: Any) -> Restaurant:
    """Make a restaurant in New York that serves dinner every day from 17:00, last seating 21:30, for up to 6."""
    line = {
        "slug": slug,
        "name": name,
        "phone": "+12125550131",
        "address": {"city": "New York", "region": "NY", "country": "US", "lat": 40.7, "lon": -74.0},
        "timezone": "America/New_York",
        "service_periods": [
            {"name": "dinner", "days": _EVERY_DAY, "opens": "17:00", "last_seating": "21:30", "closes": "23:30"}
        ],
        "tables": [{"name": f"T{size}", "max_party": size, "area": "main"} for size in (2, 4)]
        + [{"name": "P6", "max_party": 6, "area": "patio"}],
        **fields,
    }
    tables = {table["name"]: place for place, table in enumerate(line["tables"], start=1)}
    return Restaurant.from_line(number, RestaurantLine.model_validate(line), tables, 1)


RESTAURANTS = (
    restaurant(1, "bramblehook", "Bramblehook", cuisines=["American"], features=["outdoor_seating"]),
    restaurant(2, "old-siam", "Old Siam", cuisines=["Thai"], about={"parking": "Garage next door."}),
)


@dataclass
class World:
    """What there is: bookings, which times are taken, and what refuses; and every effect that was asked for."""

    now: datetime
    bookings: list[Reservation] = field(default_factory=list)
    taken: Sequence[str] = ()
    """wall times like "20:00" at which no table is free"""
    hold_is_gone: bool = False
    refuses: str | None = None
    known_name: str | None = None
    asked: list[effects.Effect[Any]] = field(default_factory=list)

    def run(self, steps: Generator[effects.Effect[Any], Any, T]) -> T:
        """Run a decision and return what it comes to."""
        answer: Any = None
        refusal: BookingError | None = None
        while True:
            try:
                effect = steps.send(answer) if refusal is None else steps.throw(refusal)
            except StopIteration as end:
                result: T = end.value
                return result
            self.asked.append(effect)
            answer = refusal = None
            try:
                answer = getattr(self, f"_{type(effect).__name__}")(effect)
            except BookingError as error:
                refusal = error

    # --- the catalogue ---

    def _GetRestaurant(self, effect: effects.GetRestaurant) -> Restaurant:
        return next(each for each in RESTAURANTS if each.slug == effect.slug)

    def _FindRestaurants(self, effect: effects.FindRestaurants) -> list[Restaurant]:
        found = [each for each in RESTAURANTS if self._meets(each, effect.criteria)]
        return found[effect.offset : effect.offset + effect.limit]

    def _CountRestaurants(self, effect: effects.CountRestaurants) -> int:
        return sum(self._meets(each, effect.criteria) for each in RESTAURANTS)

    @staticmethod
    def _meets(each: Restaurant, criteria: Any) -> bool:
        return (
            criteria.city in (None, each.city)
            and (criteria.cuisine is None or criteria.cuisine in each.cuisines)
            and each.slug not in criteria.excluding
        )

    def _ListCities(self, effect: effects.ListCities) -> list[str]:
        return sorted({each.city for each in RESTAURANTS})

    # --- tables ---

    def _search(self, place: Restaurant, starts_at: datetime, party_size: int) -> Search:
        here = starts_at.astimezone(place.zone)
        day = place.schedule.service_date_of(here)
        times = [
            datetime.combine(day, datetime.min.time(), place.zone) + timedelta(minutes=minutes)
            for minutes in range(17 * 60, 21 * 60 + 31, 30)
        ]
        free = [time for time in times if f"{time:%H:%M}" not in self.taken and time > self.now]
        if party_size > place.largest_party:
            return Search(here, None, (), Refusal.PARTY_TOO_LARGE)
        openings = tuple(
            Opening(place, time, party_size, ("main",)) for time in sorted(free, key=lambda time: abs(time - here))
        )
        exact = next((opening for opening in openings if opening.starts_at == here), None)
        if exact is not None:
            return Search(here, exact, openings[:4], None)
        is_open = place.schedule.service_at(here.astimezone(UTC)) is not None
        refusal = Refusal.PAST if here <= self.now else Refusal.NO_TABLE if is_open else Refusal.CLOSED
        return Search(here, None, openings[:3], refusal)

    def _FindOpenings(self, effect: effects.FindOpenings) -> Search:
        return self._search(effect.restaurant, effect.starts_at, effect.party_size)

    def _FindAlternatives(self, effect: effects.FindAlternatives) -> Alternatives:
        return Alternatives((), ())

    def _PlaceHold(self, effect: effects.PlaceHold) -> Hold:
        found = self._search(effect.restaurant, effect.starts_at, effect.party_size)
        if found.exact is None:
            raise NoTableAvailable(found)
        expires_at = self.now + timedelta(minutes=effect.restaurant.policy.hold_minutes)
        return Hold("1-1-1", effect.restaurant, found.exact.starts_at, effect.party_size, expires_at, ("main",))

    def _ExtendHold(self, effect: effects.ExtendHold) -> Hold:
        place = RESTAURANTS[0]
        start = datetime(2026, 12, 4, 19, tzinfo=place.zone)
        hold = Hold(effect.hold_id, place, start, 2, self.now + timedelta(minutes=place.policy.hold_minutes), ("main",))
        if self.refuses == "extensions_used":
            raise HoldExtensionsUsed(hold)
        return hold

    def _ReleaseHold(self, effect: effects.ReleaseHold) -> None:
        return None

    # --- bookings ---

    def _NameOf(self, effect: effects.NameOf) -> str | None:
        return self.known_name

    def _ConfirmHold(self, effect: effects.ConfirmHold) -> Reservation:
        if self.hold_is_gone:
            raise HoldExpired
        booking = booking_at(RESTAURANTS[0], "2026-12-04 19:00", 2, name=effect.name, notes=effect.notes)
        return replace(booking, code="NEW1234", diner_phone=effect.phone)

    def _GetReservation(self, effect: effects.GetReservation) -> Reservation:
        found = next((each for each in self.bookings if each.code == effect.code), None)
        if found is None:
            raise ReservationUnknown(effect.code)
        return found

    def _ReservationsOf(self, effect: effects.ReservationsOf) -> list[Reservation]:
        kept = [each for each in self.bookings if each.diner_phone == effect.phone]
        return [each for each in kept if each.status == "confirmed"] if effect.upcoming else kept

    def _written(self, code: str, **values: Any) -> Reservation:
        found = self._GetReservation(effects.GetReservation(code))
        if self.refuses == "table_gone":
            raise NoTableAvailable(self._search(found.restaurant, found.starts_at, found.party_size))
        if self.refuses:
            raise _REFUSALS[self.refuses](found)
        changed = replace(found, **values)
        self.bookings = [changed if each.code == code else each for each in self.bookings]
        return changed

    def _ChangeReservation(self, effect: effects.ChangeReservation) -> Reservation:
        told = {
            "restaurant": effect.restaurant,
            "starts_at": effect.starts_at,
            "party_size": effect.party_size,
            "notes": effect.notes,
            "diner_name": effect.name,
            "preferences": effect.preferences,
        }
        return self._written(effect.code, **{name: value for name, value in told.items() if value is not None})

    def _CancelReservation(self, effect: effects.CancelReservation) -> Reservation:
        return self._written(effect.code, status="cancelled")

    def _RestoreReservation(self, effect: effects.RestoreReservation) -> Reservation:
        return self._written(effect.code, status="confirmed")


def booking_at(
    place: Restaurant, wall_time: str, party_size: int, *, code: str = "AAA1111", name: str = "Ann Lee", notes: str = ""
) -> Reservation:
    """Make a booking of the diner's, at a wall time of the restaurant like "2026-12-04 19:00"."""
    starts_at = datetime.fromisoformat(wall_time).replace(tzinfo=place.zone)
    return Reservation(
        code=code,
        status="confirmed",
        restaurant=place,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=90),
        party_size=party_size,
        diner_name=name,
        diner_phone=PHONE,
        notes=notes,
        created_at=datetime(2026, 11, 30, tzinfo=UTC),
        tables=("T2",),
        areas=("main",),
        preferences=SeatingPreferences(),
    )
