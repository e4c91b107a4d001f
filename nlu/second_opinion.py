"""A second opinion on "cancel", by the words around it: "no need to cancel" wishes for nothing.

In a whole message the word itself outweighs "no need to". What is learned here comes only from our own texts that have the word,
whatever they do with it, so that nothing but its surroundings can tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, log
from typing import NamedTuple

ACT = "cancel"
_STEM = "cancel"
_BEFORE, _AFTER = 4, 3
_EDGE = "<edge>"
_CLOSE_TO_CERTAIN = 1e-4
_SURE, _HARDLY = 0.65, 0.3
_WORTH_ASKING = 0.3
"""Where the opinions differ that much, neither is followed, and it is asked: other words may wish ("withdraw it, he cancelled")."""


class Opinion(NamedTuple):
    """What was learned: how much each feature speaks for the wish."""

    weights: Mapping[str, float]
    intercept: float

    def share(self, words: Sequence[str]) -> float | None:
        """Return how likely the word wishes for what it says, at the place that speaks most for it; None where it is not said."""
        sums = [self.intercept + sum(self.weights.get(each, 0.0) for each in place) for place in around(words)]
        return _expit(max(sums)) if sums else None


def around(words: Sequence[str]) -> list[set[str]]:
    """Return the features of each place where words that a message was read into have it: its neighbors, and how far they are."""
    return [_of_place(words, at) for at, word in enumerate(words) if word.startswith(_STEM)]


def _of_place(words: Sequence[str], at: int) -> set[str]:
    before = [*words[max(0, at - _BEFORE) : at][::-1], _EDGE][:_BEFORE]
    after = [*words[at + 1 : at + 1 + _AFTER], _EDGE][:_AFTER]
    return {
        f"0:{words[at]}",
        *(f"-{distance}:{word}" for distance, word in enumerate(before)),
        *(f"+{distance}:{word}" for distance, word in enumerate(after)),
        *(f"before:{word}" for word in before),
        *(f"after:{word}" for word in after),
        "before:" + " ".join(before[:2]),
        "before:" + " ".join(before[:3]),
        f"between:{before[0]} {after[0]}",
    }


def doubted(acts: Mapping[str, float], share: float | None) -> dict[str, float]:
    """Return the acts with a cancellation no likelier than both opinions say together: by the geometric mean of their odds."""
    told = acts.get(ACT, 0.0)
    if share is None or share >= told:
        return dict(acts)
    both = _expit((_logit(told) + _logit(share)) / 2)
    left = {**acts, ACT: round(_WORTH_ASKING if told >= _SURE and share < _HARDLY else both, 3)}
    return dict(sorted(left.items(), key=lambda each: -each[1]))


def _logit(share: float) -> float:
    share = min(max(share, _CLOSE_TO_CERTAIN), 1 - _CLOSE_TO_CERTAIN)
    return log(share / (1 - share))


def _expit(odds: float) -> float:
    return 1 / (1 + exp(-odds))
