"""Numbers as people write them: cardinals and ordinals in words."""

from __future__ import annotations

from nlu import lexicon
from nlu.lexicon import COMMON

_UNITS: dict[str, int] = lexicon.load("numbers")["units"]
TENS: dict[str, int] = lexicon.load("numbers")["tens"]
ORDINALS: dict[str, int] = lexicon.load("numbers")["ordinals"]
_SHORTEST_MISTYPED = 4


def _swapped(word: str) -> list[str]:
    """The word with two neighbouring letters swapped, where that is no word of its own: "fuor", "eigth", but not "there"."""
    if len(word) < _SHORTEST_MISTYPED:
        return []
    swapped = (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1))
    return [slip for slip in swapped if slip not in COMMON]


_WELL_SPELLED = {number: word for word, number in reversed([*_UNITS.items(), *TENS.items()])}
_SWAPPED = {slip: number for number, word in _WELL_SPELLED.items() for slip in _swapped(word)}
CARDINALS = _SWAPPED | _UNITS | TENS


def number_of(word: str) -> int | None:
    """The number a canonical word stands for ("12", "12th", "one"), or None."""
    if word == "one":
        return 1
    digits = word[:-2] if word.endswith("th") else word
    return int(digits) if digits.isdecimal() and len(digits) < 8 else None


def count_of(word: str) -> int:
    """How many "3", "a" or "one" are. Raises ValueError for other words than these and digits."""
    return 1 if word in ("a", "an", "one") else int(word)
