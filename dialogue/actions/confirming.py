"""The last step of a booking: the table that is held becomes a reservation."""

from __future__ import annotations

from booking_engine import HoldExpired
from dialogue.actions.memory import Memory
from dialogue.actions.turn import Turn

NOT_CONFIRMED = object()


def confirm(turn: Turn, memory: Memory) -> object:
    """Make the reservation; NOT_CONFIRMED when the table has gone meanwhile."""
    hold, phone = memory.hold, turn.phone or memory.phone
    if hold is None or memory.name is None or phone is None:
        return NOT_CONFIRMED
    try:
        reservation = turn.engine.confirm_hold(
            hold["id"],
            name=memory.name,
            phone=phone,
            notes=memory.notes or "",
            locale=turn.locale,
            command_id=turn.command_id("confirm"),
            channel=turn.channel,
            notify=not turn.is_by_sms,
        )
    except HoldExpired as lapsed:
        turn.met(lapsed)
        turn.say("utter_hold_lapsed", minutes=hold["minutes"])
        memory.hold = None
        return NOT_CONFIRMED
    if memory.has_lapsed(turn.engine.clock.now()):
        turn.say("utter_hold_lapsed_still_free", minutes=hold["minutes"])
    facts = turn.show_reservation(reservation)
    turn.hold = None
    turn.say("utter_booked", **facts)
    memory.forget_draft()
    memory.reservation = reservation.code
    return reservation
