"""Numbers that nothing in the message explains: what was asked for decides, and what has been said already."""

from __future__ import annotations

from dataclasses import dataclass

from nlu import lexicon
from nlu.reading.changes import is_changing
from nlu.reading.clock import LAST_HOUR, NOON, clock_time
from nlu.reading.message import Message
from nlu.reading.numbers import number_of
from nlu.reading.spans import Value

_WORDS = lexicon.words("numbers")

_LAST_DAY, _LAST_CHOICE, _COMMON_PARTY, _THREE_DIGITS, _LONGEST = 31, 5, 40, 100, 4
_PARTY_WORDS = _WORDS["party_words"]
_TIME_WORDS = _WORDS["time_words"]
_NOT_COUNTED_AFTER = _WORDS["not_counted_after"]
_NOT_COUNTED_BEFORE = _WORDS["not_counted_before"]


_RATING = _WORDS["rating"]
_ALONE = _WORDS["alone"]
_ASKING = _WORDS["asking"]
_MOVING = _WORDS["moving"]
_REPLACED = (["instead", "of"], ["rather", "than"])
_SEPARATING = _WORDS["separating"] | {""}
_KINDS = ("party_size", "time", "date")
_EDGES = _WORDS["edges"] | {""}
_OPENING = _WORDS["opening"]
_FOLLOWS_OPENER = _WORDS["follows_opener"] | {""}
_OF_DAY = _WORDS["of_day"]
_ASKED_FOR = _WORDS["asked_for"]
_FIRST_AT_NIGHT = 5
_NEGATED = "not"
_AFTER_HOUR = _WORDS["after_hour"]


@dataclass
class _Said:
    """What the rest of the message has said, and which words it uses."""

    words: frozenset[str]
    party: bool
    time: bool
    date: bool
    party_replaced: bool
    party_changed: bool
    changing: bool
    expecting: str | None
    tonight: bool


def read_bare_numbers(message: Message) -> None:
    """Claim every number still unread: as what was asked for, as what the rest leaves open, else as `number`."""
    items, view_words = message.view.items, message.view.words
    if message.expecting == "restaurant" and len(items) == 1:  # a house may be called "1760"
        return
    said = _what_is_said(message)
    numbers = [place for place, (word, _, _) in enumerate(items) if word.isdecimal()]
    if _are_party_and_time(numbers, view_words, said):
        message.claim("party_size", *items[numbers[0]][1:], {"count": int(items[numbers[0]][0])})
        message.claim("time", *items[numbers[1]][1:], clock_time(int(items[numbers[1]][0]), 0, None))
        return
    for place, (word, first, end) in enumerate(items):
        before, after = _beside(place, view_words)
        number = _number(word, before, said) if _may_count(before, after, said) else None
        if number is not None:
            entity, value = _reading(number, place, view_words, said)
            message.claim(entity, first, end, value)
            said.party |= entity == "party_size"
            said.time |= entity == "time"
    _prefer_counts(message)


def _what_is_said(message: Message) -> _Said:
    return _Said(
        frozenset(message.view.words),
        party=any("count" in claim.value for claim in message.of("party_size")),
        time=any("hour" in claim.value for claim in message.of("time")),
        date=message.has("date"),
        party_replaced=message.has("previous_party_size"),
        party_changed=message.has("party_size"),
        changing=is_changing(message),
        expecting=message.expecting,
        tonight=any(claim.value.get("part") == "evening" for claim in message.of("date")),
    )


def _beside(place: int, view_words: list[str]) -> tuple[str, str]:
    """The words before and after a place, "" at the edges."""
    return view_words[place - 1] if place else "", view_words[place + 1] if place + 1 < len(view_words) else ""


def _may_count(before: str, after: str, said: _Said) -> bool:
    if before in _NOT_COUNTED_BEFORE or after in _NOT_COUNTED_AFTER:
        return False
    return not (before in ("least", "than") and _RATING & said.words)


def _reading(number: int, place: int, view_words: list[str], said: _Said) -> tuple[str, Value]:
    before, after = _beside(place, view_words)
    negated = before == _NEGATED
    ruled_out = negated or view_words[max(0, place - 2) : place] in _REPLACED
    if ruled_out and (said.party or said.time or (negated and said.expecting in _KINDS)):
        return _replaced(number, said)
    if _opens(number, place, view_words, said):
        return "party_size", {"count": number}
    counts_things = after.isalpha() and after not in _AFTER_HOUR
    return _meaning(number, "<things>" if counts_things else before, said)


def _prefer_counts(message: Message) -> None:
    """A party size with a number makes the others mere remarks."""
    counts = [claim for claim in message.of("party_size") if "count" in claim.value]
    for claim in message.of("party_size") if counts else ():
        if "count" not in claim.value and not ("min" in claim.value and claim.value["max"]):
            message.replace(claim, entity="guests")


def _are_party_and_time(places: list[int], view_words: list[str], said: _Said) -> bool:
    """Whether of two numbers the first must be guests and the second the hour: "jade abacus 4 7 tomorrow"."""
    if len(places) != 2 or not said.date or said.party or said.time or said.expecting or said.changing:
        return False
    first, second = places
    return (
        view_words[first + 1 : second] in ([], [","], ["/"])
        and 0 < int(view_words[first]) <= _COMMON_PARTY
        and 0 < int(view_words[second]) <= NOON
        and (view_words[second + 1] if second + 1 < len(view_words) else "") in _EDGES | _OF_DAY
    )


def _opens(number: int, place: int, view_words: list[str], said: _Said) -> bool:
    """Whether a number stands where people say how many they are: first ("4 on Friday"), or between commas."""
    if said.party or said.expecting or said.changing or not 0 < number <= _COMMON_PARTY:
        return False
    before, after = _beside(place, view_words)
    if said.tonight and number < _FIRST_AT_NIGHT and before in _EDGES | _ASKED_FOR:
        return True
    return _goes_on(after, said) and _may_begin(before, view_words[place + 1 :], said)


def _may_begin(before: str, rest: list[str], said: _Said) -> bool:
    if before in _EDGES:
        return not before or said.time or not _OF_DAY.isdisjoint(rest)
    return before in _OPENING or (before == "<date>" and said.time)


def _goes_on(after: str, said: _Said) -> bool:
    """Whether what follows is when or where, and something of that is said."""
    if after in _OF_DAY:
        return True
    follows = after in _FOLLOWS_OPENER and bool(after or said.time)
    return follows and (said.date or said.time or bool(_OF_DAY & said.words))


def _replaced(number: int, said: _Said) -> tuple[str, Value]:
    """What "instead of 6" rules out."""
    if not (said.party or said.time) and said.expecting == "date":
        return "previous_date", {"year": None, "month": None, "day": number}
    if said.party or (not said.time and said.expecting == "party_size"):
        return "previous_party_size", {"count": number}
    return "previous_time", clock_time(number % LAST_HOUR, 0, None)


def _number(word: str, before: str, said: _Said) -> int | None:
    if word == "one":
        asked = said.expecting == "party_size" and before not in ("that", "this", "the")
        return 1 if asked or said.words <= _ALONE else None
    return number_of(word) if word.isdecimal() and len(word) <= _LONGEST else None


def _meaning(number: int, before: str, said: _Said) -> tuple[str, Value]:
    as_asked = _AS_ASKED.get(said.expecting or "")
    asked = as_asked(number, said) if as_asked else None
    if asked:
        return asked
    time = clock_time(number, 0, None) if number else None
    if time and _is_hour(before, said):
        return "time", time
    if 0 < number <= _COMMON_PARTY and _is_party(before, said):
        return "party_size", {"count": number}
    return ("time", time) if time and _leaves_time(before, said) else ("number", number)


def _leaves_time(before: str, said: _Said) -> bool:
    """Whether the rest of the message leaves nothing but an hour to be told."""
    return not said.time and bool(_TIME_WORDS & said.words or (said.party and before in _SEPARATING))


def _is_hour(before: str, said: _Said) -> bool:
    """Whether the word before makes an hour: "7 or 8", "push it to 7 and one more kid", "move us to 8"."""
    if before == "or":
        return said.expecting == "time"
    return before == "to" and not said.time and bool(_MOVING & said.words)


def _is_party(before: str, said: _Said) -> bool:
    if said.party:
        return not said.time and ((before == "to" and said.changing) or (before == "be" and bool(_ASKING & said.words)))
    explained = said.party_replaced or said.party_changed or said.time or bool(_PARTY_WORDS & said.words)
    return explained or (before == "for" and said.expecting != "time")


def _as_party(number: int, said: _Said) -> tuple[str, Value] | None:
    return ("party_size", {"count": number}) if number and not said.party else None


def _as_choice(number: int, said: _Said) -> tuple[str, Value] | None:
    return ("choice", {"index": number}) if 0 < number <= _LAST_CHOICE else _as_time(number, said)


def _as_time(number: int, said: _Said) -> tuple[str, Value] | None:
    hour, minute = divmod(number, 100) if number >= _THREE_DIGITS else (number, 0)
    time = None if said.time else clock_time(hour, minute, None)
    return ("time", time) if time else None


def _as_day(number: int, said: _Said) -> tuple[str, Value] | None:
    is_day = 0 < number <= _LAST_DAY and not said.date
    return ("date", {"year": None, "month": None, "day": number}) if is_day else None


_AS_ASKED = {"party_size": _as_party, "choice": _as_choice, "time": _as_time, "date": _as_day}
