"""What the groups of a form of time come to: times by the clock, and minutes."""

from __future__ import annotations

from nlu.grammar import Said, tagged
from nlu.reading.message import Value

LAST_HOUR, NOON, MINUTES, SMALL_HOURS = 24, 12, 60, 5
_DAY = 24 * MINUTES
_SHORTEST_MEAL, _LONGEST_MEAL = 75, 5 * MINUTES
_BEFORE_NOON, _EARLIEST = {"breakfast", "morning"}, 5
_AROUND_NOON = {"brunch": 8, "lunch": 11}
"""Parts of the day with noon in them, and the first hour that is before it."""
_ABOUT = {"about", "ish", "ish_first"}
_STEP = 5
_MINUTES_OF = {"half": 30, "quarter": 15}
_BACKWARDS = {"to", "before", "till", "til", "of"}
_COUNTS = {"a": 1, "an": 1, "one": 1, "a couple of": 2, "a few": 3}


def clock(said: Said) -> Value | None:
    """The time that `digital`, `run`, `noon` or `hour` and `minute` show; None when the clock has no such time."""
    hour, minute = _shown(said)
    meridiem = said.get("meridiem") or _meridiem(said, hour)
    if said.get("way") in _BACKWARDS:
        hour, minute = (hour - 1) or NOON, MINUTES - minute
    return clock_time(hour, minute, meridiem, approximate=not _ABOUT.isdisjoint(said))


def _shown(said: Said) -> tuple[int, int]:
    if digital := said.get("digital") or said.get("shown"):
        hour, minute = digital.split(":")
        return int(hour), int(minute)
    if "half" in said:
        return int(said["half"]), 30
    if "run" in said:
        return divmod(int(said["run"]), 100)
    minute = said.get("minute", "0")
    return int(said.get("hour", NOON)), _MINUTES_OF.get(minute) or int(minute)


def _meridiem(said: Said, hour: int) -> str | None:
    """Which half of the day is said by a part of it: twelve and one at night are past midnight."""
    if "noon" in said:
        return "am" if (said["noon"] == "midnight") != (said.get("way") in _BACKWARDS) else "pm"
    part = said.get("part") or ("night" if "at" in said else said.get("part_first"))
    if part is None or part == "morning":
        return part and "am"
    past_midnight = hour == NOON and part in ("night", "evening")
    return "am" if past_midnight or (part == "night" and hour < SMALL_HOURS) else "pm"


def clock_time(hour: int, minute: int, meridiem: str | None = None, *, approximate: bool = False) -> Value | None:
    """A time by the clock; `meridiem` is dropped where the hour says it already ("19:30 pm")."""
    if hour > LAST_HOUR or minute >= MINUTES:
        return None
    if hour > NOON or hour == 0:
        meridiem = None
    return {"hour": hour % LAST_HOUR, "minute": minute, "meridiem": meridiem, "approximate": approximate}


def clock_of_digits(digits: str) -> Value | None:
    """ "1930": only times that people book are told without a colon."""
    hour, minute = divmod(int(digits), 100)
    return clock_time(hour, minute) if minute % _STEP == 0 else None


def between(said: Said) -> Value | None:
    """Both ends of a window."""
    first, second = clock(tagged(said, "1")), clock(tagged(said, "2"))
    if first is None or second is None:
        return None
    # "6-8pm", "between 11 and 1pm": the half of the day said once holds for both, unless noon lies between.
    if first["meridiem"] is None and second["meridiem"] and 0 < first["hour"] <= NOON:
        crosses = first["hour"] % NOON > second["hour"] % NOON
        other = "am" if second["meridiem"] == "pm" else "pm"
        first = first | {"meridiem": other if crosses else second["meridiem"]}
    return {"between": [first, second]}


def stay(said: Said) -> Value | None:
    """The time that "19:00-21:00" begins at, where it is long enough to be a meal from start to end; a window otherwise."""
    window = between(said)
    if window is None:
        return None
    first, second = window["between"]
    lasts = (_minute_of_day(second) - _minute_of_day(first)) % _DAY
    return first if _SHORTEST_MEAL <= lasts <= _LONGEST_MEAL else window


def _minute_of_day(time: Value) -> int:
    hour = time["hour"] % NOON + (NOON if time["meridiem"] == "pm" else 0) if time["meridiem"] else time["hour"]
    return int(hour) * MINUTES + int(time["minute"])


def meridiem_of(part: str, hour: int) -> str | None:
    """Which half of the day an hour is in that is told with a part of it: "breakfast at 9", "lunch at 1", "dinner at 9"."""
    if part in _BEFORE_NOON:
        return "am" if _EARLIEST <= hour < NOON else None
    if part in _AROUND_NOON:
        return "am" if _AROUND_NOON[part] <= hour < NOON else "pm"
    return "pm" if hour < NOON else None


def minutes(duration: str) -> int:
    """How many minutes "half an hour", "2 or 3 hours" and the like are; the smaller number counts."""
    if duration.startswith(("half", "1/2")):
        return 30
    if duration.endswith("half"):
        return 90
    count, _, unit = duration.rpartition(" ")
    count = count.partition(" or ")[0]
    return (_COUNTS.get(count) or int(count)) * (MINUTES if unit.startswith("hour") else 1)
