"""Two wishes in one message: "cancel the Cedar one and make the other one 6 people"."""

from __future__ import annotations

import re

from nlu import lexicon

_WORDS = lexicon.words("wishes")

_ASKING = r"(?:(?:please|pls|can you|could you|can u|i want to|i'd like to|i need to|hi|hey)[, ]+)*"
_CANCEL = re.compile(rf"{_ASKING}(?:cancel|scrap|drop)\s+(?P<object>\S.*)", re.IGNORECASE)
_OTHER = re.compile(
    rf"{_ASKING}(?:cancel|scrap|drop|move|change|push|shift|make (?!it\b|that\b)|book|reserve|get me|a table|table)\b"
    r"\s*(?P<rest>\S.*)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\s*(?:[,;.]\s*(?:and\s+|then\s+|also\s+)*|\band\s+(?:then\s+|also\s+)*|\bthen\s+)", re.IGNORECASE
)
_INSTEAD = re.compile(r"\b(?:instead|rather|another time|a new one)\b", re.IGNORECASE)
_FEWEST_WORDS = 3


def split_wishes(text: str) -> list[str]:
    """The wishes of a message, in the order in which they are best dealt with; nearly always one, the message itself.

    Only where one of two tells which booking is to be cancelled, and the other is of something else: giving up a table for
    another ("cancel Friday and book Saturday instead") is one wish, so that no table is lost on the way.
    """
    if _INSTEAD.search(text):
        return [text]
    for gap in _BETWEEN.finditer(text):
        first, second = text[: gap.start()].strip(), text[gap.end() :].strip()
        if _cancels_one(first) and _wants_more(second):
            return [first, second]
        if _cancels_one(second) and _wants_more(first):
            return [second, first]
    return [text]


def _cancels_one(clause: str) -> bool:
    found = _CANCEL.fullmatch(clause)
    return found is not None and bool(_words(found["object"]) - _WORDS.points_nowhere)


def _wants_more(clause: str) -> bool:
    found = _OTHER.fullmatch(clause)
    return found is not None and len(found["rest"].split()) >= _FEWEST_WORDS


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold()))
