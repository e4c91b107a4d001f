"""The street a restaurant is on, by what stands around its name; the database is asked later whether there is one."""

from __future__ import annotations

from nlu import lexicon
from nlu.lexicon import COMMON
from nlu.reading.message import Message
from nlu.reading.neighbours import GENERIC

_WORDS = lexicon.words("streets")
_NAMES_TOO = _WORDS.names_too
"""Common words that streets are called by."""
HOUSES = GENERIC | _WORDS.houses
_WORDLIKE = ("word", "number", "ordinal")
_LONGEST = 3


def read_streets(message: Message) -> None:
    """Claim `street` where the kind of street is said: "near mission street", "on 24th st"; its value is as it was typed."""
    tokens = message.tokens
    for position, token in enumerate(tokens):
        if token.word not in _WORDS.kinds or message.taken(position) or _goes_on(message, position + 1):
            continue
        first = position
        while first and position - first < _LONGEST and _may_name(message, first - 1):
            first -= 1
        if first < position and first and tokens[first - 1].word in _WORDS.before | {"the"}:
            _claim(message, first, position + 1)


def read_bare_streets(message: Message) -> None:
    """Claim `street` in "the italian place on main"; all that could stand after "on" must have been read before."""
    tokens = message.tokens
    for position, token in enumerate(tokens[:-1]):
        if token.word != "on" or not position or message.taken(position) or message.has("street"):
            continue
        before = tokens[position - 1]
        if before.word not in _WORDS.places and message.taken_by(position - 1) not in ("cuisine", "city"):
            continue
        first = end = position + 1
        while end < len(tokens) and end - first < _LONGEST - 1 and _names(message, end, first):
            end += 1
        if end > first:
            _claim(message, first, end)


def _claim(message: Message, first: int, end: int) -> None:
    message.claim("street", first, end, message.text[message.tokens[first].start : message.tokens[end - 1].end])


def _goes_on(message: Message, position: int) -> bool:
    """Whether a name goes on after the kind of street: "Lantern Street Kitchen"."""
    if position >= len(message.tokens) or message.taken(position):
        return False
    token = message.tokens[position]
    return token.kind == "word" and (token.capital or token.word not in COMMON or token.word in HOUSES)


def _may_name(message: Message, position: int) -> bool:
    token = message.tokens[position]
    return not message.taken(position) and token.word not in _WORDS.no_names and token.kind in _WORDLIKE


def _names(message: Message, position: int, first: int) -> bool:
    token = message.tokens[position]
    if message.taken(position) or token.kind != "word" or token.word in _WORDS.no_names:
        return False
    proper = token.capital and not message.text.isupper()
    return proper or (position == first and (token.word not in COMMON or token.word in _NAMES_TOO))
