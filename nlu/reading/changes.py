"""What is being replaced: "from 7 to 9 people", "not 10pm", "move my Friday table to Saturday"."""

from __future__ import annotations

from nlu.reading.message import Claim, Message
from nlu.reading.words import words

CHANGING = words(
    "change changed changing move moved moving switch switched swap shift reschedule rescheduled push pushed update "
    "amend modify adjust bump make postpone delay"
)
_REPLACEABLE = ("party_size", "time", "date")
_INTRODUCES_NEW = frozenset({"to", "for", "instead", "be", "it", "that", "into", "now", "at", "until", "till", "only"})
_NEGATING = (("not",), ("instead", "of"), ("rather", "than"), ("not", "for"), ("not", "at"), ("not", "on"), ("isnt",))


def is_changing(message: Message) -> bool:
    """Whether the message speaks of changing something."""
    return any(token.word in CHANGING for token in message.tokens)


def read_negations(message: Message) -> None:
    """Rename what is ruled out ("not 10pm") to `previous_party_size`, `previous_time` and `previous_date`."""
    for entity in _REPLACEABLE:
        for claim in message.of(entity):
            if "delta" not in claim.value and _negated(message, claim):
                message.replace(claim, entity=f"previous_{entity}")


def read_changes(message: Message) -> None:
    """Rename what a change leaves behind ("move my Friday table to Saturday") in the same way."""
    changing = is_changing(message)
    for entity in _REPLACEABLE:
        claims = [claim for claim in message.of(entity) if "delta" not in claim.value]
        if len(claims) > 1 and _replaces(message, claims[0], claims[-1], changing):
            for claim in claims[:-1]:
                message.replace(claim, entity=f"previous_{entity}")


def _negated(message: Message, claim: Claim) -> bool:
    before = tuple(token.word for token in message.tokens[max(0, claim.first - 2) : claim.first])
    return any(before[-len(words) :] == words for words in _NEGATING)


def _replaces(message: Message, old: Claim, new: Claim, changing: bool) -> bool:
    between = [token.word for token in message.tokens[old.end : new.first]]
    if between in (["or"], ["and"], ["-"]):
        return False
    if not changing:
        return between[-1:] in (["be"], ["now"])
    return bool(between) and (between[-1] in _INTRODUCES_NEW or any(word in CHANGING for word in between))
