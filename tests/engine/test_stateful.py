"""The engine against a plain model of itself: any commands in any order, the same answers, the invariants after each step.

The model knows nothing of grids, quarter hours or partitions: it keeps a list of seatings and looks whether two overlap.
TABLETALK_EXAMPLES and TABLETALK_STEPS make it longer for the slow lane (500 and 50).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
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
from sqlalchemy import Engine, text

from booking_engine import (
    BookingEngine,
    HoldExpired,
    NoTableAvailable,
    ReservationOver,
    UndoTooLate,
    create_database,
)

from .helpers import as_lines, clock_at, evening, house, new_id, tables

NOW = "2026-12-05T16:00+00:00"
SIZES = {"T1": 2, "T2": 2, "T3": 4}
PLACES = {("T1",): (1, 2), ("T2",): (1, 2), ("T3",): (1, 4), ("T1", "T2"): (3, 4)}
PACING = 8
TURNS = {1: 90, 2: 90, 3: 105, 4: 105}
STARTS = st.builds(lambda quarter: timedelta(minutes=15 * quarter), st.integers(0, 18))
_SLUGS = count()


@dataclass(frozen=True)
class Seated:
    """A hold or reservation as the model remembers it."""

    starts_at: datetime
    party_size: int
    tables: tuple[str, ...]
    expires_at: datetime | None
    state: str = "held"

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=TURNS[self.party_size])

    def alive(self, now: datetime) -> bool:
        return self.state == "confirmed" or (
            self.state == "held" and self.expires_at is not None and self.expires_at > now
        )

    def in_the_way_of(self, starts_at: datetime, party_size: int) -> bool:
        # The grid is of quarter hours: a turn that ends at 20:35 blocks its table until 20:45; these all end on it.
        return self.starts_at < starts_at + timedelta(minutes=TURNS[party_size]) and starts_at < self.ends_at


class Evening(RuleBasedStateMachine):
    """One house on one evening."""

    database: Engine

    holds: Bundle[str] = Bundle("holds")
    codes: Bundle[str] = Bundle("codes")

    def __init__(self) -> None:
        super().__init__()
        self.engine = BookingEngine(self.database, clock_at(NOW))
        slug = f"evening-{next(_SLUGS)}"
        self.lines = house(
            slug=slug, tables=tables(*SIZES.values()),
            policy={"pacing_covers": PACING, "min_notice_minutes": 0, "change_cutoff_minutes": 0},
            combinations=[{"tables": ["T1", "T2"], "min_party": 3, "max_party": 4}],
        )  # fmt: skip
        self.engine.import_restaurants(as_lines(self.lines))
        self.place = self.engine.restaurant(slug)
        self.opens = evening(self.place, 17).astimezone(UTC)
        self.seated: dict[str, Seated] = {}
        self.code_of: dict[str, str] = {}
        self.cancelled_at: dict[str, datetime] = {}
        self.last: tuple[Callable[[], Any], Any] | None = None

    @property
    def now(self) -> datetime:
        return self.engine.clock.now()

    def possible(self, starts_at: datetime, party_size: int, *, excluding: str | None = None) -> bool:
        others = [seated for key, seated in self.seated.items() if key != excluding and seated.alive(self.now)]
        if starts_at <= self.now:
            return False
        if sum(other.party_size for other in others if other.starts_at == starts_at) + party_size > PACING:
            return False
        taken = {table for other in others if other.in_the_way_of(starts_at, party_size) for table in other.tables}
        return any(low <= party_size <= high and not taken & set(names) for names, (low, high) in PLACES.items())

    def once_and_again(self, do: Callable[[], Any]) -> Any:
        """Do it, and remember to do it again later: nothing must change then."""
        result = do()
        self.last = (do, result)
        return result

    @rule(target=holds, start=STARTS, party_size=st.integers(1, 4))
    def hold(self, start: timedelta, party_size: int) -> Any:
        starts_at, command_id = self.opens + start, new_id()
        possible = self.possible(starts_at, party_size)
        found = self.engine.find_openings(self.place, starts_at=starts_at, party_size=party_size)
        assert (found.exact is not None) == possible, "what is offered is bookable and what is bookable is offered"
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
        self.seated[hold.id] = Seated(starts_at, party_size, self.tables_of(hold.id), hold.expires_at)
        return hold.id

    @rule(target=codes, hold=holds)
    def confirm(self, hold: str) -> Any:
        seated, command_id = self.seated[hold], new_id()
        confirmed_before = self.code_of.get(hold)
        if confirmed_before:
            expected = self.seated[confirmed_before].state == "confirmed"
        else:
            free = seated.alive(self.now) or self.possible(seated.starts_at, seated.party_size, excluding=hold)
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
        if seated.state == "held":
            self.seated[made.code] = replace(seated, state="confirmed", tables=made.tables)
            self.seated[hold] = replace(seated, state="gone")
            self.code_of[hold] = made.code
            return made.code
        assert made.code == confirmed_before
        return multiple()

    @rule(hold=holds)
    def release(self, hold: str) -> None:
        self.engine.release_hold(hold, command_id=new_id(), channel="api")
        if self.seated[hold].state == "held":
            self.seated[hold] = replace(self.seated[hold], state="released")

    @rule(code=codes, start=STARTS, party_size=st.integers(1, 4))
    def change(self, code: str, start: timedelta, party_size: int) -> None:
        seated, starts_at, command_id = self.seated[code], self.opens + start, new_id()
        try:
            moved = self.once_and_again(
                lambda: self.engine.change_reservation(
                    code, starts_at=starts_at, party_size=party_size, command_id=command_id, channel="api", notify=True
                )
            )
        except ReservationOver:
            assert seated.state != "confirmed"
        except NoTableAvailable:
            assert not self.possible(starts_at, party_size, excluding=code)
        else:
            assert (starts_at, party_size) == (seated.starts_at, seated.party_size) or self.possible(
                starts_at, party_size, excluding=code
            )
            self.seated[code] = replace(seated, starts_at=starts_at, party_size=party_size, tables=moved.tables)

    @rule(code=codes)
    def cancel(self, code: str) -> None:
        command_id = new_id()
        made = self.once_and_again(
            lambda: self.engine.cancel_reservation(code, command_id=command_id, channel="api", notify=True)
        )
        assert made.status == "cancelled"
        if self.seated[code].state == "confirmed":
            self.seated[code] = replace(self.seated[code], state="cancelled")
            self.cancelled_at[code] = self.now

    @rule(code=codes)
    def restore(self, code: str) -> None:
        seated, command_id = self.seated[code], new_id()
        try:
            made = self.once_and_again(
                lambda: self.engine.restore_reservation(code, command_id=command_id, channel="api", notify=False)
            )
        except UndoTooLate:
            assert self.now > self.cancelled_at[code] + timedelta(minutes=2)
        except NoTableAvailable:
            assert not self.possible(seated.starts_at, seated.party_size, excluding=code)
        else:
            self.seated[code] = replace(seated, state="confirmed", tables=made.tables)

    @precondition(lambda self: self.last is not None)
    @rule()
    def repeat_the_last_command(self) -> None:
        assert self.last is not None
        do, result = self.last
        assert do() == result

    @rule(minutes=st.sampled_from((1, 3, 6)))
    def let_time_pass(self, minutes: int) -> None:
        # All of an example lies before the first service: what is over is tested elsewhere.
        if self.now + timedelta(minutes=minutes) < self.opens - timedelta(minutes=2):
            self.engine.clock.offset += timedelta(minutes=minutes)

    @rule()
    def import_again(self) -> None:
        assert self.engine.import_restaurants(as_lines(self.lines)).unchanged == 1

    @invariant()
    def the_database_agrees(self) -> None:
        """Every live seating has all its quarter hours, nobody else has them, and the kitchen is never overrun."""
        with self.database.connect() as connection:
            rows = connection.execute(_LIVE, {"id": self.place.id, "now": self.now}).all()
        names = self.place.table_names
        found = sorted(
            (row.starts_at, row.party_size, tuple(sorted(names[n] for n in row.table_ids)), row.rows) for row in rows
        )
        expected = sorted(
            (one.starts_at, one.party_size, tuple(sorted(one.tables)), TURNS[one.party_size] // 15 * len(one.tables))
            for one in self.seated.values()
            if one.alive(self.now)
        )
        assert found == expected
        covers: dict[datetime, int] = {}
        for one in (one for one in self.seated.values() if one.alive(self.now)):
            covers[one.starts_at] = covers.get(one.starts_at, 0) + one.party_size
        assert all(seated <= PACING for seated in covers.values())

    def tables_of(self, hold_id: str) -> tuple[str, ...]:
        number = int(hold_id.rpartition("-")[2], 16)
        with self.database.connect() as connection:
            ids = connection.execute(
                text("SELECT table_ids FROM reservation WHERE restaurant_id = :r AND id = :id"),
                {"r": self.place.id, "id": number},
            ).scalar_one()
        return tuple(self.place.table_names[table_id] for table_id in ids)


_LIVE = text(
    """
    SELECT r.starts_at, r.party_size, r.table_ids,
        (SELECT count(*) FROM table_quarter q WHERE q.restaurant_id = r.restaurant_id AND q.reservation_id = r.id
           AND q.starts_at >= r.starts_at AND q.starts_at < r.ends_at AND q.table_id = ANY (r.table_ids)
           AND (q.held_until IS NULL) = (r.status = 'confirmed')) AS rows
    FROM reservation r
    WHERE r.restaurant_id = :id AND (r.status = 'confirmed' OR (r.status = 'held' AND r.expires_at > :now))
    """
)


@pytest.mark.timeout(1800)
def test_the_engine_behaves_like_the_model(copy_database: Callable[[], str]) -> None:
    Evening.database = create_database(copy_database())
    run_state_machine_as_test(
        Evening,
        settings=settings(
            max_examples=int(os.environ.get("TABLETALK_EXAMPLES", "15")),
            stateful_step_count=int(os.environ.get("TABLETALK_STEPS", "25")),
            suppress_health_check=list(HealthCheck),
        ),
    )
    Evening.database.dispose()
