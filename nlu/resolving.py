"""From what was read to days and times, given today, the local clock and what the diner refers to.

Conventions, all for someone who writes on `today`:

- A day without a year or month is the next one that is not past.
- A weekday is the nearest one; said on that very weekday it may be today or a week ahead, and both are given.
- "This Friday" is the one of this week, Monday to Sunday, and where that is over, the nearest. "Next Friday" is the one
  of next week. "Friday week" is seven days after the nearest Friday, or after either where that is today.
- "5/11" is May 11th, or 5 November where `day_first`; where only one order is a date, it is that. Where it is not known how
  days are written, it is each of the two within four months, else May 11th.
- A weekday that contradicts its date gives both: the date, and the nearest day with that weekday. "Tuesday the 5th" is that
  of next month, if that is a Tuesday and the next 5th is none.
- A weekend is its Saturday and Sunday, as far as they are not past.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from nlu.holidays import holiday_in

Period = tuple[date, date]
"""The first and the last of some days."""

_WEEK, _MONTHS, _SUNDAY, _SATURDAY, _LEAP_CYCLE, _LOOK_AHEAD, _CLUE_MONTHS = 7, 12, 6, 5, 8, 14, 4
_NOON, _HALF_DAY = 12, timedelta(hours=12)
_LONGEST_WINDOW = timedelta(hours=8)
_PARTS = {
    "breakfast": (time(7, 30), time(10, 30)),
    "morning": (time(9), time(11, 30)),
    "brunch": (time(10), time(14)),
    "lunch": (time(11, 30), time(14, 30)),
    "noon": (time(12), time(12)),
    "early_afternoon": (time(12), time(14)),
    "afternoon": (time(12), time(17)),
    "late_afternoon": (time(15), time(17, 30)),
    "early_evening": (time(17), time(18, 30)),
    "evening": (time(17, 30), time(21, 30)),
    "dinner": (time(17, 30), time(21, 30)),
    "night": (time(18), time(22)),
    "late": (time(21), time(23)),
}


@dataclass(frozen=True)
class TimeWish:
    """What a wish for a time may mean.

    `candidates` are clock times, the earlier first: "7" is 07:00 and 19:00, and opening hours decide. `earliest` and
    `latest` bound a window, both inclusive; where it may lie in either half of the day they bound the later one that
    ends on the same day, and the candidates are the middles of both. A window that runs past midnight has its
    `latest` before its `earliest`. `by_night`, the first candidate is past midnight and meant where a restaurant is open
    then, the other one where it is not.
    """

    candidates: list[time] = field(default_factory=list)
    earliest: time | None = None
    latest: time | None = None
    approximate: bool = False
    by_night: bool = False

    @property
    def after_midnight(self) -> bool:
        """Whether the window runs into the next calendar day."""
        return self.earliest is not None and self.latest is not None and self.latest < self.earliest


def resolve_dates(
    value: Mapping[str, Any],
    *,
    today: date,
    day_first: bool | None = False,
    anchor: date | None = None,
    within: Period | None = None,
) -> list[date]:
    """The days that a `date` value may mean, none in the past; empty when there is no such day.

    `anchor` is the day that "same day" and "the day after" refer to. `within`: the days that were said with it, as in "a
    Saturday in January", which may be each of these.
    """
    first, last = within or (today, date.max)
    try:
        if within and value.get("which") == "coming" and "weeks" not in value:
            days = [first + timedelta(ahead) for ahead in range((last - first).days + 1)]
            days = [day for day in days if day.weekday() == value["weekday"]]
        else:  # of "January, the 6th" the first day tells from when on to count
            days = _days(value, max(first, today) if "day" in value else today, day_first, anchor)
    except OverflowError:  # "in 999 months" from the year 9990
        return []
    return sorted({day for day in days if max(first, today) <= day <= last})


_IN_A_WEEK = ("this", "next", "week_after", "week_after_next")
"""Ways to tell a weekday by its week."""


def resolve_period(value: Mapping[str, Any], *, today: date, day_first: bool | None = False) -> Period | None:
    """The first and the last day that a `vague_date` value may mean, none in the past; None where that cannot be told."""
    told = value.get("period", {})
    is_of_weekday = value.get("vague") and value.get("from", {}).get("which") in _IN_A_WEEK
    if "week_of" in told or is_of_weekday:  # "the week of the 12th", "any day but Friday next week"
        days = _days(value["from"], today, day_first, None)
        period = _week_of(days[0]) if days else None
    elif "week" in told:
        period = _week_of(today + timedelta(_WEEK * told["week"]))
    else:
        period = _part_of_month(told, today) if told else None
    return (max(period[0], today), period[1]) if period and period[1] >= today else None


def _week_of(day: date) -> Period:
    monday = day - timedelta(day.weekday())
    return monday, monday + timedelta(_WEEK - 1)


def _part_of_month(told: Mapping[str, Any], today: date) -> Period:
    """A month, a third of one ("early January"), a week counted from its first day, or the days that were said."""
    begin = _month_meant(told, today)
    end = _months_later(begin, 1) - timedelta(1)
    first, last = told.get("first", 1), told.get("last", end.day)
    if "third" in told:
        first, last = _THIRDS[told["third"]]
    if "nth_week" in told:
        last = end.day if told["nth_week"] < 0 else _WEEK * told["nth_week"]
        first = last - _WEEK + 1
    return begin.replace(day=min(first, end.day)), begin.replace(day=min(last, end.day))


_THIRDS = {1: (1, 10), 2: (11, 20), 3: (21, 31)}


def _month_meant(value: Mapping[str, Any], today: date) -> date:
    """The first of the month that is meant: the next one of its name, which may be the one that it is."""
    begin = today.replace(day=1)
    if "months" in value:
        return _months_later(begin, value["months"])
    return _months_later(begin, (value["month"] - begin.month) % _MONTHS)


def _days(value: Mapping[str, Any], today: date, day_first: bool | None, anchor: date | None) -> list[date]:
    for key, days in _DAYS_BY_KEY.items():
        if key in value:
            return days(value, today, day_first, anchor)
    return []


def _either_day(value: Mapping[str, Any], today: date, day_first: bool | None, _: date | None) -> list[date]:
    """The day in the order that is the custom; where it is not known, those in either order that are bookable soon."""
    orders = [(value["first"], value["second"]), (value["second"], value["first"])]
    possible = [(month, day) for month, day in (reversed(orders) if day_first else orders) if month <= _MONTHS]
    found = [_calendar_days({**value, "month": month, "day": day}, today) for month, day in possible]
    soon = [day for days in found for day in days if day <= _months_later(today, _CLUE_MONTHS)]
    return soon if soon and day_first is None else found[0]


def _next_nth_weekday(value: Mapping[str, Any], today: date, _: bool | None, __: date | None) -> list[date]:
    begin = _month_meant(value, today)
    begins = [begin] if "months" in value else [begin, _months_later(begin, _MONTHS)]
    found = (_nth_weekday(each.year, each.month, value["weekday"], value["nth"]) for each in begins)
    return [day for day in found if day and day >= today][:1]


def _from_a_day(value: Mapping[str, Any], today: date, day_first: bool | None, anchor: date | None) -> list[date]:
    """Count from each day that another value may mean: days, to the next such weekday, to a weekend."""
    days = _days(value["from"], today, day_first, anchor)
    if "days" in value:
        return [day + timedelta(value["days"]) for day in days]
    if "weekday" in value:
        return [_weekday_beside(day, value["weekday"], value["way"]) for day in days]
    saturdays = [_saturday_beside(day, value["weekend"]) for day in days]
    return [saturday + timedelta(more) for saturday in saturdays for more in (0, 1)]


def _weekday_beside(day: date, weekday: int, way: int) -> date:
    off = (weekday - day.weekday()) % _WEEK
    return day + timedelta(off or _WEEK if way > 0 else off - _WEEK)


def _saturday_beside(day: date, way: int) -> date:
    """The Saturday of the weekend before, after or nearest to a day; one in the weekend has that nearest."""
    if way == 0:
        return day + timedelta((_SATURDAY - day.weekday() + 2) % _WEEK - 2)
    away = _weekday_beside(day, _SATURDAY, way)
    return away - timedelta(_WEEK) if way < 0 and day.weekday() == _SUNDAY else away


def _next_holiday(value: Mapping[str, Any], today: date, day_first: bool | None, _: date | None) -> list[date]:
    found = (holiday_in(year, value["holiday"], british=bool(day_first)) for year in (today.year, today.year + 1))
    return [day for day in found if day and day >= today][:1]


_WEEKENDS = ("this", "next", "after_next")


def _weekend(value: Mapping[str, Any], today: date, _: bool | None, __: date | None) -> list[date]:
    saturday = today + timedelta((_SATURDAY - today.weekday()) if today.weekday() != _SUNDAY else -1)
    later = _WEEK * _WEEKENDS.index(value["weekend"])
    return [saturday + timedelta(later), saturday + timedelta(later + 1)]


def _counted(value: Mapping[str, Any]) -> timedelta:
    return timedelta(value.get("days", 0) + _WEEK * value.get("weeks", 0))


_DAYS_BY_KEY: dict[str, Callable[[Mapping[str, Any], date, bool | None, date | None], list[date]]] = {
    "from": _from_a_day,
    "day": lambda value, today, *_: _calendar_days(value, today),
    "first": _either_day,
    "nth": _next_nth_weekday,
    "weekday": lambda value, today, *_: [
        day + timedelta(_WEEK * value.get("weeks", 0))
        for day in _weekdays(value["weekday"], value.get("which", "coming"), today)
    ],
    "holiday": _next_holiday,
    "weekend": _weekend,
    "same": lambda value, today, _, anchor: [(anchor or today) + timedelta(value["same"])],
    "months": lambda value, today, *_: [_months_later(today, value["months"])],
    "days": lambda value, today, *_: [today + _counted(value)],
    "weeks": lambda value, today, *_: [today + _counted(value)],
}
"""What a value has decides how its days are found; the first key that it has counts."""


def _calendar_days(value: Mapping[str, Any], today: date) -> list[date]:
    month, weekday = value.get("month"), value.get("weekday")
    possible = [day for day in _days_of_number(value, today) if day and day >= today]
    if weekday is None or not possible:
        return possible[:1]
    # "Tuesday the 5th" may be meant for the month after, if that one is a Tuesday.
    of_next_month = [
        day for day in possible[1:2] if month is None and day.weekday() == weekday != possible[0].weekday()
    ]
    return of_next_month or _with_weekday(possible[0], weekday)


def _days_of_number(value: Mapping[str, Any], today: date) -> list[date | None]:
    """The days of this number in the month and year that were said, or in all that may be meant."""
    month, day = value.get("month"), value["day"]
    year = today.year + value["years"] if "years" in value else value.get("year")
    if month is not None:
        years = [year] if year is not None else [today.year + ahead for ahead in range(_LEAP_CYCLE + 1)]
        return [_day(each, month, day) for each in years]
    ahead = [value["months"]] if "months" in value else range(_LOOK_AHEAD)
    firsts = (_months_later(today.replace(day=1), months) for months in ahead)
    return [_day(first.year, first.month, day) for first in firsts]


def _with_weekday(day: date, weekday: int | None) -> list[date]:
    """The day, and where the weekday said with it is another one, the nearest such day too: one of them was a slip."""
    if weekday is None or day.weekday() == weekday:
        return [day]
    off = (weekday - day.weekday() + 3) % _WEEK - 3
    return [day, day + timedelta(off)]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _months_later(day: date, months: int) -> date:
    index = day.year * _MONTHS + day.month - 1 + months
    year, month = divmod(index, _MONTHS)
    if year > date.max.year:
        raise OverflowError
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date | None:
    weeks = [week[weekday] for week in calendar.monthcalendar(year, month) if week[weekday]]
    index = nth if nth < 0 else nth - 1
    return date(year, month, weeks[index]) if -len(weeks) <= index < len(weeks) else None


def _weekdays(weekday: int, which: str, today: date) -> list[date]:
    nearest = today + timedelta((weekday - today.weekday()) % _WEEK)
    next_week = today + timedelta(_WEEK - today.weekday() + weekday)
    if which == "next":
        return [next_week]
    if which == "week_after_next":
        return [next_week + timedelta(_WEEK)]
    ahead = timedelta(_WEEK if which == "week_after" else 0)
    if which in ("coming", "week_after") and nearest == today:
        return [today + ahead, today + ahead + timedelta(_WEEK)]
    return [nearest + ahead]


def resolve_times(value: Mapping[str, Any], *, now: datetime, anchor: time | None = None) -> TimeWish:
    """What a `time` value may mean; `now` is the restaurant's local time.

    `anchor` is the time that "same time" and "half an hour later" refer to; without it these mean nothing.
    """
    if "hour" in value:
        by_night = value.get("meridiem") == "night"
        return TimeWish(_clock(value), approximate=bool(value.get("approximate")), by_night=by_night)
    if "in_minutes" in value:
        start = (now + timedelta(minutes=value["in_minutes"])).time()
        return TimeWish([start.replace(second=0, microsecond=0, tzinfo=None)], approximate=True)
    if "shift_minutes" in value or value.get("same"):
        return TimeWish([_shifted(anchor, value.get("shift_minutes", 0))] if anchor else [])
    if "after" in value:
        candidates = _clock(value["after"])
        return TimeWish(candidates, earliest=candidates[-1] if candidates else None)
    if "before" in value:
        candidates = _clock(value["before"])
        return TimeWish(candidates, latest=candidates[-1] if candidates else None)
    if "between" in value:
        return _window(value["between"])
    if value.get("part") in _PARTS:
        earliest, latest = _PARTS[value["part"]]
        return TimeWish(earliest=earliest, latest=latest, approximate=True)
    return TimeWish()


def _clock(value: Mapping[str, Any]) -> list[time]:
    hour, minute, meridiem = value["hour"], value["minute"], value.get("meridiem")
    if meridiem in ("am", "pm"):
        return [time(hour % _NOON + (_NOON if meridiem == "pm" else 0), minute)]
    if hour > _NOON or hour == 0:
        return [time(hour, minute)]
    return [time(hour % _NOON, minute), time(hour % _NOON + _NOON, minute)]


def _shifted(clock: time, minutes: int) -> time:
    return (datetime.combine(date(2000, 1, 2), clock) + timedelta(minutes=minutes)).time()


def _window(bounds: list[Mapping[str, Any]]) -> TimeWish:
    windows = []
    for start in _clock(bounds[0]):
        first = datetime.combine(date(2000, 1, 1), start)
        ends = [datetime.combine(first, end) for end in _clock(bounds[1])]
        last = min(end if end > first else end + timedelta(1) for end in ends)
        if last - first <= _LONGEST_WINDOW:
            windows.append((first, last))
    if not windows:
        return TimeWish()
    middles = [first + (last - first) / 2 for first, last in windows]
    candidates = sorted({m.replace(minute=m.minute // 15 * 15, second=0, microsecond=0).time() for m in middles})
    earliest, latest = max(windows, key=lambda window: (window[0].date() == window[1].date(), window[0]))
    return TimeWish(candidates, earliest.time(), latest.time())
