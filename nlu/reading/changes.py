"""What is being replaced: "from 7 to 9 people", "not 10pm", "move my Friday table to Saturday"."""

from __future__ import annotations

from collections.abc import Iterable

from nlu import lexicon
from nlu.grammar import Grammar
from nlu.reading.clock import LAST_HOUR, clock_time
from nlu.reading.message import Claim, Message

_WORDS = lexicon.words("changing")

CHANGING = _WORDS.changing
_REPLACEABLE = ("party_size", "time", "date")
_REPAIRABLE = {kind: f"previous_{kind}" for kind in (*_REPLACEABLE, "number")} | {"restaurant": "refused_restaurant"}
_AROUND_REPAIRS = _WORDS.around_repairs | _WORDS.repairing
_MISSING = (
    ("cant", "make", "it"), ("cant", "make", "it", "on"), ("cant", "do"), ("cant", "come"), ("came", "up", "on"),
    ("busy", "on"), ("busy",), ("not", "free"), ("not", "free", "on"), ("going", "to", "do"), ("gonna", "do"),
)  # fmt: skip
_NEGATING = tuple(
    (*words, *more)
    for words in (
        ("not",),
        ("instead", "of"),
        ("rather", "than"),
        ("isnt",),
        ("except",),
        ("excluding",),
        ("other", "than"),
        ("apart", "from"),
    )
    for more in ((), ("for",), ("at",), ("on",))
)
"""Words right before what is ruled out: "not 10pm", "any day next week except on Wednesday"."""


_REFUSING = tuple(
    (*words, *more)
    for words in (
        ("not",), ("instead", "of"), ("rather", "than"), ("except",), ("excluding",), ("other", "than"), ("apart", "from"),
        ("anything", "but"), ("anywhere", "but"), ("somewhere", "but"), ("forget",), ("skip",), ("scratch",),
    )
    for more in ((), ("the",), ("at",), ("to",))
)  # fmt: skip
"""Words right before a restaurant that is not wanted; "isn't Halyard closed?" and "why not Halyard" speak for none."""


_GRAMMAR = Grammar("replacing", means={"n": int})


def is_changing(message: Message) -> bool:
    """Whether the message speaks of changing something."""
    return not CHANGING.isdisjoint(message.words)


def read_replaced_numbers(message: Message) -> None:
    """Claim a bare number that another one is to replace as `previous_number`; before times and people, which would make hours
    and counts of both.
    """
    message.apply(_GRAMMAR.rules("old", changing=is_changing(message)))
    if message.has("previous_number"):
        message.apply(_GRAMMAR["new"])


def read_negations(message: Message) -> None:
    """Rename what is ruled out ("not 10pm") to `previous_party_size`, `previous_time` and `previous_date`, and a restaurant of
    ours that is ("not Halyard") to `refused_restaurant`.
    """
    for entity in _REPLACEABLE:
        for claim in message.of(entity):
            if "delta" not in claim.value and _negated(message, claim):
                message.replace(claim, entity=f"previous_{entity}")
    for claim in message.of("restaurant"):
        if _stands_before(message, claim, _REFUSING) and not _stands_before(message, claim, (("why", "not"),)):
            message.replace(claim, entity="refused_restaurant")


def taken_back(message: Message, position: int) -> Claim | None:
    """Return what the words right before this position take back, if they do: the 4 of "for 4, no wait, 5"."""
    says_so = False
    while position and not message.taken(position - 1) and message.word(position - 1) in _AROUND_REPAIRS:
        position -= 1
        says_so |= message.word(position) in _WORDS.repairing
    return message.claim_at(position - 1) if says_so else None


def _drop_taken_back(message: Message) -> None:
    """Rename what is corrected in the same breath: of each kind that is told before such words and after them, the former."""
    repairs = [claim.first for claim in message.claims if taken_back(message, claim.first)]
    for entity in _REPAIRABLE if repairs else ():
        claims = message.of(entity)
        said_anew = max((at for at in repairs if claims and at <= claims[-1].first), default=0)
        for claim in claims:
            if claim.first < said_anew:
                message.replace(claim, entity=_REPAIRABLE[entity])


def read_changes(message: Message) -> None:
    """Rename what a change leaves behind ("move my Friday table to Saturday"), or what is taken back, in the same way."""
    _drop_taken_back(message)
    changing = is_changing(message)
    for entity in _REPLACEABLE:
        claims = message.of(entity)
        if len(claims) > 1 and (_missed(message, claims[0]) or _replaces(message, claims[0], claims[-1], changing)):
            for claim in claims[:-1]:
                message.replace(claim, entity=f"previous_{entity}")
    for claim in message.of("number"):
        if _negated(message, claim):  # "8 instead of 7"
            message.replace(claim, entity="previous_number")
    _share_kind(message)
    dates = message.of("date")
    if len(dates) == 1 and _names_what_moves(message, dates[0]):
        message.replace(dates[0], entity="previous_date")


def _share_kind(message: Message) -> None:
    """A bare number that something replaces is of its kind: "change 7 to 7:45", "4 -> 5 people"."""
    told = {kind for kind in ("time", "party_size") if message.of(kind)}
    if len(told) != 1 or message.has("number"):
        return
    [kind] = told
    for claim in message.of("previous_number"):
        value = clock_time(claim.value % LAST_HOUR, 0) if kind == "time" else {"count": claim.value}
        message.replace(claim, entity=f"previous_{kind}", value=value)


def _names_what_moves(message: Message, day: Claim) -> bool:
    """Whether the day tells which booking is meant, and what follows where to: "move Saturday to 8pm"."""
    rest = [token.word for token in message.tokens[day.end : day.end + 3]]
    follows = any(claim.first > day.end for entity in ("time", "party_size") for claim in message.of(entity))
    return message.word(day.first - 1) in _WORDS.moving and "to" in rest and follows


def _negated(message: Message, claim: Claim) -> bool:
    return _stands_before(message, claim, _NEGATING)


def _stands_before(message: Message, claim: Claim, phrases: Iterable[tuple[str, ...]]) -> bool:
    before = tuple(token.word for token in message.tokens[max(0, claim.first - 3) : claim.first])
    return any(before[-len(words) :] == words for words in phrases)


def _missed(message: Message, claim: Claim) -> bool:
    """Whether the words before say that this is off: "can't make it tonight"."""
    before = tuple(token.word for token in message.tokens[max(0, claim.first - 4) : claim.first])
    return any(before[-len(said) :] == said for said in _MISSING)


def _replaces(message: Message, old: Claim, new: Claim, changing: bool) -> bool:
    between = [token.word for token in message.tokens[old.end : new.first]]
    if not changing:
        rebooked = any(word in _WORDS.booking for word in between) and any(t.word == "instead" for t in message.tokens)
        return between[-1:] in (["be"], ["now"]) or between[-2:] in (["now", "were"], ["now", "we"]) or rebooked
    return bool(between) and (between[-1] in _WORDS.introduces_new or any(word in CHANGING for word in between))
