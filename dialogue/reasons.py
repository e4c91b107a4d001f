"""An effect needs a reason: what the act of a message allows, by the weight of what would be done.

Pure. The acts and their probabilities come from the learned model (`nlu/acts.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

Acts = Mapping[str, float]

_CERTAIN = 0.55
_TIMES_LIKELIER = 3
_RATHER = 0.35
_POSSIBLE = 0.25
_TAKING_BACK = 0.5
_SURE = 0.7
_ANSWERS = ("answer", "change", "cancel", "yes", "no", "yes_but")
_TOLD = ("note", "name", "answer", "change")
_ASTRAY = 0.6
_AUTOMATIC, _SURELY_AUTOMATIC = 0.5, 0.7
_NO_WISH = (
    "mention",
    "late",
    "aside",
    "machine",
    "show",
    "ask",
    "other",
    "pause",
    "no_name",
    "yes",
    "no",
    "yes_but",
    "name",
    "thanks",
)
_NO_NAME = ("pause", "no_name", "ask", "aside", "machine", "mention", "opt_out")


class Reason(Enum):
    """How good the reason is that a message gives for changing or cancelling a booked table."""

    CERTAIN = "do it"
    UNSURE = "ask once, and do nothing until it is answered"
    NONE = "leave the booking alone"


def reason_for(act: str, acts: Acts) -> Reason:
    """Return the reason for an effect on a booking that nobody was asked about. `act`: "change", "cancel" or "undo"."""
    if not acts:
        return Reason.CERTAIN  # said by digits, or read by a service of an earlier release
    wished = acts.get(act, 0.0)
    against = sum(acts.get(name, 0.0) for name in _NO_WISH)
    if wished >= _CERTAIN or (wished >= _POSSIBLE and wished >= _TIMES_LIKELIER * against):
        return Reason.CERTAIN
    possible = wished + (acts.get("answer", 0.0) if act == "change" else 0.0)  # a bare "8pm" may be a wish
    return Reason.UNSURE if possible >= _POSSIBLE and possible >= against else Reason.NONE


def no_wish(acts: Acts) -> str:
    """Return the likeliest act among those that want nothing done."""
    return max(_NO_WISH, key=lambda name: _aside(acts) if name == "aside" else acts.get(name, 0.0))


def is_no_yes(acts: Acts) -> bool:
    """Return whether what may look like a yes asks, hesitates or speaks of something else."""
    return bool(acts) and acts.get("yes", 0.0) + acts.get("thanks", 0.0) < _RATHER


def is_no_name(acts: Acts) -> bool:
    """Return whether what was said when the name was asked for is something else."""
    return sum(acts.get(name, 0.0) for name in _NO_NAME) >= _CERTAIN


def is_name(acts: Acts) -> bool:
    """Return whether a message is certainly a name, as the answer to the question for it."""
    return acts.get("name", 0.0) >= _CERTAIN


def is_surely_name(acts: Acts) -> bool:
    """Return whether a message is a name beyond doubt, though its words mean something else: "Sunny", "Hope"."""
    return acts.get("name", 0.0) >= _SURE


def is_clear_yes(acts: Acts) -> bool:
    """Return whether a message says yes and nothing else: what was proposed out of doubt needs no less."""
    return not acts or acts.get("yes", 0.0) >= _CERTAIN


def may_be_aside(acts: Acts) -> bool:
    """Return whether a message may be meant for somebody else: then nothing is noted, though no table is at stake."""
    return _aside(acts) >= _POSSIBLE


def is_astray(acts: Acts) -> bool:
    """Return whether a message is surely meant for somebody else."""
    return _aside(acts) >= _ASTRAY


def may_seek_table(acts: Acts) -> bool:
    """Return whether a message may look for a table; one that only has a kind of food in it does not."""
    return not acts or sum(acts.get(name, 0.0) for name in ("book", "answer", "ask", "change")) >= _POSSIBLE


def is_answer(acts: Acts) -> bool:
    """Return whether a message answers what was asked, or corrects it, and does not only mention it."""
    return not acts or sum(acts.get(name, 0.0) for name in _ANSWERS) >= _CERTAIN


def is_wished(act: str, acts: Acts) -> bool:
    """Return whether a message certainly wishes for this: no less is an answer to another question."""
    return bool(acts) and reason_for(act, acts) is Reason.CERTAIN


def may_be_noted(acts: Acts) -> bool:
    """Return whether what a message tells is for the staff, or for the booking in another way that touches no table."""
    return not acts or (not may_be_aside(acts) and sum(acts.get(name, 0.0) for name in _TOLD) >= _POSSIBLE)


def is_pause(acts: Acts, *, again: bool = False) -> bool:
    """Return whether the diner asks for time. To wait costs least, so it needs the weakest reason, but not a second time."""
    pause = acts.get("pause", 0.0)
    return pause >= (_CERTAIN if again else _RATHER) and pause == max(acts.values())


def is_taking_back(acts: Acts) -> bool:
    """Return whether a message takes the last change back, though it may name a time: "no, keep it at 7"."""
    return acts.get("undo", 0.0) >= _TAKING_BACK


def is_automatic(acts: Acts) -> bool:
    """Return whether a machine sent the message, or it is a phone's reaction to a text, or a quote of one."""
    return acts.get("machine", 0.0) >= _AUTOMATIC


def is_surely_automatic(acts: Acts) -> bool:
    """Return whether that is so clear that nothing in the message counts."""
    return acts.get("machine", 0.0) >= _SURELY_AUTOMATIC


def only_tells(acts: Acts, *, surely: bool = False) -> bool:
    """Return whether a message tells something and wants nothing; `surely`: where a table is yet to be had, and none at stake."""
    told = sum(acts.get(name, 0.0) for name in ("mention", "late", "aside", "machine"))
    return told >= (_SURE if surely else _CERTAIN)


def _aside(acts: Acts) -> float:
    """Return how likely a message is not meant for us, be it a person's or a machine's."""
    return acts.get("aside", 0.0) + acts.get("machine", 0.0)
