"""Days: those of the calendar, and those counted from today, from a weekday, from a holiday or from the booking."""

from __future__ import annotations

import re
from typing import Any

from nlu import lexicon
from nlu.grammar import Grammar
from nlu.holidays import HOLIDAYS, MOVING_FEASTS
from nlu.reading.message import Claim, Message, Phrases
from nlu.reading.numbers import count_of
from nlu.reading.spelling import MONTHS, WEEKDAYS

PARTS = {
    "morning": "morning", "afternoon": "afternoon", "arvo": "afternoon", "evening": "evening", "night": "evening",
    "lunch": "lunch", "lunchtime": "lunch", "dinner": "dinner",
}  # fmt: skip
_THIRDS = {
    "beginning": 1, "start": 1, "1th half": 1, "early": 1, "mid": 2, "middle": 2, "end": 3, "2th half": 3, "late": 3,
}  # fmt: skip
_SHORT_LIST = 5
_LAST_DAY, _LAST_MONTH, _LATEST_HOUR, _MINUTES_SAID, _CENTURY = 31, 12, 24, 5, 2000


def _up_to(last: int, text: str) -> int:
    if not 1 <= int(text) <= last:
        raise ValueError(text)
    return int(text)


def _full_year(text: str) -> int:
    return int(text) if len(text) > 2 else int(text) + _CENTURY


def _numeric(match: re.Match[str]) -> dict[str, Any] | None:
    """Days in digits: which number is the month may hang on the country, and is told by `first` and `second` then."""
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


_GRAMMAR = Grammar(
    "days",
    means={
        "weekday": WEEKDAYS.index,
        "month_name": lambda name: MONTHS.index(name) + 1,
        "month_number": lambda text: _up_to(_LAST_MONTH, text),
        "last_day": lambda text: _up_to(_LAST_DAY, text),
        "day": lambda text: _up_to(_LAST_DAY, text),
        "year": _full_year,
        "short_year": _full_year,
        "years": lambda _: 1,
        "months": lambda which: 0 if which == "this" else 1,
        "nth": lambda word: -1 if word == "last" else int(word[:-2]),
        "n": count_of,
        "weeks": lambda text: 7 * count_of(text),
        "weeks_ahead": count_of,
        "nth_from_now": lambda text: int(text) - 1,
        "of_this_month": lambda _: 0,
        "third": _THIRDS.__getitem__,
        "fortnights": lambda text: 2 * count_of(text),
        "unit": lambda unit: {"d": "days", "n": "days", "w": "weeks", "m": "months"}[unit[0]],
        "part": PARTS.__getitem__,
    },
    builders={"numeric": _numeric, "dashed": _dashed},
    pieces={
        "weekday": f"(?P<weekday>{'|'.join(WEEKDAYS)})",
        "month_name": f"(?P<month_name>{'|'.join(MONTHS)})",
        "any_month": "|".join(MONTHS),
        "feasts": MOVING_FEASTS,
        "celebrated": "|".join(lexicon.load("wishes")["occasions"].values()),
    },
)
_TABLES = (
    "calendar", "dashed", "beside", "relative", "from_a_day", "near", "today", "from_a_day", "booked", "periods", "vague",
    "ordinal",
)  # fmt: skip
_HOLIDAYS = Phrases(HOLIDAYS)
_LEADING = frozenset(("on", "this", "next", "coming", "or", "and", "for", "by", "until", "till"))
"""Words before a day that is meant: "on Friday At 7"."""
_ENDING = (".", "!", "?", ":", ";")


def read_dates(message: Message) -> None:
    """Claim every day as `date`, yesterday and the like as `past_date`, "next week" as `vague_date`."""
    items = message.view.items
    for first, end, name in _HOLIDAYS.find(message.view.words):
        message.claim("date", items[first][1], items[end - 1][2], {"holiday": name})
    for table in _TABLES:
        message.apply(_GRAMMAR.rules(table, asked=message.expecting))
    _leave_names(message)
    if message.expecting == "date" and ":" not in message.text and not message.has("date"):
        message.apply(_GRAMMAR["asked"])
    for claim in message.of("ordinal"):
        # "the second" picks from a list, "the 2nd" is a day, unless a list has just been shown.
        in_words = message.text[message.tokens[claim.end - 1].start].isalpha()
        picks = message.expecting == "choice" or (
            in_words and message.expecting != "date" and claim.value["day"] <= _SHORT_LIST
        )
        if picks and "months" not in claim.value:
            message.replace(claim, entity="choice", value={"index": claim.value["day"]})
        else:
            message.replace(claim, entity="date")


def _leave_names(message: Message) -> None:
    """Give back the weekday inside a proper name, "Blue Monday" or "The Friday Lounge", where another day is told beside it."""
    told = message.of("date") if not message.text.isupper() else []
    named = [
        claim for claim in told if "weekday" in claim.value and "day" not in claim.value and _is_in_name(message, claim)
    ]
    for claim in named[: len(told) - 1]:
        message.release(claim)


def _is_in_name(message: Message, claim: Claim) -> bool:
    """Whether a day has a capital, and so has an unread word beside it that begins no sentence."""
    first = claim.first
    at = next((place for place in range(first, claim.end) if message.tokens[place].capital), None)
    return (
        at is not None
        and message.word(first - 1) not in _LEADING
        and (_is_proper(message, at - 1) or _is_proper(message, at + 1) or _is_proper(message, claim.end))
    )


def _is_proper(message: Message, place: int) -> bool:
    token = message.free(place)
    begins = place == 0 or message.word(place - 1) in _ENDING
    return token is not None and token.kind == "word" and token.capital and not begins
