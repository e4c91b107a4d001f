"""Whether a known word is only part of a name: "dog" in "Bird Dog", "garden" in "at jade garden"."""

from __future__ import annotations

from nlu.reading.common_words import COMMON
from nlu.reading.lexing import Token
from nlu.reading.message import Message
from nlu.reading.words import words

_PLACING = words("at to called named @ from restaurant book reserve is the try like")
_REACH = 4
_TYPES = words("restaurant restaurants food cuisine place places")
_HOUSES = words("trattoria osteria izakaya brasserie bistro cafe taverna cantina pizzeria taqueria")
_LINKING = words("and for of the on")
GENERIC = words(
    "club house bistro grill cafe kitchen bar room tavern diner lounge inn pizzeria trattoria osteria cantina eatery "
    "brasserie garden bakery pub steakhouse roadhouse palace express corner noodle grille restaurant"
)


def in_a_name(message: Message, first: int, end: int) -> bool:
    """Whether the tokens from `first` to `end` stand beside a word that makes a name of them."""
    tokens = message.tokens
    before = tokens[first - 1] if first and not message.taken(first - 1) else None
    after = tokens[end] if end < len(tokens) and not message.taken(end) else None
    capital = tokens[first].capital and not message.text.isupper()
    said_first = before if first > 1 or _unknown(tokens[0]) else None
    if capital and any(side and _capital_in_name(side) for side in (said_first, after)):
        return True
    if tokens[first].word in _HOUSES and end - first == 1 and after is not None:
        named = capital and after.capital and after.kind == "word" and after.word not in _TYPES
        if named or _unknown(after):
            return True  # "trattoria lucertola"
    generic = after is not None and after.word in GENERIC - _TYPES and tokens[first].word not in GENERIC
    unknown = any(side and _unknown(side) for side in (before, after))
    return (generic or unknown) and _follows_place(message, first)


def _capital_in_name(token: Token) -> bool:
    return token.capital and token.kind == "word" and (token.word not in COMMON - GENERIC or token.word in _LINKING)


def _unknown(token: Token) -> bool:
    return token.kind == "word" and token.word.isalpha() and token.word not in COMMON


def _follows_place(message: Message, first: int) -> bool:
    """Whether "at" or the like stands before, with only unknown words between."""
    for position in range(first - 1, max(-1, first - 1 - _REACH), -1):
        if message.taken(position):
            return False
        token = message.tokens[position]
        if token.word in _PLACING and token.word != "the":
            return True
        if not (_unknown(token) or token.word == "the"):
            return False
    return False
