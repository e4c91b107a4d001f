"""Everything the dialogue asks of the booking engine. Nothing else in this package calls it.

A decision is a generator: it yields an effect and gets its answer, or the engine's refusal as an exception. So it does no
input or output itself, and a test can play the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, TypeVar, dataclass_transform

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
_INSTANT = timedelta(microseconds=1)


@dataclass
class Origin:
    """Where an effect comes from: the engine, and the message by which its commands are told from others.

    `as_of`: set while a message is decided on that may have been acted on before: what the engine shows is what stood then.
    A command that was carried out before returns what it returned then, and moves this to just after itself. `may_text`:
    whether one more text about a booking may go to the diner; asked only if one is to go.
    """

    engine: BookingEngine
    sender: str
    message_id: str
    channel: str
    as_of: datetime | None = None
    may_text: Callable[[], bool] = lambda: True

    def ask(self, method: str, given: dict[str, Any]) -> Any:
        """Call a method of the engine."""
        engine = self.engine if self.as_of is None else self.engine.as_of(self.as_of)
        answer = getattr(engine, method)(**given)
        if self.as_of is not None and "command_id" in given and isinstance(answer, (Hold, Reservation)):
            done_at = self.engine.changed_since(answer, self.as_of)
            self.as_of = done_at + _INSTANT if done_at else self.as_of
        return answer


@dataclass_transform(frozen_default=True)
class Effect(Generic[T]):
    """Something to ask of the engine: `asks` is a method of it, the fields are its arguments. `yield from` it is the answer.

    None leaves an argument to the engine's default. Raises BookingError where the engine refuses.
    """

    asks: ClassVar[str]

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True)(cls)

    @property
    def verb(self) -> str | None:
        """What a message wants of the engine: the same message again wants nothing new. None where nothing is changed."""

    @property
    def texts(self) -> bool | None:
        """Whether the diner is to be texted about it; None where that is never a question."""

    def __call__(self, origin: Origin) -> T:
        given = {name: value for name, value in vars(self).items() if value is not None and name != "change"}
        if self.verb is not None:
            given |= {"command_id": f"{origin.sender}:{origin.message_id}:{self.verb}", "channel": origin.channel}
        if self.texts is not None:  # in a text thread the reply itself confirms
            given["notify"] = self.texts and origin.channel != "sms" and origin.may_text()
        answer: T = origin.ask(self.asks, given)
        return answer

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


class GetRestaurant(Effect[Restaurant]):
    """The restaurant with a slug. Raises RestaurantUnknown."""

    asks = "restaurant"
    slug: str


class FindRestaurants(Effect[list[Restaurant]]):
    """Restaurants by criteria, with `q` by a name like it."""

    asks = "find_restaurants"
    criteria: Criteria
    limit: int
    offset: int = 0
    q: str | None = None


class CountRestaurants(Effect[int]):
    """How many restaurants meet the criteria."""

    asks = "count_restaurants"
    criteria: Criteria


class ListCities(Effect[list[str]]):
    """Every city with a restaurant, by name."""

    asks = "cities"


class NameOf(Effect[str | None]):
    """The name last used for a booking from a phone (E.164)."""

    asks = "diner_name"
    phone: str


class FindOpenings(Effect[Search]):
    """The openings nearest to a time; `excluding` is the code of a booking whose own table counts as free."""

    asks = "find_openings"
    restaurant: Restaurant
    starts_at: datetime
    party_size: int
    excluding: str | None = None
    limit: int | None = None
    within: timedelta | None = None
    preferences: SeatingPreferences | None = None


class FindAlternatives(Effect[Alternatives]):
    """Other days at that time, and restaurants nearby."""

    asks = "find_alternatives"
    restaurant: Restaurant
    starts_at: datetime
    party_size: int
    limit: int


class PlaceHold(Effect[Hold]):
    """Hold a table. Raises NoTableAvailable."""

    asks = "place_hold"
    restaurant: Restaurant
    starts_at: datetime
    party_size: int
    diner_phone: str | None
    preferences: SeatingPreferences

    @property
    def verb(self) -> str:
        """One for each table."""
        return f"hold:{self.starts_at.isoformat()}:{self.party_size}"


class ExtendHold(Effect[Hold]):
    """Hold a table for longer. Raises HoldExtensionsUsed, HoldExpired."""

    asks, verb = "extend_hold", "extend"
    hold_id: str


class ReleaseHold(Effect[None]):
    """Give a held table back; a hold that is over is no error."""

    asks, verb = "release_hold", "release"
    hold_id: str


class ConfirmHold(Effect[Reservation]):
    """Turn a hold into a booking. Raises HoldExpired."""

    asks, verb, texts = "confirm_hold", "confirm", True
    hold_id: str
    name: str
    phone: str
    notes: str
    locale: str | None


class ChangeReservation(Effect[Reservation]):
    """Change a booking; None leaves a value as it is. `change` tells it from others of the same message.

    Raises NoTableAvailable, ChangeTooLate, ReservationOver, ReservationUnknown.
    """

    asks = "change_reservation"
    code: str
    change: str
    restaurant: Restaurant | None = None
    starts_at: datetime | None = None
    party_size: int | None = None
    notes: str | None = None
    name: str | None = None
    preferences: SeatingPreferences | None = None

    @property
    def verb(self) -> str:
        """One for each change."""
        return self.change

    @property
    def texts(self) -> bool:
        """A new name or note alone is none to be texted about."""
        return self.starts_at is not None


class CancelReservation(Effect[Reservation]):
    """Cancel a booking. Raises ReservationOver."""

    asks, texts = "cancel_reservation", True
    code: str

    @property
    def verb(self) -> str:
        """One for each booking."""
        return f"cancel:{self.code}"


class RestoreReservation(Effect[Reservation]):
    """Undo a cancellation. Raises UndoTooLate, NoTableAvailable, ReservationUnknown, ReservationOver."""

    asks, verb, texts = "restore_reservation", "restore", True
    code: str


class GetReservation(Effect[Reservation]):
    """The booking with a code. Raises ReservationUnknown."""

    asks = "reservation"
    code: str


class ReservationsOf(Effect[list[Reservation]]):
    """A phone's bookings, soonest first; `upcoming`: only those that stand and are not over."""

    asks = "reservations_of"
    phone: str
    upcoming: bool = True
