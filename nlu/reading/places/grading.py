"""How telling the words of a run are, whatever stands around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nlu.lexicon import COMMON
from nlu.reading.places.index import House, PlaceIndex
from nlu.reading.places.runs import Run, left_words, said_words
from nlu.reading.places.units import EVERYDAY, KNOWN, NAME, UNKNOWN, is_count, rank
from nlu.reading.places.vocabulary import BOOKABLE, CALENDAR, CUISINE_WORDS, EMPTY, GENERIC, SMALL, TYPES

_MOST_SHARING = 8
"""Names that may share a part for it to tell anything."""
_MANY_WORDS = 3
_LONG_WORD = 5
_SHORT_WORD = 3

_SAID = COMMON | EMPTY
_KINDS = CUISINE_WORDS | TYPES | CALENDAR | SMALL

LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")

LOWEST, HIGHEST = -1, 3


class Grade(NamedTuple):
    """How telling the words of a run are: from `LOWEST` (only certain evidence makes a name of them) to `HIGHEST` (needs none).

    `rank`: how ordinary the least ordinary word is. `partial`: the words are only a part of the name, or a slip for it.
    `plain`: they are one word, or only words that people say when they book. `counted`: but for a number they tell only a kind
    of house. `houses`: restaurants of that name. `article`: "the" belongs to the name. `core`: only words that many names have are
    left out, and nothing is a slip.
    """

    value: int
    words: tuple[str, ...]
    rank: int
    partial: bool
    plain: bool
    counted: bool
    houses: tuple[House, ...]
    article: bool
    core: bool


def grade_of(index: PlaceIndex, runs: Sequence[Run]) -> Grade | None:
    """Return the grade of the words of runs over the same units, None where they can be no name."""
    run = runs[0]
    words = said_words(index, run)
    value = _value(index, runs, words)
    if value is None:
        return None
    return Grade(
        value=value,
        words=words,
        rank=max(rank(word) for word in words),
        partial=run.slips or not is_whole(index, run),
        plain=len(words) == 1
        or not any(index.is_generic(word) or word not in _SAID for word in words if not is_count(word)),
        counted=_is_counted(index, words),
        houses=tuple(house for run in runs for house in index.houses[run.name]),
        article=index.printed[run.name].lower().startswith("the "),
        core=not run.slips and is_core(index, run),
    )


def is_whole(index: PlaceIndex, run: Run) -> bool:
    """Whether all words of the name are said."""
    return run.size == len(index.names[run.name])


def is_all_named(index: PlaceIndex, run: Run) -> bool:
    """Whether a run goes along a whole name, slips or not."""
    return run.size == len(index.names[run.name])


def is_core(index: PlaceIndex, run: Run) -> bool:
    """Whether only words that many names have are left out."""
    return not own_words(index, left_words(index, run))


def own_words(index: PlaceIndex, words: Sequence[str]) -> list[str]:
    """Return the words that no kind of house, city or day is called by."""
    return [w for w in words if not index.is_generic(w) and w not in EMPTY and w not in index.served]


def _value(index: PlaceIndex, runs: Sequence[Run], words: tuple[str, ...]) -> int | None:
    value = _value_of(index, words)
    if not is_whole(index, runs[0]):
        if not _tells_part(index, runs, words):
            return None
        value = _value_of_part(index, runs, words, value)
    is_whole_slip = rank(words[0]) == KNOWN and is_all_named(index, runs[0])
    if runs[0].slips and len(words) == 1 and not is_whole_slip:  # "an al fresco table" is not Fresca's
        value = max(LOWEST, value - 1 if len(words[0]) > _LONG_WORD else min(value - 1, 1))
    return value if value >= LOWEST else None


def _value_of_part(index: PlaceIndex, runs: Sequence[Run], words: Sequence[str], value: int) -> int:
    best = max(map(rank, words))
    if best == UNKNOWN and len(runs) == len(words) == 1 and len(words[0]) > _LONG_WORD:
        return value
    if not _stands_for_name(index, runs):
        return value - (1 if best > EVERYDAY else 2)
    return value if len(words) >= _MANY_WORDS or (best == UNKNOWN and len(words) > 1) else min(value, HIGHEST - 1)


def _stands_for_name(index: PlaceIndex, runs: Sequence[Run]) -> bool:
    """Whether a part is what names begin with, or all that is their own."""
    best = max(map(rank, said_words(index, runs[0])))
    if runs[0].size == 1:
        return best == KNOWN and any(run.offset == 0 and is_core(index, run) for run in runs)
    return all(run.offset == 0 or (best > KNOWN and is_core(index, run)) for run in runs)


def _tells_part(index: PlaceIndex, runs: Sequence[Run], words: tuple[str, ...]) -> bool:
    """Whether a part of a name can tell it: few names share it, and it is no everyday word by itself."""
    if _is_counted(index, words):
        return False
    if len(words) > 1:
        return bool(own_words(index, words)) or _stands_for_name(index, runs)
    if runs[0].slips:
        return _tells_by_slip(index, runs, words[0])
    is_own = rank(words[0]) > EVERYDAY or any(is_core(index, run) for run in runs)
    return rank(words[0]) >= NAME or (len(runs) <= _MOST_SHARING and is_own)


def _tells_by_slip(index: PlaceIndex, runs: Sequence[Run], word: str) -> bool:
    """Whether a word with a slip in it can tell the name that begins with it, or has no other of its own."""
    is_telling = rank(word) > KNOWN or (rank(word) == KNOWN and any(is_all_named(index, run) for run in runs))
    is_long = len(word) >= _LONG_WORD and is_telling
    return is_long and any(run.offset == 0 or is_core(index, run) for run in runs)


def _value_of(index: PlaceIndex, words: tuple[str, ...]) -> int:
    if len(words) == 1:
        return _value_of_word(index, words[0])
    own = own_words(index, words)
    if not own:
        return _value_of_generic(index, words)
    if _is_counted(index, words):
        return 0 if set(words) & TYPES else 1
    if max(map(_rank_inside, own)) > KNOWN:
        return HIGHEST
    if rank(words[0]) > KNOWN and not BOOKABLE.issuperset(own):
        return HIGHEST  # "khachapuri post": "little szechuan" is said of any
    return _value_of_known(words, own)


def _value_of_known(words: Sequence[str], own: Sequence[str]) -> int:
    """Rate words that all are known to most: the more run along a name, the less they do so by chance."""
    unsaid = any(word not in _SAID and not is_count(word) for word in own)
    strange = any(_rank_inside(word) == KNOWN for word in own) and TYPES.isdisjoint(words)
    foreign = any(rank(word) > KNOWN for word in words)
    return min(HIGHEST, 1 + unsaid + (strange or foreign or len(words) >= _MANY_WORDS))


def _is_counted(index: PlaceIndex, words: Sequence[str]) -> bool:
    """Whether only a number tells them from a kind of house: "8 sushi"; "pier 23 cafe" is more."""
    return (
        len(words) < _MANY_WORDS
        and any(map(is_count, words))
        and all(is_count(word) for word in own_words(index, words))
    )


def _rank_inside(word: str) -> int:
    """How ordinary a word is among others: a short one tells little."""
    return EVERYDAY if word.isalpha() and len(word) < _SHORT_WORD else rank(word)


def _value_of_generic(index: PlaceIndex, words: tuple[str, ...]) -> int:
    """Rate words that many houses are called by: "Thai House", "Kyoto"; "Thai Restaurant" is what people look for."""
    if EMPTY.issuperset(words):
        return LOWEST
    if words[0] in SMALL - COMMON:
        return 2  # "la fusion"
    if _KINDS.issuperset(words) and len(words) < _MANY_WORDS:
        return LOWEST if set(words) & TYPES else 0
    if all(word in index.served for word in words):
        return 0
    return 1 + (any(rank(word) > KNOWN for word in words) and not GENERIC.issuperset(words))  # "biryani pot"


def _value_of_word(index: PlaceIndex, word: str) -> int:
    ordinary = rank(word)
    if is_count(word):
        return ordinary - EVERYDAY
    if word in index.served:
        return 0
    if index.is_generic(word) or word in CALENDAR:
        return 2 if ordinary == UNKNOWN and index.vocabulary.get(word, 0) <= _MOST_SHARING else LOWEST
    if ordinary <= KNOWN:
        return LOWEST if word in BOOKABLE | SMALL | LETTERS else 1
    return 2 if ordinary == NAME or not word.isalpha() else _value_of_strange(word)


def _value_of_strange(word: str) -> int:
    """Rate a word that is in no dictionary: the longer it is, the less it is a slip or short for another."""
    return 3 if len(word) >= _LONG_WORD else 2 if len(word) > _SHORT_WORD else 1
