"""Holidays: what people call them, and when they are."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from dateutil.easter import easter
from dateutil.relativedelta import relativedelta, weekday

from nlu import lexicon

_DATED: dict[str, dict[str, Any]] = lexicon.load("holidays")["dated"]
HOLIDAYS = {name: holiday for holiday, told in _DATED.items() for name in told["names"].split("|")}
MOVING_FEASTS: str = lexicon.load("holidays")["moving"]
"""Days that no rule of ours dates, between bars: which day is meant has to be asked."""


def holiday_in(year: int, name: str, *, british: bool = False) -> date:
    """The day of a holiday; `british` puts Mother's Day three weeks before Easter."""
    rule: dict[str, Any] = {"easter": -21} if name == "mothers_day" and british else _DATED[name]
    if "easter" in rule:
        return easter(year) + timedelta(rule["easter"])
    if "date" in rule:
        return date(year, *rule["date"])
    month, day, nth, *after = rule["nth"]
    first = date(year, month, 1)
    return first + relativedelta(day=31 if nth < 0 else 1, weekday=weekday(day, nth)) + timedelta(sum(after))
