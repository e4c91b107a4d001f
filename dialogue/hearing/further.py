"""Several tables in one message: it is heard as of the first one, and what is told of the others is kept for later."""

from __future__ import annotations

from booking_engine import Restaurant
from dialogue.hearing.days import hear_date, hear_time
from dialogue.hearing.party import hear_party
from dialogue.reading import OF_TABLE, Entity
from dialogue.state import Details
from dialogue.turn import Heard, Turn


def set_further_aside(turn: Turn) -> bool:
    """Keep what is told of further tables, and leave the message with the first one; returns whether there are any.

    What is told once is of all of them, and what is told of each is in their order: "two tables for 4 on Friday and Saturday".
    """
    counts = [entity.value["count"] for entity in turn.of_kind("tables")]
    count = max([*counts, 1 + len(turn.of_kind("another_table"))])
    if count == 1:
        return False
    divided = [each for kind in OF_TABLE if len(each := turn.of_kind(kind)) == count]
    requests = list(zip(*divided, strict=True)) if divided else [()] * count
    turn.state.further = tuple(tuple(map(tuple, request)) for request in requests[1:])
    later = [entity for request in requests[1:] for entity in request]
    turn.entities = [entity for entity in turn.entities if entity not in later or entity in requests[0]]
    return True


def hear_details(turn: Turn, details: Details, restaurant: Restaurant) -> None:
    """Hear what was told of a further table; it differs from the table booked before in that."""
    turn.entities, turn.heard = [Entity(*parts) for parts in details], Heard()
    hear_party(turn)
    hear_date(turn, restaurant, None)
    hear_time(turn, restaurant, None)
