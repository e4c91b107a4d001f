"""A bare number that was read as a time of day, and is people after all."""

from __future__ import annotations

import re
from datetime import date

from booking_engine import Restaurant
from dialogue.actions.memory import Memory
from dialogue.actions.times import is_seated, meant_starts
from dialogue.actions.turn import Entity, Turn

_CORRECTION = re.compile(r"\b(make (it|that)|actually|i mean|no wait|sorry)\b", re.IGNORECASE)
_FOR_A_FEW = re.compile(r"\W*(?:it'?s )?for (?:[1-4]|one|two|three|four)\W*(?:please|pls)?\W*", re.IGNORECASE)


def as_correction(turn: Turn, memory: Memory, entity: Entity) -> Entity:
    """ "4" - "make that 5": though a time is asked for by now, it corrects the people that were told last."""
    corrects = memory.time is None and memory.said_last == "party_size" and _CORRECTION.search(turn.text)
    if entity.kind == "time" and entity.text.isdecimal() and corrects:
        return Entity("party_size", entity.text, {"count": int(entity.text)})
    return entity


def rather_guests(turn: Turn, memory: Memory, entity: Entity, restaurant: Restaurant, presumed: date) -> Entity:
    """ "4", asked at what time for the two that were presumed: people, where nobody is seated at four, and if it is "for 4"."""
    if memory.party_size or entity.kind != "time" or not _is_bare_number(entity):
        return entity
    if _FOR_A_FEW.fullmatch(turn.text):
        return Entity("party_size", entity.text, {"count": entity.value["hour"]})
    day, now = memory.wanted_date() or presumed, turn.engine.clock.now()
    if any(is_seated(restaurant, start) for start in meant_starts(restaurant, day, entity.value, now).starts):
        return entity
    count = entity.value["hour"]
    return Entity("party_size", entity.text, {"count": count}) if count <= restaurant.largest_party else entity


def _is_bare_number(entity: Entity) -> bool:
    """ "4" or "four", and nothing that makes it a time of day."""
    has_more = entity.value.get("minute") or entity.value.get("meridiem") or entity.value.get("approximate")
    return "hour" in entity.value and not has_more and entity.text.isalnum()
