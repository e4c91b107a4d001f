"""The names of all restaurants, ready to be looked up by the words of a text."""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from nlu import lexicon
from nlu.reading.places.slips import Slips
from nlu.reading.places.units import fold
from nlu.reading.places.vocabulary import GENERIC

_UNTELLING = lexicon.words("streets").kinds | lexicon.words("streets").directions
_CITIES = lexicon.load("cities")
_MOST_SHARING = 40
"""Names. A word that more names share leads to them only together with the next."""
_GENERIC_SHARE = 0.004
_GENERIC_LEAST = 8
_ROOM = re.compile(r"\s*(?:#|\b(?:suite|ste|unit|floor)\b).*", re.IGNORECASE)
_MARKS = re.compile(r"[,:;!?.(] ")


class Place(NamedTuple):
    """What the finder knows about a restaurant; `street` may be empty."""

    slug: str
    name: str
    city: str
    street: str
    cuisines: tuple[str, ...]


class House(NamedTuple):
    """One of the restaurants of a name; its city in lower case."""

    slug: str
    city: str
    street: str

    def is_on(self, words: Container[str]) -> bool:
        """Whether the name of the street is among these words, whatever kind of street it is."""
        named = _street_words(self.street)
        return bool(named) and all(word in words for word in named)


@cache
def _street_words(street: str) -> tuple[str, ...]:
    """The name of a street, without the numbers of a house and of rooms in it."""
    words = fold(_ROOM.sub("", street))
    return tuple(word for word in words[words[:1] != () and words[0].isdecimal() :] if word not in _UNTELLING)


@dataclass(frozen=True)
class PlaceIndex:
    """Names by their words. A name is the number of its words in `names`; the same name in several cities is one."""

    names: Sequence[tuple[str, ...]]
    printed: Sequence[str]
    houses: Sequence[tuple[House, ...]]
    """Restaurants per name."""
    postings: Mapping[str, array[int]]
    """Names by a word that few share, or by two words in a row of which many share each."""
    frequent: Mapping[tuple[str, ...], int]
    """Names made of words that many share."""
    vocabulary: Mapping[str, int]
    """How many names share a word."""
    cities: Mapping[tuple[str, ...], str]
    """Cities by their words."""
    city_words: frozenset[str]
    served: frozenset[str]
    """Words of the cities of the restaurants."""
    marked: frozenset[tuple[str, ...]]
    """Names with marks in them that otherwise end a phrase: "Sauce: Belden Place"."""
    slips: Slips
    most_generic: int

    @classmethod
    def build(cls, places: Iterable[Place]) -> PlaceIndex:
        """Index restaurants; 20,000 take one or two seconds."""
        printed: dict[tuple[str, ...], str] = {}
        houses: dict[tuple[str, ...], list[House]] = defaultdict(list)
        marked: set[tuple[str, ...]] = set()
        cities = _Cities()
        for place in places:
            words = fold(place.name)
            if words:
                printed.setdefault(words, place.name)
                if _MARKS.search(place.name):
                    marked.add(words)
                houses[words].append(House(place.slug, cities.add(place.city), place.street))
        vocabulary = Counter(word for words in houses for word in dict.fromkeys(words))
        return cls(
            names=list(houses),
            printed=list(printed.values()),
            houses=[tuple(sorted(found)) for found in houses.values()],
            postings=_postings(list(houses), vocabulary),
            frequent=_frequent(houses, vocabulary),
            vocabulary=dict(vocabulary),
            cities=cities.names,
            city_words=frozenset(word for words in cities.names for word in words),
            served=cities.served,
            marked=frozenset(marked),
            slips=Slips(vocabulary),
            most_generic=max(_GENERIC_LEAST, int(len(houses) * _GENERIC_SHARE)),
        )

    def is_generic(self, word: str) -> bool:
        """Whether a word tells what kind of house it is, or is in the names of many."""
        return word in GENERIC or self.vocabulary.get(word, 0) > self.most_generic

    def is_pair(self, first: str, second: str) -> bool:
        """Whether two words stand in a row in a name; not if many share each."""
        rarer = min(first, second, key=lambda word: self.vocabulary.get(word, 0))
        return any((first, second) in pairwise(self.names[at]) for at in self.postings.get(rarer, ()))

    def is_frequent(self, word: str) -> bool:
        """Whether so many names share a word that it leads to none by itself."""
        return self.vocabulary.get(word, 0) > _MOST_SHARING


class _Cities:
    """Cities by the words for them: those that people know, and those of the restaurants."""

    def __init__(self) -> None:
        known = {name: name for name in _CITIES["names"]} | _CITIES["nicknames"]
        self.names = {fold(said): name.casefold() for said, name in known.items()}
        self._seen: dict[str, str] = {}

    @property
    def served(self) -> frozenset[str]:
        """The words of the cities of restaurants."""
        return frozenset(word for city in self._seen for word in fold(city))

    def add(self, city: str) -> str:
        """Add the city of a restaurant and return it in lower case, the same object each time."""
        if city not in self._seen:
            self._seen[city] = city.casefold()
            if words := fold(city):
                self.names.setdefault(words, self._seen[city])
        return self._seen[city]


def _frequent(names: Iterable[tuple[str, ...]], vocabulary: Mapping[str, int]) -> dict[tuple[str, ...], int]:
    return {words: at for at, words in enumerate(names) if all(vocabulary[word] > _MOST_SHARING for word in words)}


def _postings(names: Sequence[tuple[str, ...]], vocabulary: Mapping[str, int]) -> dict[str, array[int]]:
    postings: dict[str, array[int]] = {}
    for at, words in enumerate(names):
        keys = {word for word in words if vocabulary[word] <= _MOST_SHARING}
        keys |= {f"{a} {b}" for a, b in pairwise(words) if min(vocabulary[a], vocabulary[b]) > _MOST_SHARING}
        for key in keys:
            postings.setdefault(key, array("I")).append(at)
    return {key: found for key, found in postings.items() if len(found) <= _MOST_SHARING}
