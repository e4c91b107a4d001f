"""A text or a name cut into the units that names are compared by, and how ordinary a unit is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from nlu import lexicon
from nlu.lexicon import COMMON
from nlu.reading.lexing import APOSTROPHES, Token, tokenize

_DROPPED = frozenset(("the", "and", "&", "+", "n"))
_BREAKS = frozenset(".!?,;:()")
_COUNT = re.compile(r"\d+(?:th)?")
_BRITISH = re.compile(r"(?<=..)(?:our|tre)(?=s?$)")
_ALIKE = lexicon.load("places")["alike"]
_GLUED = frozenset(("word", "number"))
_ABBREVIATED = lexicon.words("names").particles

EVERYDAY, KNOWN, NAME, UNKNOWN = 1, 2, 3, 4
_DICTIONARY = lexicon.dictionary()
_RANKS = ((EVERYDAY, _DICTIONARY["everyday"] | COMMON), (KNOWN, _DICTIONARY["known"]), (NAME, _DICTIONARY["names"]))


NAMES = _DICTIONARY["names"]
"""Names of people and places, everyday words among them."""


class Unit(NamedTuple):
    """A word or number, or both in one ("2g"), of the tokens `first` up to `end`.

    "The" and "and" are none. `opens`: a sentence begins here; `breaks`: it is parted by a mark from what stands before.
    `misspelt`: it is known as a slip for an everyday word.
    """

    word: str
    first: int
    end: int
    capital: bool = False
    opens: bool = False
    breaks: bool = False
    kind: str = "word"
    misspelt: bool = False


def rank(word: str) -> int:
    """Return how ordinary a unit is: `EVERYDAY`, `KNOWN`, a `NAME` of people or places, or `UNKNOWN` to dictionaries."""
    if is_count(word) or len(word) == 1:
        return EVERYDAY if is_clock(word) else KNOWN
    return next((rank for rank, words in _RANKS if word in words), UNKNOWN)


def is_everyday(words: Iterable[str]) -> bool:
    """Whether all these units are everyday ones."""
    return all(rank(word) == EVERYDAY for word in words)


def is_count(word: str) -> bool:
    """Whether a unit is only a number, "3rd" among them."""
    return _COUNT.fullmatch(word) is not None


def is_clock(word: str) -> bool:
    """Whether a number may be an hour: "1730", "8"; not "1760"."""
    hours, minutes = divmod(int(word), 100) if word.isdecimal() and len(word) > 2 else (0, 0)
    return hours < 24 and minutes < 60


def fold(text: str) -> tuple[str, ...]:
    """Return the words of the units of a name."""
    return tuple(unit.word for unit in cut(text, tokenize(text)))


def cut(text: str, tokens: Sequence[Token]) -> list[Unit]:
    """Cut a text with its tokens into units."""
    units: list[Unit] = []
    for unit in _units(text, tokens):
        if units and _is_glued(tokens, units[-1], unit):
            last = units[-1]
            units[-1] = last._replace(word=last.word + unit.word, end=unit.end, kind="mixed")
        else:
            units.append(unit)
    return units


def _units(text: str, tokens: Sequence[Token]) -> Iterator[Unit]:
    opens, breaks, ended = True, True, 0
    for position, token in enumerate(tokens):
        raw = text[token.start : token.end]
        if "\n" in text[ended : token.start]:
            opens = breaks = True
        ended = token.end
        if raw[0] in _BREAKS and _ends_phrase(text, token, tokens[position - 1] if position else None):
            breaks, opens = True, opens or raw[0] in ".!?"
        word = _word(raw, token)
        if word and not _is_dropped(word, text, token):
            misspelt = token.word != word and rank(token.word) == EVERYDAY
            yield Unit(word, position, position + 1, token.capital, opens, breaks, token.kind, misspelt)
            breaks = False
        opens = opens and not word


def _ends_phrase(text: str, token: Token, before: Token | None) -> bool:
    """Whether a mark parts what stands around it: not in "No.1" and "St. Helena"."""
    apart = text[token.end : token.end + 1].strip() == ""
    short = before is not None and before.word in _ABBREVIATED
    return apart and not (short and text[token.start : token.end] == ".")


def _is_dropped(word: str, text: str, token: Token) -> bool:
    """Whether it is no unit: "an" where no vowel follows stands for "and"."""
    follower = text[token.end :].lstrip()[:1].lower()
    return word in _DROPPED or (word == "an" and follower not in {*"aeiouh", ""})


def _word(raw: str, token: Token) -> str:
    if token.kind == "other":
        return "" if raw not in ("&", "+", "@") else raw
    if raw.isdecimal() or _COUNT.fullmatch(token.word):
        return token.word if not raw.isdecimal() else str(int(raw))
    if token.kind != "word":
        return token.word
    if raw.lower() == "one":
        return "1"
    word = raw.translate(APOSTROPHES).casefold()
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return _ALIKE.get(word) or _american(word)


def _american(word: str) -> str:
    """A word as Americans spell it: "harbor" for "harbour", if there is one."""
    respelled = _BRITISH.sub(lambda ending: {"our": "or", "tre": "ter"}[ending[0]], word)
    return respelled if respelled == word or rank(respelled) < UNKNOWN else word


def _is_glued(tokens: Sequence[Token], last: Unit, unit: Unit) -> bool:
    """Whether letters and digits are written as one: "2g", "A16", "5a5"."""
    kinds = {last.kind, unit.kind}
    together = tokens[last.end - 1].end == tokens[unit.first].start
    return together and "number" in kinds and kinds <= _GLUED | {"mixed"} and len(kinds) > 1
