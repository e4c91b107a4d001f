"""What a house that is asked for by its food may be called."""

from __future__ import annotations

import pytest

from nlu.kinds import cuisine_candidates
from tests.nlu.reading_cases import values


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("some ramen please", ("Ramen", "Japanese")),
        ("i want pizza", ("Pizza", "Italian")),
        ("dim sum in chicago", ("Dim Sum", "Chinese")),
        ("a tapas place", ("Tapas", "Spanish")),
        ("thai food", ("Thai",)),
    ],
)
def test_a_dish_leads_to_its_cuisine(text: str, candidates: tuple[str, ...]) -> None:
    assert [cuisine_candidates(cuisine) for cuisine in values(text, "cuisine")] == [candidates]


@pytest.mark.parametrize(
    ("text", "entity", "cuisine"),
    [
        ("chinese food", "cuisine", "Chinese"),
        ("I want sushi", "cuisine", "Sushi"),
        ("anything but not thai", "refused_cuisine", "Thai"),
        ("anything but thai", "refused_cuisine", "Thai"),
        ("anything but thai or chinese", "refused_cuisine", "Chinese"),
        ("not polish either", "refused_cuisine", "Polish"),
        ("anywhere but a thai place", "refused_cuisine", "Thai"),
        ("something that isn't italian", "refused_cuisine", "Italian"),
        ("nope. no thai, mexican", "cuisine", "Mexican"),
        ("nope. no thai, mexican", "refused_cuisine", "Thai"),
        ("no, italian", "cuisine", "Italian"),
        ("why not thai", "cuisine", "Thai"),
        ("thai or italian", "cuisine", "Italian"),
        ("japanse food", "cuisine", "Japanese"),
        ("itallian", "cuisine", "Italian"),
    ],
)
def test_what_is_wanted_is_told_from_what_is_not(text: str, entity: str, cuisine: str) -> None:
    assert cuisine in values(text, entity)
