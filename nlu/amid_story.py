"""A wish amid a story: "Our flight lands late and the kids are tired already, so make it 8" wishes what its last clause does.

The story around it makes the whole look like one that only tells, the more so the longer it is. A clause that certainly wishes
by itself, and says what for, is not said in passing.
"""

from __future__ import annotations

from collections.abc import Sequence

from nlu.clauses import Acts, Judge, Part, clauses_of
from nlu.reading.message import Message, Span

_ENOUGH, _LEANS, _CLEAR = 0.65, 0.45, 0.75
"""How sure a clause has to be of its wish, and the whole beside it: neither alone is enough, and a clear whole needs none. Measured
on strangers' texts: of 510 changes, 24 of 51 that would be asked about are heard; of 900 that wish nothing at most one more. At
0.4 no more of 101 changes are heard than at 0.45, and at 0.5 a cancellation less."""
_WISHES = ("change", "cancel")
_SAYS_WHAT = frozenset(("time", "date", "party_size", "number"))


def heard_amid(acts: Acts, message: Message, judge: Judge) -> dict[str, float]:
    """Return the acts of a message, with the wish it leans to as likely as in the clause that wishes so most surely.

    `acts`: those of the whole. `judge`: those of its parts.
    """
    wish = max(_WISHES, key=lambda act: acts.get(act, 0.0))
    spans = message.spans()
    parts = clauses_of(message.text, [Part(span.start, span.end) for span in spans])
    if not parts[1:] or not _LEANS <= acts.get(wish, 0.0) < _CLEAR:
        return dict(acts)
    wishing = [part for part in parts if wish == "cancel" or _says_what(spans, part)]
    most = max((judge(*part).get(wish, 0.0) for part in wishing), default=0.0)
    return _raised(acts, wish, most) if most >= max(_ENOUGH, acts[wish]) else dict(acts)


def answered_amid(acts: Acts, message: Message, judge: Judge) -> dict[str, float]:
    """Return the acts of an answer, as likely one as the clause that answers most surely: "sorry, wrong chat. 7pm".

    A table on hold is given back, so it needs no more.
    """
    spans = message.spans()
    parts = clauses_of(message.text, [Part(span.start, span.end) for span in spans])
    answering = [part for part in parts if _says_what(spans, part)] if parts[1:] else []
    most = max((judge(*part).get("answer", 0.0) for part in answering), default=0.0)
    return _raised(acts, "answer", most) if most >= max(_ENOUGH, acts.get("answer", 0.0)) else dict(acts)


def _raised(acts: Acts, wish: str, share: float) -> dict[str, float]:
    left = (1 - share) / (1 - acts.get(wish, 0.0))
    return {wish: share, **{act: each * left for act, each in acts.items() if act != wish}}


def _says_what(spans: Sequence[Span], part: Part) -> bool:
    return any(span.entity in _SAYS_WHAT and part.start <= span.start < part.end for span in spans)
