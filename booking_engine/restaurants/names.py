"""Finding a restaurant by a name that a diner half remembers or misspells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
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
"""A word that no sentence has by chance: "2u", "b44"."""
_BRIEF = 3
"""One word of a longer name ("sisters") counts only in an answer as short as this."""
_SHORT = 4
_LONGEST_QUERY = 500
_MOST_CANDIDATES = 300
_PART_WEIGHT = 0.92
_CERTAIN_ENOUGH = 82.0
_OWN_WORDS = 75.0


def fold(text: str) -> str:
    """Lower-case words without accents, apostrophes or punctuation, one space apart; & is read as "and"."""
    text = text[:_LONGEST_QUERY].replace("&", " and ").replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(_WORD.findall(plain.casefold()))


@dataclass(frozen=True)
class NameEntry:
    """What the search by name, city and cuisine knows of a restaurant."""

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
    """Telling words of what it has: of its features, those of its tables, and of the areas these stand in."""

    @cached_property
    def folded(self) -> str:
        return fold(self.name)

    @cached_property
    def core(self) -> str:
        """The name without the words that any restaurant may have in its name, if that leaves anything."""
        return " ".join(word for word in self.folded.split() if word not in _GENERIC) or self.folded

    @cached_property
    def folded_city(self) -> str:
        return fold(self.city)

    @cached_property
    def folded_cuisines(self) -> frozenset[str]:
        return frozenset(fold(cuisine) for cuisine in self.cuisines)

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """The ways people say the name."""
        words = self.folded.split()
        core = [word for word in words if word not in _GENERIC]
        # A name of everyday words only ("The Table") is meant only when nothing else is said.
        place = set(self.folded_city.split())
        own = " ".join(word for word in core if word not in place)
        # One whose own words are short ("Ta Restaurant") is a typo away from "a restaurant", so it must be said to the letter.
        whole = Variant(self.folded, 1.0, None if core else len(words), to_the_letter=not _telling(core), own=own)
        variants = {self.folded: whole}
        if _telling(core):
            said = " ".join(core)
            # "Plus" of "A Plus Cafe" is a letter away from "pls".
            variants.setdefault(said, Variant(said, 0.98, None, to_the_letter=len(said) <= _SHORT))
        for size in range(1, len(words)):
            for start in range(len(words) - size + 1):
                part = words[start : start + size]
                if size == 1 and part[0].removesuffix("s") in _GENERIC:
                    continue  # "tables" of "Eight Tables" is a letter away from any table
                if _telling(part) and not set(part) <= place and part[0] not in _GENERIC and part[-1] not in _GENERIC:
                    said = " ".join(part)
                    variants.setdefault(said, Variant(said, _PART_WEIGHT, _BRIEF if size == 1 else None))
        return tuple(variants.values())


class Variant(NamedTuple):
    """One way to say a name: how much it counts, and the most words a text may have for it to count at all."""

    words: str
    weight: float
    longest_text: int | None
    to_the_letter: bool = False
    own: str = ""
    """Its words that are neither everybody's nor the city's: they must be there, or "a restaurant" were "Isla Restaurant"."""


def _telling(words: Sequence[str]) -> bool:
    """Whether these words alone could point at one restaurant."""
    return any(
        word not in _GENERIC and word not in _NUMBERS and (len(word) > 3 or _MIXED.fullmatch(word)) for word in words
    )


def search_names(entries: Sequence[NameEntry], query: str, limit: int) -> list[tuple[NameEntry, float]]:
    """Entries whose name is like the query (typos, parts, accents, case), best first, score 0 to 100."""
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
    """Entries whose name is said somewhere in the text, best first, score 0 to 100; only good candidates."""
    said = fold(text)
    words = said.split()
    if not words:
        return []
    rough = process.extract(
        said,
        [entry.core for entry in entries],
        scorer=fuzz.partial_token_set_ratio,
        score_cutoff=70,
        limit=_MOST_CANDIDATES,
    )
    runs = _Runs(words)
    matches = []
    for _, _, index in rough:
        entry = entries[index]
        score = max((runs.score(variant) for variant in entry.variants), default=0.0)
        if score >= _CERTAIN_ENOUGH:
            # Of two sites with one name the city decides, when it is said.
            matches.append((entry, score + (1.0 if f" {entry.folded_city} " in f" {said} " else 0.0)))
    matches.sort(key=lambda pair: (-pair[1], -len(pair[0].folded), pair[0].name, pair[0].city))
    return [(entry, min(100.0, round(score, 1))) for entry, score in matches]


class _Runs:
    """Every few words in a row of a text, by how many they are."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._by_size: dict[int, list[str]] = {}

    def score(self, variant: Variant) -> float:
        """How well the best run spells this variant of a name, weighted; 0 when it is not certain enough."""
        if variant.longest_text is not None and len(self._words) > variant.longest_text:
            return 0.0
        size = variant.words.count(" ") + 1
        if variant.to_the_letter:
            return 100.0 * variant.weight if variant.words in self._of(size) else 0.0
        if variant.own and not self._has(variant.own):
            return 0.0
        # One word more or less, because people split and join words: "bird dog", "birddog".
        runs = [run for length in {max(1, size - 1), size, size + 1} for run in self._of(length)]
        best = process.extractOne(variant.words, runs, scorer=fuzz.ratio, score_cutoff=_CERTAIN_ENOUGH / variant.weight)
        return best[1] * variant.weight if best else 0.0

    def _has(self, words: str) -> bool:
        size = words.count(" ") + 1
        runs = [run for length in {max(1, size - 1), size, size + 1} for run in self._of(length)]
        return process.extractOne(words, runs, scorer=fuzz.ratio, score_cutoff=_OWN_WORDS) is not None

    def _of(self, size: int) -> list[str]:
        if size not in self._by_size:
            self._by_size[size] = [
                " ".join(self._words[start : start + size]) for start in range(len(self._words) - size + 1)
            ]
        return self._by_size[size]
