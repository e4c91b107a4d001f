"""What is told to the staff, and where the party would like to sit."""

from __future__ import annotations

from textwrap import shorten

from booking_engine import Restaurant, SeatingPreferences
from booking_engine.restaurants.features import telling_words
from dialogue.reading import Entity
from dialogue.turn import Turn
from nlu.reading.wishes import AREAS, names_area

TO_NOTE = frozenset(("diet", "occasion", "seating", "note"))
"""Entities that go to the staff in the booking's notes."""
_BETWEEN = "; "
_SHOWN = 60
"""Characters of a note that an answer repeats, so that it fits two SMS segments with all else."""


def hear_wishes(turn: Turn) -> None:
    """Take wishes for the table, and what the staff is to know in the diner's own words."""
    state = turn.state
    for entity in sorted(turn.entities, key=lambda entity: entity.kind != "note"):  # which hold the others
        wish = str(entity.value) if entity.kind == "seating" else None
        if wish in AREAS and wish != state.area:
            state.notes, state.area = without_areas(state.notes) or None, wish
            turn.heard.fields.add("seating")
        elif wish is not None and wish not in (*AREAS, *state.features):
            state.features = (*state.features, wish)
            turn.heard.fields.add("seating")
        if entity.kind in TO_NOTE and (noted := with_note(state.notes, entity.text)) != (state.notes or ""):
            state.notes = noted
            turn.heard.fields.add("notes")
            turn.heard.noted.append(entity)


def with_note(notes: str | None, note: str) -> str:
    """Return the notes and one more, unless they hold it already."""
    return notes or "" if note.lower() in (notes or "").lower() else _BETWEEN.join(filter(None, [notes, note]))


def with_notes(notes: str, told: str | None) -> str:
    """Return the notes and what is new of those told now."""
    for note in (told or "").split(_BETWEEN):
        notes = with_note(notes, note)
    return notes


def without_areas(notes: str | None) -> str:
    """Return the notes without where to sit: another part of the restaurant takes the place of the one before."""
    return _BETWEEN.join(note for note in (notes or "").split(_BETWEEN) if not names_area(note))


def say_noted(turn: Turn, restaurant: Restaurant | None) -> None:
    """Acknowledge a wish that comes by itself; where the restaurant tells of no such thing, honestly."""
    for wish in turn.heard.noted:
        seat = SeatingPreferences(str(wish.value))
        if restaurant is not None and turn.state.time and seat.bookable_at(restaurant, turn.state.presumed_party):
            continue  # then it is told with the table
        if restaurant is not None and wish.kind == "seating" and not offers(restaurant, wish):
            turn.say("utter_wish_unsure", wish=wish.text, **turn.about(restaurant))
        else:
            turn.say("utter_wish_noted", note=shortly(wish.text))


def shortly(note: str) -> str:
    """Return the beginning of a long note, enough for the diner to know it again, to stand at the end of a sentence of ours."""
    return shorten(note.rstrip(". "), _SHOWN, placeholder="..")


def feature_like(restaurant: Restaurant, *said: str) -> str | None:
    """Return the first of the restaurant's features that shares a telling word with what was said."""
    words = telling_words(said)
    return next((feature for feature in restaurant.features if words & telling_words([feature])), None)


def offers(restaurant: Restaurant, seat: Entity) -> bool:
    """Return whether its data tell of such a place to sit: a feature of it or of a table, or one of its areas."""
    value = str(seat.value)
    return (
        feature_like(restaurant, seat.text, value) is not None
        or restaurant.has_feature(value)
        or bool(SeatingPreferences(value).areas_at(restaurant))
    )
