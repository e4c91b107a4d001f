"""How much in a text speaks for it that words are the name of a restaurant."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from nlu import lexicon
from nlu.reading.lexing import Token
from nlu.reading.places.index import CUISINE_WORDS, TYPES, PlaceIndex
from nlu.reading.places.units import EVERYDAY, KNOWN, NAMES, Unit, rank
from nlu.reading.spelling import MONTHS, WEEKDAYS

_WORDS = lexicon.words("places")
_RESTAURANTS = lexicon.words("restaurants")
_PEOPLE = lexicon.words("people")
_STREETS = lexicon.words("streets")
_NAMES = lexicon.words("names")

CALENDAR = frozenset((*WEEKDAYS, *MONTHS, "today", "tonight", "tomorrow"))
_MEASURES = frozenset(("number", "ordinal", "clock", "day", "slash", "meridiem", "oclock", "phone_spelling"))
REQUEST = _RESTAURANTS.breaking | _RESTAURANTS.openers | _RESTAURANTS.following | _WORDS.details | _WORDS.courtesy
_OPENING = _RESTAURANTS.openers | _WORDS.details | _WORDS.courtesy | _WORDS.openers | _WORDS.strong
_ALONE = _OPENING - _WORDS.details
_PERSONS = _PEOPLE.ones | _PEOPLE.fellowship | _PEOPLE.like_names | _NAMES.titles | _WORDS.under
_BOOKING = _WORDS.attributed | _WORDS.strong
_LEADING = _WORDS.strong | _WORDS.weak
_NUMBER_CUES = frozenset(("for", "at", "on", "by", "after", "before", "of", "around", "about"))
_ASKING_NAMES = frozenset(("name", "first_name", "last_name"))
_PLACING = lexicon.words("cities").sure | {"from"}

NOTHING, WEAK, STRONG, STRONGER, CERTAIN = range(5)
AGAINST = -1


class Grade(NamedTuple):
    """How telling the words of a run are: from -1 (needs certain evidence) to 3 (needs none).

    `partial`: they are only a part of the name, or a slip for it. `cities`: where there are such restaurants.
    """

    value: int
    words: tuple[str, ...]
    partial: bool = False
    cities: frozenset[str] = frozenset()

    @property
    def needs(self) -> int:
        """The least evidence that makes a name of the words."""
        return STRONGER - self.value


class Said:
    """A text with what is told around names: cities, details of a booking, capitals."""

    def __init__(
        self, index: PlaceIndex, units: Sequence[Unit], text: str, tokens: Sequence[Token], expecting: str | None
    ) -> None:
        self.index, self.units, self.text, self.tokens, self.expecting = index, units, text, tokens, expecting

    @cached_property
    def cities(self) -> list[tuple[int, int, str]]:
        """Cities said: first unit, end, name in lower case."""
        found, at = [], 0
        words = [unit.word for unit in self.units]
        while at < len(words):
            size = self._city_size(words, at)
            if size:
                found.append((at, at + size, self.index.cities[tuple(words[at : at + size])]))
            at += size or 1
        return found

    def _city_size(self, words: Sequence[str], at: int) -> int:
        if words[at] not in self.index.city_words:
            return 0
        return next(
            (n for n in (3, 2, 1) if at + n <= len(words) and tuple(words[at : at + n]) in self.index.cities), 0
        )

    @cached_property
    def city_at(self) -> dict[int, str]:
        """Cities by the unit that they begin with."""
        return {first: city for first, _, city in self.cities}

    @cached_property
    def in_cities(self) -> frozenset[int]:
        """Units that are cities."""
        return frozenset(at for first, end, _ in self.cities for at in range(first, end))

    @cached_property
    def shouts(self) -> bool:
        """Whether all is in capitals, which then tell nothing."""
        return self.text.isupper()

    @cached_property
    def small_words(self) -> frozenset[int]:
        """Units that are written small."""
        return frozenset(
            at for at, u in enumerate(self.units) if u.kind == "word" and not u.capital and len(u.word) > 1
        )

    def is_titled(self, at: int) -> bool:
        """Whether a unit is a word with a capital, and not all in capitals in a text that is not."""
        unit = self.units[at]
        written = self.text[self.tokens[unit.first].start : self.tokens[unit.end - 1].end]
        return unit.kind == "word" and unit.capital and not self.shouts and (len(written) == 1 or not written.isupper())

    @cached_property
    def books(self) -> bool:
        """Whether a booking is spoken of."""
        return any(unit.word in _BOOKING for unit in self.units)

    def word(self, at: int) -> str:
        """The word of a unit, "" where there is none."""
        return self.units[at].word if 0 <= at < len(self.units) else ""

    def before(self, first: int) -> str:
        """The word before a unit in the same phrase."""
        return "" if first == 0 or self.units[first].breaks else self.units[first - 1].word

    def after(self, end: int) -> str:
        """The word after a run in the same phrase."""
        return "" if end >= len(self.units) or self.units[end].breaks else self.units[end].word

    def city_after(self, end: int) -> str:
        """The city that is said right after a run, with or without "in"."""
        return self.city_at.get(end + 1 if self.after(end) == "in" else end, "")

    def is_detail(self, at: int) -> bool:
        """Whether a unit tells a number, a day or an hour."""
        if not 0 <= at < len(self.units):
            return False
        unit = self.units[at]
        return unit.kind in _MEASURES or unit.word[0].isdigit() or self.tokens[unit.first].word in CALENDAR


def weigh(said: Said, first: int, end: int, grade: Grade) -> int:
    """Return how strong the evidence is that the units are meant as a name, `AGAINST` where it is that they are not."""
    if (end - first == 1 or grade.partial) and _goes_on(said, first, end):
        return AGAINST
    capital = _capital(said, first, end)
    cued = _by_cue(said, first, end, grade)
    if cued == CERTAIN:
        return cued
    if _against(said, first, end, grade, capital=capital):
        return AGAINST
    if said.expecting in _ASKING_NAMES:
        return cued if cued >= STRONG else AGAINST
    beside = _by_rest(said, first, end, grade)
    if capital:
        leading = said.before(first) in _LEADING and said.before(first) not in _PLACING
        return CERTAIN if leading else max(STRONG, cued, beside)
    return max(cued, beside)


def _by_cue(said: Said, first: int, end: int, grade: Grade) -> int:
    before, after = said.before(first), said.after(end)
    told = _party_follows(said, end) or _place_follows(said, end)
    if before in _WORDS.naming:
        return CERTAIN
    if before == "at" and end - first == 1 and (said.is_titled(first) or rank(said.word(first)) > KNOWN):
        return STRONG
    if before in _WORDS.strong:
        return STRONGER if told else STRONG
    if before in _WORDS.weak and told and before != "for":
        return STRONG
    if after in _WORDS.attributed and before in _WORDS.owners | {""}:
        return WEAK
    if said.city_after(end) in grade.cities and grade.words[0] not in REQUEST:
        return STRONG
    return WEAK if before in _WORDS.weak or told or _detail_follows(said, end) or said.books else NOTHING


def _party_follows(said: Said, end: int) -> bool:
    return said.after(end) == "for" and said.is_detail(end + 1) and said.word(end + 2) not in _WORDS.durations


def _place_follows(said: Said, end: int) -> bool:
    """Whether a city or a street follows: "rasa in burlingame", "home on mission street"."""
    return bool(said.city_after(end)) or (
        said.after(end) == "on" and any(said.word(at) in _STREETS.kinds for at in (end + 2, end + 3))
    )


def _detail_follows(said: Said, end: int) -> bool:
    after = said.after(end)
    return (after in ("at", "on", "for", "this", "next") and said.is_detail(end + 1)) or (
        bool(after) and said.is_detail(end)
    )


def _goes_on(said: Said, first: int, end: int) -> bool:
    """Whether a capitalised word beside makes another name of the units: "Tai Won Mein", "Villa Toscana"."""
    before = first and not said.units[first].breaks and not said.units[first - 1].opens and _is_foreign(said, first - 1)
    after = end < len(said.units) and not said.units[end].breaks and _is_foreign(said, end)
    return bool(before or after) and any(said.units[at].capital for at in range(first, end))


def _is_foreign(said: Said, at: int) -> bool:
    if not said.is_titled(at) or at in said.in_cities:
        return False
    word = said.units[at].word
    return not (said.is_detail(at) or word in REQUEST or word in _LEADING or word in TYPES or word in CUISINE_WORDS)


def _by_rest(said: Said, first: int, end: int, grade: Grade) -> int:
    """The evidence of a text that says nothing else, or only details of a booking."""
    rest = [at for at in (*range(first), *range(end, len(said.units))) if at not in said.in_cities]
    alone = all(said.units[at].word in (_ALONE if at < first else _WORDS.courtesy) for at in rest)
    if alone and said.expecting == "restaurant":
        return CERTAIN
    if not all(said.is_detail(at) or said.units[at].word in REQUEST for at in rest):
        return NOTHING
    beside = STRONG if grade.value > 1 else _by_details(said, first, end, rest, grade)
    return max(beside, WEAK if alone else NOTHING)


def _by_details(said: Said, first: int, end: int, rest: Sequence[int], grade: Grade) -> int:
    """The evidence of details for everyday words: nothing that asks or tells may stand before them."""
    opens = all(said.is_detail(at) or said.units[at].word in _OPENING for at in rest if at < first)
    if not opens or (end - first == 1 and grade.words[0] in REQUEST):
        return NOTHING
    if first and end - first == 1 and rank(grade.words[0]) == EVERYDAY:
        return NOTHING
    several = end - first > 1 and any(said.is_detail(at) for at in rest)
    placed = end in said.city_at and end - first > 1
    return STRONG if several or placed or _party_follows(said, end) else NOTHING


def _capital(said: Said, first: int, end: int) -> bool:
    """Whether capitals make a name of the units: not of what is always written so, nor at the beginning of a sentence."""
    if said.shouts or not said.small_words - set(range(first, end)):
        return False
    units = said.units[first:end]
    written = [unit for unit in units if unit.kind == "word" and len(unit.word) > 2]
    if not all(said.is_titled(at) for at in range(first, end) if said.units[at] in written):
        return False
    telling = [unit for unit in written if not unit.opens and not _always_capital(said, unit)]
    return bool(telling) and len(said.small_words) * 2 >= sum(unit.capital for unit in said.units) - len(written)


def _always_capital(said: Said, unit: Unit) -> bool:
    word = unit.word
    return word in CALENDAR or word in said.index.city_words or word in CUISINE_WORDS or word in NAMES


def _against(said: Said, first: int, end: int, grade: Grade, *, capital: bool) -> bool:
    before, after = said.before(first), said.after(end)
    single = end - first == 1
    told = before in _WORDS.determiners or (before in _WORDS.owners and after not in _WORDS.attributed)
    if told and (single or not capital):
        return True
    if single and (_is_person(said, first) or after in _STREETS.kinds or before in _WORDS.places_of_words):
        return True
    counted = grade.value < 2 and _is_count(said, first, before) and not capital and not _party_follows(said, end)
    return counted or _is_city(said, first, end, before)


def _is_person(said: Said, first: int) -> bool:
    """Whether a single word is a person: "my friend Rosa", "this is Frances", "for Rosa"."""
    before, earlier = said.before(first), said.before(first - 1) if first else ""
    unit = said.units[first]
    if before in _PERSONS or (before == "is" and earlier in ("this", "name")) or (before == "am" and earlier == "i"):
        return True
    return before in ("for", "with") and unit.word in NAMES


def _is_city(said: Said, first: int, end: int, before: str) -> bool:
    """Whether the units are only a city that is told as such."""
    alone = all(at in said.in_cities for at in range(first, end))
    return alone and (before in _PLACING or before == "" or said.expecting == "city")


def _is_count(said: Said, first: int, before: str) -> bool:
    """Whether a number that would begin a name counts guests or hours: "for 8 sushi"."""
    unit = said.units[first]
    return before in _NUMBER_CUES and (unit.kind in _MEASURES or unit.word.isdecimal())
