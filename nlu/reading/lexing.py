"""A message cut into tokens, each with its place in the text and one canonical spelling.

Readers match against the canonical words, joined by single spaces: number words are digits ("seven" is "7", "fifth" and
"5th" are "5th"), apostrophes are gone, typos and phone spellings are undone. Only "one" stays a word, because "that one"
is no number.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable
from itertools import islice, pairwise
from operator import attrgetter
from typing import NamedTuple

from nlu import lexicon
from nlu.reading.numbers import CARDINALS, ORDINALS, TENS
from nlu.reading.spelling import AFTER_SUBJECT, MONTHS, SPELLINGS

_WORDS = lexicon.words("times")
_WEEKDAYS = frozenset(map(str.lower, calendar.day_name))

TOKEN = re.compile(
    r"""
      (?P<day>\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2})(?!\d))
    | (?P<money>[$£€]\s?\d+(?:[.,]\d+)?)
    | (?P<clock>(?:[01]?\d|2[0-4])(?:\s?[:;]|[.h])[0-5]\d(?!\d|[.:]\d))
    | (?P<no_clock>\d{1,2}:\d\d(?!\d|[.:]\d))
    | (?P<slash>\d{1,2}/\d{1,2}(?![\d/]|[:.h]\d|\s?[ap]m\b|[ap]\b))
    | (?P<ordinal>\d{1,2}\s?(?:st|nd|rd|th)\b)
    | (?P<either>(?<!\d\d\d)(?:(?<=\d)|(?<=\d[ap])|(?<=\d[ap]m))/(?=\d{1,2}(?![\d/])))
    | (?P<phone_spelling>(?:2(?:nite|nyt|night|day|mor?row?|moz|mrw)|b4|l8r|l8|gr8)\b)
    | (?P<meridiem>[ap]\s?\.\s?m\b\.?|(?<=\d)[ap]m?(?=ish\b)|(?<=\d)[ap](?![^\W_])|[ap]m(?![^\W_]))
    | (?P<arrow>[-=–—]+\s?>|[→⇒➡])
    | (?P<oclock>o\s?['’`´"]?\s?clock\b)
    | (?P<number>\d+)
    | (?P<word>[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*(?:['’`´](?:[^\W\d_]|[\u0300-\u036f])+)*)
    | (?P<other>(?P<mark>[^\w\s])(?P=mark)*|\S)
    """,
    re.VERBOSE | re.IGNORECASE,
)
APOSTROPHES = str.maketrans("", "", "'’`´")
MOST_TOKENS = 450  # 1,600 characters of people's words are about 350
_HOURS = {**CARDINALS, "one": 1, "noon": "noon", "midday": "midday", "midnight": "midnight"}
PREFIXED_NAME = re.compile("[^\\W\\d_]{1,2}['’`´][A-Z]\\w")  # d'Amboise
_SHORT = 4
_PEOPLE = lexicon.words("people")
_OF_AGE, _LONGEST_AGE = 18, 2
_WORD = attrgetter("word")
_ASCII_DIGITS = {ord(c): str(unicodedata.decimal(c)) for c in map(chr, range(0x660, 0xFF1A)) if c.isdecimal()}
_PUNCTUATION = {"–": "-", "—": "-", "“": '"', "”": '"', "…": "."}
_SIGNS = {"👍": "yes", "👌": "ok", "✅": "yes", "👎": "no", "❌": "no", "🙏": "thanks"}
KEPT = frozenset(",.!?;:-/&+@#()$£€\"'*=")


class Token(NamedTuple):
    """One token: `start` and `end` are characters of the text, `word` its canonical spelling."""

    start: int
    end: int
    word: str
    capital: bool = False
    kind: str = "word"


def tokenize(text: str) -> list[Token]:
    """Cut a text of any content into at most `MOST_TOKENS` tokens, in one pass; what follows these is not read."""
    tokens: list[Token] = []
    for match in islice(TOKEN.finditer(text), MOST_TOKENS):
        kind = match.lastgroup or "other"
        raw = match.group()
        start, end = match.start() + len(raw) - len(raw.lstrip()), match.end()
        tokens.append(Token(start, end, _canonical(kind, raw.strip(), tokens), _is_capital(raw), kind))
    return _hours_of_one(_join_meridiems(_join_ages(_join_compounds(_sounded_out(_without_ornament(tokens))))))


def _is_capital(raw: str) -> bool:
    return raw[:1].isupper() or PREFIXED_NAME.match(raw) is not None


def _sounded_out(tokens: list[Token]) -> list[Token]:
    """ "Tmrw 4 four", "need 2 move it 2 8pm": such a 4 is no number but "for", and such a 2 is "to"."""
    for place, (token, after) in enumerate(pairwise(tokens)):
        sounds = _SOUNDS.get(token.word) if token.kind == "number" and after.start > token.end else None
        if sounds and sounds[1](tokens, place):
            tokens[place] = token._replace(word=sounds[0], kind="word")
    return tokens


def _word_at(tokens: list[Token], place: int) -> str:
    return tokens[place].word if 0 <= place < len(tokens) else ""


def _is_for(tokens: list[Token], place: int) -> bool:
    before, after, beyond = (_word_at(tokens, at) for at in (place - 1, place + 1, place + 2))
    if after in _WORDS.whom:
        return before not in _WORDS.counting
    if not (after.isdecimal() or tokens[place + 1].kind == "clock"):
        return False
    return before in _WORDS.things_booked or (tokens[place + 1].kind == "word" and not _says_more(before, beyond))


def _says_more(before: str, beyond: str) -> bool:
    """Whether a number is a day or an hour, and the next one who comes: "Dec 4 two people", "tomorrow 4 two people"."""
    return before in _WORDS.hour_cues or before in MONTHS or beyond in _WORDS.who_come


def _is_to(tokens: list[Token], place: int) -> bool:
    """Whether a verb follows, or a verb of moving stands before and where to after: "move us 2 8pm"."""
    before, after = _word_at(tokens, place - 1), tokens[place + 1]
    if after.word in _WORDS.infinitives:
        return before not in _WORDS.counting
    if before == "name":  # "change name 2 Kayleigh"
        return after.kind == "word"
    said = [token.word for token in tokens[:place]]
    moves = not _WORDS.moved.isdisjoint(said) and not any(word.isdecimal() for word in said)
    if not (moves and before not in _WORDS.counting - {"us"}) and said[-2:-1] != ["from"]:
        return False
    return after.word.isdecimal() or after.kind in ("clock", "ordinal") or after.word in _WEEKDAYS


_SOUNDS: dict[str, tuple[str, Callable[[list[Token], int], bool]]] = {"4": ("for", _is_for), "2": ("to", _is_to)}


def _without_ornament(tokens: list[Token]) -> list[Token]:
    """A thumb after words is no yes of its own: "can we sit outside? 👍"."""
    spoken = False
    for place, token in enumerate(tokens):
        if spoken and token.kind == "other" and token.word in _SIGNS.values():
            tokens[place] = token._replace(word="¤")
        spoken |= token.kind == "word"
    return tokens


def _hours_of_one(tokens: list[Token]) -> list[Token]:
    """Make a number of "one" where it is a time of day: "at one", "one pm", "one thirty", "quarter to one"."""
    for place, token in enumerate(tokens):
        if token.word == "one":
            before = [t.word for t in tokens[max(0, place - 2) : place]]
            after = [t.word for t in tokens[place + 1 : place + 3]]
            if _is_hour(before, after):
                tokens[place] = token._replace(word="1")
    return tokens


def _is_hour(before: list[str], after: list[str]) -> bool:
    follower = after[0] if after else ""
    if after == ["in", "the"] or follower in _WORDS.hour_ends:
        return True
    in_fraction = before[-1:] in (["to"], ["of"]) and before[0] in _WORDS.hour_fractions
    return follower not in _WORDS.not_hours and (in_fraction or not _WORDS.hour_cues.isdisjoint(before[-1:]))


def _canonical(kind: str, raw: str, before: list[Token]) -> str:
    if kind == "word":
        return _canonical_word(raw, before)
    spell = _CANONICAL.get(kind)
    return spell(raw) if spell else raw


def _canonical_clock(raw: str) -> str:
    hour, minute = re.split(r"\s?[:;.hH]", raw)
    return f"{int(hour)}:{int(minute):02d}"


_CANONICAL: dict[str, Callable[[str], str]] = {
    "money": lambda _: "¤",
    "no_clock": lambda _: "¤",  # "7:65" is neither a time nor a seven
    "clock": _canonical_clock,
    "either": lambda _: "or",  # "6:30/7"
    "ordinal": lambda raw: f"{int(raw[:-2])}th",
    "number": lambda raw: raw.translate(_ASCII_DIGITS).lstrip("0") or "0",
    "meridiem": lambda raw: raw[0].lower() + "m",
    "oclock": lambda _: "oclock",
    "arrow": lambda _: "->",
    "phone_spelling": lambda raw: SPELLINGS[raw.lower()],
    "other": lambda raw: raw[0] if raw[0] in KEPT else _PUNCTUATION.get(raw[0]) or _SIGNS.get(raw[0], "¤"),
}


def _canonical_word(raw: str, before: list[Token]) -> str:
    word = raw.translate(APOSTROPHES).lower()
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    number = _number_word(word)
    if number is not None:
        return number
    is_short_form = len(word) <= _SHORT and word != raw.lower()  # "we'd" is no Wednesday
    if is_short_form or (before and before[-1].word in AFTER_SUBJECT.get(word, ())):
        return word
    return SPELLINGS.get(word, word)


def _number_word(word: str) -> str | None:
    if word in CARDINALS:
        return str(CARDINALS[word])
    if word in ORDINALS:
        return f"{ORDINALS[word]}th"
    stem = word.removesuffix("ish")
    return f"{_HOURS[stem]} ish" if stem != word and stem in _HOURS else None


def _join_compounds(tokens: list[Token]) -> list[Token]:
    """Make one token of "twenty one", "forty-five" and "twenty-first"."""
    joined: list[Token] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        unit = (
            position + 2 if tokens[position + 1 : position + 2] and tokens[position + 1].word == "-" else position + 1
        )
        word = _compound(token, tokens[unit]) if unit < len(tokens) else None
        if word is None:
            joined.append(token)
            position += 1
        else:
            joined.append(Token(token.start, tokens[unit].end, word, token.capital))
            position = unit + 1
    return joined


def _join_ages(tokens: list[Token]) -> list[Token]:
    """Make one token of an age, which is no number of people: "2 4 year olds" are two kids, "my 90-year-old gran" is old."""
    if _PEOPLE.of_age.isdisjoint(map(_WORD, tokens)):
        return tokens
    joined: list[Token] = []
    position = 0
    while position < len(tokens):
        end = _end_of_age(tokens, position)
        if end is None:
            joined.append(tokens[position])
        else:
            word = _aged(tokens[position:end], _word_at(tokens, end))
            joined.append(Token(tokens[position].start, tokens[end - 1].end, word))
        position = end or position + 1
    return joined


def _end_of_age(tokens: list[Token], position: int) -> int | None:
    """The end of the age that begins with this token: "4 year old", "4-yr-olds", "6 y/o", "4yo", "18 months old"."""
    number = tokens[position].word
    if not number.isdecimal() or len(number) > _LONGEST_AGE:
        return None
    after = [at for at in range(position + 1, min(position + 5, len(tokens))) if tokens[at].word not in "-/"]
    unit, old = (_word_at(tokens, at) for at in (*after, len(tokens), len(tokens))[:2])
    if unit in _PEOPLE.unit_and_old:
        return after[0] + 1
    return after[1] + 1 if unit in _PEOPLE.of_age and old in _PEOPLE.old else None


def _aged(age: list[Token], follower: str) -> str:
    """Who are meant by an age: kids or people, or somebody who is named beside it ("my 4 year old son")."""
    is_young = int(age[0].word) < _OF_AGE or not _PEOPLE.months.isdisjoint(map(_WORD, age))
    if age[-1].word.endswith("s"):
        return "kids" if is_young else "people"
    return "kid" if is_young and follower not in _PEOPLE.ones else "old"


def _join_meridiems(tokens: list[Token]) -> list[Token]:
    """Make one token of the letters after an hour, as phones that take dictation write them: "seven thirty p m"."""
    joined: list[Token] = []
    for token in tokens:
        hour, letter = joined[-2:] if len(joined) > 1 else (None, None)
        if hour and letter and token.word == "m" and letter.word in ("a", "p") and _tells_hour(hour):
            joined[-1] = Token(letter.start, token.end, f"{letter.word}m", kind="meridiem")
        else:
            joined.append(token)
    return joined


def _tells_hour(token: Token) -> bool:
    return token.word.isdecimal() or token.word == "one" or token.kind == "clock"


def _compound(ten: Token, unit: Token) -> str | None:
    if ten.kind != "word" or unit.kind != "word" or not ten.word.isdecimal() or int(ten.word) not in TENS.values():
        return None
    digit = {"one": "1", "1th": "1th"}.get(unit.word, unit.word)
    bare = digit.removesuffix("th")
    if len(bare) != 1 or bare not in "123456789":
        return None
    return f"{int(ten.word) + int(bare)}{'th' if digit.endswith('th') else ''}"
