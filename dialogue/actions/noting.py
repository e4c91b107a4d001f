"""The notes that go to the staff with a booking: what was told, in the diner's own words, one after the other."""

from __future__ import annotations

from booking_engine import Restaurant, SeatingPreferences
from dialogue.actions import about
from dialogue.actions.memory import Memory
from dialogue.actions.picking import Heard
from dialogue.actions.times import PRESUMED_PARTY
from dialogue.actions.turn import Turn
from nlu.reading.wishes import names_area

_BETWEEN = "; "


def with_note(notes: str | None, note: str) -> str:
    """The notes and one more, unless they hold it already."""
    return notes or "" if note.lower() in (notes or "").lower() else _BETWEEN.join(filter(None, [notes, note]))


def with_notes(notes: str, told: str | None) -> str:
    """The notes and what is new of those told now."""
    for note in (told or "").split(_BETWEEN):
        notes = with_note(notes, note)
    return notes


def without_areas(notes: str | None) -> str:
    """The notes without where to sit: whoever asks for another part of the house no longer wants the one before."""
    return _BETWEEN.join(note for note in (notes or "").split(_BETWEEN) if not names_area(note))


def say_noted(turn: Turn, memory: Memory, restaurant: Restaurant | None, heard: Heard) -> None:
    """A wish by itself gets a word, or nobody knew that it was heard; where the house tells of no such thing, an honest one."""
    for wish in heard.noted:
        party_size = memory.party_size or PRESUMED_PARTY
        if (
            restaurant is not None
            and memory.time
            and SeatingPreferences(str(wish.value)).bookable_at(restaurant, party_size)
        ):
            continue  # whether the table is there is told with the table
        if restaurant is not None and wish.kind == "seating" and not about.offers(restaurant, wish):
            turn.say("utter_wish_unsure", wish=wish.text, **turn.about(restaurant))
        else:
            turn.say("utter_wish_noted", note=wish.text)
