"""Where the words of a text run along the words of a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from nlu.lexicon import COMMON
from nlu.reading.places.index import PlaceIndex
from nlu.reading.places.slips import SHORTEST, distance, is_slip, may_sound
from nlu.reading.places.units import EVERYDAY, UNKNOWN, Unit, rank
from nlu.reading.places.vocabulary import SMALL

_LONGEST = 8
_FORM, _GAP, _SLIP, _DOUBTFUL = 1, 3, 10, 1000
_SHORTEST_JOINED = 6
_MOST_JOINED = 4
_SHORTEST_PIECE = 3
_TELLING_TOGETHER = 3
"""Words, but for small ones. So many of a name, beside one that is nearly the same, are said of nothing else."""


class Run(NamedTuple):
    """Units `first` up to `end` that are words of a name, from its word `offset` on, apart from it by so much.

    A missing or needless s costs least, and a slip more. `gaps`: the words inside that are left out.
    """

    first: int
    end: int
    name: int
    offset: int
    cost: int
    gaps: tuple[int, ...] = ()

    @property
    def slips(self) -> bool:
        """Whether a word is written with a slip."""
        return self.cost >= _SLIP

    @property
    def size(self) -> int:
        """How many words."""
        return self.end - self.first


def said_words(index: PlaceIndex, run: Run) -> tuple[str, ...]:
    """Return the words of the name that are said."""
    return tuple(word for at, word in enumerate(index.names[run.name]) if _is_said(run, at))


def _is_said(run: Run, at: int) -> bool:
    return run.offset <= at < run.offset + run.size + len(run.gaps) and at not in run.gaps


def left_words(index: PlaceIndex, run: Run) -> tuple[str, ...]:
    """Return the words of the name that are left out."""
    return tuple(word for at, word in enumerate(index.names[run.name]) if not _is_said(run, at))


def readings(index: PlaceIndex, units: list[Unit]) -> list[list[Unit]]:
    """Return the units as they are and, where words of names may have been split or joined, as they then were."""
    respelled = list(_respelled(index, units))
    return [units] if respelled == units else [units, respelled]


def _respelled(index: PlaceIndex, units: Sequence[Unit]) -> Iterator[Unit]:
    position = 0
    while position < len(units):
        unit = units[position]
        follower = units[position + 1] if position + 1 < len(units) else None
        following = units[position + 2].word if position + 2 < len(units) else ""
        if follower is not None and _is_split(index, unit, follower, following):
            yield unit._replace(word=unit.word + follower.word, end=follower.end)
            position += 1
        elif pieces := _pieces(index, unit):
            yield unit._replace(word=pieces[0])
            yield from (unit._replace(word=piece, opens=False, breaks=False) for piece in pieces[1:])
        else:
            yield unit
        position += 1


def _pieces(index: PlaceIndex, unit: Unit) -> tuple[str, ...] | None:
    """The words of a name that are written as one, the first of them perhaps with a slip: "seelheadandsons"."""
    word = unit.word
    if word in index.vocabulary or rank(word) < UNKNOWN or unit.misspelt or not word.isalpha():
        return None
    return next(_cut_up(index, word, ()), None)


def _cut_up(index: PlaceIndex, word: str, after: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The ways to cut a word into words that stand in a row in a name, with those `after` it."""
    cuts = ((word[:at], word[at:]) for at in range(1, len(word)))
    for cut, second in cuts:
        if second in index.vocabulary and (not after or index.is_pair(second, after[0])):
            pairs = ((first, second) for first in _meant_by(index, cut, second))
            yield from ((*pair, *after) for pair in pairs if index.is_pair(*pair))
            if len(after) < _MOST_JOINED - 2:
                for rest in dict.fromkeys((cut, cut.removesuffix("and"))):
                    yield from _cut_up(index, rest, (second, *after))


def _meant_by(index: PlaceIndex, cut: str, second: str) -> Sequence[str]:
    """The words that the beginning of a word may be, without an "and" at its end."""
    first = cut if cut in index.vocabulary else cut.removesuffix("and")
    if first in index.vocabulary or min(len(first), len(second) + 1) < SHORTEST:
        return (first,)
    return index.slips.meant(first)


def _is_split(index: PlaceIndex, unit: Unit, follower: Unit, following: str) -> bool:
    word = unit.word + follower.word
    if follower.breaks or len(word) < SHORTEST or word not in index.vocabulary:
        return False
    if index.is_pair(word, following):
        return True
    if len(word) < _SHORTEST_JOINED:
        return False
    strange = UNKNOWN in (rank(unit.word), rank(follower.word))
    whole = min(len(unit.word), len(follower.word)) >= _SHORTEST_PIECE and not {unit.word, follower.word} & SMALL
    return (strange or whole) and rank(word) != EVERYDAY


def find_runs(index: PlaceIndex, units: Sequence[Unit]) -> dict[tuple[int, int], list[Run]]:
    """Return the longest runs along each name that may be meant, by their units."""
    found: dict[tuple[int, int], dict[int, Run]] = defaultdict(dict)
    for longest in _all_runs(index, units):
        run = _trimmed(index, units, longest)
        if run.size > 0:
            same = found[run.first, run.end]
            if run.name not in same or same[run.name].cost > run.cost:
                same[run.name] = run
    return {place: list(runs.values()) for place, runs in found.items()}


def _all_runs(index: PlaceIndex, units: Sequence[Unit]) -> Iterator[Run]:
    meant = [_meant(index, unit) for unit in units]
    for at, words in enumerate(meant):
        for word in words:
            if index.is_frequent(word):
                yield from _frequent(index, units, meant, at, word)
            else:
                yield from _along(index, units, at, word, index.postings.get(word, ()))


def _meant(index: PlaceIndex, unit: Unit) -> Sequence[str]:
    """The words of names that a unit may be: itself, with or without an s, or what it is a slip for."""
    word = unit.word
    if word in index.vocabulary:
        return (word, *_forms(index, word)) if rank(word) == UNKNOWN and not index.is_generic(word) else (word,)
    if rank(word) == EVERYDAY or not word.isalpha() or index.is_generic(word):
        return ()
    if rank(word) == UNKNOWN and not unit.misspelt:
        return (*_forms(index, word), *index.slips.meant(word))
    return _forms(index, word)


def _forms(index: PlaceIndex, word: str) -> tuple[str, ...]:
    if len(word) < SHORTEST:
        return ()
    return tuple(form for form in (word + "s", word.removesuffix("s")) if form != word and form in index.vocabulary)


def _along(index: PlaceIndex, units: Sequence[Unit], at: int, word: str, names: Iterable[int]) -> Iterator[Run]:
    everyday = rank(word) == EVERYDAY
    for name in names:
        words = index.names[name]
        for place, known in enumerate(words):
            if known == word and not (everyday and len(words) > 1 and _is_by_chance(units, at, words, place)):
                yield _align(index, units, at, name, place)


def _is_by_chance(units: Sequence[Unit], at: int, words: Sequence[str], place: int) -> bool:
    """Whether no word beside an everyday one goes on with the name; so most are looked at no further."""
    before = at > 0 and place > 0 and _may_be(units[at - 1].word, words[place - 1])
    return not before and not (
        at + 1 < len(units) and place + 1 < len(words) and _may_be(units[at + 1].word, words[place + 1])
    )


def _may_be(said: str, known: str) -> bool:
    return said[:1] == known[:1] or said[-1:] == known[-1:]


def _frequent(
    index: PlaceIndex, units: Sequence[Unit], meant: Sequence[Sequence[str]], at: int, first: str
) -> Iterator[Run]:
    """Runs that begin with words of which many names share each."""
    words: tuple[str, ...] = (first,)
    for following in range(at + 1, at + 1 + _LONGEST):
        if words in index.frequent:
            yield _align(index, units, at, index.frequent[words], 0)
        if following >= len(units) or units[following].breaks or not meant[following]:
            break
        if len(words) == 1:
            for second in meant[following]:
                yield from _along(index, units, at, first, index.postings.get(f"{first} {second}", ()))
        words = (*words, meant[following][0])


def _align(index: PlaceIndex, units: Sequence[Unit], at: int, name: int, place: int) -> Run:
    """Follow a name from one of its words on to both sides, as far as the text goes with it."""
    run = _followed(index, units, at, name, place, lenient=True)
    if run.gaps and not _may_leave_out(index, run):
        run = _followed(index, units, at, name, place, lenient=True, gaps=False)
    if run.cost < _DOUBTFUL:
        return run
    words = index.names[name]
    alone = run.cost - _DOUBTFUL < _SLIP and run.size == len(words) > 1
    exact = {unit.word for unit in units[run.first : run.end]}.intersection(words) - SMALL
    if alone and (len(exact) >= _TELLING_TOGETHER or any(rank(word) > EVERYDAY for word in exact)):
        return run._replace(cost=_SLIP)
    return _followed(index, units, at, name, place, lenient=False, gaps=False)


def _may_leave_out(index: PlaceIndex, run: Run) -> bool:
    """Whether the rest of a name tells it: "bjs brewhouse" for "Bj's Restaurant & Brewhouse"."""
    said = said_words(index, run)
    if SMALL & {said[0], said[-1]} or run.cost >= _SLIP:
        return False
    own = [word for word in said if not index.is_generic(word) and word not in SMALL]
    return len(own) > (0 if all(index.is_generic(index.names[run.name][at]) for at in run.gaps) else 1)


def _followed(
    index: PlaceIndex, units: Sequence[Unit], at: int, name: int, place: int, *, lenient: bool, gaps: bool = True
) -> Run:
    words = index.names[name]
    marked = words in index.marked
    first, offset, before, left = _extended(units, words, at, place, -1, marked=marked, lenient=lenient, gaps=gaps)
    last, _, after, right = _extended(units, words, at, place, 1, marked=marked, lenient=lenient, gaps=gaps)
    cost = (_apart(units[at].word, words[place], lenient=True) or 0) + before + after
    return Run(first, last + 1, name, offset, cost, left + right)


def _extended(
    units: Sequence[Unit],
    words: Sequence[str],
    at: int,
    place: int,
    step: int,
    *,
    marked: bool,
    lenient: bool,
    gaps: bool,
) -> tuple[int, int, int, tuple[int, ...]]:
    """The last unit to one side that goes on with a name, its word of the name, the cost, and the words left out."""
    cost, left = 0, ()
    while 0 <= at + step < len(units) and 0 <= (following := place + step) < len(words):
        if units[max(at, at + step)].breaks and not marked:
            break
        apart = _apart(units[at + step].word, words[following], lenient=lenient)
        if apart is None and gaps:
            following, apart = _skipped(words, following, step, units[at + step].word), _GAP
        if apart is None or following < 0:
            break
        left = (*left, *range(place + step, following, step))
        at, place, cost = at + step, following, cost + apart
    return at, place, cost, left


def _skipped(words: Sequence[str], at: int, step: int, said: str) -> int:
    """Where a name goes on with a word after others that are left out; -1 if it does not."""
    ahead = range(at, len(words) if step > 0 else -1, step)
    return next((place for place in ahead if words[place] == said), -1)


def _apart(said: str, known: str, *, lenient: bool) -> int | None:
    """How far a unit is from a word of a name: `_DOUBTFUL` where it is a word of its own; None where it is another."""
    if said == known:
        return 0
    if said.removesuffix("s") == known.removesuffix("s") and min(len(said), len(known)) >= SHORTEST - 1:
        return _FORM
    if not (is_slip(said, known) or (lenient and rank(said) > EVERYDAY and may_sound(said, known))):
        return None
    if rank(said) == UNKNOWN:
        return _SLIP * distance(said, known)
    return _DOUBTFUL if lenient else None


def _trimmed(index: PlaceIndex, units: Sequence[Unit], run: Run) -> Run:
    """A part of a name without the small words at its ends; "la" that the name begins with belongs to it."""
    if run.gaps or run.size == len(index.names[run.name]):
        return run
    first, end = run.first, run.end
    while (
        first < end and units[first].word in SMALL and (run.offset + first > run.first or units[first].word in COMMON)
    ):
        first += 1
    while end > first and units[end - 1].word in SMALL:
        end -= 1
    return run._replace(first=first, end=end, offset=run.offset + first - run.first)
