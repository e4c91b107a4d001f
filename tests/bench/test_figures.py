"""Percentiles, goals and the table."""

from __future__ import annotations

import random
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bench.figures import Figure, Goal, percentile, table_of


def test_a_percentile_is_the_smallest_value_that_enough_others_do_not_exceed() -> None:
    values = [float(value) for value in range(1, 101)]
    random.Random(1).shuffle(values)
    assert [percentile(values, share) for share in (0, 0.5, 0.95, 0.99, 1)] == [1, 50, 95, 99, 100]
    assert percentile([7.0], 0.5) == percentile([7.0], 0.95) == 7


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_enough_values_are_no_larger_and_no_smaller_value_would_do(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert sum(value <= found for value in values) >= share * len(values)
    assert found == min(values) or sum(value < found for value in values) < share * len(values)


def test_there_is_no_percentile_of_nothing() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


@pytest.mark.parametrize(
    ("figure", "is_reached"),
    [
        (Figure("turns/s", 40, 10, Goal("ratio", 4, at_least=True)), True),
        (Figure("turns/s", 39, 10, Goal("ratio", 4, at_least=True)), False),
        (Figure("p50", 30, 100, Goal("ratio", 0.3)), True),
        (Figure("p50", 31, 100, Goal("ratio", 0.3)), False),
        (Figure("statements", 10, None, Goal("ours", 10)), True),
        (Figure("statements", 10.5, None, Goal("ours", 10)), False),
        (Figure("growth", 1.1, 9.0, Goal("ours", 1.2)), True),
        (Figure("memory", 900, 1200), None),
        (Figure("turns/s", 40, None, Goal("ratio", 4, at_least=True)), None),
    ],
)
def test_a_goal_bounds_ours_or_the_ratio(figure: Figure, is_reached: bool | None) -> None:
    assert figure.is_reached is is_reached


def test_the_table_tells_both_the_ratio_and_the_goal() -> None:
    written = StringIO()
    figures = [Figure("turns/s", 120.4, 30.1, Goal("ratio", 4, at_least=True)), Figure("statements", 53, None, None)]
    Console(file=written, width=100).print(table_of("Both", [figures, [Figure("growth", 11, 2, Goal("ours", 1.2))]]))
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in written.getvalue().splitlines() if "│" in line]
    assert rows == [
        ["turns/s", "120", "30.1", "4.00", "≥ 4 ×", "reached"],
        ["statements", "53.0", "", "", "", ""],
        ["growth", "11.0", "2.00", "5.50", "≤ 1.2", "missed"],
    ]
