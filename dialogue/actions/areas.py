"""Where in the house the party asked to sit, and whether it does."""

from __future__ import annotations

from booking_engine import Restaurant, SeatingPreferences
from dialogue.actions.memory import Memory
from dialogue.actions.turn import Turn, country_of


def area_to_tell(memory: Memory, restaurant: Restaurant) -> str | None:
    """Where they asked to sit, if the table in hand is there."""
    areas = (memory.hold or {}).get("areas", [])
    return memory.area if memory.wishes().seats_in(areas, restaurant) else None


def say_if_taken(turn: Turn, memory: Memory, restaurant: Restaurant) -> None:
    """Tell that the table in hand is another one, where the house has such a place, and when nearby it would be free."""
    start, hold, wish = memory.held_start(), memory.hold, words_of_area(turn, memory)
    assert start is not None
    assert hold is not None
    if area_to_tell(memory, restaurant) or not memory.wishes().bookable_at(restaurant, hold["party_size"]):
        return
    search = turn.engine.find_openings(
        restaurant,
        starts_at=start,
        party_size=hold["party_size"],
        preferences=SeatingPreferences(memory.area, must=True),
        limit=1,
    )
    if not search.openings:
        turn.say("utter_area_taken", wish=wish)
        return
    clock = search.openings[0].starts_at.timetz().replace(tzinfo=None)
    turn.say("utter_area_taken_but_at", wish=wish, clock=turn.words.clock(clock, country_of(restaurant)))


def words_of_area(turn: Turn, memory: Memory) -> str:
    """The area that was asked for: in the diner's own words if they have just said it, else in ours."""
    said = (entity.text for entity in turn.entities if entity.kind == "seating" and entity.value == memory.area)
    return next(said, turn.words.area(memory.area or ""))
