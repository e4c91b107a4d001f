"""Holidays by name, and what people call them."""

from __future__ import annotations

from nlu import lexicon

_NAMES: dict[str, str] = lexicon.load("holidays")
HOLIDAYS = {name: holiday for holiday, names in _NAMES.items() for name in names.split("|")}
