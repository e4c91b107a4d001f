"""Numbers that nothing in the message explains: what was asked for decides, and what has been said already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlu import lexicon
from nlu.grammar import Grammar, pieces_of
from nlu.reading.changes import is_changing, taken_back
from nlu.reading.clock import LAST_HOUR, clock, clock_time
from nlu.reading.message import Claim, Message, Value, pattern
from nlu.reading.neighbours import in_a_name
from nlu.reading.numbers import number_of
from nlu.reading.times import is_tonight

_WORDS = lexicon.words("numbers")
_LAST_DAY, _LAST_CHOICE, _COMMON_PARTY, _THREE_DIGITS, _LONGEST = 31, 5, 40, 100, 4
_REPLACED = (["instead", "of"], ["rather", "than"])
_COUNTED_TO = (["down", "to"], ["up", "to"])
"""Words before what a count has come to."""
_KINDS = ("party_size", "time", "date")
_THINGS = "<things>"
_US, _GOALS = "us", ("to", "at")
_ANY = pattern(r"\d+|one")
_LABELS = Grammar("labels", means={})
_GRAMMAR = Grammar(
    "numbers", means={"count": int}, composed={"clock": clock}, pieces=pieces_of("people", "no_thing", "things")
)


def read_labels(message: Message) -> None:
    """Claim `label`, what only tells one thing from another ("room 12"); before times: "4A" is none, "flight 9 am" has one."""
    view = message.view
    for form, entity, _ in _LABELS["labels"].among(view.said):
        for match in form.finditer(view.text):
            first, end = view.tokens_between(*match.span("span"))
            last = message.tokens[end - 1]
            is_hour = match["letter"] and last.end - last.start > 1  # "flight 9 am"
            if not is_hour and not in_a_name(message, first, end):
                message.claim(
                    entity, first, end, message.text[message.tokens[first].start : message.tokens[end - 1].end]
                )


@dataclass
class _Said:
    """What the rest of the message has said, and which words it uses."""

    words: frozenset[str]
    party: bool
    time: bool
    date: bool
    explained: bool
    """whether somebody's number is spoken of"""
    changing: bool
    moves_us: bool
    """whether we are to be moved: "switch us to 6", unlike "that brings us to 6\""""
    replaces: bool
    """whether a number is told that another one replaces"""
    asked: str | None


def read_bare_numbers(message: Message) -> None:
    """Claim every number still unread: as what was asked for, as what the rest leaves open, else as `number`."""
    if message.expecting == "restaurant" and len(message.view.items) == 1:  # a house may be called "1760"
        return
    if _ANY.search(message.view.text):
        _read_by_place(message)
        _read_each(message)
    _prefer_counts(message)


def _read_each(message: Message) -> None:
    said, items = _what_is_said(message), message.view.items
    words = ["", "", *message.view.words, "", "", ""]
    for place, (word, first, end) in enumerate(items):
        before, after = words[place : place + 2], _follower(words[place + 3 : place + 6])
        number = _number(word, before[1], said) if _may_count(before[1], after, said) else None
        if number is not None:
            other = _other(message, first)
            if other and other.entity == "party_size" and "count" in other.value:  # "we are 7 or 8"
                low, high = sorted((other.value["count"], number))
                message.release(other)
                message.claim("party_size", other.first, end, {"min": low, "max": high})
                continue
            like = _like(taken_back(message, first) or other, number)
            entity, value = like or _reading(number, before, after, said)
            message.claim(entity, first, end, value)
            said.party |= entity == "party_size"
            said.time |= entity == "time"


def _read_by_place(message: Message) -> None:
    """Claim the numbers that stand where people say how many they are, or how many and when."""
    asked, changing = message.expecting, is_changing(message)
    said = _what_is_said(message)
    if said.date:
        message.apply(_GRAMMAR.rules("pair", asked=asked, changing=changing))
    tables = (("opening", True), ("opening_beside_hour", said.time), ("opening_tonight", is_tonight(message)))
    view = message.view
    found = [
        match
        for table, holds in tables
        if holds
        for form, _, _ in _GRAMMAR.rules(table, asked=asked, changing=changing).among(view.said)
        if (match := form.search(view.text))
    ]
    if found and not _counts(message):
        first = min(found, key=lambda match: match.start("span"))
        message.claim("party_size", *view.tokens_between(*first.span("span")), {"count": int(first["count"])})


def _counts(message: Message) -> bool:
    return any("count" in claim.value for claim in message.of("party_size"))


def _what_is_said(message: Message) -> _Said:
    words, moves_us = frozenset(message.view.words), _moves_us(message.view.words)
    return _Said(
        words,
        party=_counts(message),
        time=any("hour" in claim.value for claim in message.of("time")),
        date=message.has("date"),
        explained=not _joins_guests(message)
        and (
            message.has("party_size", "previous_party_size", "vague_party")
            or not _WORDS.party_words.isdisjoint(words)
            or (_US in words and not moves_us)
        ),
        changing=is_changing(message),
        moves_us=moves_us,
        replaces=message.has("previous_number"),
        asked=message.expecting,
    )


def _moves_us(words: Sequence[str]) -> bool:
    """Whether somebody is told to put us elsewhere, in the form in which verbs tell one to: "can you change us to 6"."""
    threes = zip(words, words[1:], words[2:], strict=False)
    return any(us == _US and to in _GOALS and not verb.endswith("s") for verb, us, to in threes)


def _joins_guests(message: Message) -> bool:
    """Whether more or fewer guests are told as another matter: "7 and one more", unlike "one more, so 7"."""
    joining = lexicon.words("people").joining - {","}
    told = (claim for claim in message.of("party_size") if "delta" in claim.value)
    return any(message.word(claim.first - 1) in joining for claim in told)


def _may_count(before: str, after: str, said: _Said) -> bool:
    if before in _WORDS.not_counted_before or after in _WORDS.not_counted_after:
        return False
    return before not in ("least", "than") or _WORDS.rating.isdisjoint(said.words)


def _number(word: str, before: str, said: _Said) -> int | None:
    if word == "one":
        asked = said.asked == "party_size" and before not in ("that", "this", "the")
        return 1 if asked or said.words <= _WORDS.alone else None
    return number_of(word) if word.isdecimal() and len(word) <= _LONGEST else None


def _follower(words: list[str]) -> str:
    """The word after a number, or after one that is said with it: "2 or 3 minutes"."""
    joined, number, beyond = words
    return beyond if joined in ("or", "to", "-") and number.isdecimal() else joined


def _other(message: Message, position: int) -> Claim | None:
    """What a number is an alternative to: the 7 of "7 or 8" and "7, maybe 8"."""
    before = position - 1
    while message.word(before) in _WORDS.alternating:
        before -= 1
    is_bare = all(message.word(at) == "," for at in range(before + 1, position))
    return None if is_bare else message.claim_at(before)


def _like(other: Claim | None, number: int) -> tuple[str, Value] | None:
    """The 8 of "7 or 8" and the 5 of "for 4, sorry 5" are what the first number is, and nothing yet if that is open."""
    if other is None:
        return None
    values = {"party_size": {"count": number}, "time": clock_time(number, 0), "number": number}
    if other.entity == "date" and "day" in other.value:
        values["date"] = other.value | {"day": number}
    value = values.get(other.entity)
    return (other.entity, value) if value else None


def _reading(number: int, before: list[str], after: str, said: _Said) -> tuple[str, Value]:
    negated = before[1] == "not"
    if (negated or before in _REPLACED) and (said.party or said.time or (negated and said.asked in _KINDS)):
        return _replaced(number, said)
    if before in _COUNTED_TO and _are_counted(number, said):
        return "party_size", {"count": number}
    counts_things = after.isalpha() and after not in _WORDS.after_hour
    return _meaning(number, _THINGS if counts_things else before[1], said)


def _are_counted(number: int, said: _Said) -> bool:
    """Whether people are counted, and nothing is moved: "we're down to 3", unlike "move it down to 3"."""
    moves = not _WORDS.moving.isdisjoint(said.words)
    return not moves and not said.party and 0 < number <= _COMMON_PARTY


def _replaced(number: int, said: _Said) -> tuple[str, Value]:
    """What "instead of 6" rules out."""
    if not (said.party or said.time) and said.asked == "date":
        return "previous_date", {"year": None, "month": None, "day": number}
    if said.party or (not said.time and said.asked == "party_size"):
        return "previous_party_size", {"count": number}
    return "previous_time", clock_time(number % LAST_HOUR, 0)


def _meaning(number: int, before: str, said: _Said) -> tuple[str, Value]:
    as_asked = _AS_ASKED.get(said.asked or "")
    asked = as_asked(number, said) if as_asked else None
    if asked:
        return asked
    if said.replaces:
        return "number", number  # of what, the number that it replaces tells
    time = clock_time(number, 0) if number else None
    if time and _is_hour(before, said):
        return "time", time
    if 0 < number <= _COMMON_PARTY and _is_party(before, said):
        return "party_size", {"count": number}
    return ("time", time) if time and _leaves_time(before, said) else ("number", number)


def _is_hour(before: str, said: _Said) -> bool:
    """Whether the word before makes an hour: "push it to 7 and one more kid", "move us to 8"."""
    return before in _GOALS and not said.time and (said.moves_us or not _WORDS.moving.isdisjoint(said.words))


def _is_party(before: str, said: _Said) -> bool:
    if said.party:
        asks = before == "be" and not _WORDS.asking.isdisjoint(said.words)
        return not said.time and (asks or (before == "to" and said.changing))
    return said.explained or said.time


def _leaves_time(before: str, said: _Said) -> bool:
    """Whether the rest of the message leaves nothing but an hour to be told."""
    spoken_of = not _WORDS.time_words.isdisjoint(said.words)
    return not said.time and (spoken_of or (said.party and before in _WORDS.separating | {""}))


def _as_party(number: int, said: _Said) -> tuple[str, Value] | None:
    return ("party_size", {"count": number}) if number and not said.party else None


def _as_choice(number: int, said: _Said) -> tuple[str, Value] | None:
    return ("choice", {"index": number}) if 0 < number <= _LAST_CHOICE else _as_time(number, said)


def _as_time(number: int, said: _Said) -> tuple[str, Value] | None:
    time = None if said.time else clock_time(*(divmod(number, 100) if number >= _THREE_DIGITS else (number, 0)))
    return ("time", time) if time else None


def _as_day(number: int, said: _Said) -> tuple[str, Value] | None:
    is_day = 0 < number <= _LAST_DAY and not said.date
    return ("date", {"year": None, "month": None, "day": number}) if is_day else None


_AS_ASKED = {"party_size": _as_party, "choice": _as_choice, "time": _as_time, "date": _as_day}


def _prefer_counts(message: Message) -> None:
    """A party size with a number makes the others mere remarks."""
    for claim in message.of("party_size") if _counts(message) else ():
        if "count" not in claim.value and not ("min" in claim.value and claim.value["max"]):
            message.replace(claim, entity="guests")
