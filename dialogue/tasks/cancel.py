"""Cancelling: finds the booking that is meant and gives its table back; undo is a word away."""

from __future__ import annotations

from booking_engine import Reservation, ReservationOver
from dialogue.effects import CancelReservation, ReleaseHold, Steps
from dialogue.tasks.bookings import find_target, pick_booking
from dialogue.tasks.change import says_yes_to_proposal
from dialogue.tasks.form import Form
from dialogue.tasks.identify import gives_up, know_whose_booking
from dialogue.turn import DONE, Outcome, Turn


def _begin(turn: Turn) -> Steps[None]:
    if turn.state.hold is not None:
        yield from ReleaseHold(turn.state.hold.id)
    turn.state.forget_draft()


def _hear(turn: Turn) -> Steps[None] | None:
    return pick_booking(turn) if turn.state.choices else None


def _left(turn: Turn) -> Outcome | None:
    """Cancel nothing, at a no to which one or whether."""
    says_no = turn.intent in ("deny", "stop_booking") or turn.heard.refused_choices
    if not (turn.asked in ("choice", "confirmation") and says_no) and not gives_up(turn):
        return None
    turn.say("utter_nothing_cancelled")
    turn.state.forget_draft()
    return DONE


def _cancelled(turn: Turn) -> Steps[Outcome]:
    """Cancel the booking that is meant: a certain wish at once, an uncertain one after a yes."""
    state = turn.state
    if not turn.heard.took_choice and not state.has_target:
        state.reservation = None
    target = yield from find_target(turn)
    if isinstance(target, Outcome):
        return target
    if state.is_unsure and not says_yes_to_proposal(turn):
        state.reservation, state.has_target = target.code, True
        turn.tell("utter_propose_cancel", target)
        return Outcome("confirmation")
    yield from _cancel(turn, target)
    state.forget_draft()
    state.reservation, state.before = target.code, None
    return DONE


def _cancel(turn: Turn, target: Reservation) -> Steps[None]:
    try:
        cancelled = yield from CancelReservation(target.code)
    except ReservationOver as over:
        turn.met(over)
        turn.tell("utter_change_too_late", target)
        return
    already = target.status == "cancelled"
    turn.tell("utter_cancelled_already" if already else "utter_cancelled", cancelled)


CANCEL = Form(
    "cancel",
    frozenset(("book", "find", "change", "undo", "opt_out")),
    _begin,
    _hear,
    (_left, know_whose_booking, _cancelled),
)
