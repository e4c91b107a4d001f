"""Names of diners: after "my name is", before "is my name", in "booking for …".

What answers the question for one is read by a tagger (`nlu.asked_name`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import NamedTuple

from nlu import lexicon
from nlu.grammar import Grammar
from nlu.lexicon import COMMON
from nlu.reading.lexing import PREFIXED_NAME, Token
from nlu.reading.message import Claim, Message
from nlu.reading.neighbours import GENERIC
from nlu.reading.places.vocabulary import TYPES

_WORDS = lexicon.words("names")
_CUES = Grammar("names", means={})
_STRONG, _UNDER, _WEAK, _AFTER, _LAST_ONLY, _FIRST_ONLY, _LAST_AFTER, _FIRST_AFTER = (
    _CUES.pattern(f"{{{cue}}}")
    for cue in ("strong", "under", "weak", "after", "last_only", "first_only", "last_after", "first_after")
)
HESITATION = _CUES.pattern("{hesitation}")
PARTICLES = _WORDS.particles
_LONGEST, _PAIR, _HYPHENATED = 4, 2, 3
_ALSO_NAMES = frozenset(".-")
_APOSTROPHE = re.compile("['’`´]")
_POSSESSIVE = re.compile("['’`´]s$")
_PREFIXED = re.compile(r"[od]'|mc(?=\w{2})")
_WORD = re.compile(r"[^\s.\-]+")
_LOOKS_ELSE = ("date", "time", "number", "party_size", "choice", "city")
_APART = frozenset(",.;:-!?)")
_KNOWN = lexicon.dictionary()["names"]
"""Names of people and places that most have heard of."""
_LEADING_TO = frozenset(("is", "under"))
_LEADING_ELSEWHERE = ("a", "the", "to", "from", "that")


@dataclass(frozen=True)
class _Run:
    first: int
    end: int


def read_names(message: Message) -> None:
    """Claim `first_name` and `last_name`; everything regular must have been read before."""
    _read_odd_surnames(message)
    _read_last_names(message)
    finders = (_strong,) if message.expecting == "restaurant" else (_strong, _trailing, _weak, _opening, _closing)
    for finder in finders:
        if not message.has("first_name", "last_name"):
            finder(message)
    if message.expecting != "name" and _speaks_of_names(message):
        _spoken_of(message)
    _instead(message)
    if message.expecting == "confirmation" and not message.claims:
        _whole(message)


def _run(message: Message, first: int, *, any_case: bool, common: bool) -> _Run | None:
    """Name words from `first` on: capitalised, or in any case; common words only where `common`."""
    end, words = first, 0
    while words < _LONGEST and (token := message.free(end)) is not None:
        if not _belongs(message, first, end, any_case=any_case, common=common):
            break
        end, words = end + 1, words + (token.word not in _ALSO_NAMES)
    while end - first > 1 and _is_link(message.tokens[end - 1]):
        end -= 1
    if end - first > 1 and message.tokens[end - 1].word == ".":
        end -= 1  # "Omar F."
    return _Run(first, end) if end > first else None


def _belongs(message: Message, first: int, position: int, *, any_case: bool, common: bool) -> bool:
    """Whether a name begins at `first`, or goes on with the token at a later position."""
    token = message.tokens[position]
    if position > first and _goes_on(message, token, position, common=common):
        return True
    if position == first + 1 and _closes(message, token, position):
        return True
    return token.kind == "word" and _name_like(message, token, any_case=any_case, common=common)


def _is_link(token: Token) -> bool:
    return token.word in PARTICLES or token.word == "-"


def _goes_on(message: Message, token: Token, position: int, *, common: bool) -> bool:
    """Whether a name that has begun goes on with this: the point of an initial or title, a hyphen, a particle, a middle name."""
    before = message.tokens[position - 1]
    if token.word == ".":
        return before.end - before.start == 1 or before.word in _WORDS.titles
    if token.word == "-":
        return _touches(message, position)
    return token.word in PARTICLES or (common and token.kind == "word" and _middle_name(message, token, position))


def _middle_name(message: Message, token: Token, position: int) -> bool:
    """Whether a small unknown word stands between two capitalised ones."""
    follower = message.free(position + 1)
    return token.word not in COMMON and follower is not None and follower.kind == "word" and follower.capital


def _closes(message: Message, token: Token, position: int) -> bool:
    """Whether a common word that is a name too ends what is said: "name is rich young"."""
    return token.kind == "word" and token.word in _KNOWN and _ends(message, position + 1)


def _ends(message: Message, position: int) -> bool:
    return position >= len(message.tokens) or message.tokens[position].word in _APART


def _touches(message: Message, position: int) -> bool:
    tokens = message.tokens
    return (
        position + 1 < len(tokens)
        and tokens[position - 1].end == tokens[position].start == tokens[position + 1].start - 1
    )


def _name_like(message: Message, token: Token, *, any_case: bool, common: bool) -> bool:
    raw = message.text[token.start : token.end]
    if not raw[0].isalpha() or (token.word.isdecimal() and not token.capital):
        return False
    known = len(raw) == 1 or raw.lower() in COMMON or is_everyday(token, raw)
    if token.capital and not message.text.isupper():
        return common or not known
    return any_case and not known


def is_everyday(token: Token, raw: str) -> bool:
    """Whether a word is a common one or short for two of which one is ("it'll"), or a sound of hesitation."""
    stem = "" if _POSSESSIVE.search(raw) else _APOSTROPHE.split(raw.lower())[0]
    is_short_form = len(stem) > 1 and stem in COMMON
    return token.word in COMMON or is_short_form or HESITATION.fullmatch(token.word) is not None


def _claim(message: Message, run: _Run) -> None:
    first, end = run.first, run.end
    if message.expecting != "name" and any(token.word in GENERIC for token in message.tokens[first:end]):
        return  # "Brasserie Tournesol" is a house
    for part in parts_of(message.text, message.tokens[first:end]):
        message.claim(part.entity, first + part.first, first + part.end, part.value)


class NamePart(NamedTuple):
    """Words of a name, from the first up to an end (exclusive), as `first_name` or `last_name`."""

    entity: str
    first: int
    end: int
    value: str


def parts_of(text: str, name: Sequence[Token]) -> list[NamePart]:
    """Return the parts of a name that these words of a text are."""
    given, end = _behind_titles(name), len(name)
    if given and end - given == 1:
        return [NamePart("last_name", given, end, _printed(text, name))]
    if end - given == 1 or (end - given == _HYPHENATED and name[given + 1].word == "-"):
        return [NamePart("first_name", given, end, _printed(text, name[given:]))]
    last = _last(name, given)
    shown = given + 3 if name[given + 1].word == "-" and given + 3 <= last else given + 1
    return [
        NamePart("first_name", given, shown, _printed(text, name[given:last])),
        NamePart("last_name", last, end, _printed(text, name[last:])),
    ]


def _behind_titles(name: Sequence[Token]) -> int:
    """Where the name begins after "Mrs" or "Prof. Dr."; at the latest with its last word."""
    return len(list(takewhile(lambda token: token.word in _WORDS.titles | {"."}, name[:-1])))


def _last(name: Sequence[Token], given: int) -> int:
    """Where the family name begins: the last word, with particles and a hyphenated half."""
    start = len(name) - 1
    while start - 1 > given and (name[start - 1].word in PARTICLES | {"-"} or name[start].word == "-"):
        start -= 1
    return start


def _after(message: Message, position: int) -> int:
    """The token a name may begin at: quotation marks and colons are skipped."""
    while position < len(message.tokens) and message.tokens[position].word in ('"', "'", ":", "=", ",", "is", "its"):
        position += 1
    return position


def _read_odd_surnames(message: Message) -> None:
    """Claim ", Joe Friday" and "name Tom Six" as names: capitalized, set apart or led to, and the day or number is said elsewhere
    or follows a name that is known.
    """
    odd = [claim for claim in message.claims if claim.entity in _LOOKS_ELSE and claim.end - claim.first == 1]
    claim = next((claim for claim in odd if _is_surname(message, claim)), None)
    if claim is not None and not message.text.isupper():
        message.release(claim)
        _claim(message, _Run(claim.first - 1, claim.end))


def _is_surname(message: Message, claim: Claim) -> bool:
    before, surname = message.free(claim.first - 1), message.tokens[claim.first]
    leading = message.word(claim.first - 2)
    is_apart = (leading in _APART or leading in _LEADING_TO | _WORDS.naming) and _ends(message, claim.end)
    if before is None or not (is_apart and surname.capital and before.kind == "word" and surname.word != before.word):
        return False
    is_told = before.word in _KNOWN or len(message.of(claim.entity)) > 1
    return is_told and _name_like(message, before, any_case=False, common=False)


def _read_last_names(message: Message) -> None:
    view = message.view
    for cue, entity in ((_LAST_ONLY, "last_name"), (_FIRST_ONLY, "first_name")):
        for match in cue.finditer(view.text):
            _, end = view.tokens_between(match.start(), match.end())
            at = _after(message, end)
            run = _run(message, at, any_case=False, common=True) or _run(message, at, any_case=True, common=False)
            if run:
                message.claim(entity, run.first, run.end, _printed(message.text, message.tokens[run.first : run.end]))
    for rule, entity in ((_LAST_AFTER, "last_name"), (_FIRST_AFTER, "first_name")):
        view = message.view
        for match in rule.finditer(view.text):
            start, _ = view.tokens_between(match.start(), match.end())
            if start and message.free(start - 1) and message.tokens[start - 1].kind == "word":
                message.claim(entity, start - 1, start, _printed(message.text, message.tokens[start - 1 : start]))


def _strong(message: Message) -> None:
    view = message.view
    for cue in (_STRONG, _UNDER):
        for match in cue.finditer(view.text):
            _, end = view.tokens_between(match.start(), match.end())
            at = _after(message, end)
            _release_odd_first(message, at)
            run = _run(message, at, any_case=False, common=True) or _run(message, at, any_case=True, common=False)
            if run:
                _claim(message, _without_leading_small(message, run))
                return


def _release_odd_first(message: Message, at: int) -> None:
    """Give the day of "my name is Tuesday Wells" back to the name: capitalized, right where one is told, and another follows."""
    claim, surname = message.claim_at(at), message.free(at + 1)
    is_odd = claim is not None and claim.entity in _LOOKS_ELSE and claim.end - claim.first == 1
    if is_odd and claim and surname and message.tokens[at].capital and surname.capital and surname.kind == "word":
        message.release(claim)


def _without_leading_small(message: Message, run: _Run) -> _Run:
    """Of "whitehead Bernadette Caufield" the capitalised words are the name."""
    first = run.first
    while first < run.end - 1 and not message.tokens[first].capital and message.tokens[first + 1].capital:
        first += 1
    return _Run(first, run.end)


def _trailing(message: Message) -> None:
    """A name that what follows makes one: "… is my name", "… here", "the … booking"."""
    view = message.view
    for match in _AFTER.finditer(view.text):
        start, _ = view.tokens_between(match.start(), match.end())
        run = _before(message, start)
        if run and _is_made_name(message, run, match.group()):
            _claim(message, run)
            return
    for word, first, _ in view.items:
        is_house = word == "<party_size>" and message.text.islower()  # "saffron ferry 4" is rather a house
        run = None if is_house or word not in _WORDS.attributed else _before(message, first)
        if run and run.end - run.first >= _PAIR and not message.text.isupper():
            _claim(message, run)
            return


def _is_made_name(message: Message, run: _Run, said: str) -> bool:
    if said.startswith("has") and message.word(run.first - 1) in _WORDS.asking:
        return False  # "does Villa Verbena has a table"
    speaking = said in _WORDS.speaking_up and message.tokens[run.first].capital
    return run.end - run.first >= _PAIR or "name" in said or "call" in said or speaking


def _before(message: Message, end: int) -> _Run | None:
    if end and message.tokens[end - 1].word in (",", '"'):
        end -= 1
    first = end
    while first and end - first < _LONGEST - 1:
        token = message.free(first - 1)
        small = message.text.islower()
        if token is None or token.kind != "word" or not _name_like(message, token, any_case=small, common=False):
            break
        first -= 1
    return _Run(first, end) if end > first else None


def _weak(message: Message) -> None:
    """A name that only its shape and the word before it make one: two capitalised words, or two unknown ones."""
    view = message.view
    for match in _WEAK.finditer(view.text):
        _, end = view.tokens_between(match.start(), match.end())
        word = match.group().split(" ")[0]
        if word == "for" and not _WORDS.booking_words.intersection(view.words):
            continue
        run = _run(message, end, any_case=message.text.islower() or message.text.isupper(), common=False)
        if run and word in _WORDS.titles:
            _claim(message, _Run(message.view.tokens_between(match.start(), match.end())[0], run.end))
            return
        if run and run.end - run.first >= _fewest(message, word, run) and word not in _LEADING_ELSEWHERE:
            _claim(message, run)
            return


def _fewest(message: Message, word: str, run: _Run) -> int:
    """How many words a name has at least after this one."""
    signs = word in _WORDS.signing and message.has("party_size", "date", "time")
    return 1 if (signs or word in (_WORDS.introducing | _WORDS.titles)) and message.tokens[run.first].capital else _PAIR


def _opening(message: Message) -> None:
    """Two capitalised words at the very start, before a comma: "Lorna Field, table of four"."""
    run = _run(message, 0, any_case=False, common=False)
    if run and run.end - run.first >= _PAIR and run.end < len(message.tokens) and message.tokens[run.end].word == ",":
        _claim(message, run)


def _closing(message: Message) -> None:
    """Two capitalised words behind the details, set off from them: "… at 7, Lorna Field", "… (Lorna Field)"."""
    for position, token in enumerate(message.tokens):
        if token.word not in (",", "-", "(", "/") or not (position and message.taken(position - 1)):
            continue
        run = _run(message, position + 1, any_case=False, common=False)
        if run is None or run.end - run.first < _PAIR or not message.has("party_size", "time"):
            continue
        follower = message.tokens[run.end].word if run.end < len(message.tokens) else ""
        if follower in (_WORDS.shut | {""}) and not message.text.isupper():
            _claim(message, run)
            return


def _whole(message: Message) -> None:
    """Nothing but two or more capitalised words, where a yes was asked for: "Marta Gil" sets the name right."""
    run = _run(message, 0, any_case=False, common=False)
    if run and run.end == len(message.tokens) and run.end - run.first >= _PAIR and not message.text.isupper():
        _claim(message, run)


def _speaks_of_names(message: Message) -> bool:
    """Whether a name is spoken of that is no house's: "a restaurant name Luna"."""
    words = [token.word for token in message.tokens]
    return any(word in _WORDS.naming and before not in GENERIC | TYPES for before, word in pairwise(["", *words]))


def _spoken_of(message: Message) -> None:
    """The last capitalised words, where names are spoken of and no other is told: "rename it please: Gupta"."""
    if message.has("first_name", "last_name") or message.text.isupper():
        return
    for position in range(len(message.tokens) - 1, 0, -1):
        token = message.free(position)
        if token and token.kind == "word" and _name_like(message, token, any_case=False, common=False):
            first = position
            while (
                first > 1
                and (before := message.free(first - 1))
                and before.kind == "word"
                and _name_like(message, before, any_case=False, common=False)
            ):
                first -= 1
            _claim(message, _Run(first, position + 1))
            return


def _instead(message: Message) -> None:
    """Of two names the one that takes the other's place: "it's under Ann Lee, put Oksana instead"."""
    told = message.of("first_name")
    for position in range(told[0].end + 1, len(message.tokens)) if told else ():
        run = _run(message, position, any_case=False, common=False)
        if run and message.word(position - 1) in _WORDS.putting:
            for claim in (*told, *message.of("last_name")):
                message.release(claim)
            _claim(message, run)
            return


def _printed(text: str, name: Sequence[Token]) -> str:
    """The words of these tokens as a name, without a point at its end."""
    return as_printed(text[name[0].start : name[-1].end], within=name[0].word in PARTICLES)


def as_printed(text: str, *, within: bool = False) -> str:
    """Return a name as it was typed, or with the capitals it lacks; `within` one, particles have none at its beginning."""
    text = _POSSESSIVE.sub("", unicodedata.normalize("NFC", text))
    text = text if text.count(".") > 1 else text.removesuffix(".")
    if text.islower() or (text.isupper() and len(text) > _PAIR):
        text = _WORD.sub(lambda word: _capitalised(word.group(), is_last=word.end() == len(text)), text.lower())
    is_small = within or text.startswith("the ") or PREFIXED_NAME.match(text)
    return text if is_small else text[:1].upper() + text[1:]


def _capitalised(word: str, *, is_last: bool) -> str:
    if word in _WORDS.small or (word in PARTICLES and not is_last):
        return word
    prefix = _PREFIXED.match(word)
    length = prefix.end() if prefix else 0
    return word[:length].capitalize() + word[length:].capitalize()
