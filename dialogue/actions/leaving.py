"""Leaving a booking alone where nothing was wished, and taking the last change back."""

from __future__ import annotations

from datetime import datetime, timedelta

from booking_engine import NoTableAvailable, Reservation, ReservationOver, ReservationUnknown
from dialogue.actions.hearing import NAME_PARTS, TO_NOTE
from dialogue.actions.memory import Memory, Task
from dialogue.actions.reasons import Reason, is_clear_yes, may_be_aside, no_wish, only_tells, reason_for
from dialogue.actions.reservations import show_upcoming, upcoming, with_code
from dialogue.actions.turn import Turn

_RATHER = 0.5
UNDO_WITHIN = timedelta(minutes=2)
_ACTS: dict[Task, str] = {"change": "change", "cancel": "cancel"}


def may_begin(turn: Turn, task: Task) -> bool:
    """Return whether a message that answers no question is reason enough to begin a task."""
    if turn.was_asked:
        return True
    if task in _ACTS:
        return reason_for(_ACTS[task], turn.acts) is not Reason.NONE
    return not (only_tells(turn.acts) and upcoming(turn))


def keeps_light_news(turn: Turn, *, renames: bool) -> bool:
    """Keep of a message what touches no table, notes and where it `renames` a name; that much needs no wish for a change."""
    kinds = {*TO_NOTE, *(NAME_PARTS if renames else ())}
    told = [entity for entity in turn.entities if entity.kind in kinds]
    if not told or may_be_aside(turn.acts):
        return False
    turn.entities = told
    return True


def is_unsure(turn: Turn, task: Task) -> bool:
    """Return whether the effect of a task has to be asked about before it happens."""
    return not turn.was_asked and task in _ACTS and reason_for(_ACTS[task], turn.acts) is Reason.UNSURE


def says_yes_to_proposal(turn: Turn, asked: str | None) -> bool:
    """Return whether a message says yes, and nothing else, to a change or cancellation that was asked about."""
    return asked == "confirmation" and turn.intent == "affirm" and is_clear_yes(turn.acts)


def leave_alone(turn: Turn, memory: Memory) -> None:
    """Answer what wants nothing done; every booking stays as it is."""
    booking = (with_code(turn, memory.reservation) if memory.reservation else None) or next(iter(upcoming(turn)), None)
    act = no_wish(turn.acts)
    if booking is None or booking.status != "confirmed":
        turn.say("utter_welcome" if act != "aside" else "utter_aside")
    elif act in ("show", "ask"):
        memory.reservation = show_upcoming(turn)
    elif act == "aside":
        turn.say("utter_aside_kept", **turn.show_reservation(booking))
    elif act == "late":
        turn.say("utter_late", **turn.about(booking.restaurant), **turn.show_reservation(booking))
    else:
        turn.say("utter_booking_stands", **turn.show_reservation(booking))


def note_before(turn: Turn, memory: Memory, booking: Reservation) -> None:
    """Keep the booking as it was before a change, so that the change can be taken back."""
    memory.before = {
        "code": booking.code,
        "starts_at": booking.starts_at.isoformat(),
        "party_size": booking.party_size,
        "notes": booking.notes,
        "name": booking.diner_name,
        "at": turn.engine.clock.now().isoformat(),
    }


def can_take_back(turn: Turn, memory: Memory) -> bool:
    """Return whether the last thing done to the booking was a change, and a short while ago."""
    before = memory.before
    return (
        before is not None
        and before["code"] == memory.reservation
        and turn.engine.clock.now() - datetime.fromisoformat(before["at"]) <= UNDO_WITHIN
    )


def takes_back(turn: Turn, memory: Memory) -> bool:
    """Return whether a message takes the last change back, though it may name a time: "no, keep it at 7"."""
    return not turn.was_asked and turn.acts.get("undo", 0.0) >= _RATHER and can_take_back(turn, memory)


def take_back(turn: Turn, memory: Memory) -> None:
    """Bring the booking back to what it was before its last change, if its table is free."""
    before = memory.before or {}
    try:
        restored = turn.engine.change_reservation(
            before["code"],
            starts_at=datetime.fromisoformat(before["starts_at"]),
            party_size=before["party_size"],
            notes=before["notes"],
            name=before["name"],
            command_id=turn.command_id("take_back"),
            channel=turn.channel,
            notify=not turn.is_by_sms,
        )
    except NoTableAvailable as gone:
        turn.met(gone)
        turn.say("utter_undo_table_gone")
    except (ReservationOver, ReservationUnknown) as over:
        turn.met(over)
        turn.say("utter_nothing_to_undo")
    else:
        turn.say("utter_changed_back", **turn.show_reservation(restored))
        memory.before = None
