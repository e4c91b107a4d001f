"""Pagination of the list of restaurants by keyset, so that each one appears once however long the client takes."""

from __future__ import annotations

import hashlib
import json
import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import BigInteger, ColumnElement, Engine, Text, case, cast, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from booking_engine import BookingEngine, Criteria
from booking_engine.restaurants.names import fold
from booking_engine.storage.schema import restaurant
from booking_engine.storage.transactions import run_query
from webhooks.problems import Problem
from webhooks.rest.answers import RestaurantPage, RestaurantSummary

PAGE = 50  # restaurants
_MOST_BY_NAME = 200  # more matches than this mean a guess rather than a name
_EARTH = 6_371_000  # meters
_FARTHEST = 100_000_000  # meters; no two places are that far apart
_columns = restaurant.c


class _Cursor(BaseModel):
    """Where a page ended, and of which search."""

    model_config = ConfigDict(strict=True, extra="forbid")

    search: str
    key: Annotated[int, Field(ge=0, lt=1 << 62)] | Annotated[str, Field(pattern=r"^[^\x00]*$")]
    slug: Annotated[str, Field(pattern=r"^[a-z0-9-]*$")]

    def spell(self) -> str:
        return urlsafe_b64encode(self.model_dump_json().encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> _Cursor | None:
        try:
            return cls.model_validate_json(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (ValueError, ValidationError):
            return None


@dataclass(frozen=True)
class Listing:
    """A search for restaurants. Empty fields do not narrow it."""

    q: str
    city: str
    cuisine: str
    near: tuple[float, float] | None

    @property
    def digest(self) -> str:
        """Identifies the search in its cursors."""
        text = json.dumps([self._has_name, *map(fold, (self.q, self.city, self.cuisine)), self.near])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def read_cursor(self, text: str) -> _Cursor | None:
        """Parse a cursor; None for the first page.

        Raises:
            Problem: 404, the cursor is not from this search.
        """
        if not text:
            return None
        cursor = _Cursor.read(text)
        if cursor is None or cursor.search != self.digest or isinstance(cursor.key, str) != self._by_name:
            raise Problem(404, "cursor_unknown", "There is no such page: the cursor is none that this search gave out.")
        return cursor

    @property
    def _by_name(self) -> bool:
        return not self.near and not self._has_name

    @property
    def _has_name(self) -> bool:
        return bool(self.q.strip())

    def page(self, engine: BookingEngine, database: Engine, cursor: _Cursor | None) -> RestaurantPage:
        """Return the page after the cursor, sorted by match with `q` (ties by distance), by distance, or else by name."""
        found = self._ranks(engine) if self._has_name else None
        key, slug = self._key(found), _columns.slug.collate("C")
        query = select(key.label("key"), _columns.slug, _columns.document).where(*self._conditions(engine, found))
        if cursor:
            query = query.where(tuple_(key, slug) > tuple_(literal(cursor.key), literal(cursor.slug)))
        query = query.order_by(key, slug).limit(PAGE + 1)
        rows = run_query(database, lambda connection: connection.execute(query).all())
        shown = rows[:PAGE]
        meters = [int(row.key) % _FARTHEST if self.near else None for row in shown]
        last = shown[-1] if len(rows) > PAGE else None
        return RestaurantPage(
            restaurants=[RestaurantSummary.of_document(r.document, m) for r, m in zip(shown, meters, strict=True)],
            next_cursor=_Cursor(search=self.digest, key=last.key, slug=last.slug).spell() if last else None,
        )

    def _ranks(self, engine: BookingEngine) -> dict[str, int]:
        """Return the rank of each restaurant by how well its name matches, by slug. 0 is best; equal names share a rank."""
        city, cuisine = self.city or None, self.cuisine or None
        found = engine.find_restaurants(Criteria(city, cuisine), q=self.q, limit=_MOST_BY_NAME)
        ranks: dict[str, int] = {}
        return {one.slug: ranks.setdefault(fold(one.name), len(ranks)) for one in found}

    def _key(self, found: dict[str, int] | None) -> ColumnElement[Any]:
        if self._by_name:
            return func.lower(_columns.name).collate("C")
        meters = _meters_from(*self.near) if self.near else literal(0, BigInteger)
        return case(found, value=_columns.slug, else_=0) * literal(_FARTHEST, BigInteger) + meters if found else meters

    def _conditions(self, engine: BookingEngine, found: dict[str, int] | None) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = []
        if found is not None:
            conditions.append(_columns.slug.in_(found))
        if self.city.strip():
            conditions.append(_columns.city.in_([city for city in engine.cities() if fold(city) == fold(self.city)]))
        if self.cuisine.strip():
            meant = [cuisine for cuisine in engine.cuisines() if fold(cuisine) == fold(self.cuisine)]
            conditions.append(_columns.cuisines.overlap(_texts(meant)))
        if self.near:
            conditions.append(_columns.latitude.is_not(None) & _columns.longitude.is_not(None))
        return conditions


def _texts(words: list[str]) -> ColumnElement[Any]:
    return literal(words, ARRAY(Text))


def _meters_from(latitude: float, longitude: float) -> ColumnElement[int]:
    """Great-circle distance in whole meters, so that a cursor can store it and compare it exactly."""
    there, across = func.radians(_columns.latitude), func.radians(_columns.longitude - longitude)
    here = math.radians(latitude)
    chord = func.pow(func.sin((there - here) / 2), 2) + math.cos(here) * func.cos(there) * func.pow(
        func.sin(across / 2), 2
    )
    return cast(func.round(2 * _EARTH * func.asin(func.sqrt(func.least(1.0, chord)))), BigInteger)
