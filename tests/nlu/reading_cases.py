"""Helpers to write what a text should be read as in one line."""

from __future__ import annotations

from typing import Any

from nlu.reading import read


def values(text: str, entity: str, expecting: str | None = None) -> list[Any]:
    """The values of one kind of entity, in the order of the text."""
    return [span.value for span in read(text, expecting=expecting) if span.entity == entity]


def words_of(text: str, entity: str, expecting: str | None = None) -> list[str]:
    """The diner's own words for one kind of entity."""
    return [span.text for span in read(text, expecting=expecting) if span.entity == entity]


def clock(hour: int, minute: int = 0, meridiem: str | None = None, *, approximate: bool = False) -> dict[str, Any]:
    """The value of a time by the clock."""
    return {"hour": hour, "minute": minute, "meridiem": meridiem, "approximate": approximate}


def day(day: int, month: int | None = None, year: int | None = None, **more: int) -> dict[str, Any]:
    """The value of a day of the calendar."""
    return {"year": year, "month": month, "day": day, **more}
