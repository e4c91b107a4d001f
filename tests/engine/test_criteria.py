"""Restaurants found by criteria: location, price, features."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from booking_engine import BookingEngine, Clock, Criteria, create_database
from booking_engine.restaurants.features import telling_words

from .helpers import as_lines, restaurant_line

RESTAURANTS: dict[str, dict[str, Any]] = {
    "alba": {
        "address": {"city": "Boston", "street": "412 Main Street"},
        "cuisines": ["Italian"], "price_level": 1, "features": ["outdoor_seating", "live_music"],
    },
    "bruma": {
        "address": {"city": "Boston", "street": "9 East 17th Avenue"},
        "cuisines": ["Italian"], "price_level": 3, "features": ["Wheelchair accessible"],
    },
    "cinta": {
        "address": {"city": "Denver", "street": "3021 24th Street"}, "cuisines": ["Thai"], "price_level": 2,
        "tables": [
            {"name": "T1", "area": "Roof terrace", "min_party": 1, "max_party": 4, "features": ["power outlet"]},
            {"name": "T2", "area": "main", "min_party": 1, "max_party": 4},
        ],
    },
    "dorna": {"address": {"city": "Denver", "street": "Maine Road"}, "cuisines": ["Thai"], "features": ["dog_friendly"]},
    "esker": {"address": {"city": "Denver"}, "features": ["vegetarian_options", "gluten_free_options"]},
    "faro": {"address": {"city": "Denver", "street": "15 The Avenue"}, "features": ["high_chairs"]},
}  # fmt: skip


@pytest.fixture(scope="module")
def engine(copy_database: Callable[[], str]) -> Iterator[BookingEngine]:
    """An engine with the restaurants of this module."""
    database = create_database(copy_database())
    engine = BookingEngine(database, Clock())
    engine.import_restaurants(
        as_lines(*[restaurant_line(slug=slug, name=slug, **given) for slug, given in RESTAURANTS.items()])
    )
    yield engine
    database.dispose()


@pytest.mark.parametrize(
    ("criteria", "slugs"),
    [
        (Criteria(), list(RESTAURANTS)),
        (Criteria("boston", "ITALIAN"), ["alba", "bruma"]),
        (Criteria("Denver", refused_cuisines=frozenset({"THAI", "Greek"})), ["esker", "faro"]),
        (Criteria(cuisine="Thai", refused_cuisines=frozenset({"Thai"})), []),
        (Criteria("Boston", price_levels=frozenset({3, 4})), ["bruma"]),
        (Criteria(price_levels=frozenset({4})), []),
        (Criteria(street="main st"), ["alba"]),
        (Criteria(street="Main"), ["alba"]),
        (Criteria(street="17th"), ["bruma"]),
        (Criteria(street="24th street"), ["cinta"]),
        (Criteria(street="24 street"), []),
        (Criteria(street="the avenue"), ["faro"]),
        (Criteria(street="412"), []),
        (Criteria(features=(frozenset({"outdoor"}),)), ["alba", "cinta"]),
        (Criteria(features=(frozenset({"patio", "terrace"}),)), ["cinta"]),
        (Criteria(features=(frozenset({"music"}), frozenset({"outdoor"}))), ["alba"]),
        (Criteria(features=(frozenset({"music"}), frozenset({"dog"}))), []),
        (Criteria(features=(frozenset({"step", "wheelchair"}),)), ["bruma"]),
        (Criteria(features=(frozenset({"outlet"}),)), ["cinta"]),
        (Criteria(features=(frozenset({"free"}),)), []),
        (Criteria(features=(telling_words(["high top"]),)), []),
        (Criteria(features=(telling_words(["a high chair"]),)), ["faro"]),
        (Criteria("boston", excluding=frozenset({"alba"})), ["bruma"]),
        (Criteria(features=(frozenset({"gluten"}),)), ["esker"]),
    ],
)
def test_all_that_is_looked_for_must_fit(engine: BookingEngine, criteria: Criteria, slugs: list[str]) -> None:
    assert [found.slug for found in engine.find_restaurants(criteria)] == slugs
    assert engine.count_restaurants(criteria) == len(slugs)


def test_a_slip_in_a_long_street_is_forgiven(engine: BookingEngine) -> None:
    engine.import_restaurants(
        as_lines(restaurant_line(slug="gala", name="gala", address={"city": "Denver", "street": "2 Larimer St"}))
    )
    assert [found.slug for found in engine.find_restaurants(Criteria(street="larrimer street"))] == ["gala"]


def test_pages_follow_each_other(engine: BookingEngine) -> None:
    pages = [engine.find_restaurants(limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [found.slug for page in pages for found in page][:6] == list(RESTAURANTS)[:6]
    assert engine.find_restaurants(limit=2, offset=100) == []
