"""What a diner does with a message: the classes of the learned model, what it looks at, and what it is taught.

An act is read before content counts: a time that is only mentioned is no wish to move a booking. What the service asked for
last chooses the model, since "hang on" answers nothing where nothing was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import NamedTuple

import yaml

from nlu.intents import delexicalise
from nlu.reading.common_words import COMMON
from nlu.reading.reader import read_message

EXAMPLES = Path(__file__).parents[1] / "data" / "acts"
NOTHING = "nothing"
_ASKED = ("confirmation", "name")
_OTHERWISE = "other"
_ASKED_ABOUT = frozenset(("topic", "diet"))
_RATHER, _SURE, _CLEAR = 0.35, 0.55, 0.75
_SHORT = 5
_DIGIT = re.compile(r"\d")
_EVERYWHERE = (NOTHING, *_ASKED, _OTHERWISE)
_OF_INTENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "change": ("change", _EVERYWHERE),
    "cancel": ("cancel", _EVERYWHERE),
    "undo": ("undo", (NOTHING,)),
    "book": ("book", (NOTHING, _OTHERWISE)),
    "find": ("book", (NOTHING, _OTHERWISE)),
    "list_bookings": ("show", _EVERYWHERE),
    "ask": ("ask", _EVERYWHERE),
    "affirm": ("yes", ("confirmation", _OTHERWISE)),
    "deny": ("no", (*_ASKED, _OTHERWISE)),
    "stop_booking": ("no", (*_ASKED, _OTHERWISE)),
    "inform": ("answer", (*_ASKED, _OTHERWISE)),
    "choose": ("answer", (_OTHERWISE,)),
    **dict.fromkeys(
        ("greet", "goodbye", "help", "human", "repeat", "insult", "text_me", "chitchat", "out_of_scope"),
        ("other", _EVERYWHERE),
    ),
    "thank": ("thanks", _EVERYWHERE),
}
"""The act that the examples of an intent teach, and after which questions they are said."""


class Example(NamedTuple):
    """A text, what was asked before it, and the act that it is."""

    text: str
    asked: str
    act: str


class Features(NamedTuple):
    """What the model looks at: words with entities as one word each, and letters with all digits alike."""

    words: str
    letters: str


def asked_of(expecting: str | None) -> str:
    """Return the model's word for what the service asked for last (the contract's `expects`)."""
    if expecting is None:
        return NOTHING
    return expecting if expecting in _ASKED else _OTHERWISE


def features(text: str, expecting: str | None) -> Features:
    """Prepare a message for the model."""
    read = read_message(text, expecting=expecting)
    words = " ".join(word for word, _, _ in delexicalise(text, read))
    if asked_of(expecting) == "name":
        words = f"{words} {_shape(text)}"
    return Features(words, _DIGIT.sub("0", text.lower()))


def _shape(text: str) -> str:
    """Tell how long a text is, and of a short one how many words are capitalized and how many uncommon, as names are."""
    words = text.split()
    if len(words) > _SHORT:
        return f"<length:{min(len(words) // 4, 6)}>"
    capitals = sum(word[:1].isupper() for word in words)
    uncommon = sum("".join(filter(str.isalnum, word.lower())) not in COMMON for word in words)
    return f"<words:{len(words)}> <capitals:{capitals}/{len(words)}> <uncommon:{uncommon}/{len(words)}>"


def examples(of_intents: Iterable[tuple[str, str]]) -> Iterator[Example]:
    """Yield everything the model is taught: our own texts under data/acts, and those of the intents (intent, text)."""
    for path in sorted(EXAMPLES.glob("*.yml")):
        block = yaml.safe_load(path.read_text(encoding="utf-8"))
        for text in block["texts"].splitlines():
            yield from (Example(text, asked, block["act"]) for asked in block["asked"])
    for intent, text in of_intents:
        if intent in _OF_INTENTS:
            act, contexts = _OF_INTENTS[intent]
            yield from (Example(text, asked, act) for asked in contexts)


def words_for_the_staff(text: str, acts: Mapping[str, float]) -> bool:
    """Return whether a note is to be kept in the diner's own words, since the readers leave words over that matter."""
    if acts.get("note", 0.0) < _SURE:
        return False
    read = read_message(text, expecting=None)  # in the same words as before, or the cache does not know it
    left = [token.word for place, token in enumerate(read.tokens) if token.kind == "word" and not read.taken(place)]
    return any(word not in COMMON and word.rstrip("s") not in COMMON for word in left)


def intent_of(acts: Mapping[str, float], expecting: str | None, told: Set[str] = frozenset()) -> str | None:
    """Return the intent that an act leaves no doubt about, whatever the words look like; None where it decides nothing.

    `told`: the kinds of entities in the message. "Yes, but at 8" tells something, "yes, but is there parking?" only asks.
    """
    if acts.get("opt_out", 0.0) >= _SURE:
        return "opt_out"
    if expecting is None and acts.get("note", 0.0) >= _SURE:
        return "inform"
    if (
        expecting == "confirmation"
        and acts.get("yes_but", 0.0) + acts.get("ask", 0.0) >= _SURE
        and told <= _ASKED_ABOUT
    ):
        return "ask"
    yes, thanks = acts.get("yes", 0.0), acts.get("thanks", 0.0)
    if expecting == "confirmation" and yes >= _RATHER and yes + thanks >= _CLEAR:
        return "affirm"
    return None
