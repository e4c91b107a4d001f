"""Where a party can sit: tables and combinations in the order they should be given away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from booking_engine.restaurants.features import canonical, of_tables
from booking_engine.restaurants.import_format import Combination, DiningTable, Policy


class Place(NamedTuple):
    """A table, or tables pushed together, that one party takes as a whole."""

    table_ids: tuple[int, ...]
    min_party: int
    max_party: int
    areas: frozenset[str]
    features: frozenset[str]
    """What the place has, and what the whole restaurant has."""
    mask: int
    """One bit for each table, at the position of its number."""


class Floor:
    """A restaurant's bookable places, best first: the smallest that fits goes first.

    Between equals a single table goes before a combination, then the table that fewer combinations need, then the one with
    fewer features, so that large, combinable and step-free tables stay for those who need them. Walk-in tables, and
    combinations with one, are not on it unless the restaurant has released them (`with_walk_in`).
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
        """Lay out the floor. `table_ids`: number of each table by name; `features`: those of the whole restaurant."""
        bookable = {table.name: table for table in tables if with_walk_in or not table.walk_in}
        everywhere = canonical(features)
        has = {name: canonical(table.features) for name, table in bookable.items()}
        needed = Counter(name for combination in combinations for name in combination.tables)
        parts: list[tuple[tuple[str, ...], int, int]] = [
            ((table.name,), table.min_party, table.max_party) for table in bookable.values()
        ]
        parts += [
            (combination.tables, combination.min_party, combination.max_party)
            for combination in combinations
            if all(name in bookable for name in combination.tables)
        ]
        parts.sort(
            key=lambda part: (
                part[2],
                len(part[0]),
                sum(needed[name] for name in part[0]),
                sum(len(has[name]) for name in part[0]),
            )
        )
        self._places = tuple(
            Place(
                table_ids=(ids := tuple(sorted(table_ids[name] for name in names))),
                min_party=smallest,
                max_party=largest,
                areas=frozenset(area for name in names if (area := bookable[name].area)),
                features=everywhere | of_tables(has[name] for name in names),
                mask=sum(1 << table_id for table_id in ids),
            )
            for names, smallest, largest in parts
        )
        self._seats = tuple((1 << table_ids[table.name], table.max_party) for table in tables)
        self.largest_party = min(
            max((place.max_party for place in self._places), default=0),
            policy.max_party or 10**9,
            policy.pacing_covers or 10**9,
        )

    def seats_besides(self, taken: int) -> int:
        """How many guests the tables seat that are not in this mask, walk-in tables included."""
        return sum(seats for bit, seats in self._seats if not bit & taken)

    def seats(self, table_ids: tuple[int, ...], party_size: int) -> bool:
        """Whether exactly these tables are a place for so many guests."""
        return any(place.table_ids == table_ids and party_size <= place.max_party for place in self._places)

    def fitting(self, party_size: int) -> Iterator[Place]:
        """The places that take a party of this size, best first."""
        return (place for place in self._places if place.min_party <= party_size <= place.max_party)
