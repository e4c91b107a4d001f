"""Everything the dialogue asks of the booking engine. Nothing else in this package calls it.

A decision is a generator: it yields an effect and gets its answer, or the engine's refusal as an exception. So it does no
input or output itself, and a test can play the engine.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from booking_engine import (
    Alternatives,
    BookingEngine,
    BookingError,
    Criteria,
    Hold,
    Reservation,
    Restaurant,
    Search,
    SeatingPreferences,
)

T = TypeVar("T")
_NO_PREFERENCES = SeatingPreferences()


@dataclass(frozen=True)
class Origin:
    """Where an effect comes from: the engine, and the message by which its commands are told from others."""

    engine: BookingEngine
    text: str
    sender: str
    message_id: str
    channel: str
    names: dict[str, list[tuple[Restaurant, float]]] = field(default_factory=dict)
    """matches that were looked up in this turn already"""

    def command(self, verb: str) -> dict[str, Any]:
        """Name what this message wants of the engine: the same message again wants nothing new."""
        return {"command_id": f"{self.sender}:{self.message_id}:{verb}", "channel": self.channel}

    @property
    def notifies(self) -> bool:
        """Whether the diner is to be texted: in a text thread the reply itself confirms."""
        return self.channel != "sms"


class Effect(ABC, Generic[T]):
    """Something to ask of the engine; `yield from` it gives the answer."""

    @abstractmethod
    def __call__(self, origin: Origin) -> T:
        """Ask it. Raises BookingError where the engine refuses."""

    def __iter__(self) -> Steps[T]:
        answer: T = yield self
        return answer


Steps = Generator[Effect[Any], Any, T]
"""A decision under way: yields effects, gets their answers, returns a T."""


def settle(result: Any) -> Steps[Any]:
    """Return what a step comes to, whether it needs the engine or not."""
    return (yield from result) if isinstance(result, Generator) else result


def carry_out(steps: Steps[T], origin: Origin) -> T:
    """Run a decision against the engine and return what it comes to."""
    try:
        effect = next(steps)
        while True:
            try:
                answer = effect(origin)
            except BookingError as refusal:
                effect = steps.throw(refusal)
            else:
                effect = steps.send(answer)
    except StopIteration as end:
        result: T = end.value
        return result


@dataclass(frozen=True)
class GetRestaurant(Effect[Restaurant]):
    """The restaurant with a slug. Raises RestaurantUnknown."""

    slug: str

    def __call__(self, origin: Origin) -> Restaurant:
        return origin.engine.restaurant(self.slug)


@dataclass(frozen=True)
class MatchNames(Effect[list[tuple[Restaurant, float]]]):
    """The restaurants that the message names, or a `piece` of it or a name alone; with points from 0 to 100, best first."""

    piece: str | None = None

    def __call__(self, origin: Origin) -> list[tuple[Restaurant, float]]:
        text = origin.text if self.piece is None else self.piece
        if text not in origin.names:
            origin.names[text] = origin.engine.match_restaurant_name(text)
        return origin.names[text]


@dataclass(frozen=True)
class FindRestaurants(Effect[list[Restaurant]]):
    """Restaurants by criteria, with `q` by a name like it."""

    criteria: Criteria
    limit: int
    offset: int = 0
    q: str | None = None

    def __call__(self, origin: Origin) -> list[Restaurant]:
        return origin.engine.find_restaurants(self.criteria, q=self.q, limit=self.limit, offset=self.offset)


@dataclass(frozen=True)
class CountRestaurants(Effect[int]):
    """How many restaurants meet the criteria."""

    criteria: Criteria

    def __call__(self, origin: Origin) -> int:
        return origin.engine.count_restaurants(self.criteria)


@dataclass(frozen=True)
class ListCities(Effect[list[str]]):
    """Every city with a restaurant, by name."""

    def __call__(self, origin: Origin) -> list[str]:
        return origin.engine.cities()


@dataclass(frozen=True)
class NameOf(Effect[str | None]):
    """The name last used for a booking from a phone (E.164)."""

    phone: str

    def __call__(self, origin: Origin) -> str | None:
        return origin.engine.diner_name(self.phone)


@dataclass(frozen=True)
class FindOpenings(Effect[Search]):
    """The openings nearest to a time; `excluding` is the code of a booking whose own table counts as free.

    What is None is left to the engine's defaults.
    """

    restaurant: Restaurant
    starts_at: datetime
    party_size: int
    excluding: str | None = None
    limit: int | None = None
    within: timedelta | None = None
    preferences: SeatingPreferences = _NO_PREFERENCES

    def __call__(self, origin: Origin) -> Search:
        given = {name: value for name, value in vars(self).items() if value is not None}
        return origin.engine.find_openings(**given)


@dataclass(frozen=True)
class FindAlternatives(Effect[Alternatives]):
    """Other days at that time, and restaurants nearby."""

    restaurant: Restaurant
    starts_at: datetime
    party_size: int
    limit: int

    def __call__(self, origin: Origin) -> Alternatives:
        return origin.engine.find_alternatives(**vars(self))


@dataclass(frozen=True)
class PlaceHold(Effect[Hold]):
    """Hold a table. Raises NoTableAvailable."""

    restaurant: Restaurant
    starts_at: datetime
    party_size: int
    phone: str | None
    preferences: SeatingPreferences

    def __call__(self, origin: Origin) -> Hold:
        verb = f"hold:{self.starts_at.isoformat()}:{self.party_size}"
        return origin.engine.place_hold(
            self.restaurant, starts_at=self.starts_at, party_size=self.party_size, diner_phone=self.phone,
            preferences=self.preferences, **origin.command(verb),
        )  # fmt: skip


@dataclass(frozen=True)
class ExtendHold(Effect[Hold]):
    """Hold a table for longer. Raises HoldExtensionsUsed, HoldExpired."""

    hold: str

    def __call__(self, origin: Origin) -> Hold:
        return origin.engine.extend_hold(self.hold, **origin.command("extend"))


@dataclass(frozen=True)
class ReleaseHold(Effect[None]):
    """Give a held table back. A hold that is over is no error."""

    hold: str

    def __call__(self, origin: Origin) -> None:
        origin.engine.release_hold(self.hold, **origin.command("release"))


@dataclass(frozen=True)
class ConfirmHold(Effect[Reservation]):
    """Turn a hold into a booking. Raises HoldExpired."""

    hold: str
    name: str
    phone: str
    notes: str
    locale: str | None

    def __call__(self, origin: Origin) -> Reservation:
        return origin.engine.confirm_hold(
            self.hold, name=self.name, phone=self.phone, notes=self.notes, locale=self.locale,
            notify=origin.notifies, **origin.command("confirm"),
        )  # fmt: skip


@dataclass(frozen=True)
class ChangeReservation(Effect[Reservation]):
    """Change a booking; None leaves a value as it is. `verb` tells this change from others of the same message.

    Raises NoTableAvailable, ChangeTooLate, ReservationOver, ReservationUnknown. A new name or note sends no text.
    """

    code: str
    verb: str
    restaurant: Restaurant | None = None
    starts_at: datetime | None = None
    party_size: int | None = None
    notes: str | None = None
    name: str | None = None
    preferences: SeatingPreferences | None = None

    def __call__(self, origin: Origin) -> Reservation:
        moves = self.starts_at is not None
        return origin.engine.change_reservation(
            self.code, restaurant=self.restaurant, starts_at=self.starts_at, party_size=self.party_size,
            notes=self.notes, name=self.name, preferences=self.preferences, notify=moves and origin.notifies,
            **origin.command(self.verb),
        )  # fmt: skip


@dataclass(frozen=True)
class CancelReservation(Effect[Reservation]):
    """Cancel a booking. Raises ReservationOver."""

    code: str

    def __call__(self, origin: Origin) -> Reservation:
        return origin.engine.cancel_reservation(self.code, notify=origin.notifies, **origin.command("cancel"))


@dataclass(frozen=True)
class RestoreReservation(Effect[Reservation]):
    """Undo a cancellation. Raises UndoTooLate, NoTableAvailable, ReservationUnknown, ReservationOver."""

    code: str

    def __call__(self, origin: Origin) -> Reservation:
        return origin.engine.restore_reservation(self.code, notify=origin.notifies, **origin.command("restore"))


@dataclass(frozen=True)
class GetReservation(Effect[Reservation]):
    """The booking with a code. Raises ReservationUnknown."""

    code: str

    def __call__(self, origin: Origin) -> Reservation:
        return origin.engine.reservation(self.code)


@dataclass(frozen=True)
class ReservationsOf(Effect[list[Reservation]]):
    """A phone's bookings, soonest first; `upcoming`: only those that stand and are not over."""

    phone: str
    upcoming: bool = True

    def __call__(self, origin: Origin) -> list[Reservation]:
        return origin.engine.reservations_of(self.phone, upcoming=self.upcoming)
