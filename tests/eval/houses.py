"""Lists of restaurants of three sizes in which names are looked for: the sample, a real collection, and 20,000."""

from __future__ import annotations

import json
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bot.settings import PROJECT
from nlu.reading.places import Place

SAMPLE = PROJECT / "data" / "restaurants" / "sample.jsonl"
COLLECTION = PROJECT.parent / "shared" / "corpora" / "sgd-restaurants-full.jsonl"
"""2,122 real restaurants that may lie beside the project; they are not ours to copy into it."""
MANY = 20_000
_SEED = 20_000
_KIND = 0.01  # of the names have a word that says what a restaurant is; no made name has only such words
_RARE = 0.1  # of the made names have a word that may be one restaurant's only, as a longer list would have more of them
_TAILED = 0.7  # of the beginnings of several words; a single word always gets an end
_CHAIN = 0.1  # of the made restaurants are another house of the one before
_DIRECTION = re.compile(r"^(?:north|south|east|west)\s+", re.IGNORECASE)
_NUMBERED = re.compile(r"^\d+[a-z]?\s+", re.IGNORECASE)


class Houses(NamedTuple):
    """A list of restaurants, and which of them (their slugs) are made up."""

    places: Sequence[Place]
    made: frozenset[str]


def plain(text: str) -> str:
    """Return a text as words of small letters and digits between single spaces, without accents and apostrophes."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"['’`´]", "", bare)))


def sample() -> Houses:
    """Return the 48 restaurants of the sample."""
    return Houses([_of_sample(each) for each in _lines(SAMPLE)], frozenset())


def real() -> Houses | None:
    """Return the sample and the real collection, or None where the collection does not lie beside the project."""
    if not COLLECTION.is_file():
        return None
    return Houses([*sample().places, *map(_of_collection, _lines(COLLECTION))], frozenset())


def many(known: Houses, texts: Iterable[str], count: int = MANY) -> Houses:
    """Return `count` restaurants: the known ones, and others whose names, streets and cities are put together from theirs.

    The same each time. No made name is a known restaurant's or a city's, and none is said whole in one of the texts, since
    it would rightly be found there.
    """
    chance = random.Random(_SEED)
    taken = {plain(place.name) for place in known.places} | {plain(place.city) for place in known.places}
    said = "\n".join(f" {plain(text)} " for text in texts)
    maker = _Maker(known.places, chance)
    made: list[Place] = []
    while len(known.places) + len(made) < count:
        name = made[-1].name if made and chance.random() < _CHAIN else maker.name()
        if plain(name) not in taken and f" {plain(name)} " not in said:
            made.append(maker.place(f"made-{len(made):05}", name))
    return Houses([*known.places, *made], frozenset(place.slug for place in made))


class _Maker:
    """Puts names and addresses together from those of real restaurants."""

    def __init__(self, places: Sequence[Place], chance: random.Random) -> None:
        self._chance = chance
        names = [place.name.split() for place in places]
        often = Counter(word for words in names for word in words)
        self._kinds = {word for word, times in often.items() if times > len(places) * _KIND}
        self._streets = [_NUMBERED.sub("", place.street) for place in places if place.street]
        self._any_heads = _each(words[:cut] for words in names for cut in range(1, max(2, len(words))))
        heads = [words for words in self._any_heads if all(often[word] > 1 for word in words)]
        self._heads = heads + _each(_DIRECTION.sub("", street).split()[:-1] for street in self._streets)
        tails = _each(words[cut:] for words in names for cut in range(1, len(words)))
        self._tails = [words for words in tails if all(often[word] > 1 for word in words)]
        self._cities = [place.city for place in places]
        self._cuisines = [place.cuisines for place in places]

    def name(self) -> str:
        """Return the beginning of a name or of a street, and the end of another name; some have a beginning only."""
        while True:
            rare = self._chance.random() < _RARE
            head = self._chance.choice(self._any_heads if rare else self._heads)
            tail = self._chance.choice(self._tails) if len(head) < 2 or self._chance.random() < _TAILED else ()
            words = [*head, *(word for word in tail if word not in head)]
            if words[-1][-1].isalnum() and not self._kinds.issuperset(words):
                return " ".join(words)

    def place(self, slug: str, name: str) -> Place:
        """Return a restaurant of this name somewhere."""
        street = f"{self._chance.randrange(1, 4000)} {self._chance.choice(self._streets)}"
        return Place(slug, name, self._chance.choice(self._cities), street, self._chance.choice(self._cuisines))


def _each(several: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    return [words for words in dict.fromkeys(map(tuple, several)) if words and "(" not in "".join(words)]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _of_sample(each: dict[str, Any]) -> Place:
    address = each["address"]
    return Place(each["slug"], each["name"], address["city"], address["street"] or "", tuple(each["cuisines"]))


def _of_collection(each: dict[str, Any]) -> Place:
    slug = plain(f"{each['name']} {each['city']}").replace(" ", "-")
    cuisines = (each["cuisine"],) if each.get("cuisine") else ()
    return Place(slug, each["name"], each["city"], each.get("address") or "", cuisines)
