"""The name in the answer to the question for one, wherever it stands: "normally Schwarzenberger, but just Ben".

People put anything around a name, and any word may be one: a tagger learns from our own answers which words are the name.
Brackets mark them, `[|Lima], [Ana]` those of a family said first. An answer without brackets is a name and nothing else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import exp, log
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import NamedTuple

import yaml

from nlu import lexicon
from nlu.clauses import Part
from nlu.lexicon import COMMON
from nlu.reading.lexing import Token, tokenize
from nlu.reading.names import HESITATION, as_printed

EXAMPLES = Path(__file__).parents[1] / "data" / "acts"
NO_NAMES = EXAMPLES.with_name("no_names.yml")
NAME, FAMILY, ELSE = "name", "family", "else"
"""The labels of a word. A family that is said before the given name is turned round."""
_DICTIONARY = lexicon.dictionary()
_KNOWN = _DICTIONARY["names"]
_WORDS = lexicon.words("names")
_BRACKETS = re.compile(r"\[(\|?)([^]]+)\]")
_SPELLED = re.compile(
    r"(?<!\w)[^\W\d_](?:-[^\W\d_]){2,}(?!\w)|(?<!\w)[^\W\d_](?:([ .])[^\W\d_])(?:\1[^\W\d_]){2,}(?!\w)"
)
_ANY_WORD = re.compile(r"[^\W\d_]+")
_SPELLED_OUT = "<spelled>"
_REACH, _FAR = 3, 5
_ELSE_WHERE_TOLD = 0.15
"""What it counts that a word is no name, where the message is likely to tell one and no word is rather one than not."""
_WEIGHTS, _BY_NOTHING = (0.78, 0.49, -0.21), 0.02
"""What the odds count that the acts, the words and the likeliest other act give a name. Fitted to our own texts, each read by
models that had not been taught it (`python -m bench.naming`): so 8 % of names are missed, and 18 % by the acts alone."""
_NEVER_SURE = 0.01
_BEGIN, _ENDS = 3, (2, 3)
_TIMES = 3
_EDGE = Token(0, 0, "<edge>")


class Marked(NamedTuple):
    """A part of an answer that is the name, or a part of it."""

    part: Part
    label: str


def marked(line: str) -> tuple[str, list[Marked]]:
    """Return an answer without its brackets, and what they mark."""
    text, found, end = "", list[Marked](), 0
    for match in _BRACKETS.finditer(line):
        text += line[end : match.start()]
        is_family = match[1] or (found and all(each.label == NAME for each in found))
        found.append(Marked(Part(len(text), len(text) + len(match[2])), FAMILY if is_family else NAME))
        text, end = text + match[2], match.end()
    return text + line[end:], found


def examples() -> Iterator[tuple[str, list[Marked]]]:
    """Yield our own answers to the question for a name, and where in them it stands: nowhere in what is no name."""
    for path in sorted(EXAMPLES.glob("*.yml")):
        block = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        if block["act"] in ("name", "no_name"):
            yield from (_example(line, block["act"]) for line in block["texts"].splitlines())
    for line in yaml.load(NO_NAMES.read_text(encoding="utf-8"), yaml.CSafeLoader)["texts"].splitlines():
        yield line, []


def _example(line: str, act: str) -> tuple[str, list[Marked]]:
    """Return an answer and where its name stands: without brackets, all of a name is one."""
    text, told = marked(line)
    return (text, told) if act != "name" or told else (text, [Marked(Part(0, len(text)), NAME)])


def features(text: str) -> list[list[str]]:
    """Return what the tagger sees of each word: itself and its neighbors, as everyday words or by their looks."""
    tokens = _words(text)
    case = "upper" if text.isupper() else "lower" if text.islower() else "mixed"
    edges = [_EDGE] * _REACH
    seen = [_seen(token) for token in (*edges, *tokens, *edges)]
    looks = [_looks(token, case) for token in (*edges, *tokens, *edges)]
    rare = [token.kind == "word" and (_is_rare(token.word) or _is_capital(token, case)) for token in tokens]
    often, last = Counter(token.word for token in tokens), {token.word: at for at, token in enumerate(tokens)}
    whole = [f"case:{case}", f"long:{min(len(tokens), 12) // 3}", f"capitals:{case} {min(sum(rare), 4)}"]
    return [
        [
            *whole,
            *_of_place(seen[at : at + 2 * _REACH + 1], looks[at : at + 2 * _REACH + 1]),
            *_around(seen[_REACH:-_REACH], at),
            *(f"end:{token.word[-length:]}" for length in _ENDS),
            f"begin:{token.word[:_BEGIN]}",
            f"nth:{case} {rare[at]} {min(sum(rare[:at]), 3)} {min(sum(rare[at + 1 :]), 3)}",
            f"again:{often[token.word] > 1} {last[token.word] == at}",
        ]
        for at, token in enumerate(tokens)
    ]


def _words(text: str) -> list[Token]:
    """Return the tokens of a text; what is spelled out ("N-G-U-Y-E-N") is one, and a name is short for no word ("Eve")."""
    tokens = [_as_name(text, token) for token in tokenize(text)]
    for match in _SPELLED.finditer(text):
        inside = [token for token in tokens if match.start() <= token.start < match.end()]
        whole = Token(match.start(), match.end(), _SPELLED_OUT, capital=True)
        tokens = sorted([*(token for token in tokens if token not in inside), whole])
    return tokens


def _as_name(text: str, token: Token) -> Token:
    written = text[token.start : token.end].lower()
    return token._replace(word=written) if written in _WORDS.both or written in _KNOWN else token


def _around(seen: Sequence[str], at: int) -> list[str]:
    before, after = seen[max(0, at - _FAR) : at], seen[at + 1 : at + 1 + _FAR]
    return [*(f"before:{word}" for word in set(before)), *(f"after:{word}" for word in set(after))]


def _is_capital(token: Token, case: str) -> bool:
    return token.capital and case == "mixed"


def _of_place(seen: Sequence[str], looks: Sequence[str]) -> list[str]:
    """Return what is seen of a word in the middle of others."""
    places, here, after = range(-_REACH, _REACH + 1), _REACH, _REACH + 1
    return [
        *(f"{place}:{word}" for place, word in zip(places, seen, strict=True)),
        *(f"{place}~{look}" for place, look in zip(places, looks, strict=True) if abs(place) < _REACH),
        f"-1+0:{seen[here - 1]} {looks[here]}",
        f"0+1:{looks[here]} {seen[after]}",
        f"-2-1:{seen[here - 2]} {seen[here - 1]}",
        f"-2-1+0:{seen[here - 2]} {seen[here - 1]} {looks[here]}",
        f"+1+2:{seen[after]} {seen[after + 1]}",
        f"-1~+1~:{looks[here - 1]} {looks[here]} {looks[after]}",
    ]


def _seen(token: Token) -> str:
    """A common word as it is; of others, what kind of word they are."""
    if token is _EDGE or token.word in COMMON or token.kind == "other":
        return token.word
    if token.kind != "word":
        return f"<{token.kind}>"
    return " ".join(title for title, words in _DICTIONARY.items() if token.word in words) or "<rare>"


def _is_rare(word: str) -> bool:
    return word not in COMMON and (word in _KNOWN or word not in _DICTIONARY["everyday"])


def _looks(token: Token, case: str) -> str:
    if token is _EDGE or token.kind != "word":
        return token.word if token is _EDGE else f"<{token.kind}>"
    if HESITATION.fullmatch(token.word):
        return "sound"
    kind = "common" if token.word in COMMON else "rare"
    named = "name" if token.word in _KNOWN or token.word in _WORDS.both else ""
    title = "title" if token.word in _WORDS.titles else ""
    letter = "letter" if token.end - token.start == 1 else ""
    capital = "capital" if token.capital and case == "mixed" else ""
    return " ".join(filter(None, (kind, named, title, letter, capital)))


def labels(text: str, told: Sequence[Marked]) -> list[str]:
    """Return the label of each word of a text where these parts of it are the name."""
    return [
        next((each.label for each in told if each.part.start <= token.start < each.part.end), ELSE)
        for token in _words(text)
    ]


def heard(acts: Mapping[str, float], shares: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the acts of an answer with the name as likely as the acts and its words say together, the likeliest first.

    A message is taken as a whole by the acts, and what was never taught weighs in them ("it's Silas", "Brecht it is"); its words
    are read by where they stand.
    """
    odds = sum(weight * each for weight, each in zip(_WEIGHTS, opinions(acts, shares), strict=True)) + _BY_NOTHING
    name = 1 / (1 + exp(-odds))
    left = (1 - name) / max(1 - acts.get("name", 0.0), _NEVER_SURE)
    both = {act: round(share * left, 3) for act, share in acts.items()} | {"name": round(name, 3)}
    return dict(sorted(both.items(), key=itemgetter(1), reverse=True))


def opinions(acts: Mapping[str, float], shares: Sequence[Mapping[str, float]]) -> tuple[float, float, float]:
    """Return the odds that the acts, the likeliest word and the likeliest other act give a name, in logits."""
    other = max((share for act, share in acts.items() if act != "name"), default=0.0)
    word = max((1 - share[ELSE] for share in shares), default=0.0)
    return _odds(acts.get("name", 0.0)), _odds(word), _odds(other)


def _odds(share: float) -> float:
    return log((share + _NEVER_SURE) / (1 + _NEVER_SURE - share))


def name_of(text: str, shares: Sequence[Mapping[str, float]], *, is_told: bool) -> tuple[str, list[Marked]] | None:
    """Return the name in a text and what marks its parts, by how likely each label of each word is; None where there is none.

    Of several, the likeliest, and the family's told apart from it: who else is spoken of is no part of a name. `is_told`: whether
    the message is likely to tell one.
    """
    chosen = _chosen(text, shares, 1.0) or (_chosen(text, shares, _ELSE_WHERE_TOLD) if is_told else [])
    said = " ".join(map(_printed, _once([text[slice(*each.part)] for each in chosen])))
    return (said, chosen) if said else None


def _chosen(text: str, shares: Sequence[Mapping[str, float]], weight: float) -> list[Marked]:
    """Return what marks the likeliest name, and the family. `weight`: what it counts that a word is something else."""
    tokens = _words(text)
    likely = [max({**share, ELSE: share[ELSE] * weight}.items(), key=itemgetter(1))[0] for share in shares]
    runs: dict[str, list[_Run]] = {NAME: [], FAMILY: []}
    for label, places in groupby(range(len(tokens)), key=likely.__getitem__):
        run = list(places)
        if label != ELSE and any(tokens[at].kind != "other" for at in run):
            part = _whole_words(tokens, run[0], run[-1] + 1)
            runs[label].append(_Run(part, sum(shares[at][label] for at in run) / len(run)))
    return [Marked(max(found, key=lambda run: run.share).part, label) for label, found in runs.items() if found]


class _Run(NamedTuple):
    part: Part
    share: float


def _whole_words(tokens: Sequence[Token], first: int, end: int) -> Part:
    """Return the part of the text from one word to another, with the title before and the other halves of words in two."""
    while end - first > 1 and tokens[end - 1].kind == "other":
        end -= 1
    while end - first > 1 and tokens[first].kind == "other":
        first += 1
    while first > 1 and _joins(tokens, first - 1):
        first -= 2
    while end < len(tokens) - 1 and _joins(tokens, end):
        end += 2
    if first and tokens[first - 1].word in _WORDS.titles:
        first -= 1
    return Part(tokens[first].start, tokens[end - 1].end)


def _joins(tokens: Sequence[Token], at: int) -> bool:
    """Whether it is a hyphen between two halves of a word."""
    before, token, after = tokens[at - 1 : at + 2]
    return token.word == "-" and before.end == token.start and token.end == after.start


def _once(pieces: Sequence[str]) -> list[str]:
    """Leave out what another piece says as well: "Bond, Jenny Bond"."""
    words = [set(piece.casefold().split()) for piece in pieces]
    return [
        piece
        for at, piece in enumerate(pieces)
        if not any(words[at] < other or (words[at] == other and n < at) for n, other in enumerate(words) if n != at)
    ]


def _printed(said: str) -> str:
    """Return a name with the capitals it lacks; one that is spelled out in one piece."""
    letters = re.sub(r"[ .\-]+", "", said) if _SPELLED.fullmatch(said) else said
    return as_printed(letters)


def varied(told: Sequence[tuple[str, list[Marked]]]) -> Iterator[tuple[str, list[Marked]]]:
    """Yield answers again with others' names in theirs, and in other letters: any name goes into any sentence."""
    names = [text[slice(*each.part)] for text, marks in told for each in marks]
    chance = Random(0)  # noqa: S311 - it keeps no secret
    for text, marks in told:
        yield text, marks
        for _ in range(_TIMES if marks else 0):
            plain, placed = _renamed(text, [(each, chance.choice(names)) for each in marks])
            typed = chance.choice((str, str, str.lower, str.upper))(plain)
            yield typed if len(typed) == len(plain) else plain, placed  # "ß" has no capital


def _renamed(text: str, names: Sequence[tuple[Marked, str]]) -> tuple[str, list[Marked]]:
    """Put other names where these stand; what is said of one besides goes with it: "Vic, [Vic Damoni]"."""
    swapped = dict[str, str]()
    for each, name in names:
        words, others = text[slice(*each.part)].split(), name.split()
        swapped |= {words[0]: others[0], words[-1]: others[-1]}
    other, placed, end = "", list[Marked](), 0
    for each, name in names:
        other += _swapped(text[end : each.part.start], swapped)
        placed.append(Marked(Part(len(other), len(other) + len(name)), each.label))
        other, end = other + name, each.part.end
    return other + _swapped(text[end:], swapped), placed


def _swapped(text: str, others: Mapping[str, str]) -> str:
    return _ANY_WORD.sub(lambda word: others.get(word.group(), word.group()), text)
