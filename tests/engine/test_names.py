"""Restaurants found by name: misspelled, shortened, or in the middle of a sentence."""

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
    ("text", "slug"),
    [
        ("table for 4 at bird dog tomorrow", "bird-dog"),
        ("Bird Dogg 7pm please", "bird-dog"),
        ("can i get into the seven sisters on friday", "seven-sisters"),
        ("petit herisson tonight for two", "herisson"),
        ("HÉRISSON", "herisson"),
        ("Chai and Chimney, party of 6", "chai"),
        ("halyrad at 8", "halyard"),
        ("book oto for 2", "oto"),
        ("nonnas table in boston", "nonnas-boston"),
        ("a table at nonna\u2019s in chicago", "nonnas-chicago"),
        ("the sisters please", "seven-sisters"),
        ("the table", "the-table"),
        ("plus for 4 tomorrow at 8pm please", "plus"),
        ("a plus caffe", "plus"),
        ("eight tables for 2", "eight-tables"),
        ("george chen for 4 on friday", "eight-tables"),
    ],
)
def test_a_name_is_found_in_a_sentence(engine: BookingEngine, text: str, slug: str) -> None:
    matches = engine.match_restaurant_name(text)
    assert [place.slug for place, _ in matches][:1] == [slug]
    assert all(0 < score <= 100 for _, score in matches)


@pytest.mark.parametrize(
    "text",
    ["", "hi", "a table for two at seven", "table for 7 tomorrow", "cancel my booking", "photo of my sisters' dog",
     "a bird in the hand", "yes", "thanks!", "\0", "the", "for the table", "7", "seven", "club", "bistro",
     "and a high chair pls", "a window seat pls", "TABLE FOR 2", "tables?"],
)  # fmt: skip
def test_no_name_is_found_where_there_is_none(engine: BookingEngine, text: str) -> None:
    assert engine.match_restaurant_name(text) == []


def test_two_sites_of_one_name_are_both_candidates(engine: BookingEngine) -> None:
    assert {place.slug for place, _ in engine.match_restaurant_name("nonna's table")} == {
        "nonnas-boston",
        "nonnas-chicago",
    }
    only = engine.match_restaurant_name("nonna's table", city="boston")
    assert [place.slug for place, _ in only] == ["nonnas-boston"]


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
