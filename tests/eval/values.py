"""What was read, written as briefly as the test utterances write it: "fri week", "7:30pm", "10-12"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NOON, _HALF_DAY = 12, 12
_WEEKDAY_WAYS = {
    "coming": "{}", "this": "this {}", "next": "next {}", "week_after": "{} week", "week_after_next": "{} after next",
    "last": "last {}",
}  # fmt: skip


def brief(entity: str, value: Any) -> str:
    """One entity's value in a few characters; two values that mean different things are written differently."""
    write = _WRITERS.get(entity.removeprefix("previous_"))
    return write(value) if write and isinstance(value, Mapping) else str(value).replace("_", " ")


def _party_size(value: Mapping[str, Any]) -> str:
    if "delta" in value:
        return f"{value['delta']:+d}"
    if "min" in value:
        return f"{value['min']}+" if value["max"] is None else f"{value['min']}-{value['max']}"
    return str(value["count"])


def _clock(value: Mapping[str, Any]) -> str:
    """ "7" is in the morning or in the evening; "7pm" and "19:00" are the same."""
    hour, minute, meridiem = value["hour"], value["minute"], value["meridiem"]
    if meridiem is None and not 0 < hour <= _NOON:
        hour, meridiem = hour % _HALF_DAY or _NOON, "pm" if hour >= _NOON else "am"
    about = "~" if value.get("approximate") else ""
    return f"{about}{hour}{f':{minute:02d}' if minute else ''}{meridiem or ''}"


def _time(value: Mapping[str, Any]) -> str:
    if "hour" in value:
        return _clock(value)
    if "after" in value:
        return f">{_clock(value['after'])}"
    if "before" in value:
        return f"<{_clock(value['before'])}"
    if "between" in value:
        return "-".join(_clock(bound) for bound in value["between"])
    if "in_minutes" in value:
        return f"in {value['in_minutes']}"
    if "shift_minutes" in value:
        return f"{value['shift_minutes']:+d}"
    return "same" if value.get("same") else str(value["part"]).replace("_", " ")


def _date(value: Mapping[str, Any]) -> str:
    written = _day(value)
    return f"{written} {value['part']}" if "part" in value else written


def _day(value: Mapping[str, Any]) -> str:
    if "from" in value and "vague" not in value:
        return _from_a_day(value, _day(value["from"]))
    if "day" in value or "first" in value:
        return _calendar_day(value)
    if "nth" in value:
        return f"{_WEEKDAYS[value['weekday']]}#{value['nth']} {_month(value)}"
    if "period" in value:
        return _period(value["period"])
    if "weekday" in value:
        weeks = f" +{value['weeks']}w" if value.get("weeks") else ""
        return _WEEKDAY_WAYS[value.get("which", "coming")].format(_WEEKDAYS[value["weekday"]]) + weeks
    if "holiday" in value:
        return str(value["holiday"]).replace("_", " ")
    if "weekend" in value:
        return f"{value['weekend']} weekend"
    if "vague" in value:
        return "vague"
    if "same" in value:
        return f"same{value['same']:+d}" if value["same"] else "same day"
    if "days" in value:
        return {0: "today", 1: "tomorrow"}.get(value["days"], f"{value['days']:+d}d")
    return f"+{value['months']}m" if "months" in value else f"+{value['weeks']}w"


def _from_a_day(value: Mapping[str, Any], day: str) -> str:
    if "period" in value:
        return f"{day}'s week"
    if "days" in value:
        return f"{day} week" if value["days"] == 7 and "weekday" in value["from"] else f"{day}{value['days']:+d}d"
    beside = _WEEKDAYS[value["weekday"]] if "weekday" in value else "weekend"
    way = value.get("way", value.get("weekend"))
    return f"{beside} {'before' if way < 0 else 'after' if way > 0 else 'of'} {day}"


def _month(value: Mapping[str, Any]) -> str:
    return f"+{value['months']}m" if "months" in value else str(_MONTHS[value["month"] - 1])


def _period(told: Mapping[str, Any]) -> str:
    if "week" in told:
        return f"{['this', 'next', 'second next'][told['week']]} week"
    part = " ".join(f"{name} {number}" for name, number in told.items() if name not in ("month", "months"))
    return f"{_month(told)} {part}".strip()


def _calendar_day(value: Mapping[str, Any]) -> str:
    parts = [_WEEKDAYS[value["weekday"]]] if "weekday" in value else []
    if "first" in value:
        parts.append(f"{value['first']}/{value['second']}")
    else:
        parts += [_MONTHS[value["month"] - 1]] if value.get("month") else []
        parts.append(str(value["day"]))
    parts += [str(value["year"])] if value.get("year") else []
    parts += ["next month" if value["months"] else "this month"] if "months" in value else []
    return " ".join([*parts, "next year"] if value.get("years") else parts)


def _choice(value: Mapping[str, Any]) -> str:
    return str(value.get("index") or value["which"])


_WRITERS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "party_size": _party_size,
    "guests": _party_size,
    "time": _time,
    "part_of_day": _time,
    "date": _date,
    "vague_date": _date,
    "past_date": _date,
    "choice": _choice,
    "delay": lambda value: str(value["minutes"]),
}
