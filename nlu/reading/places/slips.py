"""Words that differ by a slip of the finger: which of a vocabulary somebody may have meant."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from zlib import crc32

SHORTEST = 4
"""Letters. A shorter word is never taken for a slip."""
_LONG = 7
"""Letters. A word this long may have two slips."""
_ROOT = 7
"""Letters. Only the beginning of a word is looked up with letters left out; the rest is compared afterwards."""
_SOUNDS = [
    (re.compile(written), spoken)
    for written, spoken in (
        ("ph", "f"),
        ("n(?=[bp])", "m"),
        ("[ckq]+u?", "k"),
        ("z", "s"),
        ("ey|ie|y", "i"),
        (r"(.)\1+", r"\1"),
        ("e$", ""),
    )
]


class Slips:
    """An index of a vocabulary by what is left of each word when letters are left out."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words: Sequence[str] = [word for word in words if len(word) >= SHORTEST and word.isalpha()]
        pairs = sorted((crc32(rest.encode()), at) for at, word in enumerate(self._words) for rest in _rests(word))
        self._sounding: dict[str, list[str]] = defaultdict(list)
        for word in self._words:
            self._sounding[_sound(word)].append(word)
        self._hashes = array("L" if array("I").itemsize < 4 else "I", (pair[0] for pair in pairs))
        self._places = array("I", (pair[1] for pair in pairs))

    def meant(self, word: str) -> list[str]:
        """Return the words of the vocabulary that are slips away from this one, or sound like it, the nearest first."""
        if len(word) < SHORTEST:
            return []
        alike = {known for rest in _rests(word) for known in self._of(crc32(rest.encode()))}
        near = {known for known in alike if is_slip(word, known)}
        return sorted(
            near.union(self._sounding.get(_sound(word), ())), key=lambda known: (distance(word, known), known)
        )

    def _of(self, hashed: int) -> Iterator[str]:
        at = bisect_left(self._hashes, hashed)
        while at < len(self._hashes) and self._hashes[at] == hashed:
            yield self._words[self._places[at]]
            at += 1


def _rests(word: str) -> set[str]:
    root = word[:_ROOT]
    rests = {root} | {root[:at] + root[at + 1 :] for at in range(len(root))}
    if len(word) >= _LONG - 1:
        rests |= {rest[:at] + rest[at + 1 :] for rest in rests for at in range(len(rest)) if len(rest) > _ROOT - 2}
    return rests


def allowed(known: str, said: str) -> int:
    """Return how many slips two words may be apart: two if they are long."""
    if min(len(known), len(said)) < SHORTEST:
        return 0
    return 2 if len(known) >= _LONG else 1


def is_slip(said: str, known: str) -> bool:
    """Whether one word is written for the other by a slip; of three letters only two may be swapped."""
    if not (said.isalpha() and known.isalpha()):
        return False
    if len(said) == len(known) == SHORTEST - 1:
        return sorted(said) == sorted(known) and distance(said, known) == 1
    most = allowed(known, said)
    if not most or abs(len(said) - len(known)) > most or (said[0] != known[0] and said[-1] != known[-1]):
        return False
    return distance(said, known) <= most


@lru_cache(10_000)
def may_sound(said: str, known: str) -> bool:
    """Whether a word is written as another one is spoken, or shortened, or so long that three slips leave most of it."""
    if not (said.isalpha() and known.isalpha()) or len(known) < SHORTEST - 1:
        return False
    if len(said) == 1:
        return said == known[0] and said not in "ai"
    far = max(1, min(len(known), len(said) + 1) // 3)
    near = abs(len(said) - len(known)) <= far and said[0] == known[0] and distance(said, known) <= far
    return near or _sound(said) == _sound(known)


@lru_cache(10_000)
def _sound(word: str) -> str:
    """A word about as it sounds."""
    for written, spoken in _SOUNDS:
        word = written.sub(spoken, word)
    return word


def distance(one: str, other: str) -> int:
    """Return how many letters are wrong, missing, too many or swapped with the next."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        following = [i]
        for j, wanted in enumerate(other, 1):
            cost = min(row[j] + 1, following[j - 1] + 1, row[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            following.append(cost)
        before, row = row, following
    return row[-1]
