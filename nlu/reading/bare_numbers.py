"""Numbers that nothing in the message explains: what was asked for decides, and what has been said already."""

from __future__ import annotations

from nlu.reading.changes import is_changing
from nlu.reading.clock import clock_time
from nlu.reading.message import Message
from nlu.reading.numbers import number_of
from nlu.reading.spans import Value
from nlu.reading.words import words

_LAST_DAY, _LAST_CHOICE, _COMMON_PARTY, _FOUR_DIGITS = 31, 20, 40, 100
_PARTY_WORDS = words("party people size number guests group headcount attending adults us")
_TIME_WORDS = words("early late earlier later time oclock")
_NOT_COUNTED_AFTER = words(
    "stars star rating table tables % days weeks hours minutes miles dollars bucks pounds / more days times th street avenue"
)
_NOT_COUNTED_BEFORE = words("rating than least $ £ € # room flat apt suite venue years :")


def read_bare_numbers(message: Message) -> None:
    """Claim every number still unread: as what was asked for, as what the rest leaves open, else as `number`."""
    items = message.view.items
    words = [item[0] for item in items]
    for place, (word, first, end) in enumerate(items):
        number = _number(message, word, place, words)
        if number is None:
            continue
        entity, value = _meaning(message, number, words, place)
        message.claim(entity, first, end, value)


def _number(message: Message, word: str, place: int, words: list[str]) -> int | None:
    if word == "one":
        alone = all(other in ("one", ".", "!", ",", "please", "just", "only", "for") for other in words)
        asked = message.expecting == "party_size" and words[place - 1 : place] not in (["that"], ["this"], ["the"])
        return 1 if alone or asked else None
    if not word.isdecimal() or len(word) > 4:
        return None
    if words[place + 1 : place + 2] and words[place + 1] in _NOT_COUNTED_AFTER:
        return None
    if place and words[place - 1] in _NOT_COUNTED_BEFORE:
        return None
    return number_of(word)


def _meaning(message: Message, number: int, words: list[str], place: int) -> tuple[str, Value]:
    asked = _as_asked(message.expecting, number)
    if asked:
        return asked
    has_party = any("count" in claim.value for claim in message.of("party_size"))
    has_time = any("hour" in claim.value for claim in message.of("time"))
    before = words[place - 1] if place else ""
    replaced = message.has("previous_party_size")
    if number and number <= _COMMON_PARTY and not has_party:
        said = (
            replaced or has_time or bool(_PARTY_WORDS & set(words)) or (before == "for" and message.expecting != "time")
        )
        if said:
            return "party_size", {"count": number}
    if before == "to" and has_party and not has_time and number and is_changing(message):
        return "party_size", {"count": number}
    time = clock_time(number, 0, None) if number else None
    if time and not has_time and _TIME_WORDS.intersection(words):
        return "time", time
    if has_party and not has_time and time and before in ("for", "<date>", "", ",", "-"):
        return "time", time
    return "number", number


def _as_asked(expecting: str | None, number: int) -> tuple[str, Value] | None:
    if expecting == "party_size" and number:
        return "party_size", {"count": number}
    if expecting == "choice" and 0 < number <= _LAST_CHOICE:
        return "choice", {"index": number}
    if expecting in ("time", "choice"):
        hour, minute = divmod(number, 100) if number >= _FOUR_DIGITS else (number, 0)
        time = clock_time(hour, minute, None)
        if time:
            return "time", time
    if expecting == "date" and 0 < number <= _LAST_DAY:
        return "date", {"year": None, "month": None, "day": number}
    return None
