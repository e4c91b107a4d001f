"""A table about when the diner has one already: both, or the new one instead? That is asked before it is booked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from booking_engine import Reservation, ReservationUnknown
from dialogue.effects import GetReservation, Steps
from dialogue.hearing.picking import take
from dialogue.reading import Entity
from dialogue.reasons import Reason, reason_for
from dialogue.state import Option
from dialogue.tasks.bookings import give_back, names_start, upcoming
from dialogue.turn import Outcome, Turn
from nlu.cues import folded_words

_CLOSE = timedelta(hours=2)
_MAY_ANSWER = ("cancel", "change", "undo")
"""Intents of "cancel the other one", "move it" and "keep both"."""


def own_nearby(turn: Turn) -> Steps[Reservation | None]:
    """Return the diner's booking that starts within two hours of the table on hold, the nearest if there are several.

    It is looked for once for each hold, and only where somebody vouches for the phone; None too once it may stay.
    """
    state, hold = turn.state, turn.state.hold
    if hold is None or turn.situation.phone is None or state.keeps_other is not None:
        return None
    if hold.is_compared:
        known = (yield from GetReservation(hold.nearby)) if hold.nearby else None
        return known if known and known.status == "confirmed" else None
    near = [each for each in (yield from upcoming(turn)) if abs(each.starts_at - hold.starts_at) <= _CLOSE]
    found = min(near, key=lambda each: abs(each.starts_at - hold.starts_at), default=None)
    state.hold = replace(hold, is_compared=True, nearby=found.code if found else None)
    return found


def has_none(turn: Turn) -> None:
    """Note that the diner has no booking that could be near the table on hold."""
    if turn.state.hold is not None:
        turn.state.hold = replace(turn.state.hold, is_compared=True)


def ask_both_or_instead(turn: Turn, other: Reservation, facts: dict[str, object]) -> Outcome:
    """Show the table on hold and the booking close to it, and ask whether to have both. A bare yes would not tell."""
    render = turn.words.render
    labels = {"utter_part_both": True, "utter_part_instead": False}
    options = [Option(render(label), {"keeps_other": keeps}) for label, keeps in labels.items()]
    return turn.offer("utter_both_or_instead", options, other=_told(turn, other), **facts)


def is_asked(turn: Turn) -> bool:
    """Return whether that is what was asked last."""
    return turn.asked == "choice" and any("keeps_other" in option.fills for option in turn.state.choices)


def takes(turn: Turn) -> bool:
    """Return whether a message picks something, or may answer that question, though it looks like a task of its own."""
    return turn.heard.picked is not None or (is_asked(turn) and turn.intent in _MAY_ANSWER)


def set_aside_other(turn: Turn) -> Steps[bool]:
    """Drop what names the other booking, whose time is none that is wished for, and what leaves the answer open, "whichever".

    Returns whether the other one is named.
    """
    hold = turn.state.hold
    if hold is None or hold.nearby is None:
        return False
    try:
        other = yield from GetReservation(hold.nearby)
    except ReservationUnknown:  # a message is dealt with again as of a time before that booking was made
        return False
    held = replace(other, starts_at=hold.starts_at)

    def names_it(entity: Entity) -> bool:
        return names_start(turn, entity, other) and not names_start(turn, entity, held)

    named = [entity for entity in turn.entities if names_it(entity)]
    turn.entities = [entity for entity in turn.entities if entity not in named and not _leaves_open(entity)]
    return bool(named)


def _leaves_open(entity: Entity) -> bool:
    return entity.kind == "choice" and entity.value.get("which") == "any" and "both" not in folded_words(entity.text)


def hear_answer(turn: Turn, *, names_other: bool) -> None:
    """Take an answer in words: "both" is one, and so are a cancellation of the other booking and a change to nothing else."""
    if turn.heard:
        return
    acts = turn.reading.acts
    cancels_other = names_other and turn.intent == "cancel" and reason_for("cancel", acts) is Reason.CERTAIN
    changes = turn.intent == "change" and reason_for("change", acts) is Reason.CERTAIN
    says_both = any(entity.value.get("which") == "both" for entity in turn.of_kind("choice")) or turn.has_kind("tables")
    if says_both or cancels_other or changes:
        take(turn, next(option for option in turn.state.choices if option.fills["keeps_other"] is says_both))


def settle_booked(turn: Turn, booking: Reservation, replaces: str | None) -> Steps[None]:
    """Say what is booked, and cancel the booking with the code `replaces`, if any: only now, so that one of them always stands."""
    if replaces is None:
        turn.tell("utter_booked", booking)
        return
    other = yield from give_back(turn, replaces)
    if other is None:
        turn.say("utter_change_too_late", **turn.booked((yield from GetReservation(replaces))))
        turn.tell("utter_booked", booking)
    else:
        turn.tell("utter_booked_instead", booking, other=_told(turn, other))
        turn.state.replaced, turn.state.before = (booking.code, other.code), None


def _told(turn: Turn, other: Reservation) -> str:
    """Return the other booking in words, short where place and day are those of the table in hand."""
    here, state = other.restaurant, turn.state
    day = here.schedule.service_date_of(other.starts_at)
    is_there = (here.slug, day) == (state.restaurant, state.date)
    facts = {**turn.booked(other), "clock": turn.clock(here, other.starts_at)}
    return turn.words.render("utter_part_seating_there" if is_there else "utter_part_seating", **facts)
