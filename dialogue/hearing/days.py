"""Which day, and what time of day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from booking_engine import Restaurant
from dialogue.state import Option
from dialogue.times import certain, lies_within, meant_starts, presumed_day, service_day
from dialogue.turn import Turn, country_of, writes_day_first
from nlu.reading.clock import meridiem_of
from nlu.resolving import resolve_dates, resolve_period

_FURTHEST = timedelta(days=2000)  # no restaurant books so far ahead, and calendars of the year 9999 have an end
_TOLD_BESIDE = ("time", "party_size", "restaurant")
"""Of a booking whose day is known, these leave no doubt what a message is about."""
_QUARTER = 15


def hear_date(turn: Turn, restaurant: Restaurant | None, presumed: date | None) -> None:
    """Take the day that is told. `presumed`: the day that the last question named, though nobody had said it."""
    today = turn.here(restaurant).date()
    said = _days_said(turn, restaurant, today)
    if said is None:
        _hear_vague_date(turn)
        turn.state.awaits_day |= turn.has_kind("previous_date")  # "not Friday though"
        return
    # "tomorrow, Friday" is one day told twice, "Friday or Saturday" are two.
    days = sorted(set(said[0]).intersection(*said[1:]) or set[date]().union(*said))
    if not days or days[-1] > today + _FURTHEST:
        _miss_day(turn)
    elif len(days) > 1:
        options = tuple(Option(turn.words.day(day, country_of(restaurant)), {"date": day.isoformat()}) for day in days)
        turn.heard.options, turn.heard.ask_options = options, "utter_choose_date"
        turn.state.awaits_day = True
    else:
        _set_date(turn, days[0], known=turn.state.date or presumed)  # told by the last question, it is no news


def _miss_day(turn: Turn, unclear: str | None = None) -> None:
    """Have the day asked for, and none presumed by whatever is told next. `unclear`: the diner's words for it."""
    turn.heard.problem, turn.heard.unclear = "no_such_date", unclear
    turn.state.awaits_day = True


def _days_said(turn: Turn, restaurant: Restaurant | None, today: date) -> list[list[date]] | None:
    """Return the days that each word for one may mean; None where the words tell none.

    "Next week" tells which Friday is meant, of the next message too; alone, or beside a day that is not in it, it tells none.
    """
    told, loosely, day_first = turn.of_kind("date"), turn.of_kind("vague_date"), writes_day_first(restaurant)
    if loosely:
        periods = (resolve_period(each.value, today=today, day_first=day_first) for each in loosely)
        turn.state.period = next(filter(None, periods), None)
    if period := turn.state.period:
        told += [entity for entity in loosely if "weekday" in entity.value]
    meaning = partial(resolve_dates, today=today, day_first=day_first, anchor=turn.state.date)

    def days(value: dict[str, Any]) -> list[date]:
        return _offered(turn, value) or meaning(value, within=period) or ([] if loosely else meaning(value))

    said = [days(each.value) for each in told]
    return said if any(said) or (said and not loosely) else None


def _offered(turn: Turn, value: Mapping[str, Any]) -> list[date]:
    """Return the day that a mere weekday names among those just offered, if one is: "saturday at 7" of the next weekend's days."""
    if value.keys() != {"weekday", "which"} or value["which"] != "coming":  # "the saturday after" is another one
        return []
    offered = [date.fromisoformat(option.fills["date"]) for option in turn.state.choices if "date" in option.fills]
    same = [day for day in offered if day.weekday() == value["weekday"]]
    return same if len(same) == 1 else []


def _hear_vague_date(turn: Turn) -> None:
    """Keep the words of what is said for a day and is none to come, so that no presumed day takes its place."""
    said = [entity.text for entity in turn.entities if entity.kind in ("vague_date", "past_date")]
    is_day_open = turn.state.task == "book" and turn.state.date is None
    if is_day_open or not turn.has_kind(*_TOLD_BESIDE):
        said += [entity.text for entity in turn.of_kind("undated")]
    if said:
        _miss_day(turn, said[0])


def _set_date(turn: Turn, day: date, known: date | None) -> None:
    turn.heard.fields.add("date" if known != day else "date_same")
    turn.state.date, turn.state.presumes_day, turn.state.period = day, False, None


def hear_time(turn: Turn, restaurant: Restaurant | None, anchor: datetime | None) -> None:
    """Take the time that is told. `anchor`: the start that "half an hour later" and "same time" refer to."""
    told = _times_told(turn, restaurant, anchor)
    values = list(told.values())
    if not values:
        return
    if any(value != values[0] for value in values):
        options = tuple(
            Option(_clock(turn, value, restaurant) or text, {"time": value}) for text, value in told.items()
        )
        turn.heard.options, turn.heard.ask_options = options, "utter_choose_time"
        return
    if anchor is not None and _is_by_the_way(turn) and lies_within(anchor, values[0], turn.situation.now):
        turn.heard.fields.add("time_same")
        return
    turn.heard.fields.add("time" if values[0] != turn.state.time else "time_same")
    turn.state.time = values[0]


def _times_told(turn: Turn, restaurant: Restaurant | None, anchor: datetime | None) -> dict[str, dict[str, Any]]:
    """Return the times by the words that tell them."""
    told = ((each.text, _certain_value(turn, dict(each.value), restaurant, anchor)) for each in turn.of_kind("time"))
    return {text: value for text, value in told if value}


def _is_by_the_way(turn: Turn) -> bool:
    """Return whether the part of the day of a table need not be meant as another time: "they are away that night, so 2 fewer"."""
    return turn.state.hold is not None or not turn.heard.fields.isdisjoint(("party_size", "date"))


def _clock(turn: Turn, value: dict[str, Any], restaurant: Restaurant | None) -> str | None:
    """Return what a time is on the clock, where the restaurant's hours leave no doubt of it: "7:00 PM" for a bare 7."""
    if restaurant is None:
        return None
    day = turn.state.date or presumed_day(restaurant, value, turn.situation.now)
    meant = meant_starts(restaurant, day, value, turn.situation.now)
    return turn.clock(restaurant, meant.starts[0]) if len(meant.starts) == 1 and not meant.is_window else None


def _certain_value(
    turn: Turn, value: dict[str, Any], restaurant: Restaurant | None, anchor: datetime | None
) -> dict[str, Any] | None:
    """Return a time as the state keeps it; None where it refers to nothing."""
    if "in_minutes" in value:
        now = turn.here(restaurant)
        start = _next_quarter(now + timedelta(minutes=value["in_minutes"]))
        _set_date(turn, service_day(start, now), known=turn.state.date)
        return certain(start)
    if "shift_minutes" in value or value.get("same"):
        return certain(anchor + timedelta(minutes=value.get("shift_minutes", 0))) if anchor else None
    if value.get("hour") and value["meridiem"] is None:
        value["meridiem"] = _half_of_day(turn, value["hour"])
    return value


def _half_of_day(turn: Turn, hour: int) -> str | None:
    """Return which half of it an hour is in, where the message tells one part of the day: "breakfast on Monday at 9"."""
    entities = (*turn.of_kind("date"), *turn.of_kind("part_of_day"))
    parts = {entity.value["part"] for entity in entities if "part" in entity.value}
    return meridiem_of(parts.pop(), hour) if len(parts) == 1 else None


def _next_quarter(moment: datetime) -> datetime:
    late = timedelta(minutes=moment.minute % _QUARTER, seconds=moment.second, microseconds=moment.microsecond)
    return moment - late + timedelta(minutes=_QUARTER) if late else moment
