"""How a name is printed: as it was typed, or with the capitals it lacks."""

from __future__ import annotations

import re

from nlu.reading.message import Message
from nlu.reading.name_cues import PAIR, PARTICLES, POSSESSIVE

_PREFIXED = re.compile(r"[od]'|mc(?=\w{2})")


def printed(message: Message, first: int, end: int) -> str:
    """The words of these tokens as a name."""
    text = POSSESSIVE.sub("", message.text[message.tokens[first].start : message.tokens[end - 1].end])
    if text.islower() or (text.isupper() and len(text) > PAIR):
        return "-".join(" ".join(_capitalised(word) for word in part.split(" ")) for part in text.lower().split("-"))
    return text if message.tokens[first].word in PARTICLES else text[:1].upper() + text[1:]


def _capitalised(word: str) -> str:
    if word in PARTICLES:
        return word
    prefix = _PREFIXED.match(word)
    length = prefix.end() if prefix else 0
    return word[:length].capitalize() + word[length:].capitalize()
