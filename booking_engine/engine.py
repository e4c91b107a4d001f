"""The booking engine's public interface."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from booking_engine.availability.openings import Alternatives, Search
from booking_engine.availability.preferences import NO_PREFERENCES, SeatingPreferences
from booking_engine.reservations.change import Change
from booking_engine.reservations.recent_holds import RecentHolds
from booking_engine.reservations.records import read_by_number
from booking_engine.reservations.reservation import Hold, Reservation
from booking_engine.restaurants.catalogue import Catalogue, PublishedNames
from booking_engine.restaurants.criteria import ANY_RESTAURANT, Criteria
from booking_engine.restaurants.import_lines import Progress
from booking_engine.restaurants.importing import ImportReport
from booking_engine.restaurants.restaurant import Restaurant
from booking_engine.storage.shared_cache import NoSharedCache, SharedCache
from booking_engine.storage.transactions import run_query

from . import queries
from .availability import alternatives
from .clock import Clock
from .context import OFFERS, WITHIN, EngineContext
from .errors import InvalidRequest
from .phones import canonical_phone
from .reservations import cancel as cancelling
from .reservations import change as changing
from .reservations import cleanup, erasure
from .reservations import confirm as confirming
from .reservations import hold as holding
from .reservations import move as moving
from .reservations.erasure import Erased
from .restaurants import importing
from .values import check_party_size, read_instant


class BookingEngine:
    """Restaurants, openings, holds and reservations on one PostgreSQL database. Safe to share between threads.

    Every command takes a `command_id`, any string that identifies the request. Repeating a command with the same id
    returns the first result and has no further effect; a refused command has no result and is decided again. `channel`
    (a word such as "sms") is recorded in the history. `notify` queues a text to the diner in the same transaction.
    Times are timezone-aware, in any zone. Every method may raise TryAgain; every error is a BookingError. Processes
    share the restaurants they have read through `cache`; without one, each process reads its own. `own_number`: the
    number of the service itself, which belongs to no restaurant.
    """

    def __init__(
        self, database: Engine, clock: Clock, cache: SharedCache | None = None, *, own_number: str | None = None
    ) -> None:
        self._database = database
        self._own_number = own_number and canonical_phone(own_number)
        self._context = EngineContext(database, clock, Catalogue(cache or NoSharedCache()), RecentHolds())

    @property
    def clock(self) -> Clock:
        """The clock on which commands are decided."""
        return self._context.clock

    def at(self, shift: timedelta) -> BookingEngine:
        """Return an engine on the same database whose clock is `shift` ahead of this one's."""
        if not shift:
            return self
        other = copy(self)
        other._context = replace(self._context, clock=self.clock.shifted(shift))
        return other

    def knowing(self, catalogue_version: int | None) -> BookingEngine:
        """Return an engine whose queries need not ask which version of the catalogue is the current one."""
        other = copy(self)
        other._context = replace(self._context, catalogue_version=catalogue_version)
        return other

    def as_of(self, moment: datetime) -> BookingEngine:
        """Return an engine that shows reservations as they stood just before `moment` (by this one's clock).

        Commands act on what there is now. For a caller that decides again on a message that it may have acted on already: its
        commands, with the same ids, then return what they returned the first time.
        """
        other = copy(self)
        other._context = replace(self._context, as_of=moment)
        return other

    def changed_since(self, seating: Hold | Reservation, moment: datetime) -> datetime | None:
        """Return when a command first acted on a hold or reservation at or after `moment`, in UTC; None if none has.

        Both times are by this engine's clock.
        """
        return queries.changed_since(self._context, seating, moment)

    def import_restaurants(self, lines: Iterable[str], progress: Progress | None = None) -> ImportReport:
        """Import JSON Lines, all or nothing. Raises ImportRejected with the line, field and reason of each problem.

        The report lists upcoming reservations that conflict with a changed restaurant; they are kept unchanged.
        `progress` is called after each line checked and each batch written.
        """
        return importing.import_restaurants(self._database, self.clock, lines, progress, own_number=self._own_number)

    def restaurant(self, slug: str) -> Restaurant:
        """Return the restaurant with this slug. Raises RestaurantUnknown."""
        return queries.restaurant(self._context, slug)

    def find_restaurants(
        self, criteria: Criteria = ANY_RESTAURANT, *, q: str | None = None, limit: int = 20, offset: int = 0
    ) -> list[Restaurant]:
        """Return the restaurants that match the criteria.

        With `q`, only those with a similar name (tolerating typos, partial names, accents and case), best match
        first; without it, sorted by name.
        """
        return queries.find_restaurants(self._context, criteria, q=q, limit=limit, offset=offset)

    def count_restaurants(self, criteria: Criteria) -> int:
        """Number of restaurants that match the criteria."""
        return queries.count_restaurants(self._context, criteria)

    def published_names(self) -> PublishedNames:
        """Return the names, cities, streets and cuisines of all restaurants, with the version of the catalogue they are from."""
        return queries.published_names(self._context)

    def cities(self) -> list[str]:
        """Return every city with a restaurant, sorted by name."""
        return queries.cities(self._context)

    def cuisines(self) -> list[str]:
        """Return every cuisine that a restaurant serves, sorted by name."""
        return queries.cuisines(self._context)

    def countries(self) -> set[str]:
        """Return every country with a restaurant, as the addresses have it: ISO codes such as US, by the format."""
        return queries.countries(self._context)

    def diner_name(self, phone: str) -> str | None:
        """Return the name last used for a booking from this phone (E.164)."""
        return queries.diner_name(self._context, phone)

    def find_openings(
        self,
        restaurant: Restaurant,
        *,
        starts_at: datetime,
        party_size: int,
        limit: int = OFFERS,
        within: timedelta = WITHIN,
        excluding: str | None = None,
        preferences: SeatingPreferences = NO_PREFERENCES,
    ) -> Search:
        """Search for the openings nearest to `starts_at`, at most `within` (up to two days) before or after it.

        `excluding`: code of a reservation to be changed; its own tables count as free. Raises PartySizeInvalid,
        TimeInvalid, ReservationUnknown. A wall time skipped by daylight saving time is no error: it is refused as closed.
        """
        wanted, imaginary = read_instant(starts_at)
        party = check_party_size(party_size)
        key = self._context.read_code(excluding) if excluding is not None else None

        def body(connection: Connection) -> Search:
            own = None
            if key:
                found = read_by_number(connection, *key, self.clock.offset)
                own = found.record.id if found else None
            current = self._context.restaurant(connection, restaurant.id)
            return self._context.search(
                connection, current, wanted=wanted, party_size=party, excluding=own,
                within=min(max(within, timedelta(0)), timedelta(days=2)), limit=max(0, limit), imaginary=imaginary,
                preferences=preferences,
            )  # fmt: skip

        return run_query(self._database, body)

    def find_alternatives(
        self,
        restaurant: Restaurant,
        *,
        starts_at: datetime,
        party_size: int,
        days: int = 7,
        limit: int = 3,
        radius_km: float = 5.0,
        preferences: SeatingPreferences = NO_PREFERENCES,
    ) -> Alternatives:
        """Find alternatives to `starts_at`: a similar time of day on other days, and nearby restaurants at that time.

        Returns at most `limit` of each. Days are up to `days` before or after, nearest first. Restaurants are within
        `radius_km` (in the same city if an address has no coordinates), those that share a cuisine first, then the
        closest, each with its opening nearest to the time, at most an hour from it. Raises PartySizeInvalid, TimeInvalid.
        """
        wanted, _ = read_instant(starts_at)
        party = check_party_size(party_size)
        return run_query(
            self._database,
            lambda connection: alternatives.find(
                self._context, connection, restaurant, wanted=wanted, party_size=party, days=max(0, min(days, 31)),
                limit=max(0, limit), radius_km=radius_km, preferences=preferences,
            ),
        )  # fmt: skip

    def place_hold(
        self,
        restaurant: Restaurant,
        *,
        starts_at: datetime,
        party_size: int,
        command_id: str,
        channel: str,
        diner_phone: str | None = None,
        preferences: SeatingPreferences = NO_PREFERENCES,
    ) -> Hold:
        """Hold the best table for the restaurant's `hold_minutes`.

        Raises NoTableAvailable with the nearest openings (OffGrid if the restaurant seats no one at that minute),
        TimeInvalid, PartySizeInvalid, RestaurantUnknown.
        """
        return holding.place_hold(
            self._context, restaurant, starts_at=starts_at, party_size=party_size, command_id=command_id, channel=channel,
            diner_phone=diner_phone, preferences=preferences,
        )  # fmt: skip

    def hold(self, hold_id: str) -> Hold | Reservation:
        """Return a hold, lapsed or not, or the reservation that it was turned into. Raises HoldExpired if there is none."""
        return queries.hold(self._context, hold_id)

    def extend_hold(self, hold_id: str, *, command_id: str, channel: str) -> Hold:
        """Hold the table for the restaurant's `hold_minutes` from now, at most `hold_extensions` times.

        An expired hold is held again too if a table is still free; that counts as an extension. Raises HoldExpired with
        the nearest openings (also for a hold that was released or confirmed), and HoldExtensionsUsed, which leaves the
        hold as it is.
        """
        return holding.extend_hold(self._context, hold_id, command_id=command_id, channel=channel)

    def release_hold(self, hold_id: str, *, command_id: str, channel: str) -> None:
        """Release a held table; an unknown or expired hold is no error."""
        holding.release_hold(self._context, hold_id, command_id=command_id, channel=channel)

    def confirm_hold(
        self,
        hold_id: str,
        *,
        name: str,
        phone: str,
        notes: str = "",
        locale: str | None = None,
        command_id: str,
        channel: str,
        notify: bool,
    ) -> Reservation:
        """Turn a hold into a reservation.

        If it starts in more than four hours, a reminder is scheduled for three hours before. An expired hold is
        confirmed too if a table is still free. Texts use the language of `locale` if it has a message catalog. Raises
        HoldExpired with the nearest openings, InvalidRequest.
        """
        return confirming.confirm_hold(
            self._context, hold_id, name=name, phone=phone, notes=notes, locale=locale, command_id=command_id,
            channel=channel, notify=notify,
        )  # fmt: skip

    def change_reservation(
        self,
        code: str,
        *,
        restaurant: Restaurant | None = None,
        starts_at: datetime | None = None,
        party_size: int | None = None,
        notes: str | None = None,
        preferences: SeatingPreferences | None = None,
        name: str | None = None,
        command_id: str,
        channel: str,
        notify: bool,
    ) -> Reservation:
        """Change a reservation. None leaves a value unchanged; the old table is released only once the new one is taken.

        Moving to another `restaurant` gives the reservation a new code and cancels the old code for good; without
        `starts_at`, the wall time stays the same. Raises NoTableAvailable with the nearest openings at the requested
        restaurant (the reservation is then unchanged), ReservationUnknown, ReservationOver, ChangeTooLate,
        RestaurantUnknown, InvalidRequest.
        """
        change = Change.checked(
            starts_at=starts_at, party_size=party_size, notes=notes, preferences=preferences, name=name
        )
        if restaurant is None and not any(value is not None for value in change):
            raise InvalidRequest("nothing to change")
        if restaurant is None or restaurant.id == self._context.read_code(code)[0]:
            return changing.change_reservation(
                self._context, code, change, command_id=command_id, channel=channel, notify=notify
            )
        return moving.move_reservation(
            self._context, code, restaurant, change, command_id=command_id, channel=channel, notify=notify
        )

    def cancel_reservation(self, code: str, *, command_id: str, channel: str, notify: bool) -> Reservation:
        """Cancel a reservation; cancelling again returns the same result. Raises ReservationUnknown, ReservationOver."""
        return cancelling.cancel_reservation(self._context, code, command_id=command_id, channel=channel, notify=notify)

    def restore_reservation(self, code: str, *, command_id: str, channel: str, notify: bool) -> Reservation:
        """Undo a cancellation within two minutes.

        Raises UndoTooLate, NoTableAvailable, ReservationUnknown, and ReservationOver if it was moved to another
        restaurant.
        """
        return cancelling.restore_reservation(
            self._context, code, command_id=command_id, channel=channel, notify=notify
        )

    def reservation(self, code: str) -> Reservation:
        """Return a confirmed or cancelled reservation. Raises ReservationUnknown."""
        return queries.reservation(self._context, code)

    def reservations_of(self, phone: str, *, upcoming: bool = True) -> list[Reservation]:
        """Return a diner's reservations, soonest first; `upcoming`: only confirmed ones that are not over."""
        return queries.reservations_of(self._context, phone, upcoming=upcoming)

    def delete_stale_holds(self, *, keep: timedelta = timedelta(days=1)) -> int:
        """Delete up to 1,000 holds that expired longer ago than `keep`. Returns the number deleted."""
        return cleanup.delete_stale_holds(self._context, keep=keep)

    def delete_hold_history(self, *, keep: timedelta) -> int:
        """Delete up to 1,000 entries, older than `keep`, of the history of deleted holds. Returns the number deleted.

        A command of theirs that is repeated later than that is decided again.
        """
        return cleanup.delete_hold_history(self._context, keep=keep)

    def delete_finished_texts(self, *, keep: timedelta) -> int:
        """Delete up to 1,000 texts that were sent, given up or voided longer ago than `keep`. Returns the number deleted."""
        return cleanup.delete_finished_texts(self._context, keep=keep)

    def erase_past_diners(self, *, keep: timedelta) -> int:
        """Take name, phone and notes out of up to 1,000 bookings that ended longer ago than `keep`. Returns the number."""
        return erasure.erase_past_diners(self._context, keep=keep)

    def erase_diner(self, phone: str) -> Erased:
        """Take name, phone and notes out of everything that this phone has booked, and delete the texts to it.

        The bookings stay without a person. Raises InvalidRequest, and StillBooked while the diner is expected somewhere.
        """
        return erasure.erase_diner(self._context, phone)
