"""An effect needs a reason: what the act of a message allows, by the weight of what would be done.

Pure. The acts and their probabilities come from the learned model (`nlu/acts.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import NamedTuple

Acts = Mapping[str, float]

_CERTAIN = 0.55
_WISHED, _RATHER_WISHED, _TIMES_LIKELIER = 0.65, 0.35, 5
"""How likely a wish is that is carried out at once, also where that much likelier than that it is none. Measured on strangers'
texts: of those that wish for nothing, half pass that would at 0.55, 0.25 and 3, and of wishes 98 %."""
_RATHER = 0.35
_POSSIBLE = 0.25
_SURE = 0.7
_HARDLY = 0.05
_ASIDE = ("aside", "machine")
"""Not meant for us, be it a person's or a machine's."""
_TELLS = ("mention", "late", *_ASIDE)
_NO_WISH = (*_TELLS, "show", "ask", "other", "pause", "no_name", "yes", "no", "yes_but", "name", "thanks")


class _Weighs(NamedTuple):
    """Whether some acts of a message together weigh enough; where no acts were read, what that is taken for."""

    acts: tuple[str, ...]
    enough: float
    unread: bool = False

    def __call__(self, acts: Acts) -> bool:
        return weight(self.acts, acts) >= self.enough if acts else self.unread


_SHORT = 3
"""Words. In a longer text there is more that a word like "right" may belong to: "the class ends right before that"."""


def may_be_yes(acts: Acts, length: int) -> bool:
    """Return whether what looks like a yes is one, and does not ask, hesitate or speak of something else. `length`: in words."""
    return not acts or weight(("yes", "thanks"), acts) >= (_CERTAIN if length <= _SHORT else _SURE)


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
    against = weight(_NO_WISH, acts)
    if wished >= _WISHED or (wished >= _RATHER_WISHED and wished >= _TIMES_LIKELIER * against):
        return Reason.CERTAIN
    possible = wished + (acts.get("answer", 0.0) if act == "change" else 0.0)  # a bare "8pm" may be a wish
    return Reason.UNSURE if possible >= _POSSIBLE and possible >= against else Reason.NONE


def weight(names: Iterable[str], acts: Acts) -> float:
    """Return the probability that a message does one of these."""
    return sum(acts.get(name, 0.0) for name in names)


def no_wish(acts: Acts) -> str:
    """Return the likeliest act among those that want nothing done. To be meant for somebody else needs to be certain: it is
    odd to be told so of what was meant for us.
    """
    names = [name for name in _NO_WISH if name != "aside" or weight(_ASIDE, acts) >= _CERTAIN]
    return max(names, key=lambda name: weight(_ASIDE if name == "aside" else (name,), acts))


is_clear_yes = _Weighs(("yes",), _CERTAIN, unread=True)
"""It says yes and nothing else: what was proposed out of doubt needs no less."""
is_no_refusal = _Weighs(("thanks", "pause", "mention", "yes", *_ASIDE), _CERTAIN)
"""It refuses nothing, though its words may look like that: "can't wait"."""
is_clear_no = _Weighs(("no",), _CERTAIN, unread=True)
"""It says no and nothing else; "just this one" only looks like it."""


def refuses_name(acts: Acts) -> bool:
    """Return whether a no is rather to the question for a name than to the table that it is asked for."""
    return acts.get("no_name", 0.0) > acts.get("no", 0.0)


declines = _Weighs(("no", "thanks"), _CERTAIN, unread=True)
"""It answers a question with a no, and tells nothing else: "no thanks"; "not 8" does."""
is_no_name = _Weighs(("pause", "no_name", "ask", *_ASIDE, "mention", "opt_out", "forget", "no", "thanks"), _CERTAIN)
"""It is something else, though the name was asked for."""
may_insist_on_name = _Weighs(("name", "no_name", "yes", "other"), _SURE)
"""It may be a name, though it did not look like one when it was said first."""
may_tell_name = _Weighs(("name", "answer", "change", "yes"), 0.35, unread=True)
"""A name may be told in it, beside something else; where that is less likely, a name that was read is none: "normally"."""


def only_corrects(acts: Acts) -> bool:
    """Return whether a message changes something and hardly tells a name."""
    return is_wished("change", acts) and acts.get("name", 0.0) < _HARDLY


is_name = _Weighs(("name",), _CERTAIN)
"""It is certainly a name, as the answer to the question for it."""
wishes_new_name = _Weighs(("name", "change"), 0.5)
"""Where its words speak of another name, it wishes for that; it touches no table, so more likely than not is enough."""
is_surely_name = _Weighs(("name",), _SURE)
"""It is a name beyond doubt, though its words mean something else: "Sunny", "Hope"."""
is_astray = _Weighs(_ASIDE, 0.6)
"""It is surely meant for somebody else."""
may_seek_table = _Weighs(("book", "answer", "ask", "change"), _POSSIBLE, unread=True)
"""It may look for a table; a message that only has a kind of food in it does not."""


def rather_asks_to_show(acts: Acts) -> bool:
    """Return whether a message asks what is booked rather than for a table: "is it for 4 or 5?"."""
    shown = acts.get("show", 0.0)
    return shown >= _POSSIBLE and shown > weight(("book", "answer", "change"), acts)


is_answer = _Weighs(("answer", "change", "cancel", "yes", "no", "yes_but"), _CERTAIN, unread=True)
"""It answers what was asked, or corrects it, and does not only mention it."""
_corrects = _Weighs(("answer", "change", "book", "cancel", "undo", "yes", "no", "yes_but", "name"), 0.3, unread=True)
_asks = _Weighs(("ask",), 0.5)


def may_correct(acts: Acts) -> bool:
    """Return whether a message may set right what is in hand or ask for another, and does not only tell of something: "we came
    at Thanksgiving and had to wait".
    """
    return _corrects(acts) or _asks(acts)


is_taking_back = _Weighs(("undo",), 0.5)
"""It takes the last change back, though it may name a time: "no, keep it at 7"."""


def may_take_back(acts: Acts) -> bool:
    """Return whether a message rather takes the last change back than it wishes for anything else."""
    undo = acts.get("undo", 0.0)
    return undo >= _POSSIBLE and undo >= weight(("change", "cancel", "book", "show"), acts)


is_automatic = _Weighs(("machine",), 0.5)
"""A machine sent it, or it is a phone's reaction to a text, or a quote of one."""
is_surely_automatic = _Weighs(("machine",), _SURE)
"""That is so clear that nothing in the message counts."""
only_tells = _Weighs(_TELLS, _CERTAIN)
"""It tells something and wants nothing."""
_may_be_aside = _Weighs(_ASIDE, _POSSIBLE)
_tells_something = _Weighs(("note", "name", "answer", "change"), _POSSIBLE, unread=True)


def may_be_noted(acts: Acts) -> bool:
    """Return whether what a message tells is for the staff, or for the booking in another way that touches no table."""
    return _tells_something(acts) and not _may_be_aside(acts)


def is_wished(act: str, acts: Acts) -> bool:
    """Return whether a message certainly wishes for this: no less is an answer to another question."""
    return bool(acts) and reason_for(act, acts) is Reason.CERTAIN


def is_pause(acts: Acts, *, again: bool = False) -> bool:
    """Return whether the diner asks for time. To wait costs least, so it needs the weakest reason, but not a second time."""
    pause = acts.get("pause", 0.0)
    return pause >= (_CERTAIN if again else _RATHER) and pause == max(acts.values())
