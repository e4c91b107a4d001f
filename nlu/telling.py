"""What a message only tells beside what it wishes: where both name a time, a day or a party, the wish counts.

"Our sitter comes at half seven, so could dinner be at 8?" wishes for 8. Each clause is judged by the learned model.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, starmap
from typing import NamedTuple

from nlu.clauses import Acts, Judge, Part, clauses_of
from nlu.reading.message import Message, Span
from nlu.reading.reader import read_message

_WISHING = ("book", "change", "answer", "yes", "yes_but")
_SURE = 0.55
_LIKELIER = 0.25
"""By how much a clause is likelier to wish than another one that names the same."""
_KINDS = {"time": "time", "number": "time", "date": "date", "party_size": "party_size"}
"""Entities that say what a table is to be like, and what of it; a bare number may be an hour."""


class _Clause(NamedTuple):
    part: Part
    kinds: frozenset[str]
    """what of a table it tells; nothing where it only names a place that is none of ours"""
    names_ours: bool
    """whether it names a house of ours, and so wishes for a table there"""


def without_what_is_told(message: Message, acts: Acts, judge: Judge) -> str | None:
    """Return the text with blanks for the clauses that only tell what another one wishes; None where there are none.

    For a new table only what both tell is blank: the rest still counts. `acts`: those of the message. `judge`: those of its
    parts.
    """
    found = list(_clauses(message)) if _wish(acts) >= _SURE else []
    if not any(starmap(_is_told_by, permutations(found, 2))):
        return None
    wishes = {clause: _wish(judge(*clause.part)) for clause in found}
    wish = max(found, key=wishes.__getitem__)
    told = [each.part for each in found if wishes[each] + _LIKELIER <= wishes[wish] and _is_told_by(each, wish)]
    return _blanked(message, told, wish, acts) if told and wishes[wish] >= _SURE else None


def _blanked(message: Message, told: list[Part], wish: _Clause, acts: Acts) -> str:
    lost = told
    if acts.get("book", 0.0) > acts.get("change", 0.0):
        spans = (span for span in message.spans() if _KINDS.get(span.entity) in wish.kinds)
        lost = [Part(span.start, span.end) for span in spans if _is_in(span.start, told)]
    return "".join(" " if _is_in(at, lost) else character for at, character in enumerate(message.text))


def _wish(acts: Acts) -> float:
    return sum(acts.get(act, 0.0) for act in _WISHING)


def _is_told_by(clause: _Clause, other: _Clause) -> bool:
    """Whether the other clause tells something that this one tells, or this one nothing of a table."""
    return not clause.names_ours and (bool(clause.kinds & other.kinds) or not clause.kinds)


def _clauses(message: Message) -> Iterator[_Clause]:
    """Yield the clauses that say what a table is to be like, if there are several.

    Each is read by itself: of "move it to 6, the match is at 8" the 6 is an hour too.
    """
    spans = message.spans()
    parts = clauses_of(message.text, [Part(span.start, span.end) for span in spans])
    telling = [part for part in parts if any(_is_in(span.start, [part]) for span in filter(_tells, spans))]
    for part in telling if len(telling) > 1 else ():
        inside = list(filter(_tells, read_message(message.text[slice(*part)], expecting=None).spans()))
        if inside:
            names_ours = any(_is_in(span.start, [part]) for span in filter(_is_known_place, spans))
            kinds = frozenset(_KINDS[span.entity] for span in inside if span.entity in _KINDS)
            yield _Clause(part, kinds, names_ours)


def _tells(span: Span) -> bool:
    return span.entity in _KINDS or _is_unknown_place(span)


def _is_known_place(span: Span) -> bool:
    return span.entity == "restaurant" and bool(span.value["slugs"])


def _is_unknown_place(span: Span) -> bool:
    return span.entity == "restaurant" and not span.value["slugs"]


def _is_in(at: int, parts: list[Part]) -> bool:
    return any(part.start <= at < part.end for part in parts)
