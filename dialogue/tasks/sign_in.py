"""Signing in: what needs to know who it is, while nothing is booked, changed or cancelled.

It lives as long as the errand does, which every task does first.
"""

from __future__ import annotations

from dialogue.tasks.form import Form
from dialogue.turn import DONE, Outcome, Turn


def _nothing(turn: Turn) -> None:
    """The errand is in the state already, and nothing but who it is is heard."""


def _over(turn: Turn) -> Outcome:
    if not turn.reply.lines:  # given up
        turn.say("utter_let_be")
    return DONE


SIGN_IN = Form(
    "sign_in",
    frozenset(("book", "find", "change", "cancel", "undo", "opt_out")),
    _nothing,
    _nothing,
    (_over,),
)
