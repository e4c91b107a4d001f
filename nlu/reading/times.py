"""Times of day: by the clock, ranges, bounds, waits, shifts and parts of the day."""

from __future__ import annotations

import re

from nlu import lexicon
from nlu.grammar import Grammar, pieces_of
from nlu.lexicon import COMMON
from nlu.reading.changes import is_changing
from nlu.reading.clock import NOON, SMALL_HOURS, between, clock, clock_of_digits, minutes, stay
from nlu.reading.message import Message, Value
from nlu.reading.neighbours import in_a_name
from nlu.reading.restaurants import claim_unknown, name_end

_WORDS = lexicon.words("times")
_FINER = _WORDS.finer
"""Parts of the evening that say more than "tonight"."""
_GREETING = 2
_IN_THE_MOOD = re.compile(r"\b(?:sounds?|hungry|starving|crav\w+|mood|feel\w*|appeal\w*)\b[^.!?]*$")
"""What people are "right now" that says nothing of when they come."""


def _at_once(match: re.Match[str]) -> Value | None:
    return None if _IN_THE_MOOD.search(match.string[: match.start()]) else {"in_minutes": 0}


_GRAMMAR = Grammar(
    "times",
    means={"duration": minutes, "late": int, "run": clock_of_digits, "first": int, "second": int},
    composed={"clock": clock, "between": between, "stay": stay},
    builders={"at_once": _at_once},
    pieces=pieces_of("people", "things"),
)
_TABLES = ("waits", "dotted", "ranges", "asked", "clocks", "hours")
_CLOCKWORK = re.compile(r"\d|noon|midday|midnight")
"""What all tables but the first need."""


def read_times(message: Message) -> None:
    """Claim every time of day as `time`; days must have been read before."""
    asked, changing = message.expecting, is_changing(message)
    for table in _TABLES if _CLOCKWORK.search(message.view.text) else _TABLES[:1]:
        message.apply(_GRAMMAR.rules(table, asked=asked, changing=changing))
    if not message.has("time"):
        table = "after_tonight" if is_tonight(message) else "after_date"
        message.apply(_GRAMMAR[table])
    _release_names(message)
    message.apply(_GRAMMAR["alternatives"])
    _read_small_hours(message)
    _read_bounds(message, changing)
    _read_parts_of_day(message)


def is_tonight(message: Message) -> bool:
    """Whether this evening or night is the day that is told."""
    return any(claim.value.get("part") == "evening" for claim in message.of("date"))


def _read_small_hours(message: Message) -> None:
    """ "Tonight at 1" is past midnight, where a restaurant is open then."""
    by_night = is_tonight(message) or "<date> night" in message.view.text
    for claim in message.of("time") if by_night else ():
        hour = claim.value.get("hour", SMALL_HOURS)
        if claim.value.get("meridiem", "") is None and (0 < hour < SMALL_HOURS or hour == NOON):
            message.replace(claim, value={**claim.value, "meridiem": "night"})


def _release_names(message: Message) -> None:
    """An hour after "at" that begins a name ("at seven sisters", "at 3 Seasons") is the restaurant's."""
    times = message.of("time")
    for claim in times:
        is_hour = claim.end - claim.first == 1 and message.word(claim.first - 1) == "at"
        if is_hour and _begins_name(message, claim.first, is_only_time=len(times) == 1):
            message.release(claim)
            claim_unknown(message, claim.first, name_end(message, claim.first, sure=True))


def _begins_name(message: Message, position: int, *, is_only_time: bool) -> bool:
    token, follower = message.tokens[position], message.free(position + 1)
    if follower is None or follower.kind != "word":
        return False
    if token.kind == "word":
        return token.word.isdecimal() and follower.word not in COMMON
    return token.kind == "number" and follower.capital and not is_only_time and not message.text.isupper()


def _read_bounds(message: Message, changing: bool) -> None:
    """Turn "after 8" and "by 9 at the latest" into bounds; the span stays on the time itself."""
    for pattern, _, bound in _GRAMMAR.rules("bounds", changing=changing).among(message.view.said):
        view = message.view
        for match in pattern.finditer(view.text):
            first, _ = view.tokens_between(*match.span("span"))
            claim = next(claim for claim in message.of("time") if claim.first == first)
            if "hour" in claim.value:
                message.replace(claim, value={bound(match): claim.value})


def _read_parts_of_day(message: Message) -> None:
    """Read "lunchtime", "early evening": a `time` when the message has no other, and `part_of_day` when it has.

    A meal that only describes a booking ("my lunch reservation") is `part_of_day` too.
    """
    if _is_greeting(message):
        return
    exact = message.has("time")
    parted = any("part" in claim.value for claim in message.of("date"))
    view = message.view
    for pattern, entity, build in _GRAMMAR["parts"].among(view.said):
        for match in pattern.finditer(view.text):
            value, at = build(match), view.tokens_between(*match.span())
            before, after = message.word(at[0] - 1), message.word(at[1])
            if not (_is_no_time(value["part"], before, after) or in_a_name(message, *at)):
                known = (
                    exact
                    or (parted and value["part"] not in _FINER)
                    or _describes(message, value["part"], before, after)
                )
                message.claim("part_of_day" if known else entity, *at, value)


def _is_greeting(message: Message) -> bool:
    """ "Evening!" is one."""
    return message.expecting is None and len(message.tokens) <= _GREETING and message.word(0) in _WORDS.not_meals


def _describes(message: Message, part: str, before: str, after: str) -> bool:
    return part in _WORDS.meals and (
        before in _WORDS.own or after in _WORDS.described or message.says(*_WORDS.describing)
    )


def _is_no_time(part: str, before: str, after: str) -> bool:
    """Whether a part of the day is a night out ("date night"), or how late somebody or something is."""
    if (part == "late" and after in _WORDS.lateness) or before in _WORDS.nights_out:
        return True
    return before in _WORDS.not_a_time_after and (part == "late" or part in _WORDS.not_meals)
