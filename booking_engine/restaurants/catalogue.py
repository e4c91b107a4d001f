"""The restaurants, cached in process until an import raises the catalogue's version, with a shared cache behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any, NamedTuple

from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, Connection, Integer, Label, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONPATH

from booking_engine.availability.preferences import kinds_of_area
from booking_engine.confirmation_codes import CodeBook
from booking_engine.errors import RestaurantUnknown
from booking_engine.storage.schema import catalogue, dining_table, restaurant
from booking_engine.storage.shared_cache import SharedCache, VersionedCache

from .features import telling_words
from .import_format import RestaurantLine
from .names import NameEntry
from .restaurant import Restaurant
from .streets import street_words

_LIST = "list4"  # versioned, because a list from an earlier release with fewer fields would also validate
_WRITTEN_BY: Label[str] = literal_column("catalogue.xmin::text").label("written_by")
"""Id of the transaction that wrote the current version."""
CATALOGUE_VERSION = select(catalogue.c.version).scalar_subquery()
"""The current version, for queries that read something else as well; every import raises it."""


class PublishedNames(NamedTuple):
    """What a text can name a restaurant by, for readers of texts that know nothing else of ours: one version of it."""

    version: int
    places: list[tuple[str, str, str, str, tuple[str, ...]]]
    """slug, name, city, street and cuisines of every restaurant"""


class Names:
    """All restaurants, with the data that the search for restaurants needs."""

    def __init__(self, entries: list[NameEntry]) -> None:
        self.entries = entries

    @cached_property
    def ids(self) -> dict[str, int]:
        """Id of each restaurant by slug."""
        return {entry.slug: entry.id for entry in self.entries}


@dataclass
class CatalogueSnapshot:
    """The restaurants at one catalogue version, loaded on demand."""

    version: int
    codes: CodeBook
    shared: VersionedCache
    restaurants: dict[int, Restaurant] = field(default_factory=dict)
    names: Names | None = None
    reading_names: Lock = field(default_factory=Lock)


class _CachedRestaurant(BaseModel):
    """A restaurant as stored in the shared cache."""

    line: RestaurantLine
    table_ids: dict[str, int]


_ENTRIES = TypeAdapter(list[NameEntry])


class Catalogue:
    """Holds one snapshot, replaced when the version in the database differs. Safe to share between threads."""

    def __init__(self, cache: SharedCache) -> None:
        self._cache = cache
        self._lock = Lock()
        self._snapshot: CatalogueSnapshot | None = None

    def snapshot(self, connection: Connection, version: int | None = None) -> CatalogueSnapshot:
        """Return the snapshot of the database's current version, without a query if it is known to be `version` or newer."""
        known = self._snapshot
        if known and version is not None and known.version >= version:
            return known
        row = connection.execute(select(catalogue.c.version, catalogue.c.code_key, _WRITTEN_BY)).one()
        with self._lock:
            if self._snapshot is None or self._snapshot.version != row.version:
                secret = bytes(row.code_key)
                shared = VersionedCache(self._cache, row.version, row.written_by, secret)
                self._snapshot = CatalogueSnapshot(row.version, CodeBook(secret), shared)
            return self._snapshot

    @property
    def known(self) -> CatalogueSnapshot | None:
        """The snapshot in memory, if one has been loaded."""
        return self._snapshot

    def at_hand(self, slug: str, version: int | None) -> Restaurant | None:
        """Return the restaurant with this slug, if it is in memory as of this version or a newer one."""
        known = self._snapshot
        if known is None or known.names is None or version is None or known.version < version:
            return None
        return known.restaurants.get(known.names.ids.get(slug, 0))

    def latest_known(self, connection: Connection) -> CatalogueSnapshot:
        """Return the snapshot in memory, however old; commands check its version when they lock."""
        return self._snapshot or self.snapshot(connection)

    def restaurant(self, connection: Connection, snapshot: CatalogueSnapshot, restaurant_id: int) -> Restaurant:
        """Return the restaurant with this id. Raises RestaurantUnknown."""
        if found := snapshot.restaurants.get(restaurant_id):
            return found
        return self.restaurants(connection, snapshot, [restaurant_id])[0]

    def restaurants(self, connection: Connection, snapshot: CatalogueSnapshot, ids: Sequence[int]) -> list[Restaurant]:
        """Return the restaurants with these ids, in their order. Raises RestaurantUnknown if any does not exist."""
        found = {number: known for number in ids if (known := snapshot.restaurants.get(number))}
        if missing := _not_in(found, ids):
            found |= _read_copies(snapshot, missing)
        if missing := _not_in(found, missing):
            found |= _read_rows(connection, snapshot, missing)
        if unknown := _not_in(found, missing):
            raise RestaurantUnknown(str(unknown[0]))
        return [found[number] for number in ids]

    def names(self, connection: Connection, snapshot: CatalogueSnapshot) -> Names:
        """Return all restaurants, with the data that the search for restaurants needs."""
        if snapshot.names:
            return snapshot.names
        # One thread reads while the others wait: reading ten thousand restaurants takes a tenth of a second.
        with snapshot.reading_names:
            return snapshot.names or _read_list(snapshot) or _read_names(connection, snapshot)


def _not_in(found: Mapping[int, Restaurant], ids: Sequence[int]) -> list[int]:
    return [number for number in ids if number not in found]


def _read_copies(snapshot: CatalogueSnapshot, ids: Sequence[int]) -> dict[int, Restaurant]:
    """Read the restaurants that are in the shared cache."""
    found = {}
    for name, value in snapshot.shared.get([str(number) for number in ids]).items():
        try:
            copy = _CachedRestaurant.model_validate_json(value)
        except ValidationError:
            continue  # written by a release with other fields
        found[int(name)] = Restaurant.from_line(int(name), copy.line, copy.table_ids, snapshot.version)
    snapshot.restaurants.update(found)
    return found


def _read_rows(connection: Connection, snapshot: CatalogueSnapshot, ids: Sequence[int]) -> dict[int, Restaurant]:
    """Read the restaurants from the database and put them in the shared cache."""
    rows = connection.execute(
        select(restaurant.c.id, restaurant.c.document, restaurant.c.version).where(restaurant.c.id.in_(ids))
    ).all()
    numbers: dict[int, dict[str, int]] = {row.id: {} for row in rows}
    for table in connection.execute(select(dining_table).where(dining_table.c.restaurant_id.in_(numbers))):
        numbers[table.restaurant_id][table.name] = table.table_id
    found, copies = {}, {}
    for row in rows:
        line = RestaurantLine.model_validate(row.document)
        found[row.id] = Restaurant.from_line(row.id, line, numbers[row.id], snapshot.version)
        # Read later than the snapshot, so it may be newer; then it must not be cached under the older version.
        if row.version <= snapshot.version:
            snapshot.restaurants[row.id] = found[row.id]
            copies[str(row.id)] = _CachedRestaurant(line=line, table_ids=numbers[row.id]).model_dump_json().encode()
    snapshot.shared.put(copies)
    return found


def _read_list(snapshot: CatalogueSnapshot) -> Names | None:
    """Read the list from the shared cache, if it is there."""
    for value in snapshot.shared.get([_LIST]).values():
        try:
            snapshot.names = Names(_ENTRIES.validate_json(value))
        except ValidationError:
            break  # written by a release with other fields
    return snapshot.names


def _read_names(connection: Connection, snapshot: CatalogueSnapshot) -> Names:
    """Read the list from the database and put it in the shared cache."""
    columns = restaurant.c
    document = columns.document
    rows = connection.execute(
        select(
            columns.id, columns.slug, columns.name, columns.city, columns.cuisines, columns.latitude, columns.longitude,
            columns.version, document["address"]["street"].astext.label("street"),
            document["address"]["country"].astext.label("country"),
            document["price_level"].astext.cast(Integer).label("price_level"), document["features"].label("features"),
            _all_at(document, "$.tables[*].features[*]").label("table_features"),
            _all_at(document, "$.tables[*].area").label("areas"),
        ).order_by(columns.name, columns.id)
    ).all()  # fmt: skip
    names = Names([_entry(row) for row in rows])
    # As in `_read_rows`: a list read during an import belongs to the next version.
    if all(row.version <= snapshot.version for row in rows):
        snapshot.names = names
        snapshot.shared.put({_LIST: _ENTRIES.dump_json(names.entries)})
    return names


def _all_at(document: ColumnElement[Any], path: str) -> ColumnElement[Any]:
    return func.jsonb_path_query_array(document, cast(path, JSONPATH))


def _entry(row: Any) -> NameEntry:
    areas = {area for area in row.areas if area}
    kinds = [kind for area in areas for kind in kinds_of_area(area)]
    return NameEntry(
        row.id, row.slug, row.name, row.city, tuple(row.cuisines), row.latitude, row.longitude,
        row.street or "", street_words(row.street or ""), row.price_level, row.country,
        telling_words([*(row.features or ()), *row.table_features, *areas, *kinds]),
    )  # fmt: skip
