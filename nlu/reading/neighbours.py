"""Whether a known word is only part of a name: "dog" in "Bird Dog", "garden" in "at jade garden"."""

from __future__ import annotations

from nlu import lexicon
from nlu.lexicon import COMMON
from nlu.reading.lexing import Token
from nlu.reading.message import Message

_WORDS = lexicon.words("restaurants")

_REACH = 4
TYPES = _WORDS.types
GENERIC = _WORDS.houses | _WORDS.generic


def in_a_name(message: Message, first: int, end: int) -> bool:
    """Whether the tokens from `first` to `end` stand beside a word that makes a name of them."""
    before, after = message.free(first - 1), message.free(end)
    if _capital_beside(message, first, before, after) or (end - first == 1 and _names_a_house(message, first, after)):
        return True
    is_generic = message.tokens[first].word not in GENERIC and after is not None and after.word in GENERIC - TYPES
    return (is_generic or _unknown(before) or _unknown(after)) and _follows_place(message, first)


def _capital_beside(message: Message, first: int, before: Token | None, after: Token | None) -> bool:
    said_first = before if first > 1 or _unknown(message.tokens[0]) else None
    return _is_capital(message, first) and (_capital_in_name(said_first) or _capital_in_name(after))


def _names_a_house(message: Message, position: int, after: Token | None) -> bool:
    """Whether a kind of house is followed by its name: "trattoria lucertola"."""
    if message.tokens[position].word not in _WORDS.houses or after is None:
        return False
    is_named = after.capital and after.kind == "word" and after.word not in TYPES
    return (is_named and _is_capital(message, position)) or _unknown(after)


def _is_capital(message: Message, position: int) -> bool:
    return message.tokens[position].capital and not message.text.isupper()


def _capital_in_name(token: Token | None) -> bool:
    if token is None or not token.capital or token.kind != "word":
        return False
    return token.word not in COMMON - GENERIC or token.word in _WORDS.joining


def _unknown(token: Token | None) -> bool:
    return token is not None and token.kind == "word" and token.word.isalpha() and token.word not in COMMON


def _follows_place(message: Message, first: int) -> bool:
    """Whether "at" or the like stands before, with only unknown words between."""
    for position in range(first - 1, max(-1, first - 1 - _REACH), -1):
        token = message.tokens[position]
        if token.word in _WORDS.placing and token.word != "the":
            return True
        if not (_unknown(token) or token.word == "the"):
            return False
    return False
