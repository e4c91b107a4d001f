"""How many people: counts, ranges, "more" and "less", and which of two counts is meant."""

from __future__ import annotations

import re

from nlu import lexicon
from nlu.grammar import Build, Rule
from nlu.reading.changes import is_changing
from nlu.reading.groups import SOMEBODY
from nlu.reading.message import Claim, Message, pattern
from nlu.reading.numbers import number_of
from nlu.reading.people import claim_groups, is_remark, stays_away
from nlu.reading.spans import Value

_WORDS = lexicon.words("people")

_N = r"(?P<n>\d{1,3}|one)"
_NOUN = (
    r"(?:people|guests|adults|kids|children|friends|men|women|covers|heads|diners|pax|of us|ladies|guys|girls|boys|"
    r"couples|colleagues|others|seats|folks|person|guest|adult|child|kid|friend)"
)
_NOT_THINGS = (
    r"(?! (?:days?|weeks?|months?|nights?|minutes|hours?|am|pm|dollars|pounds|bucks|stars?|star|tables?|oclock|or more|"
    r"reservation|booking|reasons?|years?|year|more|of the|of my|option|/|%|\$|:|-|time|thing|second|moment|percent|p|"
    r"miles?|courses?|pizzas|extra|less|fewer|additional|another|drinks?|th|floor|<time>|in the)(?!\S))"
)
_SOFT = (
    r"(?:(?:about|around|approx|approximately|roughly|maybe|like|just|only|exactly|up to|say|at least|at most|probably|"
    r"perhaps|a total of|a max of|now|actually|possibly) )*"
)


def _count(match: re.Match[str]) -> Value | None:
    count = number_of(match["n"])
    return {"count": count} if count is not None else None


def _crowd(match: re.Match[str]) -> Value | None:
    """More than any house seats: to be told so, not to be overheard."""
    return {"count": int(match["span"])}


def _range(match: re.Match[str]) -> Value | None:
    low, high = number_of(match["low"]), number_of(match["high"])
    return {"min": low, "max": high} if low is not None and high is not None and low < high else None


def _delta(sign: int) -> Build:
    def build(match: re.Match[str]) -> Value:
        return {"delta": sign * (number_of(match.groupdict().get("n") or "one") or 1)}

    return build


def _fixed(count: int) -> Build:
    return lambda _: {"count": count}


_BEYOND = r"(?<!me )(?<!myself )(?<!adults )(?<!adult )(?<!people )(?<!us )"  # "two adults plus three kids" are five
_UP = r"(?:more|extra|additional)"
_DOWN = r"(?:less|fewer)"
CHANGE_RULES: list[Rule] = [
    (
        pattern(rf"(?:add )?{_N} {_UP}(?: {_NOUN})?(?! (?:time|thing|minute|question|day|hour))"),
        "party_size",
        _delta(1),
    ),
    (
        pattern(rf"{_BEYOND}(?:add )?(?:another|an extra|an additional|plus)(?: {_N})? {_NOUN}"),
        "party_size",
        _delta(1),
    ),
    (pattern(r"(?<!me )(?<!myself )(?:a )?plus (?P<n>one|1)"), "party_size", _delta(1)),
    (pattern(rf"add {_N}(?: {_NOUN})?"), "party_size", _delta(1)),
    (pattern(rf"(?:drop|remove|lose|lost|minus|subtract|cut|take off) {_N}(?: {_NOUN})?"), "party_size", _delta(-1)),
    (
        pattern(
            rf"(?:my|our|a|another) (?:{SOMEBODY}) (?:is|will be|wants to|would like to|wanna|will)"
            r" (?:(?:coming|come|joining|join)(?: along| with us| us)? (?:too|as well|also)|(?:joining|join) us|coming along)"
        ),
        "party_size",
        _delta(1),
    ),
    (pattern(rf"{_N} {_NOUN} (?:more|extra)"), "party_size", _delta(1)),
    (pattern(rf"{_N} (?:{_NOUN} )?{_DOWN}(?: {_NOUN})?(?! (?:thing|problem|worry)(?!\S))"), "party_size", _delta(-1)),
]
RANGE_RULES: list[Rule] = [
    (
        pattern(
            rf"(?:(?:for|of|between|from) )*(?P<span>(?P<low>\d{{1,3}}) (?:-|to|or|and|maybe) "
            rf"(?P<high>\d{{1,3}}) {_NOUN})"
        ),
        "party_size",
        _range,
    ),
    (
        pattern(
            r"(?:party|group|table|booking|reservation) (?:of|for) (?:about |between )?(?P<span>(?P<low>\d{1,3}) "
            rf"(?:-|or|and|to|maybe) (?P<high>\d{{1,3}})){_NOT_THINGS}"
        ),
        "party_size",
        _range,
    ),
]
ASKED_RANGE_RULES: list[Rule] = [
    (pattern(rf"(?P<low>\d{{1,3}}) (?:-|to|or|maybe) (?P<high>\d{{1,3}}){_NOT_THINGS}"), "party_size", _range),
]
_TOTAL_RULES: list[Rule] = [
    (pattern(rf"{_N} (?:in total|in all|altogether|all together|total|all up|all told)"), "party_size", _count),
]
_GONE_FROM = pattern(rf"(?:go|going|went|up|down|grown) from (?P<span>{_N})(?= to \d{{1,3}} {_NOUN}(?!\S))")
_MOVED_FROM = pattern(rf"from (?P<span>{_N})(?= to \d{{1,3}} {_NOUN}(?!\S))")
_RESIZING = r"(?:increase|decrease|reduce|raise|grow|drop)"
_HOLDERS = (
    r"(?:party|parties|group|table|booking|reservation|total|gang|crew|squad|family|team|size|spot|seats|seating|space|"
    r"room|company|tables|lunch|dinner|brunch|<part_of_day>|booked|reserved|place)"
)
COUNT_RULES: list[Rule] = [
    (pattern(rf"(?:the |all |all the )?(?P<span>{_N} of us)"), "party_size", _count),
    (pattern(rf"{_N} (?:seats?|spots?|places|chairs)(?! (?:in|inside|outside)(?!\S))"), "party_size", _count),
    (pattern(rf"{_N} (?:ish|or so) {_NOUN}"), "party_size", _count),
    (pattern(rf"{_RESIZING}(?: [a-z]+){{0,3}} to (?P<span>{_N}){_NOT_THINGS}"), "party_size", _count),
    (pattern(rf"(?:bump|push|take|bring|get|go|put)(?: [a-z]+){{0,3}} (?:up|down) to (?P<span>{_N}){_NOT_THINGS}"),
     "party_size", _count),
    (pattern(rf"(?:its|it is|thats) (?:just|only|now) (?P<span>{_N}){_NOT_THINGS}"), "party_size", _count),
    (pattern(rf"{_HOLDERS} (?:of|for|4) {_SOFT}(?P<span>(?:the )?{_N}){_NOT_THINGS}"), "party_size", _count),
    (pattern(rf"{_HOLDERS} (?:of|for) {_SOFT}(?P<span>\d{{5,12}}){_NOT_THINGS}"), "party_size", _crowd),
    (pattern(rf"{_N} (?:-|person|seat|top|- top|- person|- seater|seater) (?:table|booking|reservation|group|party)"),
     "party_size", _count),
    (pattern(rf"{_N} (?:- )?top"), "party_size", _count),
    (pattern(r"(?:both|the pair|two) of us|us two|us 2|we two|the 2 of us"), "party_size", _fixed(2)),
    (pattern(r"(?:(?:a|one) )(?P<span>couple)(?: of (?:us|people|friends|guests))?"
             r"(?! (?:of|days|weeks|hours|minutes))"), "party_size", _fixed(2)),
    (pattern(r"(?:half a|half) dozen(?: people| of us| guests)?"), "party_size", _fixed(6)),
    (pattern(r"(?:a|one) dozen(?: people| of us| guests)?"), "party_size", _fixed(12)),
    (pattern(r"(?:(?:just|only)(?: for)? )?(?:me|myself)(?: alone| only)|(?:just|only)(?: for)? (?:me|myself)|"
             r"(?:by|just) myself|on my own|all alone|solo|alone"), "party_size", _fixed(1)),
    (pattern(rf"(?:party|group|guests|people|number of (?:people|guests|diners)|party size|headcount|size|group size)"
             rf"(?: size)? (?:is|are|to|of|=|:|will be|should be|as|at|now|is now) {_SOFT}(?P<span>{_N}){_NOT_THINGS}"),
     "party_size", _count),
    (pattern(rf"(?:there will be|therell be|there are|there is|theres|therere|we are|were|we r|we will be|well be|"
             rf"going to be|gonna be|will only be|expecting|expect) {_SOFT}"
             rf"(?P<span>{_N})(?! (?:high|minutes|late|questions?)){_NOT_THINGS}"), "party_size", _count),
    (pattern(rf"{_N} (?:are|will be|is|r) (?:now )?(?:attending|coming|joining|arriving|showing|dining|eating|going)"),
     "party_size", _count),
    (pattern(rf"(?:seats?|fits?|accommodate|seating for|sit) {_SOFT}(?P<span>{_N}){_NOT_THINGS}"), "party_size", _count),
]  # fmt: skip
_FOR_RULES: list[Rule] = [
    (pattern(rf"for {_SOFT}(?P<span>(?:the )?{_N}){_NOT_THINGS}"), "party_size", _count),
]


_ONE_OF_MANY = ["one", "of", "us"]
_DOING_SOMETHING = _WORDS["doing_something"]
_SUMMING = _WORDS["summing"]


def read_party_size(message: Message) -> None:
    """Claim how many people come as `party_size`; days, times and wishes must have been read before."""
    message.apply(CHANGE_RULES)
    message.apply([(_GONE_FROM, "previous_party_size", _count)])
    if is_changing(message):
        message.apply([(_MOVED_FROM, "previous_party_size", _count)])
    message.apply(RANGE_RULES)
    if message.expecting == "party_size":
        message.apply(ASKED_RANGE_RULES)
    message.apply(_TOTAL_RULES)
    claim_groups(message)
    if not _figures(message):
        message.apply(COUNT_RULES)
    asked_for_time = message.expecting == "time" and not message.has("time")
    if not asked_for_time and not any("count" in claim.value for claim in message.of("party_size")):
        message.apply(_FOR_RULES)
    _drop_remarks(message)
    _prefer_figures(message)


def _drop_remarks(message: Message) -> None:
    """What is said of some of the party ("five of us are vegetarian") is no party size."""
    view = message.view
    for claim in message.of("party_size"):
        place = next(index for index, item in enumerate(view.items) if item[1] == claim.first)
        after = view.words[place + 1 : place + 7]
        said = [token.word for token in message.tokens[claim.first : claim.end]]
        is_of_many = said == _ONE_OF_MANY and bool(after) and after[0] in _DOING_SOMETHING
        if is_remark(after) or is_of_many:
            message.replace(claim, entity="guests")
        elif "count" in claim.value and stays_away(after):
            message.replace(claim, value={"delta": -claim.value["count"]})


def _figures(message: Message) -> list[Claim]:
    """Party sizes said with a number."""
    said = (claim for claim in message.of("party_size") if "delta" not in claim.value)
    return [claim for claim in said if any(number_of(t.word) for t in message.tokens[claim.first : claim.end])]


def _prefer_figures(message: Message) -> None:
    """A count makes "my friend and I" and "one less" beside it mere remarks."""
    claims = message.of("party_size")
    absolute = [claim for claim in claims if "delta" not in claim.value]
    totals = [claim for claim in absolute if message.tokens[claim.end - 1].word in _SUMMING]
    figures = totals or _figures(message)
    if len(claims) < 2 or not absolute:
        return
    for claim in claims:
        if claim not in (figures or absolute):
            message.replace(claim, entity="guests")
