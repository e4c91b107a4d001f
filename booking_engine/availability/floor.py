"""Where a party can sit: tables and combinations, in the order in which to assign them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from booking_engine.restaurants.features import canonical, of_tables
from booking_engine.restaurants.import_format import Combination, DiningTable, Policy
from booking_engine.time_slots import mask_of


class Place(NamedTuple):
    """A table, or a combination of tables pushed together, for one party."""

    table_ids: tuple[int, ...]
    min_party: int
    max_party: int
    areas: frozenset[str]
    features: frozenset[str]
    """Features of the place and of the whole restaurant."""
    mask: int
    """Bit mask of the tables, by number."""


class _Seating(NamedTuple):
    """The tables of a place by name, and the parties it seats."""

    tables: tuple[str, ...]
    min_party: int
    max_party: int


class Floor:
    """A restaurant's bookable places, best first: smallest capacity first.

    Ties go to a single table over a combination, then to the table that fewer combinations use, then to the one with
    fewer features. This keeps large, combinable and step-free tables for parties that need them. Walk-in tables and
    combinations that include one are left out unless the restaurant has released them (`with_walk_in`).
    """

    def __init__(
        self,
        tables: Sequence[DiningTable],
        combinations: Sequence[Combination],
        policy: Policy,
        *,
        table_ids: Mapping[str, int],
        features: Iterable[str],
        with_walk_in: bool = False,
    ) -> None:
        """Lay out the floor. `table_ids`: number of each table by name; `features`: of the whole restaurant."""
        bookable = {table.name: table for table in tables if with_walk_in or not table.walk_in}
        shared_features = canonical(features)
        table_features = {name: canonical(table.features) for name, table in bookable.items()}
        times_combined = Counter(name for combination in combinations for name in combination.tables)
        seatings = sorted(
            _seatings(bookable, combinations), key=lambda seating: _rank(seating, times_combined, table_features)
        )
        self._places = tuple(
            _place(seating, bookable, table_ids, shared_features, table_features) for seating in seatings
        )
        self._fitting: dict[int, tuple[Place, ...]] = {}
        self._seats = tuple((1 << table_ids[table.name], table.max_party) for table in tables)
        self.largest_place = max((place.max_party for place in self._places), default=0)
        self.largest_party = min(
            self.largest_place,
            policy.max_party or 10**9,
            policy.pacing_covers or 10**9,
        )

    def seats_outside(self, taken: int) -> int:
        """Number of seats at the tables outside this mask, walk-in tables included."""
        return sum(seats for bit, seats in self._seats if not bit & taken)

    def seats(self, table_ids: tuple[int, ...], party_size: int) -> bool:
        """Whether exactly these tables form a place for a party of this size."""
        return any(place.table_ids == table_ids and party_size <= place.max_party for place in self._places)

    def fitting(self, party_size: int) -> tuple[Place, ...]:
        """Return the places that fit a party of this size, best first."""
        if party_size > self.largest_place:
            return ()
        known = self._fitting.get(party_size)
        if known is None:
            known = tuple(place for place in self._places if place.min_party <= party_size <= place.max_party)
            self._fitting[party_size] = known
        return known


def _seatings(bookable: Mapping[str, DiningTable], combinations: Sequence[Combination]) -> Iterator[_Seating]:
    """Yield the single tables, then the combinations whose tables are all bookable."""
    for table in bookable.values():
        yield _Seating((table.name,), table.min_party, table.max_party)
    for combination in combinations:
        if all(name in bookable for name in combination.tables):
            yield _Seating(combination.tables, combination.min_party, combination.max_party)


def _rank(
    seating: _Seating, times_combined: Mapping[str, int], table_features: Mapping[str, frozenset[str]]
) -> tuple[int, int, int, int]:
    """Sort key for the order in which places are assigned; see `Floor`."""
    return (
        seating.max_party,
        len(seating.tables),
        sum(times_combined[name] for name in seating.tables),
        sum(len(table_features[name]) for name in seating.tables),
    )


def _place(
    seating: _Seating,
    bookable: Mapping[str, DiningTable],
    table_ids: Mapping[str, int],
    shared_features: frozenset[str],
    table_features: Mapping[str, frozenset[str]],
) -> Place:
    ids = tuple(sorted(table_ids[name] for name in seating.tables))
    return Place(
        table_ids=ids,
        min_party=seating.min_party,
        max_party=seating.max_party,
        areas=frozenset(area for name in seating.tables if (area := bookable[name].area)),
        features=shared_features | of_tables(table_features[name] for name in seating.tables),
        mask=mask_of(ids),
    )
