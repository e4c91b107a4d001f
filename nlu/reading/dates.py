"""Days counted from today, from a weekday or from the booking; and the reader of all days."""

from __future__ import annotations

import re
from typing import Any

from nlu.reading.calendar_days import ASKED_RULES, CALENDAR_RULES, DASHED_RULES, ORDINAL_RULES, WEEKDAY
from nlu.reading.holidays import HOLIDAYS
from nlu.reading.message import Build, Message, Phrases, Rule, pattern
from nlu.reading.spans import Value
from nlu.reading.spelling import MONTHS, WEEKDAYS

PARTS = {
    "morning": "morning", "afternoon": "afternoon", "arvo": "afternoon", "evening": "evening", "night": "evening",
    "lunch": "lunch", "lunchtime": "lunch", "dinner": "dinner",
}  # fmt: skip
_AHEAD = r"(?P<n>\d{1,3}|an?|one) (?P<unit>days?|nights?|weeks?|months?|fortnights?)(?: '| s)?(?: time)?"
_SHORT_LIST = 5


def _ahead(match: re.Match[str]) -> Value:
    count = int(match["n"]) if match["n"].isdecimal() else 1
    if match["unit"].startswith("fortnight"):
        return {"weeks": 2 * count}
    return {{"d": "days", "n": "days", "w": "weeks", "m": "months"}[match["unit"][0]]: count}


def _weekday(which: str) -> Build:
    def build(match: re.Match[str]) -> Value:
        return {"weekday": WEEKDAYS.index(match["weekday"]), "which": which}

    return build


def _always(**value: Any) -> Build:
    return lambda _: value


def _after_the_booking(match: re.Match[str]) -> Value:
    count = int(match["n"]) if match["n"].isdecimal() else 1
    count *= 7 if match["unit"].startswith("week") else 1
    return {"same": -count if match["way"] in ("earlier", "before", "sooner") else count}


def _weeks_from(match: re.Match[str]) -> Value:
    return {"weekday": WEEKDAYS.index(match["weekday"]), "which": "coming", "weeks": int(match["n"])}


def _part_of_today(match: re.Match[str]) -> Value:
    return {"days": 0, "part": PARTS[match["part"]]}


RELATIVE_RULES: list[Rule] = [
    (pattern(r"(?:the )?day after tomorrow|overmorrow"), "date", _always(days=2)),
    (pattern(r"(?:a|one) week (?:from |after )?tomorrow|tomorrow week"), "date", _always(days=8)),
    (pattern(r"(?:a|one) week (?:from )?today|today week"), "date", _always(weeks=1)),
    (pattern(rf"{_AHEAD} (?:from )?(?:now|today)"), "date", _ahead),
    (pattern(r"(?:a )?fortnight (?:from )?today"), "date", _always(weeks=2)),
    (pattern(rf"(?P<n>\d{{1,2}}) weeks (?:from|after) {WEEKDAY}"), "date", _weeks_from),
    (pattern(r"(?P<n>\d{1,2}) days (?:from|after) tomorrow"), "date", lambda m: {"days": int(m["n"]) + 1}),
    (pattern(rf"in (?:about |like |exactly )?{_AHEAD}"), "date", _ahead),
    (pattern(rf"(?:an?|one) week (?:from |on |after |this )?{WEEKDAY}"), "date", _weekday("week_after")),
    (pattern(rf"{WEEKDAY} week"), "date", _weekday("week_after")),
    (pattern(rf"(?<!next )(?<!this )(?<!following )week (?:on|from) {WEEKDAY}"), "date", _weekday("week_after")),
    (pattern(rf"{WEEKDAY} after next"), "date", _weekday("week_after_next")),
    (pattern(rf"(?:the )?week after next(?: on)? {WEEKDAY}"), "date", _weekday("week_after_next")),
    (pattern(rf"{WEEKDAY}(?: of)? this week"), "date", _weekday("this")),
    (pattern(rf"{WEEKDAY}(?: of)? (?:the )?(?:next|following) week"), "date", _weekday("next")),
    (pattern(rf"this (?:week )?(?:on )?{WEEKDAY}"), "date", _weekday("this")),
    (pattern(rf"(?:the )?(?:next|following) (?:week )?(?:on )?{WEEKDAY}"), "date", _weekday("next")),
    (
        pattern(rf"(?:(?:the|this) )?(?<!not )(?:coming|upcoming|nearest|very next) {WEEKDAY}"),
        "date",
        _weekday("coming"),
    ),
    (pattern(r"next weekend|(?:the )?weekend after(?: next)?"), "date", _always(weekend="next")),
    (pattern(r"(?:at |on |over )?(?:(?:this|the) )?(?:coming )?weekend"), "date", _always(weekend="this")),
    (
        pattern(
            r"same (?:time|day|thing|place)(?: and (?:time|day|place))? (?P<span>(?:the )?next week|the following week|"
            r"(?:a|the) week (?:later|after))"
        ),
        "date",
        _always(same=7),
    ),
    (pattern(r"next week|the following week"), "vague_date", _always(week="next")),
    (pattern(r"(?:later )?this week"), "vague_date", _always(week="this")),
    (pattern(r"(?:the )?same (?:day|date|night)"), "date", _always(same=0)),
    (
        pattern(r"(?P<n>\d{1,2}|an?|one) (?P<unit>days?|nights?|weeks?) (?P<way>later|earlier|before|after|sooner)"),
        "date",
        _after_the_booking,
    ),
    (pattern(r"(?:the )?(?:next|following) (?:day|night|evening)|(?:the )?day after"), "date", _always(same=1)),
    (pattern(r"(?:the )?(?:previous|prior) (?:day|night)|(?:the )?(?:day|night) before"), "date", _always(same=-1)),
    (
        pattern(r"(?:later )?this (?P<part>morning|afternoon|evening|night|lunch|lunchtime|arvo)"),
        "date",
        _part_of_today,
    ),
    (pattern(r"(?:later |earlier )?tonight"), "date", _always(days=0, part="evening")),
    (pattern(r"(?<!all )(?<!all for )(?<!need )(?<!help )(?:later |earlier )?today"), "date", _always(days=0)),
    (pattern(r"tomorrow"), "date", _always(days=1)),
    (pattern(r"yesterday"), "past_date", _always(days=-1)),
    (pattern(r"last night"), "past_date", _always(days=-1, part="evening")),
    (pattern(rf"last {WEEKDAY}"), "past_date", _weekday("last")),
    (pattern(rf"{WEEKDAY}(?: coming)?"), "date", _weekday("coming")),
]
_WHICH = (
    r"(?:the|this|next|following|some|one|first|1th|second|2th|3th|4th|last|early|late|later|mid|half|middle|beginning|start"
    r"|end|of|in|during)"
)
_PERIOD = rf"(?:weeks?|weekends?|months?|fortnight|year|summer|winter|spring|autumn|{'|'.join(MONTHS)})"
VAGUE_RULES: list[Rule] = [
    (
        pattern(rf"(?:{_WHICH} (?:- )?)+{_PERIOD}(?: (?:of|in) (?:{_WHICH} )*{_PERIOD})*"),
        "vague_date",
        _always(vague=True),
    ),
    (pattern(r"(?:some|one) ?(?:day|night|evening|weekday)s?"), "vague_date", _always(vague=True)),
    (pattern(r"(?<!as )soon"), "vague_date", _always(vague=True)),
]
"""Days that are said and cannot be told from the calendar: "second week of December", "one evening", "soon"."""
_FROM_HOLIDAY = pattern(r"(?:the )?(?:(?P<n>\d{1,2}|one|a) )?(?:days?|nights?|evening) (?P<way>before|after) <date>")
_BESIDE = pattern(r"(?:before|after|around) (?:the )?(?P<date><date>)")
_RULES = [*CALENDAR_RULES, *DASHED_RULES, *RELATIVE_RULES, *VAGUE_RULES, *ORDINAL_RULES]
_HOLIDAYS = Phrases(HOLIDAYS)


def read_dates(message: Message) -> None:
    """Claim every day as `date`, yesterday and the like as `past_date`, "next week" as `vague_date`."""
    items = message.view.items
    for first, end, name in _HOLIDAYS.find(message.view.words):
        message.claim("date", items[first][1], items[end - 1][2], {"holiday": name})
    _count_from_holidays(message)
    message.apply(_RULES)
    if message.expecting == "date" and ":" not in message.text and not message.has("date"):
        message.apply(ASKED_RULES)
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
    _doubt_what_is_only_near(message)


def _count_from_holidays(message: Message) -> None:
    """Make one day of "the day before Christmas Eve"."""
    match = _FROM_HOLIDAY.search(message.view.text)
    if match is None:
        return
    first, end = message.view.tokens_between(*match.span())
    holiday = next(claim for claim in message.of("date") if claim.end == end)
    count = int(match["n"]) if (match["n"] or "").isdecimal() else 1
    message.release(holiday)
    message.claim("date", first, end, {**holiday.value, "ahead": -count if match["way"] == "before" else count})


def _doubt_what_is_only_near(message: Message) -> None:
    """ "After Christmas" is not Christmas: which day is meant has to be asked."""
    for match in list(_BESIDE.finditer(message.view.text)):
        first, _ = message.view.tokens_between(*match.span("date"))
        claim = next(claim for claim in message.of("date") if claim.first == first)
        if not {"same", "part"} & set(claim.value) and "days" not in claim.value:
            message.replace(claim, entity="vague_date")
