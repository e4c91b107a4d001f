"""Days written with a number: "5/11", "2018/04/18", "Tuesday, August 14th, 2018", "the 5th"."""

from __future__ import annotations

import re
from typing import Any

from nlu.reading.message import Rule, pattern
from nlu.reading.spelling import MONTHS, WEEKDAYS

WEEKDAY = r"(?P<weekday>" + "|".join(WEEKDAYS) + r")"
MONTH = r"(?P<month>" + "|".join(MONTHS) + r")(?: \.)?"
_DAY = r"(?P<day>\d{1,2})(?:th)?"
_ORDINAL = r"(?P<day>\d{1,2})th"
_YEAR = r"(?P<year>(?:19|20)\d\d|this year|next year)"
_END_YEAR = rf"(?:(?: ,)?(?: of)? {_YEAR})?"
_LEAD = rf"(?:{WEEKDAY}(?: \.)?(?: ,)?(?: (?:on|the|night|evening))? )?"
_NOT_A_TIME = r"(?! (?:am|pm|oclock|people|of us)(?!\S))"
_OF_MONTH = r"(?: of (?:(?P<months>this|next|the following) month|the month))?"
_NOT_A_PLACE = (
    r"(?! (?:names?|one|option|choice|time|slot|floor|of all|opening|place|table|timer|visit|avenue|street|ave|st))"
)
_MONTH_DAY = rf"{MONTH} (?:the )?{_DAY}{_NOT_A_TIME}{_END_YEAR}(?:(?: ,)? (?P<weekday_after>{'|'.join(WEEKDAYS)}))?"
_NOT_BEFORE_DAY = r"(?! \d{1,2}(?:th|(?: ,)? (?:19|20)\d\d)(?!\S))"  # "4 august 14th" is for four
_LAST_DAY, _LAST_MONTH, _CENTURY = 31, 12, 2000


def _calendar_day(match: re.Match[str]) -> dict[str, Any] | None:
    groups = match.groupdict()
    year = groups.get("year")
    day = int(groups["day"])
    if not 1 <= day <= _LAST_DAY:
        return None
    month = MONTHS.index(groups["month"]) + 1 if groups.get("month") else None
    value: dict[str, Any] = {"year": int(year) if year and year.isdecimal() else None, "month": month, "day": day}
    if year == "next year":
        value["years"] = 1
    weekday = groups.get("weekday") or groups.get("weekday_after")
    if weekday:
        value["weekday"] = WEEKDAYS.index(weekday)
    if groups.get("months"):
        value["months"] = 0 if groups["months"] == "this" else 1
    return value


def _numeric(match: re.Match[str]) -> dict[str, Any] | None:
    parts = [int(part) for part in re.split(" - |[-/.:]", match["digits"])]
    if parts[0] > _LAST_DAY and len(parts) > 2:
        year: int | None = parts[0]
        first, second = parts[1], parts[2]
        ambiguous = False
    else:
        year = (parts[2] if parts[2] >= 100 else parts[2] + _CENTURY) if len(parts) > 2 else None
        first, second = parts[0], parts[1]
        ambiguous = first <= _LAST_MONTH and second <= _LAST_MONTH and first != second
    value: dict[str, Any]
    if ambiguous:
        value = {"first": first, "second": second, "year": year}
    else:
        month, day = (first, second) if first <= _LAST_MONTH else (second, first)
        value = {"year": year, "month": month, "day": day}
    if not (min(first, second) >= 1 and min(first, second) <= _LAST_MONTH and max(first, second) <= _LAST_DAY):
        return None
    weekday = match.groupdict().get("weekday")
    return value | {"weekday": WEEKDAYS.index(weekday)} if weekday else value


def _nth_weekday(match: re.Match[str]) -> dict[str, Any]:
    nth = -1 if match["nth"] == "last" else int(match["nth"][:-2])
    return {"nth": nth, "weekday": WEEKDAYS.index(match["weekday"]), "month": MONTHS.index(match["month"]) + 1}


CALENDAR_RULES: list[Rule] = [
    (pattern(rf"(?:{WEEKDAY} (?:, )?(?:the )?)?(?P<digits>\d+[-/.]\d+(?:[-/.]\d+)?)(?: this year)?"), "date", _numeric),
    (pattern(rf"(?P<nth>[1-4]th|last) {WEEKDAY} (?:of|in) {MONTH}"), "date", _nth_weekday),
    (pattern(rf"(?:for|of) \d{{1,2}} (?P<span>{_MONTH_DAY})"), "date", _calendar_day),
    (
        pattern(rf"{_LEAD}(?:the )?{_DAY} (?:day )?(?:of )?{MONTH}{_NOT_A_TIME}{_NOT_BEFORE_DAY}{_END_YEAR}"),
        "date",
        _calendar_day,
    ),
    (pattern(rf"{_LEAD}{_MONTH_DAY}"), "date", _calendar_day),
    (pattern(rf"{WEEKDAY}(?: ,)?(?: on)? the {_DAY}{_OF_MONTH}{_NOT_A_TIME}{_END_YEAR}"), "date", _calendar_day),
    (pattern(rf"{WEEKDAY}(?: ,)? {_ORDINAL}{_OF_MONTH}{_NOT_A_TIME}{_END_YEAR}"), "date", _calendar_day),
    (pattern(rf"(?:the )?{_ORDINAL}{_OF_MONTH}{_NOT_A_PLACE}"), "ordinal", _calendar_day),
    (pattern(rf"on (?P<span>the {_DAY}){_NOT_A_TIME}{_NOT_A_PLACE}"), "date", _calendar_day),
]
ASKED_RULES: list[Rule] = [
    (pattern(rf"(?P<digits>\d{{1,2}}(?: - |:)\d{{1,2}})(?: \.)?{_NOT_A_TIME}"), "date", _numeric),
]
"""What only the question for the day makes one: "5-11", "5.11."."""
