"""Signing in: what needs to know who it is, while nothing is booked, changed or cancelled.

It lives as long as the errand does, which every task does first.
"""

from __future__ import annotations

from dialogue.tasks.form import Form
from dialogue.turn import DONE, Outcome, Turn


def _over(turn: Turn) -> Outcome:
    if not turn.reply.lines:  # given up
        turn.say("utter_let_be")
    return DONE


SIGN_IN = Form(
    "sign_in", frozenset(("book", "find", "change", "cancel", "undo", "opt_out", "forget_me")), steps=(_over,)
)
