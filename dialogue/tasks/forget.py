"""Forgetting: after a yes, what is still booked is cancelled, and the bot deletes all that it knows of the diner."""

from __future__ import annotations

from booking_engine import Reservation
from dialogue.effects import Steps
from dialogue.tasks.asking import ask
from dialogue.tasks.book import let_go
from dialogue.tasks.bookings import give_back, upcoming
from dialogue.tasks.change import says_yes_to_proposal
from dialogue.tasks.form import Form
from dialogue.tasks.identify import gives_up, identify
from dialogue.turn import DONE, Outcome, Turn

_MOST_NAMED = 3


def _left(turn: Turn) -> Outcome | None:
    says_no = turn.asked == "confirmation" and turn.intent in ("deny", "stop_booking")
    if not says_no and not gives_up(turn):
        return None
    turn.say("utter_nothing_forgotten")
    turn.state.forget_draft()
    return DONE


def _forgotten(turn: Turn) -> Steps[Outcome]:
    """Ask, naming what is still booked. A yes counts only for what was named: it is cancelled, and all else is deleted."""
    standing = yield from upcoming(turn)
    named = tuple(booking.code for booking in standing)
    if not says_yes_to_proposal(turn) or not set(named) <= set(turn.state.given_up):
        return _ask(turn, standing)
    for code in named:
        yield from give_back(turn, code)
    turn.reply.forgets = True
    turn.say("utter_forgotten_booked" if named else "utter_forgotten")
    turn.state.forget_draft()
    turn.state.reservation = turn.state.before = None
    return DONE


def _ask(turn: Turn, standing: list[Reservation]) -> Outcome:
    turn.state.given_up = tuple(booking.code for booking in standing)
    render = turn.words.render
    parts = [render("utter_part_seating", **turn.booked(each)) for each in standing[:_MOST_NAMED]]
    if len(standing) > _MOST_NAMED:
        parts.append(render("utter_part_and_more", count=len(standing) - _MOST_NAMED))
    response = "utter_forget_booked" if standing else "utter_forget"
    return ask(turn, "confirmation", response, {"list": "; ".join(parts)} if standing else {})


FORGET = Form(
    "forget",
    leaves_for=frozenset(("book", "find", "change", "cancel", "undo", "opt_out")),
    begin=let_go,
    steps=(_left, lambda turn: identify(turn, "utter_which_phone_to_forget"), _forgotten),
)
