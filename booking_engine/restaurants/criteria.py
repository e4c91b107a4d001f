"""Criteria for finding a restaurant without naming it."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz import fuzz

from .names import NameEntry, fold
from .streets import street_words

_SHORTEST_FUZZY_WORD = 5  # letters; shorter words must match exactly
_FUZZY_CUTOFF = 83.0  # similarity, 0 to 100


@dataclass(frozen=True)
class Criteria:
    """Criteria that a restaurant must all meet.

    `city` and `cuisine` are as imported, in any case, with or without accents. `street` is as a diner would say it:
    "Main", "24th st". `price_levels` accepts any of its levels. Each of the `features` is a set of words, such as
    {"outdoor", "patio"}, one of which must occur in the features of the restaurant or its tables, or in its areas.
    Restaurants with a slug in `excluding`, or that serve one of the `refused_cuisines`, are left out.
    """

    city: str | None = None
    cuisine: str | None = None
    street: str | None = None
    price_levels: frozenset[int] = frozenset()
    features: tuple[frozenset[str], ...] = ()
    excluding: frozenset[str] = frozenset()
    refused_cuisines: frozenset[str] = frozenset()

    def narrow(self, entries: list[NameEntry]) -> list[NameEntry]:
        """Return the entries that meet all criteria, in their order."""
        entries = self._with_cuisine(self._in_city(entries))
        if self.excluding:
            entries = [entry for entry in entries if entry.slug not in self.excluding]
        if self.price_levels:
            entries = [entry for entry in entries if entry.price_level in self.price_levels]
        for words in self.features:
            entries = [entry for entry in entries if not words.isdisjoint(entry.traits)]
        return self._on_street(entries)

    def _in_city(self, entries: list[NameEntry]) -> list[NameEntry]:
        if self.city is None or not self.city.strip():
            return entries
        city = fold(self.city)
        return [entry for entry in entries if entry.folded_city == city]

    def _with_cuisine(self, entries: list[NameEntry]) -> list[NameEntry]:
        if self.cuisine is not None and self.cuisine.strip():
            cuisine = fold(self.cuisine)
            entries = [entry for entry in entries if cuisine in entry.folded_cuisines]
        if self.refused_cuisines:
            refused = frozenset(map(fold, self.refused_cuisines))
            entries = [entry for entry in entries if refused.isdisjoint(entry.folded_cuisines)]
        return entries

    def _on_street(self, entries: list[NameEntry]) -> list[NameEntry]:
        if self.street is None:
            return entries
        wanted = street_words(self.street)
        return [entry for entry in entries if wanted and _is_same_street(wanted, entry.street_words)]


def _is_same_street(wanted: frozenset[str], street: frozenset[str]) -> bool:
    return all(word in street or _is_misspelled(word, street) for word in wanted)


def _is_misspelled(word: str, street: frozenset[str]) -> bool:
    if len(word) < _SHORTEST_FUZZY_WORD or not word.isalpha():
        return False
    return any(fuzz.ratio(word, other) >= _FUZZY_CUTOFF for other in street)


ANY_RESTAURANT = Criteria()
