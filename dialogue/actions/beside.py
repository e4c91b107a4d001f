"""Other times beside the table that is held: "anything earlier?"."""

from __future__ import annotations

from datetime import timedelta

from dialogue.actions.memory import Memory
from dialogue.actions.offering import time_option
from dialogue.actions.picking import Heard
from dialogue.actions.times import PRESUMED_PARTY
from dialogue.actions.turn import Turn

_WAYS = ("earlier", "later")
_WITHIN = timedelta(hours=4)
_MOST_FOUND, _MOST_OFFERED = 40, 3


def asks_beside(turn: Turn, heard: Heard) -> str | None:
    """ "earlier" or "later" where such times are asked for, and none in particular."""
    ways = [str(entity.value.get("which")) for entity in turn.entities if entity.kind == "choice"]
    return next((way for way in ways if way in _WAYS and not heard.fields), None)


def offer(turn: Turn, memory: Memory, way: str) -> str | None:
    """Offer the nearest times before or after the one that is held, which stays held; gives what is asked for.

    None where there is nothing to pick from, and the question that was open is to follow.
    """
    held = memory.held_start()
    if memory.restaurant is None or held is None:
        return None
    restaurant = turn.engine.restaurant(memory.restaurant)
    search = turn.engine.find_openings(
        restaurant, starts_at=held, party_size=memory.party_size or PRESUMED_PARTY, limit=_MOST_FOUND, within=_WITHIN
    )
    starts = [opening.starts_at for opening in search.openings]  # nearest first
    fitting = [start for start in starts if (start < held if way == "earlier" else start > held)][:_MOST_OFFERED]
    if not fitting:
        turn.say(f"utter_nothing_{way}", **turn.seating(restaurant, held, memory.party_size or PRESUMED_PARTY))
        return None
    options = [time_option(turn, restaurant, start) for start in sorted(fitting)]
    memory.offer(options)
    turn.say(f"utter_these_are_{way}", options)
    return "choice"
