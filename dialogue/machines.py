"""Texts of machines: autoresponders, one-time codes, a phone's reactions to our own texts. Nothing in them counts.

And which answers do nothing for the diner: the bot leaves those out where a machine is at the other end.
"""

from __future__ import annotations

from collections.abc import Iterable

from dialogue.effects import Steps
from dialogue.hearing.restaurants import names_any
from dialogue.reading import Reading
from dialogue.reasons import is_surely_automatic
from dialogue.turn import Line, Turn

_FEWEST_WORDS = 4  # fewer are never taken for a machine's: "7." looks like many things
_COURTESIES = frozenset(
    (
        "utter_aside",
        "utter_aside_kept",
        "utter_booking_stands",
        "utter_chitchat",
        "utter_goodbye",
        "utter_goodbye_amid",
        "utter_hello",
        "utter_insulted",
        "utter_insulted_nowhere",
        "utter_late",
        "utter_not_understood",
        "utter_not_understood_again",
        "utter_not_understood_last",
        "utter_nothing_to_undo",
        "utter_only_english",
        "utter_only_english_nowhere",
        "utter_out_of_scope",
        "utter_texting_already",
        "utter_thanks",
        "utter_welcome",
        "utter_welcome_restaurant",
    )
)
"""Responses to what nothing was done about. None of them answers a question or asks one that is needed to go on."""
_REPEATED = ("which", "confirm", "what_to_change", "restaurant_unknown")
_AGAIN = ("_again", "_last")
_ALWAYS_AGAIN = ("way_out", "choice_unknown")


def ignore_if_automatic(turn: Turn) -> Steps[bool]:
    """Drop what was read in a text that is surely a machine's; returns whether it is."""
    reading = turn.reading
    if not is_surely_automatic(reading.acts) or reading.length < _FEWEST_WORDS or turn.has_kind("party_size"):
        return False
    if (yield from names_any(turn)):
        return False
    turn.reading, turn.entities = Reading(intent="inform", acts=reading.acts, length=reading.length), []
    return True


def is_idle(lines: Iterable[Line]) -> bool:
    """Return whether all that is said does nothing and answers nothing: courtesies, and what was asked before."""
    said = [line.response for line in lines]
    return bool(said) and all(name in _COURTESIES or _asks_again(name) for name in said)


def _asks_again(response: str) -> bool:
    name = response.removeprefix("utter_")
    return name.startswith(_ALWAYS_AGAIN) or (name.startswith(_REPEATED) and name.endswith(_AGAIN))
