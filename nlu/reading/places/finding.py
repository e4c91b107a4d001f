"""Find the restaurants that a text names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nlu import lexicon
from nlu.reading.lexing import Token, tokenize
from nlu.reading.places.evidence import CALENDAR, Grade, Said, weigh
from nlu.reading.places.index import CUISINE_WORDS, SMALL, TYPES, PlaceIndex
from nlu.reading.places.runs import Run, find_runs, readings
from nlu.reading.places.units import EVERYDAY, KNOWN, NAME, UNKNOWN, cut, rank

_BOOKABLE = lexicon.words("places").bookable
_MOST_SHARING = 6
"""Names that may share a part for it to tell anything."""
_LONG_WORD = 5
_SHORT_WORD = 3
_NEVER = -9


class Find(NamedTuple):
    """A restaurant named by the tokens `first` up to `end`.

    `slugs` are all that it may be by what is said, the likeliest first. `sure`: the whole name is said. `evidence` is for
    tests and logs.
    """

    first: int
    end: int
    name: str
    slugs: tuple[str, ...]
    sure: bool
    evidence: str


class _Choice(NamedTuple):
    find: Find
    merit: tuple[int, ...]


def find_places(
    index: PlaceIndex, text: str, tokens: Sequence[Token] | None = None, *, expecting: str | None = None
) -> list[Find]:
    """Find the restaurants that a text names, in its order; finds never overlap.

    `tokens` are those of `tokenize(text)`; `expecting` is what the bot has just asked for.
    """
    tokens = tokenize(text) if tokens is None else tokens
    choices: list[_Choice] = []
    for units in readings(index, cut(text, tokens)):
        said = Said(index, units, text, tokens, expecting)
        choices += (choice for runs in find_runs(index, units).values() if (choice := _choose(said, runs)))
    choices.sort(key=lambda choice: choice.merit, reverse=True)
    found: list[Find] = []
    for find, _ in choices:
        if all(find.end <= other.first or find.first >= other.end for other in found):
            found.append(find)
    return sorted(found)


def _choose(said: Said, runs: Sequence[Run]) -> _Choice | None:
    """Decide whether a run of units names one of the names that it runs along."""
    best = _likeliest(said, runs)
    run = best[0]
    if _cuts_city(said, run):
        return None
    words = said.index.names[run.name][run.offset : run.offset + run.size]
    whole = _is_whole(said.index, run) and not run.slips
    cities = frozenset(city for found in best for _, city, _ in said.index.houses[found.name])
    grade = Grade(_grade(said.index, best, words), words, not whole, cities)
    if grade.value == _NEVER or (run.slips and run.size == 1 and not _may_mean(said.units[run.first].word, words[0])):
        return None
    evidence = weigh(said, run.first, run.end, grade)
    if evidence < grade.needs:
        return None
    return _Choice(_find(said, best, evidence), (run.size, _is_whole(said.index, run), -run.slips, evidence))


def _likeliest(said: Said, runs: Sequence[Run]) -> list[Run]:
    """Those with the fewest slips in a city that is said; whole names before names that only generic words are missing of."""
    index = said.index
    least = min(run.slips for run in runs)
    runs = [run for run in runs if run.slips == least]
    if len(runs) > 1 and said.cities:
        cities = {city for _, _, city in said.cities}
        runs = [run for run in runs if any(city in cities for _, city, _ in index.houses[run.name])] or runs
    whole = [run for run in runs if _is_whole(index, run)]
    return whole or [run for run in runs if _is_core(index, run)] or list(runs)


def _may_mean(word: str, known: str) -> bool:
    """Whether a single word with a slip is long enough to tell its name, and begins like it."""
    return len(word) >= _LONG_WORD and word[0] == known[0]


def _cuts_city(said: Said, run: Run) -> bool:
    """Whether the run takes a part of a city: "San" of "Amami in San Bruno"."""
    return any(
        first < run.end and run.first < end and not (run.first <= first and end <= run.end)
        for first, end, _ in said.cities
    )


def _is_whole(index: PlaceIndex, run: Run) -> bool:
    return run.size == len(index.names[run.name])


def _grade(index: PlaceIndex, runs: Sequence[Run], words: tuple[str, ...]) -> int:
    run = runs[0]
    whole = _is_whole(index, run)
    grade = _grade_words(index, words)
    if not whole:
        if len(runs) > _MOST_SHARING or not _own(index, words):
            return _NEVER
        if len(words) == 1 and rank(words[0]) == EVERYDAY:
            return _NEVER
        core = len(words) > 1 and len(runs) == 1 and _is_core(index, run)
        grade -= 0 if core else 1
    if run.slips:
        if len(words) == 1 and (not whole or len(words[0]) < _LONG_WORD):
            return _NEVER
        grade -= 2 if len(words) == 1 else 1
    return grade if grade >= -1 else _NEVER


def _own(index: PlaceIndex, words: Sequence[str]) -> list[str]:
    """The words that no kind of house, city or day is called by."""
    return [w for w in words if not index.is_generic(w) and w not in SMALL | CALENDAR and w not in index.city_words]


def _is_core(index: PlaceIndex, run: Run) -> bool:
    """Whether only words that many names have are left out."""
    words = index.names[run.name]
    return not _own(index, words[: run.offset] + words[run.offset + run.size :])


def _grade_words(index: PlaceIndex, words: tuple[str, ...]) -> int:
    own = _own(index, words)
    if not own:
        return _grade_generic(index, words)
    if len(words) == 1:
        return _grade_word(words[0])
    ranks = [rank(word) for word in own if len(word) >= _SHORT_WORD or not word.isalpha() or rank(word) < UNKNOWN]
    best = max(ranks, default=EVERYDAY)
    if best > KNOWN:
        return 3
    if all(word.isdecimal() for word in own):
        return 1
    if len(own) > 1:
        return 3 if best == KNOWN else 2
    return 2 if best == KNOWN else 1


def _grade_generic(index: PlaceIndex, words: tuple[str, ...]) -> int:
    """Rate words that many houses are called by: "Thai House", "Kyoto"; "Thai Restaurant" is what people look for."""
    if set(words) <= CUISINE_WORDS | TYPES | CALENDAR | SMALL or (len(words) == 1 and words[0] in _BOOKABLE):
        return -1
    if all(word in index.city_words for word in words):
        return 0
    return 1 if len(words) > 1 else 0


def _grade_word(word: str) -> int:
    ordinary = rank(word)
    if word.isdecimal():
        return 0
    if ordinary == EVERYDAY:
        return -1 if word in _BOOKABLE else 1
    if ordinary == KNOWN:
        return 1
    if ordinary == NAME or not word.isalpha():
        return 2
    return 3 if len(word) >= _LONG_WORD else 2 if len(word) > _SHORT_WORD else 1


def _find(said: Said, runs: Sequence[Run], evidence: int) -> Find:
    index = said.index
    ordered = sorted(runs, key=lambda run: (len(index.names[run.name]), index.printed[run.name]))
    best = ordered[0]
    houses = [house for run in ordered for house in index.houses[run.name]]
    slugs = tuple(slug for slug, _, _ in _narrowed(said, best, houses))
    whole = _is_whole(index, best)
    sure = not best.slips and (whole or (len(runs) == 1 and best.size > 1 and _is_core(index, best)))
    first, end = said.units[best.first].first, said.units[best.end - 1].end
    printed = index.printed[best.name]
    if first and printed.lower().startswith("the ") and best.offset == 0 and said.tokens[first - 1].word == "the":
        first -= 1
    return Find(first, end, printed, slugs, sure, _told(best, evidence, whole=whole))


def _told(run: Run, evidence: int, *, whole: bool) -> str:
    kind = "slip" if run.slips else "whole" if whole else "part"
    return f"{kind}, {('against', 'none', 'weak', 'strong', 'stronger', 'certain')[evidence + 1]}"


def _narrowed(said: Said, run: Run, houses: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The houses in a city, and on a street, that is said beside the name; all where that leaves none."""
    if len(houses) < 2:
        return houses
    cities = {city for first, end, city in said.cities if end <= run.first or first >= run.end}
    houses = [house for house in houses if house[1] in cities] or houses
    beside = {unit.word for at, unit in enumerate(said.units) if not run.first <= at < run.end}
    return [house for house in houses if _is_on(house[2], beside)] or houses


def _is_on(street: str, words: set[str]) -> bool:
    named = list(_street_words(street))
    return bool(named) and all(word in words for word in named)


def _street_words(street: str) -> Iterator[str]:
    kinds = lexicon.words("streets").kinds
    return (word for word in street.lower().split() if word.isalpha() and word not in kinds)
