"""A name that is only set down behind the details of a table: "…, five of us at 6:30. Hank Boyle" is for Hank Boyle.

Nothing leads to it. But it is a clause of its own in which nothing else was read, and the learned model takes it for a name as the
answer to the question that it answers beforehand; the tagger of such answers tells which of its words are the name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from nlu.clauses import Acts, Part, clauses_of
from nlu.reading.message import Span

NAME_PARTS = ("first_name", "last_name")
_OF_TABLE = frozenset(("restaurant", "date", "time", "party_size"))
_KINDS_OF_REQUEST = 2
_SURE = 0.75
"""How sure it has to be that it is a name. Of 20 names 19 are; of 50 other ends ("Thanks", "gluten free", "Downtown") five unknown
words are taken for one too ("Urgent"). The diner sees it before it is booked."""


def signature(text: str, spans: Sequence[Span], judge: Callable[[str], Acts]) -> Part | None:
    """Return where the name stands that a wish for a table ends with; None where there is none or one was read.

    `judge`: the acts of a text as the answer to the question for a name.
    """
    kinds = {span.entity for span in spans}
    if not kinds.isdisjoint(NAME_PARTS) or len(kinds & _OF_TABLE) < _KINDS_OF_REQUEST:
        return None
    parts = _stretches(text, spans)
    return next((part for part in parts if judge(text[slice(*part)]).get("name", 0.0) >= _SURE), None)


def _stretches(text: str, spans: Sequence[Span]) -> Iterator[Part]:
    """Yield where the name may stand: all free clauses from one to the end ("Mia and Jon", "A. Castellanos."), or just one."""
    first = min(span.start for span in spans if span.entity in _OF_TABLE)
    parts = [part for part in clauses_of(text, [Part(span.start, span.end) for span in spans]) if part.start > first]
    free = [part for part in parts if not any(_touch(part, span) for span in spans)]
    for place, part in enumerate(free):
        is_to_end = free[place:] == parts[len(parts) - len(free) + place :]
        yield from [Part(part.start, free[-1].end), part] if is_to_end and part != free[-1] else [part]


def _touch(part: Part, span: Span) -> bool:
    return part.start < span.end and span.start < part.end
