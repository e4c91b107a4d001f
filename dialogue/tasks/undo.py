"""Taking back what was done to a booking: the last change or the last cancellation, within two minutes."""

from __future__ import annotations

from booking_engine import BookingError, NoTableAvailable, Reservation, ReservationOver, ReservationUnknown, UndoTooLate
from dialogue.effects import CancelReservation, ChangeReservation, Effect, GetReservation, RestoreReservation, Steps
from dialogue.reasons import is_taking_back
from dialogue.tasks.bookings import corrects_booking
from dialogue.turn import DONE, Outcome, Turn

_WHY_NOT: dict[type[BookingError], str] = {
    UndoTooLate: "utter_undo_too_late",
    NoTableAvailable: "utter_undo_table_gone",
    ReservationUnknown: "utter_nothing_to_undo",
    ReservationOver: "utter_nothing_to_undo",  # it was moved elsewhere, or has begun
}


def undo(turn: Turn) -> Steps[Outcome]:
    """Take the last thing back that was done to a booking in this conversation."""
    if (yield from corrects_booking(turn)):  # "no wait, 8" wants another time, not the one before
        return Outcome(follow="change")
    code = turn.state.reservation
    booking = (yield from GetReservation(code)) if code else None
    if booking is not None and booking.status == "cancelled":
        yield from _try(turn, RestoreReservation(booking.code), "utter_restored")
    elif turn.undoable and (not turn.reading.acts or is_taking_back(turn.reading.acts)):
        yield from take_back(turn)
    elif booking is not None and turn.undoable:  # it may be content with the change
        turn.tell("utter_booking_stands", booking)
    elif turn.state.replaced and turn.state.replaced[0] == code:
        yield from _swap_back(turn, *turn.state.replaced)
    else:
        yield from _say_nothing_is(turn, booking)
    return DONE


def _say_nothing_is(turn: Turn, booking: Reservation | None) -> Steps[None]:
    before = turn.state.before
    if booking is None or before is None:
        turn.say("utter_nothing_to_undo")
    elif before.code != booking.code:  # it was moved to another restaurant
        there = (yield from GetReservation(before.code)).restaurant
        turn.tell("utter_undo_move", booking, former=turn.words.name(there.name))
    else:
        turn.tell("utter_undo_change_too_late", booking)


def take_back(turn: Turn) -> Steps[None]:
    """Bring the booking back to what it was before its last change, if its table is free."""
    before = turn.undoable
    assert before is not None
    back = ChangeReservation(
        before.code, "take_back", starts_at=before.starts_at, party_size=before.party_size, notes=before.notes,
        name=before.name, preferences=before.preferences,
    )  # fmt: skip
    if (yield from _try(turn, back, "utter_changed_back")):
        turn.state.before = None


def _swap_back(turn: Turn, new: str, old: str) -> Steps[None]:
    """Bring back the booking that another one was made instead of, and only then cancel that other one."""
    if (yield from _try(turn, RestoreReservation(old), "utter_changed_back")):
        yield from CancelReservation(new)
        turn.state.reservation, turn.state.replaced = old, None


def _try(turn: Turn, effect: Effect[Reservation], done: str) -> Steps[bool]:
    """Return whether the effect brings a booking back, and say so, or why it cannot."""
    try:
        booking = yield from effect
    except tuple(_WHY_NOT) as refusal:
        turn.met(refusal)
        turn.say(next(response for kind, response in _WHY_NOT.items() if isinstance(refusal, kind)))
        return False
    turn.tell(done, booking)
    return True
