"""Taking what was read in a message into the memory."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from booking_engine import Restaurant
from dialogue.actions.bare_numbers import as_correction, rather_guests
from dialogue.actions.criteria import asks_for_another, hear_criteria
from dialogue.actions.houses import besides_name, hear_restaurant, is_named, recall_last_time
from dialogue.actions.memory import Memory
from dialogue.actions.noting import with_note, without_areas
from dialogue.actions.picking import Heard, pick, words_of
from dialogue.actions.reasons import is_name, is_no_name
from dialogue.actions.times import certain, is_seated, meant_starts, presumed_day
from dialogue.actions.turn import Entity, Option, Turn, country_of, e164
from nlu.reading.common_words import COMMON
from nlu.reading.wishes import AREAS
from nlu.resolving import resolve_dates

_NAME = re.compile(r"[^\W\d_][^\W\d_'.\- ]*(?:[ '.\-]+[^\W\d_]+){0,3}\.?")
_NO_NAME = re.compile(r"\s*(can|could|would|do|does|is|are|what|when|where|how)\b.*\?", re.IGNORECASE | re.DOTALL)
_OBJECTION = re.compile(r"^\s*no\b|\b(actually|i mean|i said|not that|instead)\b", re.IGNORECASE)
_NOISE = re.compile(r"((h+m+|u+[hm]+|e+r+m*|b+la+h*|well|dunno|lol|asdf\w*|qwer\w*)\W*)+", re.IGNORECASE)
_LONGEST_NAME = 60
_MOST_NAMES = 4
_SHORTEST_NAME = 2
TO_NOTE = frozenset(("diet", "occasion", "seating", "note"))
"""What is told to the staff in the reservation's notes."""
NAME_PARTS = ("first_name", "last_name")
_HOURS = 24
_RATHER_A_TIME = re.compile(
    r"\b(make it|instead|we do|you do|how about|what about|move|push|shift|bump|postpone|delay|reschedule)\b",
    re.IGNORECASE,
)
_FURTHEST = timedelta(days=2000)  # no restaurant books so far ahead, and calendars of the year 9999 have an end
_NO_NAMES = frozenset(("deny", "affirm", "stop_booking", "ask", "help", "human"))
_MONTH_FIRST = ("US", "CA", "PH")


def hear(turn: Turn, memory: Memory, *, asked: str | None, anchor: datetime | None = None) -> Heard:
    """Take the entities of the message into the memory.

    `asked` is what the last answer asked for; `anchor` the start that "half an hour later" and "same time" refer to.
    """
    heard = Heard()
    entities = [as_correction(turn, memory, entity) for entity in turn.entities]
    entities = [entity for entity in entities if entity.kind not in _beside_the_point(turn, asked)]
    if memory.choices:
        pick(turn, memory, entities, heard)
    is_refused = any(entity.kind == "refused_cuisine" for entity in entities)
    if asked != "name" or is_refused or _OBJECTION.search(turn.text) or asks_for_another(turn.text):
        hear_criteria(turn, memory, entities, heard, asked)
        entities = hear_restaurant(turn, memory, entities, heard, asked)
    if memory.task == "booking":
        recall_last_time(turn, memory, heard)
    restaurant = turn.engine.restaurant(memory.restaurant) if memory.restaurant else None
    if restaurant and asked == "name":
        entities = besides_name(entities, restaurant, turn.text)
    elif restaurant:  # "move my Bird Dog table": nobody is called so
        name = set(words_of(restaurant.name))
        entities = [e for e in entities if e.kind not in NAME_PARTS or not set(words_of(e.text)) <= name]
    presumed = None
    if restaurant and asked == "time" and memory.task == "booking":
        presumed = presumed_day(restaurant, None, turn.engine.clock.now())
        entities = [rather_guests(turn, memory, entity, restaurant, presumed) for entity in entities]
    _hear_party(memory, entities, heard)
    _hear_date(turn, memory, entities, heard, restaurant, presumed)
    _hear_time(turn, memory, entities, heard, restaurant, anchor)
    _hear_bare_number(turn, memory, entities, heard, restaurant, anchor)
    _hear_who(turn, memory, entities, heard, asked)
    for entity in entities:
        if entity.kind == "seating":
            _hear_seating(memory, str(entity.value), heard)
        if entity.kind in TO_NOTE and (noted := with_note(memory.notes, entity.text)) != (memory.notes or ""):
            memory.notes = noted
            heard.fields.add("notes")
            heard.noted.append(entity)
    told = heard.fields & {"time", "party_size"}
    if heard.fields:
        memory.said_last = told.pop() if len(told) == 1 else None
    return heard


def _beside_the_point(turn: Turn, asked: str | None) -> set[str]:
    """Return the kinds of entities that mean nothing in such a message."""
    kinds: set[str] = set()
    if _NOISE.fullmatch(turn.text.strip()):  # "hmm", "blah blah": neither a restaurant nor a diner
        kinds |= {*NAME_PARTS, "restaurant"}
    if any(entity.kind == "note" for entity in turn.entities):  # the diner's own words, which hold the others
        kinds |= TO_NOTE - {"note"}
    if asked == "name" and (_NO_NAME.match(turn.text) or is_no_name(turn.acts)):  # "can we do Satrday instead?"
        kinds |= set(NAME_PARTS)
    if asked == "name" and is_name(turn.acts):  # "Anna Ten Brink" brings no ten people
        kinds |= {entity.kind for entity in turn.entities} - {*NAME_PARTS, "phone"}
    return kinds


def _hear_seating(memory: Memory, wish: str, heard: Heard) -> None:
    if wish not in AREAS:
        if wish not in memory.features:
            memory.features = [*memory.features, wish]
            heard.fields.add("seating")
    elif wish != memory.area:
        memory.notes = without_areas(memory.notes) or None
        memory.area = wish
        heard.fields.add("seating")


def _hear_party(memory: Memory, entities: list[Entity], heard: Heard) -> None:
    for entity in entities:
        if entity.kind != "party_size":
            continue
        count = entity.value.get("count")
        known = memory.party_size or (memory.hold or {}).get("party_size")
        if "delta" in entity.value and known:
            count = known + entity.value["delta"]
        elif "min" in entity.value and "max" in entity.value:
            low, high = entity.value["min"], entity.value["max"]
            heard.options = [Option(str(n), {"party_size": n}) for n in (low, high)]
            heard.ask_options = "utter_party_range"
            continue
        if count is not None and count < 1:
            heard.problem = "no_such_party"  # nobody comes, so it is asked again
            continue
        if count is not None and count != memory.party_size:
            memory.party_size = count
            heard.fields.add("party_size")
        elif count is not None:
            heard.fields.add("party_size_same")


def _hear_date(
    turn: Turn,
    memory: Memory,
    entities: list[Entity],
    heard: Heard,
    restaurant: Restaurant | None,
    presumed: date | None,
) -> None:
    """`presumed`: the day that the last question named though nobody had said it; to hear it is no news."""
    dates = [entity for entity in entities if entity.kind == "date"]
    if not dates:
        _hear_vague_date(entities, heard)
        return
    today = turn.now(turn.zone(restaurant)).date()
    day_first = restaurant is not None and country_of(restaurant) not in _MONTH_FIRST
    days = resolve_dates(dates[0].value, today=today, day_first=day_first, anchor=memory.wanted_date())
    if not days or days[-1] > today + _FURTHEST:
        heard.problem = "no_such_date"
    elif len(days) > 1:
        country = country_of(restaurant) if restaurant else "US"
        heard.options = [Option(turn.words.day(day, country), {"date": day.isoformat()}) for day in days]
        heard.ask_options = "utter_choose_date"
    elif memory.date is None and days[0] == presumed:
        memory.date = presumed.isoformat()
        heard.fields.add("date_same")
    else:
        _set_date(memory, days[0], heard)


def _hear_vague_date(entities: list[Entity], heard: Heard) -> None:
    """What is said for a day and is none must not become the day that is presumed where nothing is said."""
    for entity in entities:
        if entity.kind == "vague_date":
            heard.problem, heard.unclear = "no_such_date", entity.text
            return


def _set_date(memory: Memory, day: date, heard: Heard) -> None:
    if memory.date != day.isoformat():
        memory.date = day.isoformat()
        heard.fields.add("date")
    else:
        heard.fields.add("date_same")


def _hear_time(
    turn: Turn,
    memory: Memory,
    entities: list[Entity],
    heard: Heard,
    restaurant: Restaurant | None,
    anchor: datetime | None,
) -> None:
    evening = any(e.kind == "date" and (e.value or {}).get("part") in ("evening", "night") for e in entities)
    for entity in entities:
        if entity.kind != "time":
            continue
        value: dict[str, Any] = dict(entity.value)
        if "in_minutes" in value:
            start = _next_quarter(turn.now(turn.zone(restaurant)) + timedelta(minutes=value["in_minutes"]))
            _set_date(memory, start.date(), heard)
            value = {"at": start.strftime("%H:%M")}
        elif "shift_minutes" in value or value.get("same"):
            if anchor is None:
                continue
            moved = anchor + timedelta(minutes=value.get("shift_minutes", 0))
            value = {"at": moved.strftime("%H:%M")}
        elif evening and value.get("meridiem") is None and value.get("hour", 12) < 12:
            value["meridiem"] = "pm"
        if value != memory.time:
            memory.time = value
            heard.fields.add("time")
        else:
            heard.fields.add("time_same")
        return


def _hear_bare_number(
    turn: Turn,
    memory: Memory,
    entities: list[Entity],
    heard: Heard,
    restaurant: Restaurant | None,
    anchor: datetime | None,
) -> None:
    """ "Make it 8" with a table for 4 at 7 in hand: a time where guests are seated then, else people; if in doubt, ask.

    "Make that 5" goes back to what was said last, if that was the one or the other alone.
    """
    numbers = [entity.value for entity in entities if entity.kind == "number" and isinstance(entity.value, int)]
    day = memory.wanted_date()
    if len(numbers) != 1 or heard.fields & {"time", "party_size"}:
        return
    number = numbers[0]
    if number < 1:
        return
    party_size = memory.party_size or (memory.hold or {}).get("party_size")
    if (memory.time and party_size is None) or (memory.time is None and memory.said_last == "party_size"):
        party_size = memory.party_size = number
        heard.fields.add("party_size")
    if not (restaurant and day and memory.time and party_size):
        return
    replaced = {entity.value for entity in entities if entity.kind == "previous_number"}
    wish = {"hour": number, "minute": 0, "meridiem": None, "approximate": False}
    starts = (
        meant_starts(restaurant, day, wish, turn.engine.clock.now(), near=anchor).starts if number <= _HOURS else []
    )
    as_time = any(is_seated(restaurant, start) for start in starts)
    as_party = 1 <= number <= restaurant.largest_party
    if as_time and as_party and anchor and replaced:  # "8 instead of 7" speaks of what is 7 now
        as_time = not replaced.isdisjoint({anchor.hour, anchor.hour % _HOURS_OF_HALF_DAY})
        as_party = not as_time
    elif as_time and as_party and memory.said_last in ("time", "party_size"):
        as_time, as_party = memory.said_last == "time", memory.said_last == "party_size"
    elif as_time and as_party and _RATHER_A_TIME.search(turn.text):
        as_party = False
    if as_time and as_party:
        clock = turn.words.clock(starts[-1].timetz().replace(tzinfo=None), country_of(restaurant))
        by_time = Option(clock, {"time": certain(starts[-1])})
        heard.options = [by_time, Option(turn.words.party(number), {"party_size": number})]
        heard.ask_options = "utter_choose_meaning"
    elif as_time:
        memory.time = certain(starts[0]) if len(starts) == 1 else wish
        heard.fields.add("time")
    elif as_party:
        memory.party_size = number
        heard.fields.add("party_size")


_HOURS_OF_HALF_DAY = 12


def _next_quarter(moment: datetime) -> datetime:
    late = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment - late + timedelta(minutes=15) if late else moment


def _region(turn: Turn, memory: Memory) -> str:
    """The country whose dialling rules apply to a number without a country's code: the restaurant's."""
    return country_of(turn.engine.restaurant(memory.restaurant)) if memory.restaurant else "US"


def _hear_who(turn: Turn, memory: Memory, entities: list[Entity], heard: Heard, asked: str | None) -> None:
    parts = {entity.kind: str(entity.value) for entity in entities if entity.kind in NAME_PARTS}
    name = " ".join(parts[kind] for kind in NAME_PARTS if kind in parts)
    if asked == "name":
        name = _whole_name(turn) or name
    if len(name) < _SHORTEST_NAME:  # "Y" is a yes
        name = ""
    if (
        not name
        and asked == "name"
        and memory.misses
        and not _NOISE.fullmatch(turn.text.strip())
        and turn.intent not in _NO_NAMES
        and not is_no_name(turn.acts)
        and not (memory.restaurant and is_named(turn.engine.restaurant(memory.restaurant), turn.text))
    ):  # asked again, so it may be an odd one
        said = " ".join(turn.text.split())
        if len(said) <= _LONGEST_NAME and _NAME.fullmatch(said):
            name = said if said != said.lower() else said.title()
    if name and name != memory.name:
        memory.name = name[:_LONGEST_NAME]
        heard.fields.add("name")
    hear_phone(turn, memory, heard, entities)


def _whole_name(turn: Turn) -> str | None:
    """The message, where it is certainly a name and nothing around it, though its words mean something else too: "Paris"."""
    said = " ".join(turn.text.split()).rstrip(".!")
    words = said.split(" ")
    if not is_name(turn.acts) or len(words) > _MOST_NAMES:
        return None
    read = {word for entity in turn.entities for word in entity.text.lower().split()}
    if all(
        word.lower() in read or word in ("&", "and") or (word[:1].isupper() and word.lower() not in COMMON)
        for word in words
    ):
        return said if said != said.lower() else said.title()
    return None


def hear_phone(turn: Turn, memory: Memory, heard: Heard, entities: list[Entity] | None = None) -> None:
    """Take the phone that the message tells, if it tells one."""
    for entity in turn.entities if entities is None else entities:
        if entity.kind == "phone" and (number := e164(str(entity.value), _region(turn, memory))):
            memory.phone = number
            heard.fields.add("phone")
