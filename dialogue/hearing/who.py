"""Who it is for: the name and the phone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Any

from booking_engine.phones import read_phone
from dialogue.effects import Steps
from dialogue.hearing.restaurants import in_hand, is_named
from dialogue.reading import Entity
from dialogue.reasons import is_name, is_no_name, is_surely_name, may_insist_on_name
from dialogue.turn import Turn, country_of
from nlu.reading.names import as_printed

NAME_PARTS = ("first_name", "last_name")
_LONGEST_NAME = 60
_SHORTEST_NAME = 2
_NOON = 12
_NO_NAMES = frozenset(("deny", "affirm", "stop_booking", "ask", "help", "human"))


def hear_who(turn: Turn) -> Steps[None]:
    """Take a name and a phone that are told; who says the restaurant's name again tells none."""
    restaurant = yield from in_hand(turn)
    may_be_whole = restaurant is None or not is_named(turn, restaurant)
    name = _name_read(turn, may_be_whole=may_be_whole)
    if len(name) < _SHORTEST_NAME and may_be_whole:  # "Y" is a yes
        name = _odd_name(turn) or ""
    if len(name) >= _SHORTEST_NAME and name != turn.state.name:
        turn.state.name = name[:_LONGEST_NAME]
        turn.heard.fields.add("name")
    yield from hear_phone(turn, turn.entities)


def _name_read(turn: Turn, *, may_be_whole: bool) -> str:
    """Return the name that was read; asked for one, what answers that: "Paris"."""
    parts = {entity.kind: str(entity.value) for entity in turn.entities if entity.kind in NAME_PARTS}
    name = " ".join(parts[kind] for kind in NAME_PARTS if kind in parts)
    if turn.asked != "name" or turn.has_cue("noise") or not may_be_whole:
        return name
    if is_name(turn.reading.acts):
        return turn.reading.whole_name or name
    return as_printed(turn.reading.odd_name or "") if _is_insisted_on(turn) else name


def _is_insisted_on(turn: Turn) -> bool:
    """Return whether a name that looked like something else is given again: a diner may well be called Ye."""
    looks_like_name = (turn.reading.odd_name or "")[:1].isupper() and not turn.has_cue("no_name")
    return turn.state.misses > 0 and looks_like_name and may_insist_on_name(turn.reading.acts)


def _odd_name(turn: Turn) -> str | None:
    """Return the message as a name where it is one beyond doubt ("Sunny"), or it was asked for a second time."""
    acts, is_answer = turn.reading.acts, turn.asked == "name" and turn.intent not in _NO_NAMES
    if not is_answer or turn.has_cue("noise") or is_no_name(acts) or not (turn.state.misses or is_surely_name(acts)):
        return None
    return as_printed(turn.reading.odd_name) if turn.reading.odd_name else None


def speaks_of_another(turn: Turn, zone: tzinfo) -> bool:
    """Return whether a day, a time or a party beside the name is not what is held, where the restaurant's clock is in `zone`.

    It may be a wish ("Ana, 8:15 pm") or a story ("Priya. My flight lands at 4"): it moves nothing, and the name is no yes.
    """
    hold, name = turn.state.hold, turn.reading.whole_name or ""
    if hold is None:
        return False
    start = hold.starts_at.astimezone(zone)
    return any(
        each.text not in name and each.kind in _HELD and not _HELD[each.kind](each.value, start, hold.party_size)
        for each in turn.reading.entities
    )


def _is_time(value: Mapping[str, Any], start: datetime, party: int) -> bool:
    half = "am" if start.hour < _NOON else "pm"
    hours = (start.hour, start.hour % _NOON or _NOON)
    return value.get("meridiem") in (None, half) and value.get("hour") in hours and value.get("minute") == start.minute


def _is_day(value: Mapping[str, Any], start: datetime, party: int) -> bool:
    is_date = value.get("day") == start.day and value.get("month") in (None, start.month)
    return is_date or value == {"weekday": start.weekday(), "which": "coming"}  # no "friday after next"


_HELD: dict[str, Callable[[Mapping[str, Any], datetime, int], bool]] = {
    "time": _is_time,
    "date": _is_day,
    "party_size": lambda value, start, party: value.get("count") == party,
}
"""Whether what an entity of a kind means is held."""


def hear_phone(turn: Turn, entities: list[Entity]) -> Steps[None]:
    """Take a phone; one without a country's code follows the rules of the restaurant's country."""
    for entity in entities:
        if entity.kind == "phone":
            region = country_of((yield from in_hand(turn)))
            if number := read_phone(str(entity.value), region):
                turn.state.phone = number
                turn.heard.fields.add("phone")
