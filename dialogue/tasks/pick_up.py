"""Details, a yes or a no while nothing is asked: they belong to what was talked about last."""

from __future__ import annotations

from booking_engine import Reservation
from dialogue.effects import Steps
from dialogue.hearing.restaurants import names_restaurant
from dialogue.hearing.who import NAME_PARTS
from dialogue.hearing.wishes import TO_NOTE
from dialogue.reading import OF_TABLE, kinds_of
from dialogue.reasons import wishes_new_name
from dialogue.tasks.answer import DETAILS, is_left_to_answer
from dialogue.tasks.bookings import upcoming
from dialogue.tasks.gate import gate
from dialogue.turn import DONE, Outcome, Turn

_OF_A_BOOKING = frozenset((*OF_TABLE, "number"))


def pick_up(turn: Turn) -> Steps[Outcome]:
    """Return the task that such a message belongs to, or answer it."""
    if (closed := (yield from gate(turn, "pick_up"))) is not None:
        return closed
    bookings = yield from upcoming(turn)
    booking = next((each for each in bookings if each.code == turn.state.reservation), None)
    if _is_of_booking(turn, bookings, booking):
        return Outcome(follow="change")
    if is_left_to_answer(turn):
        return Outcome(follow="answer")
    if turn.has_kind(*DETAILS) or names_restaurant(turn):
        return Outcome(follow="book")
    if turn.has_kind("restaurant"):  # words that name none of ours
        return Outcome(follow="answer")
    if turn.intent == "affirm" and turn.state.over:  # to what was offered long ago
        return Outcome(follow="book")
    _acknowledge(turn, booking)
    return DONE


def _acknowledge(turn: Turn, booking: Reservation | None) -> None:
    if turn.intent in ("deny", "stop_booking"):
        turn.say("utter_thanks" if turn.state.reservation else "utter_nothing_booked_now")
    elif booking and turn.intent == "affirm":  # one more yes to what is booked
        turn.tell("utter_one_booking", booking)
    else:
        turn.say("utter_welcome")


def _is_of_booking(turn: Turn, bookings: list[Reservation], booking: Reservation | None) -> bool:
    """Return whether it is about a booking: the one talked about last, or, where it says so, any. `gate` weighs it again."""
    said = kinds_of(turn.entities)
    renames = turn.has_kind(*NAME_PARTS) and not said & _OF_A_BOOKING and wishes_new_name(turn.reading.acts)
    if names_restaurant(turn):
        renames = False
    elif booking and said & (_OF_A_BOOKING | TO_NOTE):
        return True
    # Confirmations and reminders of other threads invite to it.
    changes = bool(said & _OF_A_BOOKING) and turn.has_cue("changing")
    return bool(bookings) and ("note" in said or changes or renames)
