"""The notes that go to the staff with a booking: what was told, in the diner's own words, one after the other."""

from __future__ import annotations

from booking_engine.wishes import names_area

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
