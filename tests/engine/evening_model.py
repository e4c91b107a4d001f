"""A simple model of one restaurant on one evening: a list of seatings, checked for overlaps.

It does not use the quarter-hour grid, partitions, locks or versions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from .helpers import DAY, restaurant_line

LAST_SEATING = timedelta(hours=4, minutes=30)
"""After the restaurant opens at 17:00."""
EXTENSIONS = 2
"""Of a hold."""


@dataclass(frozen=True)
class ModelRestaurant:
    """The restaurant as imported: tables by name with their capacity, and the rules."""

    sizes: tuple[tuple[str, int], ...] = (("T1", 2), ("T2", 2), ("T3", 4))
    joined: bool = True
    """T1 and T2 combine for parties of three or four, if both exist."""
    pacing: int | None = 8
    closed: bool = False
    slot: int = 15
    turns: tuple[int, int] = (90, 105)
    """Minutes for parties of up to two, and for larger ones."""

    @property
    def places(self) -> dict[tuple[str, ...], tuple[int, int]]:
        """Smallest and largest party for each place."""
        single = {(name,): (1, size) for name, size in self.sizes}
        return single | ({("T1", "T2"): (3, 4)} if self.joined and {("T1",), ("T2",)} <= single.keys() else {})

    def ends_at(self, starts_at: datetime, party_size: int) -> datetime:
        """Return when a party that starts then leaves."""
        return starts_at + timedelta(minutes=self.turns[party_size > 2])

    def line(self, slug: str) -> dict[str, Any]:
        """Return the restaurant as an import line."""
        policy = {
            "pacing_covers": self.pacing,
            "min_notice_minutes": 0,
            "change_cutoff_minutes": 0,
            "hold_extensions": EXTENSIONS,
        }
        return restaurant_line(
            slug=slug,
            tables=[{"name": name, "max_party": size} for name, size in self.sizes],
            combinations=[
                {"tables": names, "min_party": low, "max_party": high}
                for names, (low, high) in self.places.items()
                if len(names) > 1
            ],
            closures=[{"date": DAY.isoformat()}] if self.closed else [],
            turn_times=[{"max_party": 2, "minutes": self.turns[0]}, {"max_party": 4, "minutes": self.turns[1]}],
            policy=policy | {"slot_minutes": self.slot},
        )


@dataclass(frozen=True)
class Seated:
    """A hold or reservation."""

    starts_at: datetime
    ends_at: datetime
    party_size: int
    tables: tuple[str, ...]
    expires_at: datetime | None
    state: str = "held"

    @property
    def quarters(self) -> int:
        """Number of quarter hours of all its tables; every turn time here is a multiple of 15 minutes."""
        return (self.ends_at - self.starts_at) // timedelta(minutes=15) * len(self.tables)

    def alive(self, now: datetime) -> bool:
        """Whether it is confirmed, or a hold that has not expired."""
        return self.state == "confirmed" or (
            self.state == "held" and self.expires_at is not None and self.expires_at > now
        )


class EveningModel:
    """Who sits where. An import moves no one: existing seatings keep their tables, later ones follow the new rules."""

    def __init__(self, opens: datetime) -> None:
        self.opens = opens
        self.restaurant = ModelRestaurant()
        self.paces: list[int | None] = [self.restaurant.pacing]
        self.seated: dict[str, Seated] = {}

    def rebuild(self, changed: ModelRestaurant) -> None:
        """Replace the restaurant, as an import does."""
        self.restaurant = changed
        self.paces.append(changed.pacing)

    def seat(self, key: str, now: datetime, *, excluding: str | None = None, **fields: Any) -> None:
        """Add a seating; its tables must be a free place."""
        seated = Seated(ends_at=self.restaurant.ends_at(fields["starts_at"], fields["party_size"]), **fields)
        assert seated.tables in self.free_places(seated.starts_at, seated.party_size, now, excluding=excluding)
        self.seated[key] = seated

    def set_state(self, key: str, state: str) -> None:
        """Change a seating's state."""
        self.seated[key] = replace(self.seated[key], state=state)

    def alive(self, now: datetime) -> list[Seated]:
        """Return the live seatings."""
        return [seated for seated in self.seated.values() if seated.alive(now)]

    def free_places(
        self, starts_at: datetime, party_size: int, now: datetime, *, excluding: str | None = None
    ) -> list[tuple[str, ...]]:
        """Return the places free for a party of this size, ignoring the seating `excluding`."""
        restaurant = self.restaurant
        offset = starts_at - self.opens
        on_time = timedelta(0) <= offset <= LAST_SEATING and offset % timedelta(minutes=restaurant.slot) == timedelta(0)
        if restaurant.closed or not on_time or starts_at <= now:
            return []
        others = [one for key, one in self.seated.items() if key != excluding and one.alive(now)]
        sitting_down = sum(other.party_size for other in others if other.starts_at == starts_at)
        if restaurant.pacing is not None and sitting_down + party_size > restaurant.pacing:
            return []
        ends_at = restaurant.ends_at(starts_at, party_size)
        taken = {t for one in others if one.starts_at < ends_at and starts_at < one.ends_at for t in one.tables}
        return [
            names
            for names, (low, high) in restaurant.places.items()
            if low <= party_size <= high and not taken & set(names)
        ]

    def openings(self, party_size: int, now: datetime, *, excluding: str | None = None) -> list[datetime]:
        """Return every time with a free place for a party of this size."""
        times = [self.opens + timedelta(minutes=15 * quarter) for quarter in range(19)]
        return [time for time in times if self.free_places(time, party_size, now, excluding=excluding)]

    def conflicts(self) -> Iterator[tuple[str, str]]:
        """Yield (code, reason) for each reservation that conflicts with the restaurant."""
        for key, one in self.seated.items():
            if one.state != "confirmed":
                continue
            _, largest = self.restaurant.places.get(one.tables, (0, 0))
            if self.restaurant.closed:
                yield key, "closed then"
            elif not set(one.tables) <= set(dict(self.restaurant.sizes)):
                yield key, "table gone"
            elif one.party_size > largest:
                yield key, "table too small"

    def check(self, now: datetime) -> None:
        """Assert that no table is double-booked and no start exceeds the highest pacing limit so far."""
        alive = self.alive(now)
        for number, one in enumerate(alive):
            for other in alive[number + 1 :]:
                apart = one.ends_at <= other.starts_at or other.ends_at <= one.starts_at
                assert apart or not set(one.tables) & set(other.tables)
        if None not in self.paces:
            most = max(pace for pace in self.paces if pace is not None)
            covers = [sum(o.party_size for o in alive if o.starts_at == one.starts_at) for one in alive]
            assert all(seated <= most for seated in covers)
