"""Numbers that nothing in the message explains: what was asked for decides, and what has been said already."""

from __future__ import annotations

from dataclasses import dataclass

from nlu.reading.changes import is_changing
from nlu.reading.clock import LAST_HOUR, clock_time
from nlu.reading.message import Message
from nlu.reading.numbers import number_of
from nlu.reading.spans import Value
from nlu.reading.words import words

_LAST_DAY, _LAST_CHOICE, _COMMON_PARTY, _THREE_DIGITS, _LONGEST = 31, 5, 40, 100, 4
_PARTY_WORDS = words("party people size number guests group headcount attending adults us")
_TIME_WORDS = words("available closer early late earlier later time oclock")
_NOT_COUNTED_AFTER = words(
    "stars star rating table tables % days weeks hours minutes miles dollars bucks pounds / more days times th street avenue of"
)
_NOT_COUNTED_BEFORE = words("rating $ £ € # room flat apt suite venue years :")


_RATING = words("rating rated stars star")
_ALONE = words("one . ! , please just only for its it is")
_ASKING = words("can could change changed make may")
_REPLACED = (["instead", "of"], ["rather", "than"])
_SEPARATING = words("for <date> <party_size> , -")
_AFTER_HOUR = words("please thanks thx then instead or and for in on at with if would will works is ok tonight")


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


def read_bare_numbers(message: Message) -> None:
    """Claim every number still unread: as what was asked for, as what the rest leaves open, else as `number`."""
    if message.expecting == "restaurant" and len(message.view.items) == 1:  # a house may be called "1760"
        return
    items, view_words = message.view.items, message.view.words
    said = _Said(
        frozenset(view_words),
        party=any("count" in claim.value for claim in message.of("party_size")),
        time=any("hour" in claim.value for claim in message.of("time")),
        date=message.has("date"),
        party_replaced=message.has("previous_party_size"),
        party_changed=message.has("party_size"),
        changing=is_changing(message),
    )
    for place, (word, first, end) in enumerate(items):
        before = view_words[place - 1] if place else ""
        after = view_words[place + 1] if place + 1 < len(view_words) else ""
        if before in _NOT_COUNTED_BEFORE or after in _NOT_COUNTED_AFTER:
            continue
        if before in ("least", "than") and _RATING & said.words:
            continue
        number = _number(word, before, said, message.expecting)
        if number is None:
            continue
        if view_words[max(0, place - 2) : place] in _REPLACED and (said.party or said.time):
            entity, value = _replaced(number, said)
        else:
            counts_things = after.isalpha() and after not in _AFTER_HOUR
            entity, value = _meaning(number, "<things>" if counts_things else before, said, message.expecting)
        message.claim(entity, first, end, value)
        said.party |= entity == "party_size"
        said.time |= entity == "time"
    for claim in message.of("party_size") if said.party else ():
        if "delta" in claim.value:
            message.replace(claim, entity="guests")


def _replaced(number: int, said: _Said) -> tuple[str, Value]:
    """What "instead of 6" rules out."""
    if said.party:
        return "previous_party_size", {"count": number}
    return "previous_time", clock_time(number % LAST_HOUR, 0, None)


def _number(word: str, before: str, said: _Said, expecting: str | None) -> int | None:
    if word == "one":
        asked = expecting == "party_size" and before not in ("that", "this", "the")
        return 1 if asked or said.words <= _ALONE else None
    return number_of(word) if word.isdecimal() and len(word) <= _LONGEST else None


def _meaning(number: int, before: str, said: _Said, expecting: str | None) -> tuple[str, Value]:
    asked = _as_asked(number, said, expecting)
    if asked:
        return asked
    if 0 < number <= _COMMON_PARTY and _is_party(before, said, expecting):
        return "party_size", {"count": number}
    time = clock_time(number, 0, None) if number else None
    if time and not said.time and (_TIME_WORDS & said.words or (said.party and (not before or before in _SEPARATING))):
        return "time", time
    return "number", number


def _is_party(before: str, said: _Said, expecting: str | None) -> bool:
    if said.party:
        return not said.time and ((before == "to" and said.changing) or (before == "be" and bool(_ASKING & said.words)))
    explained = said.party_replaced or said.party_changed or said.time or bool(_PARTY_WORDS & said.words)
    return explained or (before == "for" and expecting != "time")


def _as_asked(number: int, said: _Said, expecting: str | None) -> tuple[str, Value] | None:
    if expecting == "party_size" and number and not said.party:
        return "party_size", {"count": number}
    if expecting == "choice" and 0 < number <= _LAST_CHOICE:
        return "choice", {"index": number}
    if expecting in ("time", "choice") and not said.time:
        time = clock_time(*divmod(number, 100), None) if number >= _THREE_DIGITS else clock_time(number, 0, None)
        if time:
            return "time", time
    if expecting == "date" and 0 < number <= _LAST_DAY and not said.date:
        return "date", {"year": None, "month": None, "day": number}
    return None
