"""Restaurants by the words around their names; the database is asked later which one it is."""

from __future__ import annotations

from nlu.reading.common_words import COMMON
from nlu.reading.message import Message
from nlu.reading.words import words

_CUES = frozenset(
    {
        "at",
        "to",
        "called",
        "named",
        "with",
        "from",
        "@",
        "for",
        "book",
        "try",
        "visit",
        "like",
        "of",
        "want",
        "about",
        "reserve",
    }
)
_SURE = frozenset({"at", "called", "named", "@", "restaurant", "try", "visit"})
_INSIDE = frozenset(
    {"&", "-", "and", "the", "of", "on", "n", "la", "le", "el", "de", "du", "aux", "by", "no", "+", "'"}
)
_BREAKING = words("please for in on at with and or near from to if is are do can could thanks asap by around")
_LONGEST = 8


def read_restaurants(message: Message) -> None:
    """Claim likely restaurant names as `restaurant`; everything else must have been read before."""
    tokens = message.tokens
    for position, token in enumerate(tokens[:-1]):
        if token.word in _CUES and not message.taken(position):
            end = _name_end(message, position + 1, sure=token.word in _SURE)
            if end > position + 1:
                _claim(message, position + 1, end)
    if not message.has("restaurant", "first_name", "last_name"):
        _claim_opening(message)


def _claim(message: Message, first: int, end: int) -> None:
    while first < end and message.tokens[first].word in ("the", "a", "an", '"') and not message.tokens[first].capital:
        first += 1
    while end > first and message.tokens[end - 1].word in _INSIDE | {'"'}:
        end -= 1
    if end > first:
        text = message.text[message.tokens[first].start : message.tokens[end - 1].end]
        message.claim("restaurant", first, end, text)


def _name_end(message: Message, first: int, *, sure: bool) -> int:
    """End of the name that begins at `first`: capitalised words, or unknown small ones after a sure cue."""
    end = first
    named = False
    while end < len(message.tokens) and end - first < _LONGEST and not message.taken(end):
        token = message.tokens[end]
        shouting = message.text.isupper()
        if (token.kind == "word" and token.capital and not shouting and token.word not in ("i", "im", "id")) or (
            token.kind == "word" and sure and token.word not in COMMON and token.word not in _BREAKING
        ):
            named = True
        elif not (token.word in _INSIDE and (end == first or _goes_on(message, end))):
            break
        end += 1
    return end if named else first


def _goes_on(message: Message, position: int) -> bool:
    follower = message.tokens[position + 1] if position + 1 < len(message.tokens) else None
    return follower is not None and follower.kind == "word" and follower.capital


def _claim_opening(message: Message) -> None:
    """Words that begin a message, or are all of it, and are no common ones: "bird dog 4 tomorrow"."""
    first = 0
    while first < len(message.tokens) and message.tokens[first].word in (
        "hi",
        "hello",
        "hey",
        ",",
        "the",
        "book",
        "maybe",
        "yes",
        "no",
        "!",
    ):
        first += 1
    end = first
    while end < len(message.tokens) and end - first < _LONGEST and not message.taken(end):
        token = message.tokens[end]
        if token.kind != "word" or token.word in COMMON:
            break
        end += 1
    known = end < len(message.tokens) and not message.taken(end) and message.tokens[end].word in COMMON - _BREAKING
    if end > first and not (known and message.expecting != "restaurant"):
        _claim(message, first, end)
