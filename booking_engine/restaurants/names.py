"""Search for a restaurant by a partial or misspelled name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz, process

_WORD = re.compile(r"[^\W_]+")
_LONGEST_QUERY = 500


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
    street: str = ""
    street_words: frozenset[str] = frozenset()
    price_level: int | None = None
    country: str | None = None
    traits: frozenset[str] = frozenset()
    """Keywords of its features, its tables' features, and its areas."""

    @cached_property
    def folded(self) -> str:
        """The folded name."""
        return fold(self.name)

    @cached_property
    def folded_city(self) -> str:
        """The folded city."""
        return fold(self.city)

    @cached_property
    def folded_cuisines(self) -> frozenset[str]:
        """The folded cuisines."""
        return frozenset(fold(cuisine) for cuisine in self.cuisines)


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
