"""The forms in which people say how many they are, and how many "me and my wife" or "2 adults and a toddler" are."""

from __future__ import annotations

import re

from nlu import lexicon
from nlu.grammar import Grammar
from nlu.reading.numbers import count_of, number_of
from nlu.reading.spans import Value

_WORDS = lexicon.words("people")
SUMMING = _WORDS["summing"]
_MANY = (_WORDS["soft"] | _WORDS["plurals"] | {f"{noun}s" for noun in _WORDS["ones"]}) - _WORDS["ones"]  # "mr", "mrs"
_UNTOLD = 2
"""As how many kids of no given number count, at least."""


def _range(match: re.Match[str]) -> Value | None:
    low, high = int(match["low"]), int(match["high"])
    return {"min": low, "max": high} if low < high else None


def _company(match: re.Match[str]) -> Value:
    """How many they are: a `count`, or `min` and no `max` where some are not counted."""
    least, is_exact = _sum(match["company"])
    return {"count": least} if is_exact else {"min": least, "max": None}


def _sum(text: str) -> tuple[int, bool]:
    links = list(_LINK.finditer(text))
    counts = [_count(match) for match in links if not match["self"]]
    least = sum(_UNTOLD if count is None else count for count in counts) + any(match["self"] for match in links)
    return least, None not in counts


def _count(match: re.Match[str]) -> int | None:
    noun = match["counted"] or match["noun"]
    each = 2 if noun in _WORDS["pairs"] else 1
    if match["number"]:
        return each * (number_of(match["number"]) or 0)
    return None if noun in _MANY else each


GRAMMAR = Grammar(
    "people",
    means={"n": count_of, "crowd": int, "company": lambda text: _sum(text)[0]},
    builders={"range": _range, "company": _company},
    pieces={name: "|".join(map(re.escape, sorted(words))) for name, words in _WORDS.items()},
)
_LINK = GRAMMAR.pattern(
    r"(?P<self>{self})|(?P<number>\d{1,7}|one)(( of (my|our|the))?{of}(?P<counted>{anybody}))?|"
    r"({adjectives} ){0,3}(?P<noun>{many}){law}"
)
