"""Signing in: what needs to know who it is, while nothing is booked, changed or cancelled.

It lives as long as the errand does, which every task does first.
"""

from __future__ import annotations

from dialogue.effects import Steps
from dialogue.tasks.form import Form, takes_unless
from dialogue.turn import DONE, Outcome, Turn


def _nothing(turn: Turn) -> Steps[None]:
    yield from ()


def _takes(turn: Turn) -> Steps[bool]:
    return (yield from takes_unless(turn, "book", "find", "change", "cancel", "undo", "opt_out"))


def _over(turn: Turn) -> Outcome:
    if not turn.reply.lines:  # given up
        turn.say("utter_let_be")
    return DONE


SIGN_IN = Form("sign_in", _nothing, _nothing, _takes, (_over,))
