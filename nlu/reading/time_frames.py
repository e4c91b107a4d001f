"""Times that are not a point on the clock: ranges, bounds, waits, shifts and parts of a day."""

from __future__ import annotations

import re

from nlu import lexicon
from nlu.grammar import Rule
from nlu.reading.changes import is_changing
from nlu.reading.clock import NOON, NOT_PEOPLE, clock_pattern, clock_value
from nlu.reading.message import Message, Phrases, pattern
from nlu.reading.neighbours import in_a_name
from nlu.reading.spans import Value

_WORDS = lexicon.words("times")

_DURATION = (
    r"(?:(?P<half>half an hour|half hour|half an hr|1/2 hours?)|(?P<half_more>(?:an hour|1 hours?|one hours?) and a half)|"
    r"(?P<n>\d{1,3}|an?|one|a couple of|a few)(?: or (?P<or>\d))? (?P<unit>minutes|hours?))"
)
_PARTS: dict[str, str] = lexicon.load("times")["parts_of_day"]
_PHRASES = Phrases({phrase: part for part, phrases in _PARTS.items() for phrase in phrases.split("|")})
_NOT_A_TIME_AFTER = _WORDS["not_a_time_after"]
_LATENESS = _WORDS["lateness"]
_OWN = _WORDS["own"]
_FINER = _WORDS["finer"]
"""Parts of the evening that say more than "tonight"."""
_GREETING = 2
_NOT_MEALS = _WORDS["not_meals"]
_CUE_WORDS = 4
_NIGHTS_OUT = _WORDS["nights_out"]
_DESCRIBING = _WORDS["describing"]
_DESCRIBED = _WORDS["described"]
_MEALS = _WORDS["meals"]


def _minutes(match: re.Match[str]) -> int:
    if match["half"]:
        return 30
    if match["half_more"]:
        return 90
    count = {"a": 1, "an": 1, "one": 1, "a couple of": 2, "a few": 3}.get(match["n"]) or int(match["n"])
    return count * (60 if match["unit"].startswith("hour") else 1)


def _shift(match: re.Match[str]) -> Value:
    way = match["way"]
    return {"shift_minutes": -_minutes(match) if way in ("earlier", "sooner", "before", "forward") else _minutes(match)}


def _wait(match: re.Match[str]) -> Value:
    return {"in_minutes": _minutes(match)}


_IN_THE_MOOD = re.compile(r"\b(?:sounds?|hungry|starving|crav\w+|mood|feel\w*|appeal\w*)\b[^.!?]*$")
"""What people are "right now" that says nothing of when they come."""
_VACANT = r"(?:free|open|available|tables?|of us|for \d{1,2}|seat us|come|come in|there|book|book us)"
FRAME_RULES: list[Rule] = [
    (pattern(rf"{_DURATION} (?P<way>later|earlier|sooner|after that|before that|back|forward)"), "time", _shift),
    (pattern(rf"(?P<way>back|forward|earlier|later) by {_DURATION}"), "time", _shift),
    (pattern(rf"(?P<way>back|forward) {_DURATION}"), "time", _shift),
    (
        pattern(
            rf"(?P<way>delay|postpone)(?: (?:it|that|by|my|our|us|the|booking|reservation|table|dinner))* (?P<span>{_DURATION})"
        ),
        "time",
        _shift,
    ),
    (pattern(rf"{_DURATION}(?: from|s)? (?:from now|time)"), "time", _wait),
    (pattern(rf"in (?:like |about |around )?{_DURATION}(?: or so)?"), "time", _wait),
    (pattern(rf"{_DURATION} late"), "delay", lambda m: {"minutes": _minutes(m)}),
    (pattern(r"(?P<n>5|10|15|20|25|30|40|45) late"), "delay", lambda m: {"minutes": int(m["n"])}),
    (pattern(r"asap|as soon as possible|straight away|immediately"), "time", lambda _: {"in_minutes": 0}),
    (
        pattern(rf"right now|{_VACANT} (?P<span>now)|^now$"),
        "time",
        lambda m: None if _IN_THE_MOOD.search(m.string[: m.start()]) else {"in_minutes": 0},
    ),
    (pattern(r"(?:the )?(?:same|usual) time"), "time", lambda _: {"same": True}),
]


def _between(match: re.Match[str]) -> Value | None:
    first, second = clock_value(match, "1"), clock_value(match, "2")
    if first is None or second is None:
        return None
    # "6-8pm", "between 11 and 1pm": the half of the day said once holds for both, unless noon lies between.
    if first["meridiem"] is None and second["meridiem"] and 0 < first["hour"] <= NOON:
        crosses = first["hour"] % NOON > second["hour"] % NOON
        other = "am" if second["meridiem"] == "pm" else "pm"
        first = first | {"meridiem": other if crosses else second["meridiem"]}
    return {"between": [first, second]}


_TWO = rf"{clock_pattern('1')} (?:and|to|-|till|until) {clock_pattern('2')}"
_CHANGING = r"(?<!change )(?<!move )(?<!switch )(?<!it )(?<!reservation )(?<!booking )(?<!that )(?<!table )"
SURE_RANGE_RULES: list[Rule] = [
    (pattern(rf"(?:anywhere |anytime |sometime )?between {_TWO}{NOT_PEOPLE}"), "time", _between),
]
"""Those that cannot be a change of one time to another."""
RANGE_RULES: list[Rule] = [
    *SURE_RANGE_RULES,
    (pattern(rf"{_CHANGING}(?:anywhere |anytime )?from {_TWO}{NOT_PEOPLE}"), "time", _between),
    (
        pattern(
            rf"(?:(?:at|around|about) )?(?P<span>{clock_pattern('1')} - "
            rf"{clock_pattern('2', bare=False)}){NOT_PEOPLE}"
        ),
        "time",
        _between,
    ),
    (pattern(rf"(?:at|around|about) (?P<span>(?!(?:10|20|25) to ){_TWO}){NOT_PEOPLE}"), "time", _between),
    (pattern(rf"(?=\d+:)(?P<span>{_TWO}){NOT_PEOPLE}"), "time", _between),
    (pattern(rf"{clock_pattern('1')} (?:till|until) {clock_pattern('2')}{NOT_PEOPLE}"), "time", _between),
]
ASKED_RANGE_RULES: list[Rule] = [(pattern(rf"(?!(?:10|20|25) to ){_TWO}{NOT_PEOPLE}"), "time", _between)]
_AFTER = re.compile(
    r"(?:^| )(?:after|past|(?<!no )(?<!not )later than|from|not before|no earlier than|earliest|starting(?: at)?|any time from) $"
)
_BEFORE = re.compile(
    r"(?:^| )(?:before|by|until|till|til|no later than|not later than|latest|(?<!no )earlier than|not after) $"
)
_BOUND_AFTER = re.compile(r"^ (?:(?P<after>or later|onwards?|at the earliest|earliest|and later|plus)|"
                          r"(?P<before>or (?:earlier|before|sooner)|at the latest|latest|at most))(?!\S)")  # fmt: skip


def read_bounds(message: Message) -> None:
    """Turn "after 8" and "by 9 at the latest" into bounds; the span stays on the time itself."""
    changing = is_changing(message)
    view = message.view
    places = {first: place for place, (_, first, _) in enumerate(view.items)}
    for claim in message.of("time"):
        if "hour" not in claim.value:
            continue
        place = places[claim.first]
        before = " ".join(["", *view.words[max(0, place - _CUE_WORDS) : place], ""])
        tail = _BOUND_AFTER.match(" ".join(["", *view.words[place + 1 : place + 1 + _CUE_WORDS]]))
        left_behind = changing and before.endswith(" from ")
        if (tail and tail["after"]) or (not tail and not left_behind and _AFTER.search(before)):
            message.replace(claim, value={"after": claim.value})
        elif tail or _BEFORE.search(before):
            message.replace(claim, value={"before": claim.value})


def read_parts_of_day(message: Message) -> None:
    """Read "lunchtime", "early evening": a `time` when the message has no other, and `part_of_day` when it has.

    A meal that only describes a booking ("my lunch reservation") is `part_of_day` too.
    """
    if _is_greeting(message):
        return
    exact = message.has("time")
    parted = any("part" in claim.value for claim in message.of("date"))
    view = message.view
    for first, end, part in _PHRASES.find(view.words):
        before = view.words[first - 1] if first else ""
        after = view.words[end] if end < len(view.words) else ""
        at = view.items[first][1], view.items[end - 1][2]
        if not (_is_no_time(part, before, after) or in_a_name(message, *at)):
            known = exact or (parted and part not in _FINER) or _describes(message, part, before, after)
            message.claim("part_of_day" if known else "time", *at, {"part": part})


def _is_greeting(message: Message) -> bool:
    """ "Evening!" is one."""
    return message.expecting is None and len(message.tokens) <= _GREETING and message.word(0) in _NOT_MEALS


def _describes(message: Message, part: str, before: str, after: str) -> bool:
    return part in _MEALS and (before in _OWN or after in _DESCRIBED or message.says(*_DESCRIBING))


def _is_no_time(part: str, before: str, after: str) -> bool:
    """Whether a part of the day is a night out ("date night"), or how late somebody or something is."""
    is_late = part == "late" and after in _LATENESS
    return is_late or before in _NIGHTS_OUT or (before in _NOT_A_TIME_AFTER and (part == "late" or part in _NOT_MEALS))
