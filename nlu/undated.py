"""Words that stand for a day which no calendar tells: "on a weeknight", "the night after the match".

They are endless, so a tagger learns them from our own texts, where brackets mark them; a presumed day must not take their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import yaml

from nlu.clauses import Part
from nlu.reading.message import Message

EXAMPLES = Path(__file__).parents[1] / "data" / "undated.yml"
TOLD, ELSE = "told", "else"
"""The two labels of a word."""
_DATE = "<date>"
_DAYS = (_DATE, "<vague_date>", "<past_date>", "<previous_date>", "<part_of_day>", "<occasion>")
"""Entities whose words are seen one by one: "the day after" is tomorrow by itself, and none before "our exams"."""
_BESIDE = ("<party_size>", "<time>", "<restaurant>", "<number>", "<cuisine>")
"""What of a table may be told as well: a message that has much of it rather wishes for one, on that day."""
_LIKELY, _LIKELIER = 0.25, 0.5
"""From where on a word belongs to such a day: a needless question costs less than a day that was not meant. A day
of the calendar has to be likelier one: the Sunday of "the Sunday of the marathon"."""
_SUFFIX = 3
_BRACKETS = re.compile(r"\[([^]]+)\]")


class _Word(NamedTuple):
    word: str
    inside: str
    """the day that it is a part of, such as `<date>`; "" for none"""
    start: int
    end: int


_EDGE = _Word("<edge>", "", 0, 0)


def examples() -> Iterator[tuple[str, list[Part]]]:
    """Yield our own texts, and where in them such a day is told."""
    for line in yaml.load(EXAMPLES.read_text(encoding="utf-8"), yaml.CSafeLoader)["texts"].splitlines():
        marks = enumerate(_BRACKETS.finditer(line))  # each mark before takes two characters away
        parts = [Part(match.start() - 2 * n, match.end() - 2 * n - 2) for n, match in marks]
        yield _BRACKETS.sub(r"\1", line), parts


def features(message: Message) -> list[list[str]]:
    """Return what the tagger sees of each word of a read message, where entities that tell no day are one word each.

    The word, its ending and its neighbors, what of a table is told beside, and whether a day of the calendar is:
    "once we're seated" hardly tells one then.
    """
    entities = message.view.words
    beside = [f"beside:{name}" for name in _BESIDE if name in entities]
    dated = f"dated:{_DATE in entities}"
    whole = [*beside, f"beside:{len(beside)}", dated]
    words = [_EDGE, _EDGE, *_words(message), _EDGE, _EDGE]
    return [[*whole, f"{dated} {words[at].word}", *_of_word(words[at - 2 : at + 3])] for at in range(2, len(words) - 2)]


def _of_word(words: Sequence[_Word]) -> list[str]:
    earlier, before, word, after, later = (each.word for each in words)
    _, inside_before, inside, inside_after, _ = (each.inside for each in words)
    return [
        f"0:{word}",
        f"end:{word[-_SUFFIX:]}",
        f"-1:{before}",
        f"+1:{after}",
        f"-2:{earlier} {before}",
        f"+2:{after} {later}",
        f"-1:{before} {word}",
        f"+1:{word} {after}",
        f"in:{inside}",
        f"in:{inside_before} {inside}",
        f"in:{inside} {inside_after}",
        f"in:{inside}+1:{after}",
    ]


def labels(message: Message, parts: Sequence[Part]) -> list[str]:
    """Return the label of each word of a read message where these parts of its text tell such a day."""
    told = (any(part.start <= word.start < part.end for part in parts) for word in _words(message))
    return [TOLD if is_told else ELSE for is_told in told]


def parts_of(message: Message, shares: Sequence[Mapping[str, float]]) -> list[Part]:
    """Return the parts of the text that tell such a day, by how likely each label of each word is.

    What the calendar tells is no such part, alone ("the day before Christmas Eve") or with other details around it.
    """
    words = _words(message)
    told = (
        share[TOLD] >= (_LIKELIER if word.inside == _DATE else _LIKELY)
        for word, share in zip(words, shares, strict=True)
    )
    runs = groupby(zip(told, words, strict=True), key=lambda each: each[0])
    found = [[word for _, word in run] for is_told, run in runs if is_told]
    return [Part(run[0].start, run[-1].end) for run in found if not all(map(_is_read, run))]


def _is_read(word: _Word) -> bool:
    """Whether a word belongs to a day of the calendar, or to a detail that tells no day."""
    return word.inside == _DATE or word.word.startswith("<")


def _words(message: Message) -> list[_Word]:
    tokens, found = message.tokens, list[_Word]()
    for word, first, end in message.view.items:
        if word in _DAYS:
            found += [_Word(token.word, word, token.start, token.end) for token in tokens[first:end]]
        else:
            found.append(_Word(word, "", tokens[first].start, tokens[end - 1].end))
    return found
