"""The one decision of a turn: from the state, the reading and the situation to effects, words, a question and the next state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dialogue.effects import Steps, settle
from dialogue.machines import ignore_if_automatic
from dialogue.state import State
from dialogue.tasks.answer import answer
from dialogue.tasks.book import BOOK
from dialogue.tasks.cancel import CANCEL
from dialogue.tasks.change import CHANGE
from dialogue.tasks.forget import FORGET
from dialogue.tasks.form import Form, run
from dialogue.tasks.gate import leave_alone
from dialogue.tasks.opt_out import opt_out
from dialogue.tasks.pick_up import pick_up
from dialogue.tasks.sign_in import SIGN_IN
from dialogue.tasks.undo import undo
from dialogue.turn import Outcome, Reply, Turn

FORMS: dict[str, Form] = {form.task: form for form in (BOOK, CHANGE, CANCEL, SIGN_IN, FORGET)}
"""Tasks that stay open until they are done."""
REPLIES: dict[str, Callable[[Turn], Outcome | Steps[Outcome]]] = {
    "answer": answer,
    "pick_up": pick_up,
    "undo": undo,
    "opt_out": opt_out,
}
"""What is done with in one turn."""


@dataclass(frozen=True)
class Decision:
    """What comes of a turn; its effects were asked for on the way."""

    reply: Reply
    asks: str | None = None
    """what is asked for next, in the contract's words"""
    state: State | None = None
    """the state to keep; None leaves it as it was"""
    follow: str | None = None
    """the task that the message rather belongs to, which is to decide in this turn"""
    is_refused: bool = False
    """whether the open task has no use for the message, so that another one takes it"""


def decide(task: str, turn: Turn) -> Steps[Decision]:
    """Decide what a message in its situation leads to. `task`: the one that Rasa's rules have chosen."""
    turn.is_ignored = ignore_if_automatic(turn)
    if task in FORMS:
        outcome = yield from run(FORMS[task], turn)
        if outcome is None:
            return Decision(turn.reply, is_refused=True)
        return Decision(turn.reply, outcome.asks, turn.state, follow=outcome.follow)
    if turn.is_ignored and not turn.situation.is_open:
        yield from leave_alone(turn)
        return Decision(turn.reply, None, turn.state)
    done: Outcome = yield from settle(REPLIES[task](turn))
    if done.follow is not None:
        # The other task begins with the state as it was, but has to know of what waits for it.
        return Decision(turn.reply, state=turn.state if turn.state.errand else None, follow=done.follow)
    if task == "answer":
        turn.state.replied_to = turn.situation.message_id
    return Decision(turn.reply, done.asks, turn.state)
