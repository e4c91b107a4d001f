"""Search for a restaurant by a partial or misspelled name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from rapidfuzz import fuzz, process

_WORD = re.compile(r"[^\W_]+")
_GENERIC = frozenset(
    {
        "the",
        "a",
        "an",
        "and",
        "of",
        "restaurant",
        "cafe",
        "bar",
        "bistro",
        "grill",
        "kitchen",
        "house",
        "club",
        "supper",
    }
    | {"tavern", "trattoria", "brasserie", "diner", "eatery", "room", "table"}
)
_NUMBERS = frozenset(
    ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
)
_MIXED = re.compile(r"(?=.*[a-z])(?=.*\d).{2,}")
"""A word that is unlikely to occur in a sentence by chance: "2u", "b44"."""
_SHORT_TEXT = 3
"""Words. A single word of a longer name ("sisters") counts only in a text this short."""
_SHORT_NAME = 4
"""Letters. A name this short must match exactly."""
_LONGEST_QUERY = 500
_MOST_CANDIDATES = 300
_PART_WEIGHT = 0.92
_CERTAIN_ENOUGH = 82.0
_OWN_WORDS = 75.0


def fold(text: str) -> str:
    """Return the words in lower case without accents, apostrophes or punctuation, one space apart; "&" becomes "and"."""
    text = text[:_LONGEST_QUERY].replace("&", " and ").replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(_WORD.findall(plain.casefold()))


@dataclass(frozen=True)
class NameEntry:
    """The data about a restaurant that the search for restaurants uses."""

    id: int
    slug: str
    name: str
    city: str
    cuisines: tuple[str, ...]
    lat: float | None = None
    lon: float | None = None
    street_words: frozenset[str] = frozenset()
    price_level: int | None = None
    traits: frozenset[str] = frozenset()
    """Keywords of its features, its tables' features, and its areas."""

    @cached_property
    def folded(self) -> str:
        """The folded name."""
        return fold(self.name)

    @cached_property
    def core(self) -> str:
        """The folded name without generic words, or the whole name if it has no others."""
        return " ".join(_without_generic(self.folded.split())) or self.folded

    @cached_property
    def folded_city(self) -> str:
        """The folded city."""
        return fold(self.city)

    @cached_property
    def folded_cuisines(self) -> frozenset[str]:
        """The folded cuisines."""
        return frozenset(fold(cuisine) for cuisine in self.cuisines)

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """The ways in which people refer to the restaurant by name."""
        words = self.folded.split()
        core = _without_generic(words)
        place = frozenset(self.folded_city.split())
        variants = {self.folded: _full_name(self.folded, core, place)}
        if _is_distinctive(core):
            name = " ".join(core)
            # "Plus" of "A Plus Cafe" is one letter away from "pls".
            variants.setdefault(name, Variant(name, 0.98, None, exact=len(name) <= _SHORT_NAME))
        for part in _distinctive_parts(words, place):
            name = " ".join(part)
            variants.setdefault(name, Variant(name, _PART_WEIGHT, _SHORT_TEXT if len(part) == 1 else None))
        return tuple(variants.values())


class Variant(NamedTuple):
    """A form of a name, its weight, and the maximum number of words in a text for it to count at all."""

    words: str
    weight: float
    longest_text: int | None
    exact: bool = False
    own: str = ""
    """Its words that are neither generic nor part of the city. They must occur, or "a restaurant" would match "Isla Restaurant"."""


def _full_name(folded: str, core: list[str], place: frozenset[str]) -> Variant:
    """Build the variant for the full name. `core`: its words that are not generic; `place`: words of the city."""
    return Variant(
        folded,
        1.0,
        # A name of generic words only ("The Table") counts only if the text contains nothing else.
        None if core else len(folded.split()),
        # With only short words of its own ("Ta Restaurant") it is one typo away from "a restaurant".
        exact=not _is_distinctive(core),
        own=" ".join(word for word in core if word not in place),
    )


def _distinctive_parts(words: Sequence[str], place: frozenset[str]) -> Iterator[Sequence[str]]:
    """Yield the shorter runs of words of a name that could identify it, shortest first. `place`: words of the city."""
    for size in range(1, len(words)):
        for start in range(len(words) - size + 1):
            part = words[start : start + size]
            if size == 1 and part[0].removesuffix("s") in _GENERIC:
                continue  # "tables" of "Eight Tables" is one letter away from "table"
            if (
                part[0] not in _GENERIC
                and part[-1] not in _GENERIC
                and _is_distinctive(part)
                and not place.issuperset(part)
            ):
                yield part


def _without_generic(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in _GENERIC]


def _is_distinctive(words: Sequence[str]) -> bool:
    """Whether these words alone could identify a restaurant."""
    return any(
        word not in _GENERIC and word not in _NUMBERS and (len(word) > 3 or _MIXED.fullmatch(word)) for word in words
    )


def search_names(entries: Sequence[NameEntry], query: str, limit: int) -> list[tuple[NameEntry, float]]:
    """Return the entries whose name is similar to the query with a score (0 to 100), best first.

    Tolerates typos, partial names, accents and case.
    """
    wanted = fold(query)
    if not wanted:
        return []
    found = process.extract(
        wanted, [entry.folded for entry in entries], scorer=fuzz.WRatio, score_cutoff=75, limit=max(limit * 4, 20)
    )
    scored = [(entries[index], (score + fuzz.ratio(wanted, name)) / 2) for name, score, index in found]
    scored.sort(key=lambda pair: (-pair[1], pair[0].name, pair[0].city))
    return scored[:limit]


def match_names(entries: Sequence[NameEntry], text: str) -> list[tuple[NameEntry, float]]:
    """Return the entries whose name occurs somewhere in the text with a score (0 to 100), best first; only good matches."""
    folded_text = fold(text)
    words = folded_text.split()
    if not words:
        return []
    candidates = process.extract(
        folded_text,
        [entry.core for entry in entries],
        scorer=fuzz.partial_token_set_ratio,
        score_cutoff=70,
        limit=_MOST_CANDIDATES,
    )
    runs = _Runs(words)
    matches = []
    for _, _, index in candidates:
        entry = entries[index]
        score = max((runs.score(variant) for variant in entry.variants), default=0.0)
        if score >= _CERTAIN_ENOUGH:
            # Between two restaurants with the same name, prefer the one whose city is mentioned.
            matches.append((entry, score + (1.0 if f" {entry.folded_city} " in f" {folded_text} " else 0.0)))
    matches.sort(key=lambda pair: (-pair[1], -len(pair[0].folded), pair[0].name, pair[0].city))
    return [(entry, min(100.0, round(score, 1))) for entry, score in matches]


class _Runs:
    """The runs of consecutive words in a text, by length."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._by_size: dict[int, list[str]] = {}

    def score(self, variant: Variant) -> float:
        """Return the weighted similarity of the best run to this variant of a name; 0 if it is below the cutoff."""
        if variant.longest_text is not None and len(self._words) > variant.longest_text:
            return 0.0
        size = variant.words.count(" ") + 1
        if variant.exact:
            return 100.0 * variant.weight if variant.words in self._of_size(size) else 0.0
        if variant.own and not self._contains(variant.own):
            return 0.0
        # One word more or less, because people split and join words: "bird dog", "birddog".
        runs = [run for length in {max(1, size - 1), size, size + 1} for run in self._of_size(length)]
        best = process.extractOne(variant.words, runs, scorer=fuzz.ratio, score_cutoff=_CERTAIN_ENOUGH / variant.weight)
        return best[1] * variant.weight if best else 0.0

    def _contains(self, words: str) -> bool:
        size = words.count(" ") + 1
        runs = [run for length in {max(1, size - 1), size, size + 1} for run in self._of_size(length)]
        return process.extractOne(words, runs, scorer=fuzz.ratio, score_cutoff=_OWN_WORDS) is not None

    def _of_size(self, size: int) -> list[str]:
        if size not in self._by_size:
            self._by_size[size] = [
                " ".join(self._words[start : start + size]) for start in range(len(self._words) - size + 1)
            ]
        return self._by_size[size]
