"""Cancelling: finds the booking that is meant and gives its table back; undo is a word away."""

from __future__ import annotations

from dialogue.effects import Steps
from dialogue.reasons import is_wished
from dialogue.tasks.book import let_go
from dialogue.tasks.bookings import find_target, give_back, names_another, pick_booking, tells_more
from dialogue.tasks.change import LEAVE_IT, says_yes_to_proposal
from dialogue.tasks.form import Form
from dialogue.tasks.identify import gives_up, know_whose_booking
from dialogue.turn import DONE, Outcome, Turn


def _left(turn: Turn) -> Outcome | None:
    """Cancel nothing, at a no to which one or whether."""
    says_no = turn.intent in LEAVE_IT or turn.heard.refused_choices
    if not (turn.asked in ("choice", "confirmation") and says_no) and not gives_up(turn):
        return None
    turn.say("utter_nothing_cancelled")
    turn.state.forget_draft()
    return DONE


def _agrees(turn: Turn) -> bool:
    """Return whether the answer to whether to cancel is a yes, or the wish itself: "please cancel it"."""
    wishes_again = turn.asked == "confirmation" and is_wished("cancel", turn.reading.acts)
    return wishes_again or says_yes_to_proposal(turn)


def _cancelled(turn: Turn) -> Steps[Outcome]:
    """Cancel the booking that is meant: a certain wish at once, an uncertain one after a yes."""
    state, is_named = turn.state, turn.heard.picked or turn.state.has_target
    if not is_named:
        state.reservation = None
    target = yield from find_target(turn)
    if isinstance(target, Outcome):
        return target
    if tells_more(turn, target) if is_named else names_another(turn, target):
        state.is_unsure = True
    if state.is_unsure and not _agrees(turn):
        state.reservation, state.has_target = target.code, True
        turn.tell("utter_propose_cancel", target)
        return Outcome("confirmation")
    cancelled = yield from give_back(turn, target.code)
    if cancelled is None:
        turn.tell("utter_change_too_late", target)
    else:
        already = target.status == "cancelled"
        turn.tell("utter_cancelled_already" if already else "utter_cancelled", cancelled)
    state.forget_draft()
    state.reservation, state.before = target.code, None
    return DONE


CANCEL = Form(
    "cancel",
    leaves_for=frozenset(("book", "find", "change", "opt_out", "forget_me")),
    begin=let_go,
    hear=pick_booking,
    steps=(_left, know_whose_booking, _cancelled),
)
