"""Whether a message that answers no question is reason enough for a task; else every booking is left alone."""

from __future__ import annotations

from collections.abc import Callable

from booking_engine import Reservation
from dialogue.effects import Steps, settle
from dialogue.hearing.restaurants import names_any
from dialogue.hearing.who import NAME_PARTS
from dialogue.hearing.wishes import TO_NOTE
from dialogue.reasons import (
    Reason,
    is_astray,
    is_taking_back,
    may_be_noted,
    may_seek_table,
    no_wish,
    only_tells,
    reason_for,
)
from dialogue.tasks.bookings import show_upcoming, upcoming, with_code
from dialogue.tasks.undo import can_take_back, take_back
from dialogue.turn import DONE, Outcome, Turn

_LIGHT = {*TO_NOTE, *NAME_PARTS}
"""What touches no table."""


def gate(turn: Turn, task: str) -> Steps[Outcome | None]:
    """Return None where the task may begin; else the last change is taken back, or nothing is done and that is said."""
    if turn.is_ignored:
        yield from leave_alone(turn)
        return DONE
    if not turn.situation.was_asked and is_taking_back(turn.reading.acts) and can_take_back(turn):
        yield from take_back(turn)
        return DONE
    opens = _OPENS.get(task)
    if turn.situation.was_asked or opens is None or (yield from settle(opens(turn))):
        return None
    yield from leave_alone(turn)
    return DONE


def is_unsure(turn: Turn, task: str) -> bool:
    """Return whether what a task does to a booking has to be asked about before it happens."""
    needs_reason = not turn.situation.was_asked and task in ("change", "cancel")
    is_certain = reason_for(task, turn.reading.acts) is Reason.CERTAIN and not turn.reading.is_contested
    return needs_reason and not is_certain


def _opens_change(turn: Turn) -> bool:
    """A wish opens it; news that touches no table needs less."""
    if reason_for("change", turn.reading.acts) is not Reason.NONE:
        return True
    kinds = _LIGHT if turn.has_cue("renaming") else TO_NOTE
    told = [entity for entity in turn.entities if entity.kind in kinds]
    if not told or not may_be_noted(turn.reading.acts):
        return False
    turn.entities = told
    return True


def _opens_cancellation(turn: Turn) -> bool:
    return reason_for("cancel", turn.reading.acts) is not Reason.NONE


def _opens_booking(turn: Turn) -> Steps[bool]:
    """Everything opens it but what a diner with a booking only tells: a table on hold is no harm, and given back."""
    acts = turn.reading.acts
    if is_astray(acts) and not turn.has_kind("restaurant", "party_size") and not (yield from names_any(turn)):
        return False
    return not ((only_tells(acts) or not may_seek_table(acts)) and (yield from upcoming(turn)))


def _opens_pick_up(turn: Turn) -> Steps[bool]:
    """Everything opens it but what a diner with a booking only tells; notes are weighed by the change that they belong to."""
    return turn.has_kind(*TO_NOTE) or not (only_tells(turn.reading.acts) and (yield from upcoming(turn)))


_OPENS: dict[str, Callable[[Turn], bool | Steps[bool]]] = {
    "book": _opens_booking,
    "change": _opens_change,
    "cancel": _opens_cancellation,
    "pick_up": _opens_pick_up,
}


def leave_alone(turn: Turn) -> Steps[None]:
    """Answer what wants nothing done; every booking stays as it is."""
    booking = yield from booking_in_mind(turn)
    act = no_wish(turn.reading.acts)
    if booking is None or booking.status != "confirmed":
        turn.say("utter_welcome" if act != "aside" else "utter_aside")
    elif act in ("show", "ask"):
        turn.state.reservation = yield from show_upcoming(turn)
    elif act == "late":
        turn.tell("utter_late", booking)
    else:
        turn.tell("utter_aside_kept" if act == "aside" else "utter_booking_stands", booking)


def booking_in_mind(turn: Turn) -> Steps[Reservation | None]:
    """Return the booking that was talked about last, or else the next one."""
    code = turn.state.reservation
    known = (yield from with_code(turn, code)) if code else None
    if known is not None:
        return known
    bookings = yield from upcoming(turn)
    return bookings[0] if bookings else None
