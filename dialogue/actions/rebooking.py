"""Writing a change into a booking, and telling what has become of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from booking_engine import (
    ChangeTooLate,
    NoTableAvailable,
    Refusal,
    Reservation,
    ReservationOver,
    Restaurant,
    SeatingPreferences,
)
from booking_engine.values import LONGEST_NOTES
from dialogue.actions.areas import words_of_area
from dialogue.actions.leaving import note_before
from dialogue.actions.memory import Memory
from dialogue.actions.noting import with_notes, without_areas
from dialogue.actions.turn import Turn

_RENAMING = re.compile(
    r"\b(?:change|switch|correct|fix|update)\b[^.?!]{0,40}\bnames?\b|\b(?:under|in) (?:another|a different) name\b|"
    r"\bput (?:it|that|this|(?:the|my|our) (?:table|booking|reservation)) (?:under|in [^.?!]{1,30}\bnames?)\b|"
    r"\b(?:make|have) it under\b|\bname\b[^.?!]*\b(?:actually|instead|should be)\b|\bactually\b[^.?!]*\bname\b",
    re.IGNORECASE,
)


def take(
    turn: Turn,
    memory: Memory,
    booking: Reservation,
    restaurant: Restaurant,
    start: datetime,
    party_size: int,
    wishes: SeatingPreferences | None,
) -> None:
    """Change the booking to this. Raises NoTableAvailable; where it is too late, that is said."""
    area = wishes.area if wishes else None
    try:
        changed = turn.engine.change_reservation(
            booking.code,
            restaurant=restaurant,
            starts_at=start,
            party_size=party_size,
            notes=_notes_with(booking, memory),
            preferences=wishes,
            command_id=turn.command_id(f"change:{restaurant.slug}:{start.isoformat()}:{party_size}:{area}"),
            channel=turn.channel,
            notify=not turn.is_by_sms,
        )
    except (ChangeTooLate, ReservationOver) as late:
        turn.met(late)
        turn.say("utter_change_too_late", **turn.show_reservation(booking))
        memory.forget_draft()
        return
    if wishes and not wishes.seats_in(changed.areas, restaurant):
        turn.say("utter_area_taken", wish=words_of_area(turn, memory))
    is_same = replace(changed, notes=booking.notes) == booking
    turn.say("utter_already_so" if is_same else "utter_changed", **turn.show_reservation(changed))
    memory.forget_draft()
    memory.reservation = changed.code
    if changed.code == booking.code and not is_same:
        note_before(turn, memory, booking)


def reseat(turn: Turn, memory: Memory, booking: Reservation, wishes: SeatingPreferences) -> None:
    """Another part of the house at the same time; the table stays and the staff is told where there is none free."""
    search = turn.engine.find_openings(
        booking.restaurant,
        starts_at=booking.starts_at,
        party_size=booking.party_size,
        excluding=booking.code,
        preferences=SeatingPreferences(wishes.area, must=True),
    )
    if search.refusal is Refusal.NO_TABLE:
        turn.say("utter_area_taken_at_all", wish=words_of_area(turn, memory))
        note(turn, memory, booking)
        return
    try:
        take(turn, memory, booking, booking.restaurant, booking.starts_at, booking.party_size, wishes)
    except NoTableAvailable:
        note(turn, memory, booking)


def is_renaming(text: str) -> bool:
    """Whether a booking shall stand under another name: "change the name to Ann", "put it under Ann", "name is Ann actually"."""
    return _RENAMING.search(text) is not None


def rename(turn: Turn, booking: Reservation, name: str) -> Reservation:
    """Put the booking under another name, and say so; gives it as it then is."""
    try:
        renamed = turn.engine.change_reservation(
            booking.code, name=name, command_id=turn.command_id(f"rename:{name}"), channel=turn.channel, notify=False
        )
    except ReservationOver as over:
        turn.met(over)
        turn.say("utter_change_too_late", **turn.show_reservation(booking))
        return booking
    turn.say("utter_renamed", **turn.show_reservation(renamed))
    return renamed


def note(turn: Turn, memory: Memory, booking: Reservation) -> None:
    """Tell the staff more about a booking whose table stays; where no more fits into its notes, tell whom to call."""
    notes = _notes_with(booking, memory)
    if notes is None:
        turn.say("utter_notes_full", **turn.about(booking.restaurant))
        memory.forget_draft()
        return
    try:
        noted = turn.engine.change_reservation(
            booking.code,
            notes=notes,
            command_id=turn.command_id("note"),
            channel=turn.channel,
            notify=False,
        )
    except ReservationOver as over:
        turn.met(over)
        turn.say("utter_change_too_late", **turn.show_reservation(booking))
    else:
        turn.say("utter_noted", **turn.show_reservation(noted), note=memory.notes)
    memory.forget_draft()


def _notes_with(booking: Reservation, memory: Memory) -> str | None:
    """The booking's notes and what is new of those told now; None when that is more than notes may hold."""
    notes = with_notes(without_areas(booking.notes) if memory.area else booking.notes, memory.notes)
    return notes if len(notes) <= LONGEST_NOTES else None
