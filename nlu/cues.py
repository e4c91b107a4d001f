"""What a text says besides its entities: cues, its words, and whether as a whole it may be a name.

The dialogue gets these as values, so that nobody reads the text a second time.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from anyascii import anyascii

from nlu import lexicon
from nlu.languages import recognise
from nlu.lexicon import load
from nlu.reading.message import Span

_ODD_NAME = re.compile(r"[^\W\d_][^\W\d_'.\- ]*(?:[ '.\-]+[^\W\d_]+){0,3}\.?")
_LONGEST_NAME = 60
_CORRECTIONS = lexicon.words("corrections")
_CORRECTED = frozenset(("party_size", "date", "time", "number", "restaurant"))
_NAMES = frozenset(("first_name", "last_name"))
_SPOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+|[?*]")
_GOAL = re.compile(r"\b(?:to|at)\s+(?:the\s+)?$", re.IGNORECASE)


class Surface(NamedTuple):
    """What is left of a text once its entities are read."""

    words: list[str]
    """lower-case words and numbers, without accents"""
    cues: list[str]
    """names of the turns of phrase in lexicon/en/cues.yml; "correcting" where the text only sets one thing right"""
    odd_name: str | None
    """the text, where its letters allow it to be a name; of an answer that may be none, what is rather one than the rest"""
    lost: list[str]
    """names after "to" or "at" that are no restaurant of ours: elsewhere a name may be anybody's"""
    language: str | None
    """code of ISO 639-1 where the text is surely not English"""
    whole_name: str | None = None
    """the name in the answer to the question for one, as the tagger of names has found it"""


def surface(text: str, spans: list[Span]) -> Surface:
    """Take from a text what decisions need of its wording."""
    said = unicodedata.normalize("NFC", " ".join(text.split()))
    return Surface(
        words=folded_words(text),
        cues=[*_cues(text), *_correcting(text, spans)],
        odd_name=said if len(said) <= _LONGEST_NAME and _ODD_NAME.fullmatch(said) else None,
        lost=[span.text for span in spans if _is_unknown_place(span) and _GOAL.search(text[: span.start])],
        language=recognise(text),
    )


def _is_unknown_place(span: Span) -> bool:
    return span.entity == "restaurant" and not span.value["slugs"]


def folded_words(text: str) -> list[str]:
    """Return the lower-case words and numbers of a text, without accents."""
    return re.findall(r"[a-z]+|\d+", anyascii(text).casefold())


@cache
def _patterns() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    found = load("cues")
    return {
        place: [(name, re.compile(pattern, re.IGNORECASE)) for name, pattern in found[place].items()]
        for place in ("anywhere", "whole")
    }


def _cues(text: str) -> list[str]:
    patterns = _patterns()
    found = [name for name, pattern in patterns["anywhere"] if pattern.search(text)]
    return found + [name for name, pattern in patterns["whole"] if pattern.fullmatch(text)]


def _correcting(text: str, spans: list[Span]) -> list[str]:
    """Return the cues of a text that is nothing but a correction: one thing, a word that says it was wrong, and no word besides."""
    spans = [span for span in spans if not _is_unknown_place(span)]  # "typo, 8pm"
    told = [span.entity for span in spans if not span.entity.startswith("previous_")]
    is_name = bool(told) and _NAMES.issuperset(told)
    if not (is_name or (len(told) == 1 and told[0] in _CORRECTED)):
        return []
    around = _words_around(text, spans)
    if not around <= _CORRECTIONS.marking | _CORRECTIONS.beside or around.isdisjoint(_CORRECTIONS.marking):
        return []
    return ["correcting", "renaming"] if is_name else ["correcting"]


def _words_around(text: str, spans: list[Span]) -> set[str]:
    """Return the words of a text that are in no entity, and the signs that tell questions and corrections."""
    return set(_SPOKEN.findall(_around(text, spans)))


def _around(text: str, spans: list[Span]) -> str:
    """Return what is in no entity in small letters without accents, with a bar where one stood."""
    left, end = [], 0
    for span in sorted(spans, key=lambda span: span.start):
        left.append(text[end : span.start])
        end = span.end
    return " ".join(anyascii(" | ".join([*left, text[end:]])).casefold().split())
