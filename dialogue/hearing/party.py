"""How many come, and what a bare number is: people, or a time of day after all."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from booking_engine import Restaurant
from dialogue.reading import Entity
from dialogue.state import Option
from dialogue.times import certain, is_seated, meant_starts
from dialogue.turn import Turn
from nlu.reading.clock import clock_of_digits, clock_time

_HALF_DAY = 12
_ALTERNATIVES = 2
_THREE_DIGITS = 100


def hear_party(turn: Turn) -> None:
    """Take the party sizes that are told; a range is asked about, nobody is no party, and a group may be of any size."""
    turn.state.is_group |= turn.has_kind("vague_party")
    for entity in turn.entities:
        if entity.kind != "party_size":
            continue
        value, known = entity.value, turn.state.known_party
        if "min" in value and "max" in value and not ("delta" in value and known):
            least, most = value["min"], value["max"] or value["min"] + 1  # "me and my kids" leaves the most open
            turn.heard.options = tuple(Option(str(n), {"party_size": n}) for n in (least, most))
            turn.heard.ask_options = "utter_party_range"
        elif (count := _count(value, known)) is not None:
            _set_party(turn, count)


def _count(value: dict[str, Any], known: int | None) -> int | None:
    """Return how many come, where that is told, or by how much it differs from what is known."""
    if known and "delta" in value:
        return known + int(value["delta"])
    return known * int(value["times"]) if known and "times" in value else value.get("count")


def _set_party(turn: Turn, count: int) -> None:
    if count < 1:
        turn.heard.problem = "no_such_party"
        return
    turn.heard.fields.add("party_size" if count != turn.state.party_size else "party_size_same")
    turn.state.party_size = count


def as_correction(turn: Turn, entity: Entity) -> Entity:
    """Read "make that 5" after "4" as people, though a time is asked for by now: it corrects what was told last."""
    state = turn.state
    corrects = state.time is None and state.said_last == "party_size" and turn.has_cue("correction")
    if entity.kind == "time" and entity.text.isdecimal() and corrects:
        return Entity("party_size", entity.text, {"count": int(entity.text)})
    return entity


def replacing(turn: Turn, anchor: datetime | None) -> list[Entity]:
    """Return the entities, of "from 4 to 6" with the 6 as what is 4 now: how many come, the hour, or the day.

    `anchor`: when the table in hand begins. Where two of them are that, or none, it is left open and asked about.
    """
    replaced, numbers = {entity.value for entity in turn.of_kind("previous_number")}, _numbers(turn)
    if len(replaced) != 1 or len(numbers) != 1:
        return turn.entities
    kinds = list(_are_now(turn, anchor, replaced.pop()))
    meanings = {
        "party_size": {"count": numbers[0]},
        "time": _hour(numbers[0]),
        "date": {"year": None, "month": None, "day": numbers[0]},
    }
    if len(kinds) != 1 or not (meaning := meanings[kinds[0]]):
        return turn.entities
    return [Entity(kinds[0], each.text, meaning) if each.kind == "number" else each for each in turn.entities]


def _are_now(turn: Turn, anchor: datetime | None, number: int) -> set[str]:
    """Return which of party, hour and day are this number now."""
    state = turn.state
    hour = anchor.hour if anchor else (state.time or {}).get("hour")
    kinds = {"party_size"} if number == state.known_party else set()
    if hour is not None and _may_be_hour(number, hour):
        kinds.add("time")
    return kinds | {"date"} if not kinds and state.date and number == state.date.day else kinds


def _may_be_hour(number: int, hour: int) -> bool:
    return number in (hour, hour % _HALF_DAY or _HALF_DAY)


def rather_guests(turn: Turn, entity: Entity, restaurant: Restaurant, presumed: date) -> Entity:
    """Read "4" as people where the time was asked for two that were presumed, if nobody is seated at four or it is "for 4"."""
    state, wish = turn.state, entity.value
    if state.party_size or entity.kind != "time" or "hour" not in wish or not entity.text.isalnum():
        return entity
    if any(wish.get(more) for more in ("minute", "meridiem", "approximate")):  # a time of day
        return entity
    count = wish["hour"]
    starts = meant_starts(restaurant, state.date or presumed, wish, turn.situation.now).starts
    may_be_time = count > restaurant.largest_party or any(is_seated(restaurant, start) for start in starts)
    if may_be_time and not turn.has_cue("for_a_few"):
        return entity
    return Entity("party_size", entity.text, {"count": count})


def hear_bare_number(turn: Turn, restaurant: Restaurant | None, anchor: datetime | None) -> None:
    """Take "make it 8": a time where guests are seated then, else people; if in doubt, as at "7 or 8", it is asked.

    "Make that 5" goes back to what was said last, if that was the one or the other alone.
    """
    state, numbers = turn.state, _numbers(turn)
    if not numbers or turn.heard.fields & {"time", "party_size"}:
        return
    number, *others = numbers
    if others:
        _offer_meanings(turn, restaurant, numbers, anchor)
        return
    party_size = state.known_party
    if (state.time and party_size is None) or (state.time is None and state.said_last == "party_size"):
        party_size = state.party_size = number
        turn.heard.fields.add("party_size")
    if restaurant and state.date and state.time and party_size:
        _weigh(turn, restaurant, number, anchor)


def _numbers(turn: Turn) -> list[int]:
    """Return the bare numbers of the message; none where one is no count and no hour."""
    numbers = [entity.value for entity in turn.entities if entity.kind == "number" and isinstance(entity.value, int)]
    return list(dict.fromkeys(numbers)) if all(number >= 1 for number in numbers) else []


def _offer_meanings(turn: Turn, restaurant: Restaurant | None, numbers: list[int], anchor: datetime | None) -> None:
    """Have it asked as what a number is meant, and which one of two."""
    if restaurant is None or turn.state.date is None or len(numbers) > _ALTERNATIVES:
        return
    seated = {number: starts[-1] for number in numbers if (starts := _seated(turn, restaurant, _hour(number), anchor))}
    parties = [number for number in numbers if number <= restaurant.largest_party]
    turn.heard.options = (
        *(Option(turn.clock(restaurant, start), {"time": certain(start)}) for start in seated.values()),
        *(Option(turn.words.party(number), {"party_size": number}) for number in parties),
    )
    turn.heard.ask_options = "utter_choose_meaning"


def _hour(number: int) -> dict[str, Any] | None:
    """Return the time of day that a number tells: 8, or 830."""
    return clock_time(number, 0) or (clock_of_digits(str(number)) if number >= _THREE_DIGITS else None)


def _weigh(turn: Turn, restaurant: Restaurant, number: int, anchor: datetime | None) -> None:
    """Take a number for the time or for the party of a booking that has both."""
    wish = _hour(number)
    starts = _seated(turn, restaurant, wish, anchor)
    may_be_party = number <= restaurant.largest_party
    meaning = (
        _meaning(turn, restaurant, anchor, number) if starts and may_be_party else "time" if starts else "party_size"
    )
    if meaning is None:
        _offer_meanings(turn, restaurant, [number], anchor)
    elif meaning == "time":
        turn.state.time = certain(starts[0]) if len(starts) == 1 else wish
        turn.heard.fields.add("time")
    elif may_be_party:
        turn.state.party_size = number
        turn.heard.fields.add("party_size")


def _seated(turn: Turn, restaurant: Restaurant, wish: dict[str, Any] | None, anchor: datetime | None) -> list[datetime]:
    assert turn.state.date is not None
    if wish is None:
        return []
    starts = meant_starts(restaurant, turn.state.date, wish, turn.situation.now, near=anchor).starts
    return starts if any(is_seated(restaurant, start) for start in starts) else []


def _meaning(turn: Turn, restaurant: Restaurant, anchor: datetime | None, number: int) -> str | None:
    """Return what a number means that may be the time as well as the party; None where it has to be asked."""
    if turn.has_kind("previous_number"):
        return None
    if former := _was_so(turn, restaurant, number, anchor):  # "7 is fine after all"
        return former
    left, rather = _not_yet_so(turn, anchor, number), "time" if turn.has_cue("rather_a_time") else None
    if left and turn.has_cue("correcting"):
        return left
    if turn.state.said_last:
        return turn.state.said_last
    return left or rather if None in (left, rather) or left == rather else None


def _was_so(turn: Turn, restaurant: Restaurant, number: int, anchor: datetime | None) -> str | None:
    """Return which of party and hour was this number before the last change, and is another one now."""
    before = turn.undoable
    if before is None:
        return None
    start = before.starts_at.astimezone(restaurant.zone)
    was_start = anchor not in (None, start) and start.minute == 0 and _may_be_hour(number, start.hour)
    was_party = number == before.party_size != turn.state.party_size
    return None if was_start == was_party else "time" if was_start else "party_size"


def _not_yet_so(turn: Turn, anchor: datetime | None, number: int) -> str | None:
    """Return what a number means that only one of hour and party is already: the other one."""
    kinds = _are_now(turn, anchor, number) & {"time", "party_size"}
    return None if len(kinds) != 1 else "party_size" if "time" in kinds else "time"
