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
_MARK = r"(?: [-./,])"  # "13.Dec", "13-Dec-26", "Dec/13"
_END_YEAR = rf"(?:(?: ,)?(?: of)? {_YEAR}|{_MARK} (?P<short_year>\d\d|(?:19|20)\d\d))?"
_LEAD = rf"(?:{WEEKDAY}(?: \.)?(?: ,)?(?: (?:on|the|night|evening))? )?"
_NOT_A_TIME = r"(?! (?:am|pm|oclock|people|of us)(?!\S))"
_OF_THE_MONTH = r" of (?:(?P<months>this|next|the following) month|the month)"
_OF_MONTH = rf"(?:{_OF_THE_MONTH})?"
_NOT_A_PLACE = (
    r"(?! (?:names?|one|option|choice|time|slot|floor|of all|opening|place|table|timer|visit|avenue|street|ave|st))"
)
_MONTH_DAY = (
    rf"{MONTH}{_MARK}? (?:the )?{_DAY}{_NOT_A_TIME}{_END_YEAR}(?:(?: ,)? (?P<weekday_after>{'|'.join(WEEKDAYS)}))?"
)
_NOT_BEFORE_DAY = r"(?! \d{1,2}(?:th|(?: ,)? (?:19|20)\d\d)(?!\S))"  # "4 august 14th" is for four
_LAST_DAY, _LAST_MONTH, _LATEST_HOUR, _MINUTES_SAID, _CENTURY = 31, 12, 24, 5, 2000


def _calendar_day(match: re.Match[str]) -> dict[str, Any] | None:
    groups = match.groupdict()
    year = groups.get("year") or groups.get("short_year")
    day = int(groups["day"])
    if not 1 <= day <= _LAST_DAY:
        return None
    month = MONTHS.index(groups["month"]) + 1 if groups.get("month") else None
    value: dict[str, Any] = {"year": _full_year(year), "month": month, "day": day}
    if year == "next year":
        value["years"] = 1
    weekday = groups.get("weekday") or groups.get("weekday_after")
    if weekday:
        value["weekday"] = WEEKDAYS.index(weekday)
    if groups.get("months"):
        value["months"] = 0 if groups["months"] == "this" else 1
    return value


def _full_year(year: str | None) -> int | None:
    if not year or not year.isdecimal():
        return None
    return int(year) if int(year) >= 100 else int(year) + _CENTURY


def _compact(match: re.Match[str]) -> dict[str, Any] | None:
    month, day = int(match["month"]), int(match["day"])
    if not (1 <= month <= _LAST_MONTH and 1 <= day <= _LAST_DAY):
        return None
    return {"year": int(match["year"]), "month": month, "day": day}


def _numeric(match: re.Match[str]) -> dict[str, Any] | None:
    parts = [int(part) for part in re.split(" - |[-/.:]", match["digits"])]
    year, year_first = None, len(parts) > 2 and parts[0] > _LAST_DAY
    if len(parts) > 2:
        year = parts.pop(0) if year_first else _full_year(str(parts.pop()))
    first, second = parts
    if not (1 <= min(parts) <= _LAST_MONTH and max(parts) <= _LAST_DAY):
        return None
    value: dict[str, Any]
    if max(parts) <= _LAST_MONTH and first != second and not year_first:
        value = {"first": first, "second": second, "year": year}
    else:
        month, day = (first, second) if first <= _LAST_MONTH else (second, first)
        value = {"year": year, "month": month, "day": day}
    weekday = match.groupdict().get("weekday")
    return value | {"weekday": WEEKDAYS.index(weekday)} if weekday else value


def _dashed(match: re.Match[str]) -> dict[str, Any] | None:
    first, second = (int(part) for part in match["digits"].split(" - "))
    is_minute = second % _MINUTES_SAID == 0  # "6-30"
    return _numeric(match) if first > _LATEST_HOUR or (second > _LATEST_HOUR and not is_minute) else None


def _nth_weekday(match: re.Match[str]) -> dict[str, Any]:
    nth = -1 if match["nth"] == "last" else int(match["nth"][:-2])
    return {"nth": nth, "weekday": WEEKDAYS.index(match["weekday"]), "month": MONTHS.index(match["month"]) + 1}


CALENDAR_RULES: list[Rule] = [
    (pattern(rf"(?:{WEEKDAY} (?:, )?(?:the )?)?(?P<digits>\d+[-/.]\d+(?:[-/.]\d+)?)(?: this year)?"), "date", _numeric),
    (pattern(r"(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)"), "date", _compact),
    (pattern(rf"(?P<nth>[1-4]th|last) {WEEKDAY} (?:of|in) {MONTH}"), "date", _nth_weekday),
    (pattern(rf"(?:for|of) \d{{1,2}} (?P<span>{_MONTH_DAY})"), "date", _calendar_day),
    (
        pattern(rf"{_LEAD}(?:the )?{_DAY}{_MARK}? (?:day )?(?:of )?{MONTH}{_NOT_A_TIME}{_NOT_BEFORE_DAY}{_END_YEAR}"),
        "date",
        _calendar_day,
    ),
    (pattern(rf"{_LEAD}{_MONTH_DAY}"), "date", _calendar_day),
    (pattern(rf"{WEEKDAY}(?: ,)?(?: on)? the {_DAY}{_OF_MONTH}{_NOT_A_TIME}{_END_YEAR}"), "date", _calendar_day),
    (pattern(rf"{WEEKDAY}(?: ,)? {_ORDINAL}{_OF_MONTH}{_NOT_A_TIME}{_END_YEAR}"), "date", _calendar_day),
    (pattern(rf"(?:the )?{_ORDINAL}{_OF_THE_MONTH}{_NOT_A_PLACE}"), "ordinal", _calendar_day),
    (pattern(rf"on (?P<span>the {_DAY}){_NOT_A_TIME}{_NOT_A_PLACE}"), "date", _calendar_day),
]
DASHED_RULES: list[Rule] = [
    (pattern(r"(?P<digits>\d{1,2} - \d{1,2})(?! - )"), "date", _dashed),
]
"""Two numbers of which one can be nothing but a day: "27-12"."""
ORDINAL_RULES: list[Rule] = [
    (pattern(rf"(?:the )?{_ORDINAL}{_OF_MONTH}{_NOT_A_PLACE}"), "ordinal", _calendar_day),
]
ASKED_RULES: list[Rule] = [
    (pattern(rf"(?P<digits>\d{{1,2}}(?: - |:)\d{{1,2}})(?: \.)?{_NOT_A_TIME}"), "date", _numeric),
]
"""What only the question for the day makes one: "5-11", "5.11."."""
