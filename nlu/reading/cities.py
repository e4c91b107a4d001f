"""Cities: big ones by name and nickname, and whatever stands after "in" as a name would."""

from __future__ import annotations

from nlu import lexicon
from nlu.reading.message import Message, Phrases, View
from nlu.reading.spelling import slips

_WORDS = lexicon.words("cities")
NICKNAMES: dict[str, str] = lexicon.load("cities")["nicknames"]
# Also ordinary words or first names: only after "in" or "near".
_NAMES: list[str] = lexicon.load("cities")["names"]
_BOOK = Phrases({name.lower().replace(".", ""): name for name in _NAMES} | NICKNAMES)
_SHORTEST_MISTYPED = 6
_MISTYPED = {
    slip: name for name in _NAMES if len(name) >= _SHORTEST_MISTYPED for slip in slips(name.lower().replace(".", ""))
}
_PLACING = _WORDS.sure | _WORDS.placing
_LONGEST = 3


def read_cities(message: Message) -> None:
    """Claim cities as `city`, with the name as it should be printed."""
    view = message.view
    for first, end, name in _BOOK.find(view.words):
        alone = len([word for word in view.words if word.isalpha()]) == end - first
        sure = alone or message.expecting == "city" or end - first > 1 or view.words[first] not in _WORDS.ambiguous
        if sure or _is_placed(message, view, first):
            message.claim("city", view.items[first][1], view.items[end - 1][2], name)
    _claim_mistyped(message)
    _claim_after_in(message)


def _is_placed(message: Message, view: View, place: int) -> bool:
    """Whether what is said before makes a city of a word that is a common one or a first name, too."""
    before = view.words[place - 1] if place else ""
    _, first, end = view.items[place]
    if before in _WORDS.sure:
        return True
    return message.tokens[first].capital and before in _PLACING and not _name_follows(message, end)


def _name_follows(message: Message, position: int) -> bool:
    return position < len(message.tokens) and message.tokens[position].capital


def _claim_mistyped(message: Message) -> None:
    """Claim "in bostn", and a slip that is all of an answer to the question for the city."""
    items, said = message.view.items, message.view.words
    for place in range(len(said)):
        name = next(
            (_MISTYPED[text] for text in (" ".join(said[place : place + 2]), said[place]) if text in _MISTYPED), None
        )
        alone = message.expecting == "city" and place == 0
        if name and (alone or (place and said[place - 1] in _WORDS.sure)):
            message.claim("city", items[place][1], items[place + name.count(" ")][2], name)


def _claim_after_in(message: Message) -> None:
    """Claim capitalised words right after "in" ("in Half Moon Bay")."""
    if message.text.isupper():
        return
    view = message.view
    for place, word in enumerate(view.words[:-1]):
        if word not in ("in", "near"):
            continue
        first = view.items[place + 1][1]
        end = first
        while end < len(message.tokens) and end - first < _LONGEST:
            token = message.tokens[end]
            if token.kind != "word" or not token.capital or token.word in _WORDS.not_cities:
                break
            end += 1
        if end > first:
            printed = message.text[message.tokens[first].start : message.tokens[end - 1].end]
            message.claim("city", first, end, printed)
