"""The engine against a simple model: any commands in any order, the same results, and invariants after each step.

Imports in between change the restaurant: its tables, their sizes, the pacing limit, a closure on the day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine

from booking_engine import (
    BookingEngine,
    HoldExpired,
    HoldExtensionsUsed,
    NoTableAvailable,
    ReservationOver,
    Search,
    UndoTooLate,
    create_database,
)

from .evening_model import EXTENSIONS, EveningModel, ModelRestaurant
from .helpers import as_lines, clock_at, doubles, evening, new_id
from .seatings import Row, live_seatings, tables_held

NOW = "2026-12-05T16:00+00:00"
STARTS = st.builds(lambda quarter: timedelta(minutes=15 * quarter), st.integers(0, 18))
PARTIES = st.integers(1, 4)
RESTAURANTS = st.builds(
    ModelRestaurant,
    sizes=st.dictionaries(st.sampled_from(("T1", "T2", "T3", "T4")), PARTIES, min_size=1).map(
        lambda sizes: tuple(sorted(sizes.items()))
    ),
    joined=st.booleans(),
    pacing=st.sampled_from((None, 3, 6, 8)),
    closed=st.sampled_from((False, False, False, True)),
    slot=st.sampled_from((15, 15, 30)),
    turns=st.sampled_from(((90, 105), (60, 90), (120, 120))),
)
_SLUGS = count()


class Evening(RuleBasedStateMachine):
    """Random commands on one restaurant and one evening."""

    database: Engine

    holds: Bundle[str] = Bundle("holds")
    codes: Bundle[str] = Bundle("codes")

    def __init__(self) -> None:
        super().__init__()
        self.engine = BookingEngine(self.database, clock_at(NOW))
        self.office = BookingEngine(self.database, self.engine.clock)
        self.slug = f"evening-{next(_SLUGS)}"
        self.office.import_restaurants(as_lines(ModelRestaurant().line(self.slug)))
        self.place = self.engine.restaurant(self.slug)
        self.model = EveningModel(evening(self.place, 17).astimezone(UTC))
        self.code_of: dict[str, str] = {}
        self.extended: Counter[str] = Counter()
        self.cancelled_at: dict[str, datetime] = {}
        self.last: tuple[Callable[[], Any], Any] | None = None

    @property
    def now(self) -> datetime:
        """The engine's current time."""
        return self.engine.clock.now()

    def possible(self, starts_at: datetime, party_size: int, *, excluding: str | None = None) -> bool:
        """Whether the model has a free place."""
        return bool(self.model.free_places(starts_at, party_size, self.now, excluding=excluding))

    def once_and_again(self, do: Callable[[], Any]) -> Any:
        """Run a command and store it to be repeated later, which must change nothing."""
        result = do()
        self.last = (do, result)
        return result

    def search(self, wanted: datetime, party_size: int, *, excluding: str | None = None) -> Search:
        """Search the whole evening and check that the openings are exactly those of the model."""
        found = self.engine.find_openings(
            self.place,
            starts_at=wanted,
            party_size=party_size,
            within=timedelta(hours=5),
            limit=40,
            excluding=excluding,
        )
        offered = sorted(opening.starts_at.astimezone(UTC) for opening in found.openings)
        assert offered == self.model.openings(party_size, self.now, excluding=excluding)
        assert (found.exact is not None) == (wanted in offered)
        return found

    @rule(target=holds, start=STARTS, party_size=PARTIES)
    def hold(self, start: timedelta, party_size: int) -> Any:
        """Place a hold: it succeeds if and only if the model has a free place."""
        starts_at, command_id = self.model.opens + start, new_id()
        possible = self.possible(starts_at, party_size)
        try:
            hold = self.once_and_again(
                lambda: self.engine.place_hold(
                    self.place, starts_at=starts_at, party_size=party_size, command_id=command_id, channel="api"
                )
            )
        except NoTableAvailable as refused:
            assert not possible
            for opening in refused.search.openings:
                assert self.possible(opening.starts_at.astimezone(UTC), party_size)
            return multiple()
        assert possible
        held = tables_held(self.database, self.office.restaurant(self.slug), hold.id)
        self.model.seat(
            hold.id, self.now, starts_at=starts_at, party_size=party_size, tables=held, expires_at=hold.expires_at
        )
        return hold.id

    @rule(target=holds, start=STARTS, party_size=PARTIES, pick=st.integers(0, 40))
    def hold_what_a_search_offers(self, start: timedelta, party_size: int, pick: int) -> Any:
        """Hold an offered opening, which must succeed."""
        openings = self.search(self.model.opens + start, party_size).openings
        if not openings:
            return multiple()
        chosen = openings[pick % len(openings)].starts_at.astimezone(UTC)
        held = self.hold(chosen - self.model.opens, party_size)
        assert isinstance(held, str)
        return held

    @rule(code=codes, start=STARTS, party_size=PARTIES)
    def search_for_a_change(self, code: str, start: timedelta, party_size: int) -> None:
        """Search with a reservation's own tables counted as free."""
        self.search(self.model.opens + start, party_size, excluding=code)

    @rule(target=codes, hold=holds)
    def confirm(self, hold: str) -> Any:
        """Confirm a hold, perhaps expired, released or already confirmed."""
        seated, command_id = self.model.seated[hold], new_id()
        confirmed_before = self.code_of.get(hold)
        alive = seated.alive(self.now)
        if confirmed_before:
            expected = self.model.seated[confirmed_before].state == "confirmed"
        else:
            free = alive or self.possible(seated.starts_at, seated.party_size, excluding=hold)
            expected = seated.state == "held" and free
        try:
            made = self.once_and_again(
                lambda: self.engine.confirm_hold(
                    hold, name="Ada", phone="+14155550123", command_id=command_id, channel="api", notify=True
                )
            )
        except HoldExpired:
            assert not expected
            return multiple()
        assert expected
        if confirmed_before:
            assert made.code == confirmed_before
            return multiple()
        if alive:
            assert made.tables == seated.tables, "what was held stands, whatever an import has made of the restaurant"
            self.model.seated[made.code] = seated
        else:
            self.seat_reservation(made.code, made.tables, seated.starts_at, seated.party_size, excluding=hold)
        self.model.set_state(made.code, "confirmed")
        self.model.set_state(hold, "gone")
        self.code_of[hold] = made.code
        return made.code

    @rule(hold=holds)
    def extend(self, hold: str) -> None:
        """Extend a hold, perhaps one that expired, was extended before, or is none any more."""
        seated, command_id = self.model.seated[hold], new_id()
        alive, used = seated.alive(self.now), self.extended[hold] >= EXTENSIONS
        free = alive or self.possible(seated.starts_at, seated.party_size, excluding=hold)
        try:
            held = self.once_and_again(lambda: self.engine.extend_hold(hold, command_id=command_id, channel="api"))
        except HoldExpired:
            assert seated.state != "held" or not (free or used)
            return
        except HoldExtensionsUsed:
            assert seated.state == "held"
            assert used
            return
        assert seated.state == "held"
        assert free
        assert not used
        self.extended[hold] += 1
        names = tables_held(self.database, self.office.restaurant(self.slug), hold)
        assert not alive or names == seated.tables, "what is held stands, whatever an import has made of the restaurant"
        if alive:
            self.model.seated[hold] = replace(seated, expires_at=held.expires_at)
        else:
            self.model.seat(
                hold, self.now, excluding=hold, starts_at=seated.starts_at, party_size=seated.party_size, tables=names,
                expires_at=held.expires_at,
            )  # fmt: skip

    @rule(hold=holds)
    def release(self, hold: str) -> None:
        """Release a hold."""
        self.engine.release_hold(hold, command_id=new_id(), channel="api")
        if self.model.seated[hold].state == "held":
            self.model.set_state(hold, "released")

    @rule(code=codes, start=STARTS, party_size=PARTIES)
    def change(self, code: str, start: timedelta, party_size: int) -> None:
        """Change the time and party size of a reservation."""
        seated, starts_at, command_id = self.model.seated[code], self.model.opens + start, new_id()
        moved = (starts_at, party_size) != (seated.starts_at, seated.party_size)
        try:
            made = self.once_and_again(
                lambda: self.engine.change_reservation(
                    code, starts_at=starts_at, party_size=party_size, command_id=command_id, channel="api", notify=True
                )
            )
        except ReservationOver:
            assert seated.state != "confirmed"
        except NoTableAvailable:
            assert seated.state == "confirmed"
            assert moved
            assert not self.possible(starts_at, party_size, excluding=code)
        else:
            assert seated.state == "confirmed"
            if moved:
                self.seat_reservation(code, made.tables, starts_at, party_size, excluding=code)
            else:
                assert made.tables == seated.tables

    @rule(code=codes)
    def cancel(self, code: str) -> None:
        """Cancel a reservation, perhaps again."""
        command_id = new_id()
        made = self.once_and_again(
            lambda: self.engine.cancel_reservation(code, command_id=command_id, channel="api", notify=True)
        )
        assert made.status == "cancelled"
        if self.model.seated[code].state == "confirmed":
            self.model.set_state(code, "cancelled")
            self.cancelled_at[code] = self.now

    @rule(code=codes)
    def restore(self, code: str) -> None:
        """Undo a cancellation, perhaps too late."""
        seated, command_id = self.model.seated[code], new_id()
        try:
            made = self.once_and_again(
                lambda: self.engine.restore_reservation(code, command_id=command_id, channel="api", notify=False)
            )
        except UndoTooLate:
            assert self.now > self.cancelled_at[code] + timedelta(minutes=2)
        except NoTableAvailable:
            assert seated.state == "cancelled"
            assert not self.possible(seated.starts_at, seated.party_size, excluding=code)
        else:
            if seated.state == "cancelled":
                self.seat_reservation(code, made.tables, seated.starts_at, seated.party_size, excluding=code)
            else:
                assert made.tables == seated.tables

    @precondition(lambda self: self.last is not None)
    @rule()
    def repeat_the_last_command(self) -> None:
        """Repeat the last command: it returns the same result."""
        assert self.last is not None
        do, result = self.last
        again = do()
        # The result contains the current restaurant, which an import may have changed since.
        assert vars(again) | {"restaurant": None, "areas": None} == vars(result) | {"restaurant": None, "areas": None}

    @rule(minutes=st.sampled_from((1, 3, 6)))
    def let_time_pass(self, minutes: int) -> None:
        """Advance the clock."""
        # Examples stay before the first service; past reservations are tested elsewhere.
        if self.now + timedelta(minutes=minutes) < self.model.opens - timedelta(minutes=2):
            self.engine.clock.offset += timedelta(minutes=minutes)

    @rule(rebuilt=RESTAURANTS)
    def rebuild_the_restaurant(self, rebuilt: ModelRestaurant) -> None:
        """Import a changed restaurant and compare the reported conflicts."""
        report = self.office.import_restaurants(as_lines(rebuilt.line(self.slug)))
        changed = rebuilt.line(self.slug) != self.model.restaurant.line(self.slug)
        assert (report.created, report.updated) == (0, int(changed))
        self.model.rebuild(rebuilt)
        if changed:
            assert {(one.code, one.reason) for one in report.conflicts} == set(self.model.conflicts())

    @rule()
    def import_again(self) -> None:
        """Import the unchanged restaurant."""
        assert self.office.import_restaurants(as_lines(self.model.restaurant.line(self.slug))).unchanged == 1

    @invariant()
    def the_database_agrees(self) -> None:
        """Every live seating owns all its quarter hours exclusively, and the pacing limit is never exceeded."""
        self.model.check(self.now)
        expected = sorted(
            Row(one.starts_at, one.ends_at, one.party_size, one.tables, one.quarters)
            for one in self.model.alive(self.now)
        )
        found = sorted(live_seatings(self.database, self.office.restaurant(self.slug), self.now))
        assert found == expected
        assert doubles(self.database, self.place) == 0

    def seat_reservation(
        self, code: str, tables: tuple[str, ...], starts_at: datetime, party_size: int, *, excluding: str
    ) -> None:
        """Add a confirmed reservation to the model."""
        self.model.seat(
            code, self.now, excluding=excluding, starts_at=starts_at, party_size=party_size,
            tables=tuple(sorted(tables)), expires_at=None, state="confirmed",
        )  # fmt: skip


@pytest.mark.timeout(1800)  # shrinking a failure takes much longer than a pass
def test_the_engine_behaves_like_the_model(copy_database: Callable[[], str], slow: bool) -> None:
    Evening.database = create_database(copy_database())
    run_state_machine_as_test(
        Evening,
        settings=settings(
            max_examples=500 if slow else 15,
            stateful_step_count=50 if slow else 25,
            suppress_health_check=list(HealthCheck),
        ),
    )
    Evening.database.dispose()
