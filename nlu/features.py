"""What the learned model looks at: a message's words with every entity as one word, and its letters.

So "for 4" and "for 6" look alike; the letters help with what is mistyped and with words that were never taught.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from nlu.lexicon import COMMON
from nlu.reading.message import Message
from nlu.reading.reader import read_message

NOTHING = "nothing"
"""What stands for no question at all."""
ASKED = ("confirmation", "name")
"""The questions after which words mean something else than after the others."""
OTHERWISE = "other"
_SHORT = 5
_DIGIT = re.compile(r"\d")


class Features(NamedTuple):
    """What the model looks at: words with entities as one word each, and letters with all digits alike."""

    words: str
    letters: str


def asked_of(expecting: str | None) -> str:
    """Return the model's word for what the service asked for last (the contract's `expects`)."""
    if expecting is None:
        return NOTHING
    return expecting if expecting in ASKED else OTHERWISE


def features(text: str, expecting: str | None) -> Features:
    """Prepare a message for the model."""
    words = " ".join(delexicalise(read_message(text, expecting=expecting)))
    if asked_of(expecting) == "name":
        words = f"{words} {_shape(text)}"
    return Features(words, _DIGIT.sub("0", text.lower()))


def features_of_part(message: Message, start: int, end: int) -> Features:
    """Prepare the part of a read message between two characters for the model, as if nothing had been asked before it."""
    words = " ".join(delexicalise(message, start, end))
    return Features(words, _DIGIT.sub("0", message.text[start:end].lower()))


def delexicalise(message: Message, start: int = 0, end: int | None = None) -> list[str]:
    """Canonical words of a read message, or of a part of it; each entity stands as one word like `<date>`.

    "Later" and "earlier" stand as `<shift>` where no list is shown to pick them from.
    """
    end = len(message.text) if end is None else end
    shifts = {claim.first for claim in message.of("choice") if claim.value.get("which") in ("later", "earlier")}
    shifts = shifts if message.expecting is None else set()
    inside = [(word, first) for word, first, _ in message.view.items if start <= message.tokens[first].start < end]
    return ["<shift>" if first in shifts else word for word, first in inside] or ["<empty>"]


def _shape(text: str) -> str:
    """Tell how long a text is, and of a short one how many words are capitalized and how many uncommon, as names are."""
    words = text.split()
    if len(words) > _SHORT:
        return f"<length:{min(len(words) // 4, 6)}>"
    capitals = sum(word[:1].isupper() for word in words)
    uncommon = sum("".join(filter(str.isalnum, word.lower())) not in COMMON for word in words)
    return f"<words:{len(words)}> <capitals:{capitals}/{len(words)}> <uncommon:{uncommon}/{len(words)}>"
