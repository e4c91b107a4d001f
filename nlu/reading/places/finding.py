"""Find the restaurants that a text names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from nlu.reading.lexing import Token, tokenize
from nlu.reading.places.evidence import Spot, is_enough, weigh
from nlu.reading.places.grading import grade_of, is_core, is_whole
from nlu.reading.places.index import House, PlaceIndex
from nlu.reading.places.runs import Run, find_runs, left_words, readings, said_words
from nlu.reading.places.said import Said
from nlu.reading.places.units import UNKNOWN, Unit, cut, is_everyday, rank
from nlu.reading.places.vocabulary import COURTESY, SMALL, TYPES

_MOST_UNITS = 80
"""A text that goes on longer names nothing there."""
_DEGREES = ("against", "none", "weak", "strong", "stronger", "certain")


_Stretch = tuple[int, int]
"""Units from the first up to an end."""


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
    expecting = "restaurant" if expecting == "choice" else expecting
    choices: list[_Choice] = []
    beginning = cut(text, tokens)[:_MOST_UNITS]
    for units in readings(index, beginning):
        found_runs = find_runs(index, units)
        said = Said(index, units, text, tokens, expecting, named=_named(index, found_runs.values()))
        told = _outermost(index, found_runs)
        choices += (choice for place in told if (choice := _choose(said, found_runs[place])))
    choices.sort(key=lambda choice: choice.merit, reverse=True)
    found: list[Find] = []
    for find, _ in choices:
        if all(find.end <= other.first or find.first >= other.end for other in found):
            found.append(find)
    if not found and expecting == "restaurant":
        found = _shuffled(index, beginning)
    return sorted(found)


def _outermost(index: PlaceIndex, found: Mapping[_Stretch, Sequence[Run]]) -> list[_Stretch]:
    """The stretches that are no part of one that is a whole name: "biryani" of "biryani pot" tells no other house."""
    whole = [place for place, runs in found.items() if any(is_whole(index, run) and not run.cost for run in runs)]
    return [
        place for place in found
        if not any(first <= place[0] and place[1] <= end and (first, end) != place for first, end in whole)
    ]  # fmt: skip


def _shuffled(index: PlaceIndex, units: Sequence[Unit]) -> list[Find]:
    """The name whose words are said in another order, and no others: "pigeon. the gilded one"."""
    words = sorted(unit.word for unit in units if unit.word not in COURTESY)
    names = {name for word in words for name in index.postings.get(word, ()) if sorted(index.names[name]) == words}
    slugs = tuple(house.slug for name in sorted(names) for house in index.houses[name])
    first, end = units[0].first if units else 0, units[-1].end if units else 0
    return [Find(first, end, index.printed[min(names)], slugs, sure=False, evidence="shuffled")] if names else []


def _named(index: PlaceIndex, found: Iterable[Sequence[Run]]) -> frozenset[int]:
    """The units that whole names are made of; single everyday words, and what is said when people book, are none.

    Of a name that lacks only the kind of house it takes a word that is in no dictionary.
    """
    whole = (run for runs in found for run in runs if _is_said_whole(index, run))
    return frozenset(at for run in whole if _is_telling(index, run) for at in range(run.first, run.end))


def _is_said_whole(index: PlaceIndex, run: Run) -> bool:
    if is_whole(index, run):
        return not run.slips
    return _is_all_but_kind(index, run) and any(rank(word) == UNKNOWN for word in said_words(index, run))


def _is_telling(index: PlaceIndex, run: Run) -> bool:
    if not is_everyday(index.names[run.name]):
        return True
    grade = grade_of(index, [run]) if run.size > 1 else None
    return grade is not None and grade.value > 1


def _choose(said: Said, runs: Sequence[Run]) -> _Choice | None:
    """Decide whether the units of runs name one of the names that they run along."""
    best = _likeliest(said, runs)
    run = best[0]
    grade = None if _is_parted(said, run) else grade_of(said.index, best)
    if grade is None or (run.slips and run.size == 1 and not _may_mean(said, run.first, grade.words[0])):
        return None
    spot = Spot(said, run.first, run.end, grade)
    evidence = weigh(spot)
    if not is_enough(spot, evidence):
        return None
    find = _find(said, best, evidence)
    return _Choice(find, (_telling_size(said, run, find), is_whole(said.index, run), -run.cost, evidence))


def _telling_size(said: Said, run: Run, find: Find) -> int:
    """How many tokens a find explains: with a slip in it, small words explain nothing ("el conrro", "El Charro")."""
    small = sum(unit.word in SMALL for unit in said.units[run.first : run.end]) if run.slips else 0
    return find.end - find.first - small


def _may_mean(said: Said, at: int, word: str) -> bool:
    """Whether a single word with a slip begins like that of the name, or a name is asked for."""
    return said.expecting == "restaurant" or said.units[at].word[0] == word[0]


def _likeliest(said: Said, runs: Sequence[Run]) -> Sequence[Run]:
    """Those closest to a name in a city that is said: whole names, else those that lack the kind of house, else parts."""
    index = said.index
    least = min(run.cost for run in runs)
    runs = [run for run in runs if run.cost == least]
    if len(runs) == 1:
        return runs
    cities = set(said.meant_cities.values())
    runs = [run for run in runs if any(house.city in cities for house in index.houses[run.name])] or runs
    kinds = (partial(is_whole, index), partial(_is_all_but_kind, index))
    return next((closest for kind in kinds if (closest := list(filter(kind, runs)))), runs)


def _is_all_but_kind(index: PlaceIndex, run: Run) -> bool:
    """Whether a name is said but for what kind of house it is: "redd" is "Redd Restaurant" rather than "Redd Wood"."""
    return not run.slips and TYPES.issuperset(left_words(index, run))


def _is_parted(said: Said, run: Run) -> bool:
    """Whether "the" stands inside that is no part of the name: "the bird and the dog"."""
    inside = said.tokens[said.units[run.first].first : said.units[run.end - 1].end]
    return sum(token.word == "the" for token in inside) > said.index.printed[run.name].lower().split().count("the")


def _find(said: Said, runs: Sequence[Run], evidence: int) -> Find:
    index = said.index
    ordered = sorted(
        runs, key=lambda run: (len(index.names[run.name]), not is_core(index, run), index.printed[run.name])
    )
    best = ordered[0]
    houses = [house for run in ordered for house in index.houses[run.name]]
    whole = is_whole(index, best)
    kind = "slip" if best.slips else "whole" if whole else "part"
    return Find(
        first=_first(said, best),
        end=said.units[best.end - 1].end,
        name=index.printed[best.name],
        slugs=tuple(house.slug for house in _narrowed(said, best, houses)),
        sure=best.size > best.slips and (whole or (len(runs) == 1 and best.size > 1 and is_core(index, best))),
        evidence=f"{kind}, {_DEGREES[evidence + 1]}",
    )


def _first(said: Said, run: Run) -> int:
    """The first token of a run, "the" where it is a part of the name."""
    first = said.units[run.first].first
    printed = said.index.printed[run.name].lower().startswith("the ")
    return first - 1 if printed and run.offset == 0 and first and said.tokens[first - 1].word == "the" else first


def _narrowed(said: Said, run: Run, houses: Sequence[House]) -> Sequence[House]:
    """The houses in a city, and on a street, that is said beside the name; all where that leaves none."""
    if len(houses) < 2:
        return houses
    inside = range(run.first, run.end)
    cities = {city for at, city in said.meant_cities.items() if at not in inside}
    streets = {word for at, word in said.street_words.items() if at not in inside}
    houses = [house for house in houses if house.city in cities] or houses
    return [house for house in houses if house.is_on(streets)] or houses
