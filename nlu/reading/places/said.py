"""A text with what is told around names: cities, details of a booking, capitals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from nlu import lexicon
from nlu.reading.lexing import Token
from nlu.reading.places.index import PlaceIndex
from nlu.reading.places.units import Unit
from nlu.reading.places.vocabulary import CALENDAR

_WORDS = lexicon.words("places")
_BOOKING = _WORDS.attributed | _WORDS.strong | lexicon.words("changing").changing
_TURNING = _WORDS.strong | _WORDS.turning | lexicon.words("changing").changing
_BESIDE, _KINDS = _WORDS.beside | {"at"}, lexicon.words("streets").kinds
_MEASURES = frozenset(("number", "ordinal", "clock", "day", "slash", "meridiem", "oclock", "phone_spelling"))


class Said:
    """A text with what is told around names: cities, details of a booking, capitals."""

    def __init__(
        self,
        index: PlaceIndex,
        units: Sequence[Unit],
        text: str,
        tokens: Sequence[Token],
        expecting: str | None,
        *,
        named: frozenset[int],
    ) -> None:
        """Keep a text with its units, those among them that are whole names, and what has been asked."""
        self.index, self.units, self.text, self.tokens = index, units, text, tokens
        self.expecting, self.named = expecting, named

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
    def meant_cities(self) -> Mapping[int, str]:
        """Cities by the unit that they begin with, but for those that are not meant: "Milpitas, not Dublin"."""
        return {
            first: city for first, _, city in self.cities if "not" not in (self.word(first - 1), self.word(first - 2))
        }

    @cached_property
    def street_words(self) -> Mapping[int, str]:
        """The words beside a kind of street or "on", "near": a street may be named by them."""
        beside = (at + step for at, unit in enumerate(self.units) if unit.word in _BESIDE for step in (1, 2, 3))
        before = (at - step for at, unit in enumerate(self.units) if unit.word in _KINDS for step in (1, 2, 3))
        return {at: self.word(at) for at in (*beside, *before)}

    @cached_property
    def city_at(self) -> dict[int, str]:
        """Cities by the unit that they begin with."""
        return {first: city for first, _, city in self.cities}

    @cached_property
    def in_cities(self) -> frozenset[int]:
        """Units that are cities."""
        return frozenset(at for first, end, _ in self.cities for at in range(first, end))

    @cached_property
    def where(self) -> frozenset[int]:
        """Units that are cities, with the "in" before them."""
        return self.in_cities | {first - 1 for first, _, _ in self.cities if self.word(first - 1) == "in"}

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

    @cached_property
    def compares(self) -> bool:
        """Whether one is set against another: "zola or rasa", "rasa instead of zola"."""
        return any(unit.word in _WORDS.linking | _TURNING for unit in self.units)

    @cached_property
    def turns(self) -> bool:
        """Whether something is to be booked, changed or given up."""
        return any(unit.word in _TURNING for unit in self.units)

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

    def is_party(self, at: int) -> bool:
        """Whether "for 4" stands here, which is no "for 4 hours"."""
        return self.word(at) == "for" and self.is_detail(at + 1) and self.word(at + 2) not in _WORDS.durations

    @cached_property
    def tells_party(self) -> bool:
        """Whether a party size is told: "for 4", "party of 4", "4 people"."""
        heads = _WORDS.heads
        return any(
            self.is_party(at - 1) or self.word(at + 1) in heads or self.word(at - 2) in heads for at in self.details
        )

    @cached_property
    def arranges(self) -> bool:
        """Whether it is about a table: a party is told, or a booking with a day or an hour."""
        return self.tells_party or (self.books and bool(self.details))

    @cached_property
    def details(self) -> frozenset[int]:
        """Units that tell a number, a day or an hour."""
        return frozenset(filter(self.is_detail, range(len(self.units))))
