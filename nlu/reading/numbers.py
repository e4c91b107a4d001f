"""Numbers as people write them: cardinals and ordinals in words."""

from __future__ import annotations

from itertools import chain

from nlu.reading.common_words import COMMON

UNITS = {
    "zero": 0, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "thre": 3, "fourty": 40, "sevn": 7,
}  # fmt: skip
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_SHORTEST_MISTYPED = 4


def _swapped(word: str) -> list[str]:
    """The word with two neighbouring letters swapped, where that is no word of its own: "fuor", "eigth", but not "there"."""
    if len(word) < _SHORTEST_MISTYPED:
        return []
    swapped = (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1))
    return [slip for slip in swapped if slip not in COMMON]


_SWAPPED = {slip: number for word, number in chain(UNITS.items(), TENS.items()) for slip in _swapped(word)}
CARDINALS = _SWAPPED | UNITS | TENS
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip


def number_of(word: str) -> int | None:
    """The number a canonical word stands for ("12", "12th", "one"), or None."""
    if word == "one":
        return 1
    digits = word[:-2] if word.endswith("th") else word
    return int(digits) if digits.isdecimal() and len(digits) < 8 else None


def count_of(word: str) -> int:
    """How many "3", "a" or "one" are. Raises ValueError for other words than these and digits."""
    return 1 if word in ("a", "an", "one") else int(word)
