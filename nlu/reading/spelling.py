"""Typos, abbreviations and phone spellings, each with the word it stands for."""

from __future__ import annotations

from collections.abc import Iterator

from nlu import lexicon
from nlu.lexicon import COMMON

_WORDS = lexicon.words("spelling")

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip

_VARIANTS: dict[str, str] = lexicon.load("spelling")["variants"]
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LONG = 8


def slips(word: str) -> Iterator[str]:
    """The word with one letter left out, put in, or swapped with the next; a long one also with one letter wrong.

    The first letter stands, and so does the end: "Frida" and "Fridays" are words of their own. No common word is a slip.
    """
    for at in range(1, len(word)):
        head, tail = word[:at], word[at:]
        made = [head + letter + tail for letter in _LETTERS]
        if len(tail) > 1:
            made += [head + tail[1:], head + tail[1] + tail[0] + tail[2:]]
            made += [head + letter + tail[1:] for letter in _LETTERS if len(word) >= _LONG]
        yield from (slip for slip in made if slip != word and slip not in COMMON and slip not in _WORDS.no_slips)


SPELLINGS = {slip: word for word in (*_WORDS.often_mistyped, *WEEKDAYS) for slip in slips(word)} | {
    variant: word for word, variants in _VARIANTS.items() for variant in variants.split()
}

# Short forms that are also plain words: after these they are not days ("we sat outside", "in the sun").
AFTER_SUBJECT = {
    name.removeprefix("after_subject_"): said
    for name, said in vars(_WORDS).items()
    if name.startswith("after_subject_")
} | {"nights": frozenset[str]()}
