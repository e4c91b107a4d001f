"""Picks from a list that was shown: "2", "the second one", "the later", "any", "neither"."""

from __future__ import annotations

import re

from nlu import lexicon
from nlu.grammar import Build, Rule
from nlu.reading.message import Message, pattern
from nlu.reading.spans import Value

_WORDS = lexicon.words("choices")

_ANYTHING = r"(?:one|time(?! (?:after|before|from|between|<))|day|date|cuisine|of (?:them|those|these|the above))"
_NO_BOUND = r"(?<!<time> )(?<!or )(?<!at )(?<!at the )"  # "9 or later", "at the latest"
_THINGS = r"(?:one|option|choice|slot|time|opening|place|restaurant|suggestion|1|table|booking|reservation)"


def _index(match: re.Match[str]) -> Value:
    word = match["n"]
    return {"index": 1 if word in ("one", "a") else int(word.removesuffix("th"))}


def _which(which: str) -> Build:
    return lambda _: {"which": which}


_PLACE_RULES: list[Rule] = [
    (
        pattern(
            r"(?:the )?(?:option|number|choice|opt|#|nr)(?: \.)?(?: number| #)? (?P<n>\d{1,2}|one)"
            r"(?! (?:people|am|pm|of|guests))"
        ),
        "choice",
        _index,
    ),
    (
        pattern(rf"(?:the )?(?P<n>\d{{1,2}}th) {_THINGS}(?! (?:of|in|here|visiting|booking|using|ever)(?!\S))"),
        "choice",
        _index,
    ),
]
_REFUSING = lexicon.words("wishes")["negating"] | _WORDS["refusing"]
_MORE = r"(?:something|anything|a bit|a little|any|much|slightly)"
_NUMERO: Rule = (pattern(r"no(?: \.)? (?P<n>\d{1,2})(?! (?:people|am|pm|of|guests))"), "choice", _index)
_ANSWERED_WITH_NUMBERS = _WORDS["answered_with_numbers"]
_COMPARING: list[tuple[str, str, str]] = [
    ("none", "none neither nothing", r"none(?: of (?:them|those|these|the above))?|neither(?: of them| one)?|"
     r"nothing (?:works|fits|suits)"),
    ("later", "later latter latest", rf"{_NO_BOUND}(?:the )?(?:later|latter|latest)(?: {_THINGS})?(?! than)(?! <time>)|"
     rf"{_MORE} later"),
    ("earlier", "earlier earliest sooner", rf"(?:the )?(?:earlier|earliest|sooner)(?: {_THINGS})?(?! than)(?! <time>)|"
     rf"{_MORE} (?:earlier|sooner)"),
    ("last", "last bottom final", rf"the last(?: {_THINGS})?|last (?:one|option|choice)|(?:the )?(?:bottom|final) {_THINGS}"),
    ("first", "top former", rf"the (?:top|former)(?: {_THINGS})"),
    ("middle", "middle", rf"(?:the )?middle(?: {_THINGS})?(?! eastern)"),
    ("any", "any anything anytime whenever either whichever whatever mind care matter preference choose decide pick surprise both",
     rf"any {_ANYTHING}|anything(?: works| is fine| goes)|anytime|whenever|"
     r"either(?: one| of them| works| is fine)?(?! (?:\d|<))|whichever|whatever|(?:i )?dont (?:mind|care)|doesnt matter|"
     r"does not matter|no preference|you (?:choose|decide|pick)|surprise me|both(?: work| are fine)"),
]  # fmt: skip
_COMPARING_RULES = [
    (frozenset(cues.split()), (pattern(text), "choice", _which(which))) for which, cues, text in _COMPARING
]


def read_choices(message: Message) -> None:
    """Claim picks by place in the list as `choice`; before dates are read, since both have ordinals."""
    message.apply(_PLACE_RULES)
    if message.expecting not in _ANSWERED_WITH_NUMBERS:  # "no 9" to the question for the time is a no
        message.apply([_NUMERO])


def read_comparing_choices(message: Message) -> None:
    """Claim "the later one", "any", "neither" as `choice`; after times, so that "an hour later" is gone."""
    if message.expecting and message.view.words in (["any"], ["any", "please"], ["anything"]):
        message.claim("choice", 0, 1, {"which": "any"})
    said = message.view.words
    if said[-1:] == ["either"] and not _REFUSING.isdisjoint(said):  # "not Polish either"
        said = said[:-1]
    for cues, rule in _COMPARING_RULES:
        if cues.intersection(said):
            message.apply([rule])
