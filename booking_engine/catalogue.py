"""The restaurants, kept in process until an import raises the catalogue's version."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy import Connection, select

from .codes import CodeBook
from .errors import RestaurantUnknown
from .import_format import RestaurantLine
from .names import NameEntry
from .restaurant import Restaurant
from .schema import catalogue, dining_table, restaurant


@dataclass
class Edition:
    """The restaurants at one version; filled as they are asked for."""

    version: int
    codes: CodeBook
    restaurants: dict[int, Restaurant] = field(default_factory=dict)
    entries: list[NameEntry] | None = None


class Catalogue:
    """One edition at a time, replaced when the version in the database differs. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._edition: Edition | None = None

    def edition(self, connection: Connection, version: int | None = None) -> Edition:
        """The edition of this version, or, without one, of the database's present version."""
        known = self._edition
        if known and known.version == version:
            return known
        row = connection.execute(select(catalogue.c.version, catalogue.c.code_key)).one()
        with self._lock:
            if self._edition is None or self._edition.version != row.version:
                self._edition = Edition(row.version, CodeBook(bytes(row.code_key)))
            return self._edition

    @property
    def known(self) -> Edition | None:
        """The edition in memory, if any has been read."""
        return self._edition

    def latest_known(self, connection: Connection) -> Edition:
        """The edition in memory, however old; commands check its version where they lock."""
        return self._edition or self.edition(connection)

    def restaurant(self, connection: Connection, edition: Edition, restaurant_id: int) -> Restaurant:
        """The restaurant with this id. Raises RestaurantUnknown."""
        if found := edition.restaurants.get(restaurant_id):
            return found
        row = connection.execute(
            select(restaurant.c.document, restaurant.c.version).where(restaurant.c.id == restaurant_id)
        ).one_or_none()
        if row is None:
            raise RestaurantUnknown(str(restaurant_id))
        tables = connection.execute(
            select(dining_table.c.name, dining_table.c.table_id).where(dining_table.c.restaurant_id == restaurant_id)
        ).all()
        line = RestaurantLine.model_validate(row.document)
        numbers = {table.name: table.table_id for table in tables}
        # Read a moment later than the edition, it may be newer; then it must not be filed under the older version.
        loaded = Restaurant.from_line(restaurant_id, line, numbers, edition.version)
        if row.version <= edition.version:
            edition.restaurants[restaurant_id] = loaded
        return loaded

    def entries(self, connection: Connection, edition: Edition) -> list[NameEntry]:
        """All restaurants, as far as a search by name needs them."""
        if edition.entries is None:
            columns = restaurant.c
            rows = connection.execute(
                select(
                    columns.id, columns.slug, columns.name, columns.city, columns.cuisines,
                    columns.latitude, columns.longitude,
                ).order_by(columns.name, columns.id)
            ).all()  # fmt: skip
            edition.entries = [
                NameEntry(row.id, row.slug, row.name, row.city, tuple(row.cuisines), row.latitude, row.longitude)
                for row in rows
            ]
        return edition.entries
