"""A message cut into tokens, each with its place in the text and one canonical spelling.

Readers match against the canonical words, joined by single spaces: number words are digits ("seven" is "7", "fifth" and
"5th" are "5th"), apostrophes are gone, typos and phone spellings are undone. Only "one" stays a word, because "that one"
is no number.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from nlu.reading.numbers import CARDINALS, ORDINALS, TENS
from nlu.reading.spelling import AFTER_SUBJECT, SPELLINGS

TOKEN = re.compile(
    r"""
      (?P<day>\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2})(?!\d))
    | (?P<clock>(?:[01]?\d|2[0-4])(?:\s?[:;]|[.h])[0-5]\d(?![\d.:]))
    | (?P<slash>\d{1,2}/\d{1,2}(?![\d/]))
    | (?P<ordinal>\d{1,2}\s?(?:st|nd|rd|th)\b)
    | (?P<phone_spelling>(?:2(?:nite|nyt|night|day|mor?row?|moz|mrw)|b4|l8r|l8|gr8)\b)
    | (?P<meridiem>[ap]\s?\.\s?m\b\.?|(?<=\d)\s?[ap]m?(?![^\W_])|[ap]m(?![^\W_]))
    | (?P<number>\d+)
    | (?P<word>[^\W\d_]+(?:['’`´][^\W\d_]+)*)
    | (?P<other>\S)
    """,
    re.VERBOSE | re.IGNORECASE,
)
APOSTROPHES = str.maketrans("", "", "'’`´")
_SHORT = 4
KEPT = frozenset(",.!?;:-/&+@#()$£€\"'*=")


@dataclass(frozen=True)
class Token:
    """One token: `start` and `end` are characters of the text, `word` its canonical spelling."""

    start: int
    end: int
    word: str
    capital: bool = False
    kind: str = "word"


def tokenize(text: str) -> list[Token]:
    """Cut a text of any content into tokens, in one pass."""
    tokens: list[Token] = []
    for match in TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        raw = match.group()
        start, end = match.start() + len(raw) - len(raw.lstrip()), match.end()
        tokens.append(Token(start, end, _canonical(kind, raw.strip(), tokens), raw[:1].isupper(), kind))
    return _join_compounds(tokens)


def _canonical(kind: str, raw: str, before: list[Token]) -> str:
    if kind == "word":
        return _canonical_word(raw, before)
    if kind == "clock":
        hour, minute = re.split(r"\s?[:;.hH]", raw)
        return f"{int(hour)}:{int(minute):02d}"
    if kind == "ordinal":
        return f"{int(re.sub('[^0-9]', '', raw) or 0)}th" if raw[:2].isascii() else raw
    if kind == "number":
        return (
            str(int(raw)) if len(raw) <= 3 and raw.isdecimal() and not raw.startswith("0") else raw.lstrip("0") or "0"
        )
    if kind == "meridiem":
        return raw[0].lower() + "m"
    if kind == "phone_spelling":
        return SPELLINGS[raw.lower()]
    if kind == "other":
        return raw if raw in KEPT else {"–": "-", "—": "-", "“": '"', "”": '"'}.get(raw, "¤")
    return raw


def _canonical_word(raw: str, before: list[Token]) -> str:
    word = raw.translate(APOSTROPHES).lower()
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    if word in CARDINALS:
        return str(CARDINALS[word])
    if word in ORDINALS:
        return f"{ORDINALS[word]}th"
    if len(word) <= _SHORT and word != raw.lower():  # "we'd" is no Wednesday
        return word
    if word in AFTER_SUBJECT and before and before[-1].word in AFTER_SUBJECT[word]:
        return word
    return SPELLINGS.get(word, word)


def _join_compounds(tokens: list[Token]) -> list[Token]:
    """Make one token of "twenty one", "forty-five" and "twenty-first"."""
    joined: list[Token] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        unit = position + 2 if position + 1 < len(tokens) and tokens[position + 1].word == "-" else position + 1
        if token.kind == "word" and int(token.word) in TENS.values() if token.word.isdecimal() else False:
            follower = tokens[unit] if unit < len(tokens) else None
            digits = follower.word.removesuffix("th") if follower and follower.kind == "word" else ""
            if follower and ((digits in "123456789" and len(digits) == 1) or digits == "one"):
                total = int(token.word) + (1 if digits == "one" else int(digits))
                suffix = "th" if follower.word.endswith("th") else ""
                joined.append(Token(token.start, follower.end, f"{total}{suffix}", token.capital, "word"))
                position = unit + 1
                continue
        joined.append(token)
        position += 1
    return joined
