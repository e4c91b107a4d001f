"""The day of a holiday in a given year."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from dateutil.easter import easter

_FIXED = {
    "christmas_eve": (12, 24), "christmas_day": (12, 25), "boxing_day": (12, 26), "new_years_eve": (12, 31),
    "new_years_day": (1, 1), "valentines_day": (2, 14), "st_patricks_day": (3, 17), "halloween": (10, 31),
    "independence_day": (7, 4), "cinco_de_mayo": (5, 5), "juneteenth": (6, 19), "bonfire_night": (11, 5),
    "burns_night": (1, 25), "veterans_day": (11, 11), "canada_day": (7, 1), "bastille_day": (7, 14), "st_davids_day": (3, 1),
    "st_georges_day": (4, 23),
}  # fmt: skip
_EASTER = {
    "easter_sunday": 0, "easter_monday": 1, "good_friday": -2, "palm_sunday": -7, "shrove_tuesday": -47,
    "ash_wednesday": -46, "pentecost": 49,
}  # fmt: skip
_MONDAY, _THURSDAY, _SUNDAY = 0, 3, 6
_WEEKDAYS: dict[str, tuple[int, ...]] = {
    "thanksgiving": (11, _THURSDAY, 4),
    "black_friday": (11, _THURSDAY, 4, 1),
    "memorial_day": (5, _MONDAY, -1),
    "labor_day": (9, _MONDAY, 1),
    "fathers_day": (6, _SUNDAY, 3),
    "mothers_day": (5, _SUNDAY, 2),
    "martin_luther_king_day": (1, _MONDAY, 3),
    "presidents_day": (2, _MONDAY, 3),
    "columbus_day": (10, _MONDAY, 2),
}
"""The month, the weekday, which of them (-1: the last), and how many days after it."""


def holiday_in(year: int, name: str, *, british: bool = False) -> date | None:
    """The day of a holiday; `british` puts Mother's Day three weeks before Easter. None for an unknown name."""
    if name in _FIXED:
        return date(year, *_FIXED[name])
    if name in _EASTER:
        return easter(year) + timedelta(_EASTER[name])
    if name == "mothers_day" and british:
        return easter(year) - timedelta(21)
    if name not in _WEEKDAYS:
        return None
    month, weekday, nth, *after = _WEEKDAYS[name]
    days = [week[weekday] for week in calendar.monthcalendar(year, month) if week[weekday]]
    return date(year, month, days[nth if nth < 0 else nth - 1]) + timedelta(sum(after))
