"""What a house that is asked for by its food may be called."""

from __future__ import annotations

import pytest

from nlu.cuisine_kinds import cuisine_candidates
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
