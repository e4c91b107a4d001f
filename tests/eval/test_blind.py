"""The blind set is as large as it is said to be, and its score is counted rightly."""

from __future__ import annotations

import pytest

from tests.eval.blind_acts import Told, effects, read_blind, right
from tests.eval.reading import Reader
from tests.support.running import Stack


@pytest.fixture(scope="module")
def told(stack: Stack) -> list[Told]:
    return read_blind(Reader(stack))


def test_the_service_reads_the_acts_of_all_utterances(told: list[Told]) -> None:
    assert len(told) == 300
    assert all(one.acts for one in told)
    assert sum(good for good, _ in right(told).values()) >= 225, right(told)


def test_hardly_a_booked_table_is_touched_unasked(told: list[Told]) -> None:
    """Of 125 texts. What is left must not be mended from."""
    assert sum(count for what, count in effects(told).items() if ", not wished" in what) <= 2


def test_the_score_counts_what_was_likeliest() -> None:
    told = [
        Told("a", None, "mention", {"cancel": 0.9, "mention": 0.1}),
        Told("b", None, "cancel", {"cancel": 0.9, "mention": 0.1}),
        Told("c", "name", "name", {"name": 0.8, "change": 0.1}),
    ]
    assert right(told) == {"cancel": (1, 1), "mention": (0, 1), "name": (1, 1)}
    assert effects(told) == {"cancel, not wished: do it": 1, "cancel, wished: do it": 1}
