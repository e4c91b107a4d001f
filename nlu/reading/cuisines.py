"""Cuisines by the words people use for them."""

from __future__ import annotations

from collections.abc import Sequence

from nlu import lexicon
from nlu.reading.message import Message
from nlu.reading.neighbours import TYPES, in_a_name
from nlu.reading.spelling import slips
from nlu.reading.wishes import phrase_book

_WORDS = lexicon.words("cuisines")

CUISINES: dict[str, str] = lexicon.load("cuisines")["names"]
_ENDS = frozenset(",.;:!?")
_REFUSING_PAIRS = {
    *((all_, "but") for all_ in ("anything", "anywhere", "everything", "something", "somewhere")),
    *(("other", "than"), ("sick", "of"), ("tired", "of")),
}
_TYPES = TYPES | _WORDS.types
_MISTYPED = {slip: word for word in _WORDS.nations for slip in slips(word) if slip != "koran"}
_BOOK = phrase_book(CUISINES)


def read_cuisines(message: Message) -> None:
    """Claim cuisines as `cuisine` ("not Thai": `refused_cuisine`), unless the word is plainly part of a name."""
    view = message.view
    refused_until: int | None = None
    for first, end, cuisine in _BOOK.find([_MISTYPED.get(word, word) for word in view.words]):
        if in_a_name(message, view.items[first][1], view.items[end - 1][2]) or _begins_name(
            message, view.items[end - 1]
        ):
            continue
        goes_on = refused_until == first - 1 and view.words[first - 1] in _WORDS.linking  # "not Thai or Chinese"
        refused = goes_on or _is_refused(view.words[:first])
        refused_until = end if refused else None
        entity = "refused_cuisine" if refused else "cuisine"
        message.claim(entity, view.items[first][1], view.items[end - 1][2], cuisine)


def _is_refused(before: Sequence[str]) -> bool:
    """Whether the words before a cuisine refuse it: "not Thai", "anything but Thai"; but "no, Thai" and "why not Thai" do not."""
    near = [word for word in before[-3:] if word not in _WORDS.articles][-2:]
    if near and near[-1] in _ENDS:
        return False
    if near and near[0] in _ENDS:
        near = near[1:]
    if tuple(near) in _REFUSING_PAIRS:
        return True
    return not _WORDS.refusing.isdisjoint(near) and near[0] not in ("or", "why") and near[-1] != "or"


def _begins_name(message: Message, last: tuple[str, int, int]) -> bool:
    """Whether the next word is capitalised, too, though the message is not written so: "Khachapuri Post for 2"."""
    _, position, end = last
    if end >= len(message.tokens) or not message.tokens[position].capital or message.taken(end):
        return False
    follower = message.tokens[end]
    small = sum(token.kind == "word" and not token.capital for token in message.tokens)
    return follower.kind == "word" and follower.capital and follower.word not in _TYPES and small > 0
