"""What a diner looks for in a restaurant without naming one."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz import fuzz

from .names import NameEntry, fold
from .streets import street_words

_LONG = 5  # letters of a word in which a slip is forgiven
_A_SLIP = 83.0  # points of likeness


@dataclass(frozen=True)
class Criteria:
    """All of it must fit. `city` and `cuisine` as the import has them, in any case and with or without accents; `street` as it
    is said, "Main" or "24th st"; any of the `price_levels`; of each of the `features` one of its words, such as
    {"outdoor", "patio"}, must stand in what the restaurant tells of itself, its tables or its areas; none of the slugs
    `excluding`, and nothing that serves one of the `refused_cuisines`.
    """

    city: str | None = None
    cuisine: str | None = None
    street: str | None = None
    price_levels: frozenset[int] = frozenset()
    features: tuple[frozenset[str], ...] = ()
    excluding: frozenset[str] = frozenset()
    refused_cuisines: frozenset[str] = frozenset()

    def narrow(self, entries: list[NameEntry]) -> list[NameEntry]:
        """Those of the entries that fit, in their order."""
        if self.city is not None and self.city.strip():
            city = fold(self.city)
            entries = [entry for entry in entries if entry.folded_city == city]
        if self.cuisine is not None and self.cuisine.strip():
            cuisine = fold(self.cuisine)
            entries = [entry for entry in entries if cuisine in entry.folded_cuisines]
        if self.excluding:
            entries = [entry for entry in entries if entry.slug not in self.excluding]
        if self.refused_cuisines:
            refused = frozenset(map(fold, self.refused_cuisines))
            entries = [entry for entry in entries if refused.isdisjoint(entry.folded_cuisines)]
        if self.price_levels:
            entries = [entry for entry in entries if entry.price_level in self.price_levels]
        for words in self.features:
            entries = [entry for entry in entries if not words.isdisjoint(entry.traits)]
        if self.street is not None:
            said = street_words(self.street)
            entries = [entry for entry in entries if said and _is_there(said, entry.street_words)]
        return entries


def _is_there(said: frozenset[str], street: frozenset[str]) -> bool:
    return all(
        word in street
        or (len(word) >= _LONG and word.isalpha() and any(fuzz.ratio(word, other) >= _A_SLIP for other in street))
        for word in said
    )


ANY_RESTAURANT = Criteria()
