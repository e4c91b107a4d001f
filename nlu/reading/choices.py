"""Picks from a list that was shown: "2", "the second one", "the later", "any", "neither"."""

from __future__ import annotations

import re

from nlu import lexicon
from nlu.grammar import Grammar
from nlu.reading.message import Message, Value
from nlu.reading.numbers import count_of

_REFUSING = lexicon.words("wishes").negating | lexicon.words("choices").refusing


def _either(match: re.Match[str]) -> Value | None:
    """ "Not Polish either" picks nothing."""
    is_last = match[0] == "either" and match.end() == len(match.string)
    return None if is_last and not _REFUSING.isdisjoint(match.string.split()) else {"which": "any"}


_GRAMMAR = Grammar(
    "choices",
    means={"n": count_of, "nth": lambda word: int(word.removesuffix("th"))},
    builders={"either": _either},
)


def read_choices(message: Message) -> None:
    """Claim picks by place in the list as `choice`; before dates are read, since both have ordinals."""
    message.apply(_GRAMMAR.rules("places", asked=message.expecting))


def read_comparing_choices(message: Message) -> None:
    """Claim "the later one", "any", "neither" as `choice`; after times, so that "an hour later" is gone."""
    if message.expecting and message.view.words in (["any"], ["any", "please"], ["anything"]):
        message.claim("choice", 0, 1, {"which": "any"})
    message.apply(_GRAMMAR["comparing"])
