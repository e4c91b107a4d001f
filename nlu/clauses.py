"""A message cut into sentences and clauses, at the signs and words where people begin another thought."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from nlu import lexicon

Acts = Mapping[str, float]
Judge = Callable[[int, int], Acts]
"""The acts of the part of a message between two characters."""
_JOINING = "|".join(sorted(lexicon.words("notes").joining))
_SENTENCE = re.compile(r"\S.*?(?:[.!?;]+(?=\s)|$)", re.MULTILINE)
_CUT = re.compile(
    rf"(?:[,:.!?;\s]\s*|\s[-\u2013\u2014/]\s+)(?=(?:{_JOINING})\b)|[,:]\s+|\s[-\u2013\u2014/]+\s+",
    re.IGNORECASE,
)


class Part(NamedTuple):
    """A stretch of the text between two characters."""

    start: int
    end: int


def sentences(text: str) -> Iterator[Part]:
    """Yield the sentences and lines of a text."""
    return (Part(*match.span()) for match in _SENTENCE.finditer(text))


def clauses_of(text: str, read: Sequence[Part] = ()) -> list[Part]:
    """Return the clauses of all sentences that have a letter or a digit in them."""
    parts = (part for sentence in sentences(text) for part in clauses(text, sentence, read))
    return [part for part in parts if any(map(str.isalnum, text[slice(*part)]))]


def clauses(text: str, sentence: Part, read: Sequence[Part]) -> Iterator[Part]:
    """Cut a sentence where a clause may begin; nothing that was read as one thing is cut."""
    start = sentence.start
    for cut in _CUT.finditer(text, *sentence):
        if not any(each.start < cut.end() and cut.start() < each.end for each in read) and cut.start() > start:
            yield Part(start, cut.start())
            start = cut.end()
    yield Part(start, sentence.end)
