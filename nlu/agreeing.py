"""A yes in several clauses: "Yes, that sounds great. Go ahead and book it" agrees with each of them.

As a whole it looks like "yes, that sounds great, is there parking?"; the difference is in what each clause does by itself.
"""

from __future__ import annotations

from nlu.clauses import Acts, Judge, clauses_of

_SURE = 0.55
_AGREEING = ("yes", "thanks")


def agreed(acts: Acts, text: str, judge: Judge) -> dict[str, float]:
    """Return the acts of an answer to a proposal, surely a yes where each of its clauses agrees and one says yes.

    `acts`: those of the whole text. `judge`: those of its parts, after the same question.
    """
    parts = clauses_of(text)
    if not parts[1:] or max(acts, key=acts.__getitem__, default="") != "yes":
        return dict(acts)
    each = [judge(*part) for part in parts]
    least = min(sum(one.get(act, 0.0) for act in _AGREEING) for one in each)
    if least < _SURE or all(one.get("yes", 0.0) < _SURE for one in each):
        return dict(acts)
    left = (1 - least) / (1 - acts["yes"] + 1e-9)
    return {act: least if act == "yes" else share * left for act, share in acts.items()}
