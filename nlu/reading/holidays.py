"""Holidays by name, and what people call them."""

from __future__ import annotations

from nlu import lexicon

_NAMES: dict[str, str] = lexicon.load("holidays")["dated"]
HOLIDAYS = {name: holiday for holiday, names in _NAMES.items() for name in names.split("|")}
MOVING_FEASTS: str = lexicon.load("holidays")["moving"]
"""Days that no rule of ours dates, between bars: which day is meant has to be asked."""
