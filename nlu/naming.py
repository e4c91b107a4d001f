"""The name that a whole message is, as the answer to the question for one: all of it but what people say around a name.

What is left when words before the name ("put it under", "uh"), behind it ("please") and other details (a phone) are taken
away has to be built as names are; else more than a name is said, and the readers' parts are all there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile

from nlu import lexicon
from nlu.lexicon import COMMON
from nlu.reading.lexing import Token, tokenize
from nlu.reading.message import Span
from nlu.reading.names import HESITATION, PARTICLES, as_printed, is_everyday

_WORDS = lexicon.words("names")
_ALWAYS_BESIDE = frozenset(("phone", "email", "code"))
_WISHES = frozenset(("diet", "occasion", "seating"))
_ALSO_WORDS = frozenset("&+.-")
_SETTING_OFF = frozenset((",", "(", ")", "/", ";", ":", '"', "-", "."))
_JOINING = frozenset(("&", "+", "and"))
_LONGEST, _MOST_WORDS, _ABBREVIATED, _PAIR = 120, 6, 4, 2

_Words = Sequence[Token]


def whole_name(text: str, spans: Sequence[Span]) -> str | None:
    """Return the name that a text is, in the order and with the capitals that a name has; None where it is more than one.

    A day, a number or a town in it is a part of the name ("Joe Friday"), but for digits.
    """
    if not text or len(text) > _LONGEST:
        return None
    said = [token for token in tokenize(text) if not _is_beside(token, spans)]
    while said and _is_closing(said):
        said.pop()
    read = {word for span in spans for word in span.text.lower().split()}
    names = (_built(text, said[first:], read) for first in dict.fromkeys((0, _beginning(text, said))))
    return next(filter(None, names), None)


def is_full_name(text: str) -> bool:
    """Whether a text is two or three capitalized words, as names are in other alphabets too; one might be any word."""
    words = text.split()
    return _PAIR <= len(words) <= _PAIR + 1 and all(word.istitle() for word in words)


def _is_beside(token: Token, spans: Sequence[Span]) -> bool:
    """Whether it belongs to another detail, or to a restaurant beyond doubt; "garden" is a wish, but "Tom Garden" a name."""
    here = [span for span in spans if span.start <= token.start < span.end]
    around = {span.entity for span in here}
    if any(span.entity == "restaurant" and span.value["sure"] and span.value["slugs"] for span in here):
        return True
    return not _ALWAYS_BESIDE.isdisjoint(around) or (not token.capital and not _WISHES.isdisjoint(around))


def _is_closing(said: _Words) -> bool:
    last = said[-1]
    is_name = last.capital and len(said) >= _PAIR and said[-2].capital  # "Maya Ty", but "Maya ty"
    return (last.word in _WORDS.closing and not is_name) or (last.kind == "other" and last.word not in _ALSO_WORDS)


def _beginning(text: str, said: _Words) -> int:
    """Return where the words end that only lead to a name: "it's for my boss, …", "under the …"."""
    leading = len(list(takewhile(lambda place: _leads(text, said, place), range(len(said)))))
    is_household = 0 < leading < len(said) and said[leading - 1].word == "the"
    return leading - is_household


def _leads(text: str, said: _Words, place: int) -> bool:
    token, after = said[place], said[place + 1 : place + 2]
    if token.word in _SETTING_OFF:
        return True
    is_initial = token.end - token.start == 1 and bool(after) and after[0].word == "."
    may_begin = is_initial or token.word.isdecimal() or token.word in _WORDS.both | _WORDS.titles
    leads = is_everyday(token, text[token.start : token.end]) or token.word.removesuffix("s") in _WORDS.naming
    return (leads and not may_begin) or _is_below(said, place)


def _is_below(said: _Words, place: int) -> bool:
    """Whether an unknown word has no capital, but the two or more after it do: "me llamo Lucía Gómez"."""
    token = said[place]
    is_plain = token.kind == "word" and not token.capital and token.word not in PARTICLES
    capitals = [after.capital for after in said[place + 1 :] if after.kind == "word" and after.word not in PARTICLES]
    return is_plain and sum(capitals) >= _PAIR and capitals == sorted(capitals)


def _built(text: str, said: _Words, read: set[str]) -> str | None:
    """Return the name that these words are built as, if they are."""
    groups = list(_groups(said))
    words = [token for group in groups for token in group if token.word not in _ALSO_WORDS]
    if not words or len(words) > _MOST_WORDS or not all(_is_word(text, token) for token in words):
        return None
    if not _are_names(words, read):
        return None
    marks = {token.word for token in said}
    arranged = _arranged(groups, bracketed="(" in marks, listed="," in marks)
    return as_printed(" ".join(_slice(text, group) for group in arranged)) if arranged else None


def _is_word(text: str, token: Token) -> bool:
    return token.kind == "word" and text[token.start].isalpha()


def _groups(said: _Words) -> Iterator[list[Token]]:
    """Cut where a name is set off from another: by a comma or a bracket, or a point that shortens nothing."""
    group: list[Token] = []
    for place, token in enumerate(said):
        if token.word in _SETTING_OFF and not _belongs(said, place):
            if group:
                yield group
            group = []
        else:
            group.append(token)
    if group:
        yield group


def _belongs(said: _Words, place: int) -> bool:
    """Whether a hyphen joins two halves, or a point follows an initial, a title or what comes with one: "Dr. med."."""
    if not 0 < place < len(said) - 1:
        return False
    before, token, after = said[place - 1 : place + 2]
    if token.word == "-":
        return before.end == token.start and token.end == after.start
    is_short = before.end - before.start == 1 or before.word in _WORDS.titles
    is_of_title = place > _PAIR and said[place - 2].word == "." and before.end - before.start <= _ABBREVIATED
    return token.word == "." and before.end == token.start and (is_short or is_of_title)


def _are_names(words: _Words, read: set[str]) -> bool:
    """Whether each word may be of a name: two capitals are one whatever they mean, and a known word a family's ("rich young")."""
    last = words[-1].word
    is_pair = len(words) == _PAIR and last in COMMON and last not in _WORDS.speaking
    judged = words[:1] if is_pair else words
    return not _speak(words) and (_are_capitals(words) or all(_may_be_name(token, read) for token in judged))


def _speak(words: _Words) -> bool:
    """Whether they rather begin a sentence, hesitate, or break off where a detail stood: "Maya and a stroller"."""
    first, last = words[0].word, words[-1].word
    breaks_off = len(words) > 1 and len(last) == 1 and last in COMMON
    begins = first in _WORDS.speaking and first != "the"
    return begins or breaks_off or any(HESITATION.fullmatch(token.word) for token in words)


def _are_capitals(words: _Words) -> bool:
    return len(words) >= _PAIR and all(token.capital or token.word in PARTICLES | _JOINING for token in words)


def _may_be_name(token: Token, read: set[str]) -> bool:
    kinds = (_WORDS.both, _WORDS.titles, _WORDS.households, PARTICLES, _JOINING, {"the"})
    is_initial = token.end - token.start == 1
    if token.word.removesuffix("s") in _WORDS.naming:  # "the surname's Quick"
        return False
    return token.word not in COMMON or is_initial or token.word in read or any(token.word in kind for kind in kinds)


def _arranged(groups: list[list[Token]], *, bracketed: bool, listed: bool) -> list[list[Token]]:
    """Return the groups in a name's order: "Phil, Phil Moreno" says one twice, "Lima, Ana" puts the family first.

    A point turns nothing round: what it ends may be short for a title, "Capt. Ferreira".
    """
    if len(groups) != _PAIR:
        return groups if len(groups) == 1 else []
    one, other = groups
    short, long = sorted(groups, key=len)
    if {token.word for token in short} <= {token.word for token in long}:
        return [long]
    if bracketed or not listed:
        return groups
    return _family_last(one, other) if len(short) == 1 else []


def _family_last(family: list[Token], given: list[Token]) -> list[list[Token]]:
    titles = [token for token in family if token.word in _WORDS.titles]
    return [group for group in (titles, given, family[len(titles) :]) if group]


def _slice(text: str, group: _Words) -> str:
    """Return the words as they stand in the text, with single spaces."""
    pieces = [text[token.start : token.end] for token in group]
    gaps = [" " if after.start > before.end else "" for before, after in pairwise(group)]
    return "".join(piece + gap for piece, gap in zip(pieces, [*gaps, ""], strict=True))
