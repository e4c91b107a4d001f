"""Restaurants found by name, misspelled or shortened, and the names that are published to readers of texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from booking_engine import BookingEngine, Clock, create_database

from .helpers import as_lines, restaurant_line

NAMES = {
    "seven-sisters": ("Seven Sisters Supper Club", "Denver"),
    "herisson": ("Bistro Petit Hérisson", "London"),
    "chai": ("Chai & Chimney", "London"),
    "nonnas-chicago": ("Nonna's Table", "Chicago"),
    "nonnas-boston": ("Nonna's Table", "Boston"),
    "bird-dog": ("Bird Dog", "Palo Alto"),
    "oto": ("Oto", "New York"),
    "halyard": ("Halyard", "San Francisco"),
    "the-table": ("The Table", "Boston"),
    "plus": ("A Plus Cafe", "Boston"),
    "eight-tables": ("Eight Tables by George Chen", "San Francisco"),
}


@pytest.fixture(scope="module")
def engine(copy_database: Callable[[], str]) -> Iterator[BookingEngine]:
    """An engine with the restaurants of this module."""
    database = create_database(copy_database())
    engine = BookingEngine(database, Clock())
    engine.import_restaurants(
        as_lines(
            *[restaurant_line(slug=slug, name=name, address={"city": city}) for slug, (name, city) in NAMES.items()]
        )
    )
    yield engine
    database.dispose()


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("brid dog", "bird-dog"),
        ("sisters", "seven-sisters"),
        ("PETIT herison", "herisson"),
        ("chimney", "chai"),
        ("haly", "halyard"),
    ],
)
def test_a_search_forgives(engine: BookingEngine, query: str, slug: str) -> None:
    assert engine.find_restaurants(q=query)[0].slug == slug


def test_a_search_for_nothing_like_a_name_finds_nothing(engine: BookingEngine) -> None:
    assert engine.find_restaurants(q="xylophone quartet") == []
    assert engine.find_restaurants(q="\0!?") == []
    assert len(engine.find_restaurants(q=None)) == len(NAMES)
    assert engine.find_restaurants(limit=-3) == []


def test_names_are_published_with_the_version_that_they_are_from(engine: BookingEngine) -> None:
    before = engine.published_names()
    assert sorted((slug, name, city) for slug, name, city, _, _ in before.places) == sorted(
        (slug, name, city) for slug, (name, city) in NAMES.items()
    )
    engine.import_restaurants(
        as_lines(
            restaurant_line(
                slug="new", name="New Place", address={"city": "Boston", "street": "1 Elm St"}, cuisines=["Thai"]
            )
        )
    )
    after = engine.published_names()
    assert after.version > before.version
    assert ("new", "New Place", "Boston", "1 Elm St", ("Thai",)) in after.places
