"""Who is coming, as the party or as a remark about some of it."""

from __future__ import annotations

from collections.abc import Sequence

from nlu import lexicon
from nlu.reading.groups import find_groups
from nlu.reading.message import Message

_WORDS = lexicon.words("people")

_HAVING = _WORDS["having"]
_NEEDING = _WORDS["needing"]
_OWNING = _WORDS["owning"]
_PARTLY = (["including"], ["incl"], ["includes"], ["("])
_STAYING = _WORDS["staying"]
_STAYING_PAIRS = (["is", "not"], ["are", "not"], ["can", "not"], ["to", "cancel"], ["bailed", "on"], ["backed", "out"])


def claim_groups(message: Message) -> None:
    """Claim enumerations of people as `party_size`; remarks about some of the party as `guests`.

    A number that is not known makes `{"min": …, "max": None}`; people who stay away make a negative `delta`.
    """
    view = message.view
    for group in find_groups(view.words):
        first, end = view.items[group.first][1], view.items[group.end - 1][2]
        value = {"count": group.least} if group.exact else {"min": group.least, "max": None}
        before = view.words[max(0, group.first - 2) : group.first]
        after = view.words[group.end : group.end + 7]
        entity = "party_size"
        if is_remark(after) or before[-1:] in _PARTLY or (group.only_children and _OWNING.intersection(before)):
            entity = "guests"
        elif stays_away(after):
            value = {"delta": -group.least}
        message.claim(entity, first, end, value)


def is_remark(after: Sequence[str]) -> bool:
    """Whether the words after some people say what these need ("two of us are vegan"), not how many come."""
    said = list(after)
    if said[:1] == ["with"]:
        return "<diet>" in said[1:5]
    if said[:1] in (["who"], ["that"]):
        said = said[1:]
    if not said:
        return False
    needs_chair = said[0] in _NEEDING and "<seating>" in said[1:5]
    return needs_chair or (said[0] in _HAVING | _NEEDING and "<diet>" in said[1:5])


def stays_away(after: Sequence[str]) -> bool:
    """Whether the words after some people say that these will not come."""
    said = list(after)
    if said[:1] in (["has"], ["have"], ["had"], ["just"]):
        said = said[1:]
    return bool(said) and (said[0] in _STAYING or said[:2] in _STAYING_PAIRS)
