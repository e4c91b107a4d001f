"""Times of day by the clock, and the reader of all times."""

from __future__ import annotations

import re

from nlu.grammar import Rule
from nlu.reading.changes import is_changing
from nlu.reading.clock import (
    NOON,
    NOT_PEOPLE,
    PART_WORDS,
    clock_end,
    clock_pattern,
    clock_time,
    clock_value,
    meridiem_of,
)
from nlu.reading.common_words import COMMON
from nlu.reading.message import Message, pattern
from nlu.reading.restaurants import name_end
from nlu.reading.spans import Value
from nlu.reading.time_frames import (
    ASKED_RANGE_RULES,
    FRAME_RULES,
    RANGE_RULES,
    SURE_RANGE_RULES,
    read_bounds,
    read_parts_of_day,
)

_ABOUT = r"(?:(?<!what )(?<!how )(?P<about>around|about|approx|approximately|roughly|circa|ca|maybe|near|close to|towards) )?"
_PART_FIRST = rf"(?P<first>{PART_WORDS})(?: ,)?(?: (?:at|around|about|by|@))? "
_CUE = (
    r"(?:at|@|by|from|(?:later|earlier|before|sooner) than|after|before|until|till|til|past|(?:what|how) about|"
    r"earliest|latest|arrive|arriving|say|time is|time to|time as|time for|time)"
)
_SOFT_CUE = r"(?<!what )(?<!how )(?P<about>around|about|approx|approximately|circa|ca|roughly)"
_SOFTENED = r"(?: (?:around|about|approx|roughly|say|like))?"
_STEP = 5


def _clock(match: re.Match[str]) -> Value | None:
    return clock_value(match)


def _part_first(match: re.Match[str]) -> Value | None:
    return clock_value(match, part=match["first"])


def _in_words(match: re.Match[str]) -> Value | None:
    """Half past, quarter to, ten after, and the British "half seven"."""
    hour = int(match["hour"]) if match["hour"] else NOON
    minutes = {"half": 30, "quarter": 15}.get(match["minutes"]) or int(match["minutes"])
    backwards = match["way"] in ("to", "before", "till", "til", "of")
    meridiem = match["meridiem"] or meridiem_of(match["part"] or match["at"], hour)
    if match["word"]:
        meridiem = "am" if (match["word"] == "midnight") != backwards else "pm"
    if backwards:
        hour, minutes = (hour - 1) or NOON, 60 - minutes
    return clock_time(hour, minutes, meridiem, approximate=bool(match["ish"] or match["about"]))


def _four_digits(match: re.Match[str]) -> Value | None:
    hour, minute = divmod(int(match["digits"]), 100)
    return clock_time(hour, minute, None) if minute % _STEP == 0 else None


def _hour(match: re.Match[str]) -> Value | None:
    return clock_time(int(match["hour"]), 0, None, approximate=bool(match.groupdict().get("about")))


_NAMED_HOUR = r"(?:(?P<hour>\d{1,2})|(?P<word>noon|midday|midnight))"
CLOCK_RULES: list[Rule] = [
    (
        pattern(
            rf"{_ABOUT}(?P<span>(?:a )?(?P<minutes>half|quarter|5|10|15|20|25)(?: minutes| -)? "
            rf"(?P<way>past|after|to|before|till|til|of) {_NAMED_HOUR}{clock_end()}){NOT_PEOPLE}"
        ),
        "time",
        _in_words,
    ),
    (
        pattern(rf"{_ABOUT}(?P<span>(?P<minutes>half)(?P<way> ){_NAMED_HOUR}{clock_end()}){NOT_PEOPLE}"),
        "time",
        _in_words,
    ),
    (pattern(rf"(?P<span>{_PART_FIRST}{clock_pattern()}){NOT_PEOPLE}"), "time", _part_first),
    (
        pattern(rf"{_ABOUT}(?P<span>(?P<hour>\d{{1,2}}) (?P<minute>15|30|45){clock_end()}){NOT_PEOPLE}"),
        "time",
        _clock,
    ),
    (pattern(rf"{_ABOUT}(?P<span>{clock_pattern(bare=False)}){NOT_PEOPLE}"), "time", _clock),
]
CUE_RULES: list[Rule] = [
    (pattern(r"(?P<hour>1\d|2[0-3]) (?:hours|h)"), "time", _hour),
    (pattern(r"(?P<digits>[1-9]\d\d|[12]\d\d\d) (?:hours|h)"), "time", _four_digits),
    (
        pattern(rf"(?:{_CUE}|for|to) (?P<span>(?P<digits>[1-9]\d\d|1\d\d\d|2[0-3]\d\d)(?: hours)?){NOT_PEOPLE}"),
        "time",
        _four_digits,
    ),
    (pattern(rf"<date> (?P<span>(?P<digits>[1-9]\d\d|1\d\d\d|2[0-3]\d\d)){NOT_PEOPLE}"), "time", _four_digits),
    (pattern(rf"{_CUE}{_SOFTENED} (?P<span>(?P<hour>\d{{1,2}})){NOT_PEOPLE}"), "time", _hour),
    (pattern(r"(?:<date>|or|and) (?P<span>(?P<hour>\d{1,2})) or <time>"), "time", _hour),
    (
        pattern(r"(?P<span>(?P<hour>\d{1,2})) (?:or (?:later|earlier|after|before)|onwards?|latest|earliest)"),
        "time",
        _hour,
    ),
]
_SOFT_RULES: list[Rule] = [(pattern(rf"{_SOFT_CUE} (?P<span>(?P<hour>\d{{1,2}})){NOT_PEOPLE}"), "time", _hour)]
_AFTER_DATE_RULES: list[Rule] = [(pattern(rf"<date> (?P<span>(?P<hour>\d{{1,2}})){NOT_PEOPLE}"), "time", _hour)]
_ASKED_RULES: list[Rule] = [
    (
        pattern(rf"{_ABOUT}(?P<span>(?P<hour>\d{{1,2}}) - (?P<minute>15|30|45){clock_end()}){NOT_PEOPLE}"),
        "time",
        _clock,
    ),
    *ASKED_RANGE_RULES,
]
"""What only the question for the time makes one: "six-thirty", "6-8"."""
_FIRST_AT_NIGHT = 5
_ALTERNATIVE_RULES: list[Rule] = [
    (pattern(rf"<time> or (?P<span>(?P<hour>\d{{1,2}})){NOT_PEOPLE}"), "time", _hour),
    (pattern(r"(?P<span>(?P<hour>\d{1,2})) or <time>"), "time", _hour),
]


def _release_names(message: Message) -> None:
    """An hour after "at" that begins a name ("at seven sisters", "at 3 Seasons") is the restaurant's."""
    times = message.of("time")
    for claim in times:
        is_hour = claim.end - claim.first == 1 and message.word(claim.first - 1) == "at"
        if is_hour and _begins_name(message, claim.first, is_only_time=len(times) == 1):
            message.release(claim)
            end = name_end(message, claim.first, sure=True)
            name = message.text[message.tokens[claim.first].start : message.tokens[end - 1].end]
            message.claim("restaurant", claim.first, end, name)


def _begins_name(message: Message, position: int, *, is_only_time: bool) -> bool:
    token, follower = message.tokens[position], message.free(position + 1)
    if follower is None or follower.kind != "word":
        return False
    if token.kind == "word":
        return token.word.isdecimal() and follower.word not in COMMON
    return token.kind == "number" and follower.capital and not is_only_time and not message.text.isupper()


def _release_small_hours(message: Message) -> None:
    """ "Tonight 2" is for two: nobody dines at two in the night."""
    evening = any(claim.value.get("part") == "evening" for claim in message.of("date"))
    for claim in message.of("time") if evening else ():
        if 0 < claim.value["hour"] < _FIRST_AT_NIGHT and claim.end - claim.first == 1:
            message.release(claim)


def read_times(message: Message) -> None:
    """Claim every time of day as `time`; days must have been read before."""
    message.apply(FRAME_RULES)
    message.apply(SURE_RANGE_RULES if is_changing(message) else RANGE_RULES)
    if message.expecting == "time":
        message.apply(_ASKED_RULES)
    message.apply(CLOCK_RULES)
    message.apply(CUE_RULES)
    if message.expecting != "party_size":  # "around 15" answers the question
        message.apply(_SOFT_RULES)
    if not message.has("time"):
        message.apply(_AFTER_DATE_RULES)
        _release_small_hours(message)
    _release_names(message)
    message.apply(_ALTERNATIVE_RULES)
    read_bounds(message)
    read_parts_of_day(message)
