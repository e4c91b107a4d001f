"""Which of a diner's reservations a message is about."""

from __future__ import annotations

from booking_engine import Reservation, ReservationUnknown
from dialogue.actions.asking import ask_to_pick
from dialogue.actions.memory import Memory
from dialogue.actions.picking import Heard, pick
from dialogue.actions.turn import Entity, Option, Turn
from nlu.resolving import resolve_dates, resolve_times

_MOST_LISTED = 5


def upcoming(turn: Turn) -> list[Reservation]:
    """The reservations that this diner may see: those of the phone that is known to be theirs, soonest first."""
    return turn.engine.reservations_of(turn.phone) if turn.phone is not None else []


def show_upcoming(turn: Turn) -> str | None:
    """Say what this diner has booked; gives the code of the booking if it is a single one."""
    bookings = upcoming(turn)
    if not bookings:
        turn.say("utter_nothing_booked")
        return None
    if len(bookings) == 1:
        turn.say("utter_one_booking", **turn.show_reservation(bookings[0]))
        return bookings[0].code
    parts = [turn.words.render("utter_part_booking", **_facts(turn, booking)) for booking in bookings[:_MOST_LISTED]]
    turn.say("utter_bookings", list="; ".join(parts))
    return None


def _facts(turn: Turn, booking: Reservation) -> dict[str, object]:
    return {**turn.booked(booking), "code": booking.code}


def with_code(turn: Turn, code: str) -> Reservation | None:
    """The reservation with this code, if it is one that this diner may see."""
    try:
        found = turn.engine.reservation(code)
    except ReservationUnknown as unknown:
        turn.met(unknown)
        return None
    return found if turn.phone is not None and found.diner_phone == turn.phone else None


def named_in(turn: Turn, bookings: list[Reservation]) -> list[Reservation]:
    """Those that the message names by code or restaurant, else those it names by day or time."""
    codes = {str(entity.value) for entity in turn.entities if entity.kind == "code"}
    by_code = [b for b in bookings if b.code in codes]
    if by_code:
        return by_code
    named = {
        r.slug for e in turn.entities if e.kind == "restaurant" for r, _ in turn.engine.match_restaurant_name(e.text)
    }
    named |= {r.slug for r, _ in turn.engine.match_restaurant_name(turn.text)}
    by_name = [b for b in bookings if b.restaurant.slug in named]
    if by_name:
        return by_name
    old = [entity for entity in turn.entities if entity.kind.startswith("previous_")]  # "move Saturday to 8pm"
    return [b for b in bookings if any(names_start(turn, entity, b) for entity in old or turn.entities)]


def names_start(turn: Turn, entity: Entity, booking: Reservation) -> bool:
    """Whether a date or time in the message is the one that the booking has now."""
    local = booking.starts_at.astimezone(booking.restaurant.zone)
    now = turn.now(booking.restaurant.zone)
    if entity.kind in ("date", "previous_date"):
        return local.date() in resolve_dates(entity.value, today=now.date())
    if entity.kind in ("time", "previous_time") and not {"shift_minutes", "same"} & set(entity.value):
        return local.timetz().replace(tzinfo=None) in resolve_times(entity.value, now=now).candidates
    return False


def find_target(turn: Turn, memory: Memory, heard: Heard) -> Reservation | str:
    """The one reservation that is meant, or what was asked instead: a pick among several, or nothing (there is none)."""
    if memory.reservation and (heard.took_choice or memory.task_has_target):
        found = with_code(turn, memory.reservation)
        if found is not None:
            return found
    code = next((str(entity.value) for entity in turn.entities if entity.kind == "code"), None)
    if code is not None:
        found = with_code(turn, code)
        if found is None:
            turn.say("utter_code_unknown", code=code)
            return "none"
        return found
    bookings = upcoming(turn)
    if not bookings:
        turn.say("utter_nothing_booked")
        return "none"
    meant = named_in(turn, bookings) or bookings
    if len(meant) == 1:
        return meant[0]
    options = [Option(_label(turn, booking), {"reservation": booking.code}) for booking in meant[:5]]
    if options == memory.options():
        return ask_to_pick(turn, memory)
    memory.offer(options)
    if memory.pending is None:
        memory.pending = [list(entity) for entity in turn.entities]
    turn.say("utter_which_booking", options)
    return "choice"


def pick_booking(turn: Turn, memory: Memory, heard: Heard) -> None:
    """Take the reservation that an answer to "Which booking?" picks: by its digit, or as one names it, "the Saturday one"."""
    pick(turn, memory, turn.entities, heard)
    if heard:
        return
    options = {option.slots["reservation"]: option for option in memory.options()}
    bookings = [found for code in options if (found := with_code(turn, code))]
    meant = named_in(turn, bookings)
    if len(meant) == 1:
        memory.take(options[meant[0].code])
        heard.took_choice = True
        turn.entities = [entity for entity in turn.entities if not names_start(turn, entity, meant[0])]


def recalled(memory: Memory) -> list[Entity]:
    """What the message said that opened the form, before the diner was asked which reservation it was about."""
    return [Entity(*parts) for parts in memory.pending or []]


def _label(turn: Turn, booking: Reservation) -> str:
    return turn.words.render("utter_part_seating", **turn.booked(booking))
