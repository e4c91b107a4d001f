"""Texts of machines: autoresponders, one-time codes, a phone's reactions to our own texts. Nothing in them counts.

And which answers do nothing for the diner: the bot leaves those out where a machine is at the other end.
"""

from __future__ import annotations

from collections.abc import Iterable

from dialogue.hearing.restaurants import names_restaurant
from dialogue.reading import Reading
from dialogue.reasons import is_surely_automatic
from dialogue.turn import Line, Turn

_FEWEST_WORDS = 4  # fewer are never taken for a machine's: "7." looks like many things
_COURTESIES = frozenset((
    "aside", "aside_kept", "booking_stands", "chitchat", "goodbye", "goodbye_amid", "hello", "insulted",
    "insulted_nowhere", "late", "not_understood", "not_understood_again", "not_understood_last", "nothing_to_undo",
    "only_english", "only_english_nowhere", "out_of_scope", "texting_already", "thanks", "welcome",
    "welcome_restaurant",
))  # fmt: skip
"""Responses to what nothing was done about. None of them answers a question or asks one that is needed to go on."""
_REPEATED = ("which", "confirm", "what_to_change", "restaurant_unknown")
_AGAIN = ("_again", "_last")
_ALWAYS_AGAIN = ("way_out", "choice_unknown")


def ignore_if_automatic(turn: Turn) -> bool:
    """Drop what was read in a text that is surely a machine's; returns whether it is."""
    reading = turn.reading
    is_short, wishes = reading.length < _FEWEST_WORDS, turn.has_kind("party_size") or names_restaurant(turn)
    if not is_surely_automatic(reading.acts) or is_short or wishes:
        return False
    turn.reading, turn.entities = Reading(intent="inform", acts=reading.acts, length=reading.length), []
    return True


def is_idle(lines: Iterable[Line]) -> bool:
    """Return whether all that is said does nothing and answers nothing: courtesies, and what was asked before."""
    said = [line.response.removeprefix("utter_") for line in lines]
    return bool(said) and all(
        name in _COURTESIES or name.startswith(_ALWAYS_AGAIN) or (name.startswith(_REPEATED) and name.endswith(_AGAIN))
        for name in said
    )
