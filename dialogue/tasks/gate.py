"""Whether a message that answers no question is reason enough for a task; else every booking is left alone."""

from __future__ import annotations

from booking_engine import Reservation
from dialogue.effects import Steps
from dialogue.hearing.restaurants import names_restaurant
from dialogue.hearing.who import NAME_PARTS
from dialogue.hearing.wishes import TO_NOTE
from dialogue.reading import OF_TABLE
from dialogue.reasons import (
    Reason,
    is_astray,
    is_taking_back,
    is_wished,
    may_be_noted,
    may_seek_table,
    may_take_back,
    no_wish,
    only_tells,
    rather_asks_to_show,
    reason_for,
)
from dialogue.tasks.bookings import corrects_booking, show_upcoming, tells_former, upcoming, with_code
from dialogue.tasks.undo import take_back
from dialogue.turn import DONE, Outcome, Turn

_OF_SIZE, _OF_TIME = {"party_size", "number"}, {"time", "number"}
_SAYS_WHICH = {*_OF_SIZE, *_OF_TIME, "date", "restaurant", "city", "cuisine", "street", "tables", "another_table"}
"""What tells one table from another."""
_ELSE = frozenset(("ask", "list_bookings", "nlu_fallback", "chitchat", "out_of_scope", "help", "find"))
"""Intents of what wishes for nothing of the kind: where an act says otherwise, that is asked."""
_LEFT = {"late": "utter_late", "aside": "utter_aside_kept"}


def gate(turn: Turn, task: str) -> Steps[Outcome | None]:
    """Return None where the task may begin; else the last change is taken back, or nothing is done and that is said."""
    if turn.is_ignored:
        return (yield from leave_alone(turn))
    if turn.situation.was_asked:
        return None
    if (yield from corrects_booking(turn)):
        return Outcome(follow="change") if task in ("answer", "pick_up") else None
    if is_taking_back(turn.reading.acts) and turn.undoable:
        yield from take_back(turn)
        return DONE
    other = yield from _belongs_to(turn, task)
    if other not in (None, task):
        return Outcome(follow=other)
    return None if other == task or (yield from _opens(turn, task)) else (yield from leave_alone(turn))


def _belongs_to(turn: Turn, task: str) -> Steps[str | None]:
    """Return the task that a message belongs to by what is booked, if that tells."""
    if _may_restore(turn) and (may_take_back(turn.reading.acts) or (yield from tells_former(turn))):
        return "change"
    if task == "change" and names_restaurant(turn) and turn.has_kind(*OF_TABLE):
        return None if (yield from upcoming(turn)) else "book"  # "7 PM on Friday at Bird Dog, no, Saturday"
    other = _rather_than_book(turn) if task == "book" else None
    return other if other and (yield from upcoming(turn)) else None


def _may_restore(turn: Turn) -> bool:
    """Return whether a message may be about what was just changed, and wishes for no other table and no cancellation."""
    is_other = turn.has_kind("restaurant") or is_wished("cancel", turn.reading.acts)
    return turn.undoable is not None and not is_other and not only_tells(turn.reading.acts)


def _rather_than_book(turn: Turn) -> str | None:
    """Return what may be meant for the table that stands, though a table is spoken of."""
    if is_wished("cancel", turn.reading.acts) and not names_restaurant(turn):
        return "cancel"  # "pls cancel, found somewhere else"
    return "change" if _may_change_it(turn) else None


def _may_change_it(turn: Turn) -> bool:
    """Return whether a wish names no place and no day, "a table for 3 then", and may be meant for the table that stands."""
    told = _told_of_table(turn)
    return (
        bool(told)
        and told <= _OF_SIZE | _OF_TIME
        and bool(turn.reading.acts)
        and reason_for("change", turn.reading.acts) is not Reason.NONE
    )


def _tells_one_thing(turn: Turn) -> bool:
    told = _told_of_table(turn)
    return bool(told) and (told <= _OF_SIZE or told <= _OF_TIME)


def _told_of_table(turn: Turn) -> set[str]:
    told = (each for each in turn.entities if each.kind in _SAYS_WHICH)
    return {each.kind for each in told if each.kind != "date" or each.value.get("same") != 0}  # "the same day" is none


def is_unsure(turn: Turn, task: str) -> bool:
    """Return whether what a task does to a booking has to be asked about before it happens."""
    needs_reason = task in ("change", "cancel")
    is_certain = reason_for(task, turn.reading.acts) is Reason.CERTAIN and not turn.reading.is_contested
    return needs_reason and not (is_certain and turn.intent not in _ELSE)


def _opens(turn: Turn, task: str) -> Steps[bool]:
    """Return whether a message is reason enough: for an effect on a booking a wish, for a table on hold, which harms nobody
    and is given back, everything but what a diner with a booking only tells.
    """
    acts = turn.reading.acts
    if task in ("change", "cancel"):
        return reason_for(task, acts) is not Reason.NONE or (task == "change" and _touches_no_table(turn))
    if task == "book":
        return (yield from _seeks_table(turn))
    # Notes are weighed by the change that they belong to.
    return task != "pick_up" or turn.has_kind(*TO_NOTE) or not (only_tells(acts) and (yield from upcoming(turn)))


def _seeks_table(turn: Turn) -> Steps[bool]:
    """Return whether a table is sought; who has one and tells only a time or a size has to wish for another in so many words."""
    acts = turn.reading.acts
    if is_astray(acts) and not turn.has_kind("restaurant", "party_size"):
        return False
    seeks_none = only_tells(acts) or rather_asks_to_show(acts) or not may_seek_table(acts)
    seeks_none = seeks_none or (bool(acts) and _tells_one_thing(turn) and not is_wished("book", acts))
    return not (seeks_none and (yield from upcoming(turn)))


def _touches_no_table(turn: Turn) -> bool:
    """Return whether there is news that needs less of a reason; then only that is taken in."""
    kinds = {*TO_NOTE, *NAME_PARTS} if turn.has_cue("renaming") else TO_NOTE
    told = [entity for entity in turn.entities if entity.kind in kinds]
    if not told or not (turn.has_kind("note") or may_be_noted(turn.reading.acts)):
        return False
    turn.entities = told
    return True


def leave_alone(turn: Turn) -> Steps[Outcome]:
    """Answer what wants nothing done; every booking stays as it is."""
    booking = yield from booking_in_mind(turn)
    act = no_wish(turn.reading.acts)
    if act == "show" or (act == "ask" and booking is not None and booking.status == "confirmed"):
        yield from show_upcoming(turn)
    elif booking is None or booking.status != "confirmed":
        turn.say("utter_welcome" if act != "aside" else "utter_aside")
    else:
        turn.tell(_LEFT.get(act, "utter_booking_stands"), booking)
    return DONE


def booking_in_mind(turn: Turn) -> Steps[Reservation | None]:
    """Return the booking that was talked about last, or else the next one."""
    code = turn.state.reservation
    known = (yield from with_code(turn, code)) if code else None
    return known or next(iter((yield from upcoming(turn))), None)
