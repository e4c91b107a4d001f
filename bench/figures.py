"""What the benchmarks compute and show: percentiles, figures beside their goals, and the table of them. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

from rich.table import Table


def percentile(values: Sequence[float], share: float) -> float:
    """Return the percentile (`share` from 0 to 1) of the values: the smallest that at least that share does not exceed.

    Raises ValueError if there are none.
    """
    if not values:
        raise ValueError("no values")
    return sorted(values)[max(ceil(len(values) * share), 1) - 1]


@dataclass(frozen=True)
class Goal:
    """A bound, inclusive, of our figure or of its ratio to the other one."""

    of: Literal["ours", "ratio"]
    bound: float
    at_least: bool = False

    def __str__(self) -> str:
        sign, unit = "≥" if self.at_least else "≤", " ×" if self.of == "ratio" else ""
        return f"{sign} {self.bound:g}{unit}"

    def is_reached(self, value: float) -> bool:
        """Return whether the value keeps the bound."""
        return value >= self.bound if self.at_least else value <= self.bound


@dataclass(frozen=True)
class Figure:
    """A measurement of ours beside what it is compared with (the stock bot, or a bare statement), and its goal."""

    name: str
    ours: float
    other: float | None = None
    goal: Goal | None = None

    @property
    def ratio(self) -> float | None:
        """Our figure as a multiple of the other one."""
        return self.ours / self.other if self.other else None

    @property
    def is_reached(self) -> bool | None:
        """Whether the goal is reached; None without a goal, or without what it is compared with."""
        value = self.ratio if self.goal and self.goal.of == "ratio" else self.ours
        return None if self.goal is None or value is None else self.goal.is_reached(value)


_WORDS = {True: "reached", False: "missed", None: ""}


def table_of(title: str, groups: Sequence[Sequence[Figure]], *, ours: str = "ours", other: str = "stock") -> Table:
    """Return one table, with a line between the groups."""
    table = Table(title=title, title_justify="left")
    for column in ("", ours, other, "ratio", "goal", ""):
        table.add_column(column, justify="right" if column in (ours, other, "ratio") else "left", no_wrap=True)
    for figures in groups:
        for figure in figures:
            goal = str(figure.goal) if figure.goal else ""
            values = (_number(value) for value in (figure.ours, figure.other, figure.ratio))
            table.add_row(figure.name, *values, goal, _WORDS[figure.is_reached])
        table.add_section()
    return table


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
