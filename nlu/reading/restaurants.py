"""Restaurants: those that are known, and what else is said as a restaurant's name would be."""

from __future__ import annotations

from nlu import lexicon
from nlu.lexicon import COMMON
from nlu.reading.changes import is_changing
from nlu.reading.lexing import Token
from nlu.reading.message import Message
from nlu.reading.places import PlaceIndex, find_places

_WORDS = lexicon.words("restaurants")
_MAKING = {("make", "it"), ("make", "that"), ("do", "it"), ("we", "do"), ("can", "do"), ("me", "to"), ("us", "to")}
_CUES = _WORDS.sure | _WORDS.cues
_NOT_PROPER = _WORDS.not_proper | lexicon.words("names").titles
_LONGEST = 8
_MOST_OF_A_NAME = 50
_SHORTEST_NUMBER = 3
"""Digits. A house may be called "1760"."""


class _Known:
    """The restaurants that this process knows; none until it is told."""

    index = PlaceIndex.build(())


KNOWN = _Known()


def read_known_restaurants(message: Message) -> None:
    """Claim the restaurants that are named as `restaurant`, before anything else: numbers and days may be parts of names.

    The value has the `name`, the `slugs` of all that it may be, the likeliest first, and whether that is `sure`.
    """
    for find in find_places(KNOWN.index, message.text, message.tokens, expecting=message.expecting):
        value = {"name": find.name, "slugs": list(find.slugs[:_MOST_OF_A_NAME]), "sure": find.sure}
        message.claim("restaurant", find.first, find.end, value)


def claim_unknown(message: Message, first: int, end: int) -> None:
    """Claim words that are said as a restaurant's name would be, and are that of none we know."""
    if end > first:
        name = message.text[message.tokens[first].start : message.tokens[end - 1].end]
        message.claim("restaurant", first, end, {"name": name, "slugs": [], "sure": False})


def read_restaurants(message: Message) -> None:
    """Claim what else is likely the name of a restaurant; everything else must have been read before."""
    moving = is_changing(message) or message.says("instead")
    if message.has("restaurant") and not moving:  # the one that is meant has been read
        return
    sure = _sure_cues(message, moving=moving)
    for position, token in enumerate(message.tokens[:-1]):
        if token.word in _CUES and not message.taken(position) and not _tells_origin(message, position):
            is_sure = token.word in sure or _introduces(message, position, moving=moving)
            _claim(message, position + 1, name_end(message, position + 1, sure=is_sure))
    if not message.has("restaurant"):
        _claim_attributed(message)
    for finder in (_claim_opening, _claim_closing):
        if not message.has("restaurant", "first_name", "last_name"):
            finder(message)


def _sure_cues(message: Message, *, moving: bool) -> frozenset[str]:
    """Words after which a name is likely: more where a booking moves ("move it to bird dog", "cancel it and book …")."""
    cues = _WORDS.sure | {"to"} if moving else _WORDS.sure
    return cues | {"book", "reserve"} if moving or message.says("cancel") else cues


def _tells_origin(message: Message, position: int) -> bool:
    """Whether a cue is followed by where people come from: "visiting from Spain"."""
    return message.word(position) == "from" and message.word(position - 1) in _WORDS.arriving


def _introduces(message: Message, position: int, *, moving: bool) -> bool:
    word, before = message.tokens[position].word, message.word(position - 1)
    return (word == "is" and before in _WORDS.naming) or (moving and (before, word) in _MAKING)


def _claim(message: Message, first: int, end: int) -> None:
    tokens = message.tokens
    while first < end and tokens[first].word in ("the", "a", "an", '"', "'") and not tokens[first].capital:
        first += 1
    while end > first and tokens[end - 1].word in _WORDS.inside:
        end -= 1
    claim_unknown(message, first, end)


def name_end(message: Message, first: int, *, sure: bool) -> int:
    """End of the name that begins at `first`, or `first` when none does.

    Capitalised words make a name, and after a sure cue also words that are no common ones; what follows these goes on
    with it until a word breaks off ("at bird dog tomorrow").
    """
    end, named = first, False
    while end - first < _LONGEST and (token := message.free(end)) is not None:
        if _proper(message, token) or (sure and _goes_on(token, named)):
            named = True
        elif not (_stands_inside(message, end, opens=end == first) or (sure and _leads_on(message, end, named=named))):
            break
        end += 1
    return end if named else first


def _stands_inside(message: Message, position: int, *, opens: bool) -> bool:
    return message.tokens[position].word in _WORDS.inside and (opens or _capital_follows(message, position))


def _leads_on(message: Message, position: int, *, named: bool) -> bool:
    return _links(message, position) if named else _leads(message, position)


def _proper(message: Message, token: Token) -> bool:
    return token.kind == "word" and token.capital and not message.text.isupper() and token.word not in _NOT_PROPER


def _goes_on(token: Token, named: bool) -> bool:
    if token.kind not in ("word", "number") or token.word in _WORDS.breaking:
        return False
    return named or token.kind == "number" or token.word not in COMMON


def _links(message: Message, position: int) -> bool:
    """Whether this only links two words of a name that are no common ones: "chai and chimney"."""
    if (
        message.tokens[position].word not in _WORDS.linking
        or position + 1 >= len(message.tokens)
        or message.taken(position + 1)
    ):
        return False
    follower = message.tokens[position + 1]
    return follower.kind == "word" and follower.word not in COMMON


def _leads(message: Message, position: int) -> bool:
    """Whether a common word begins a name whose next is none: "at paper crane"."""
    if position + 1 >= len(message.tokens) or message.taken(position + 1):
        return False
    token, follower = message.tokens[position : position + 2]
    return (
        token.kind == follower.kind == "word"
        and token.word not in _WORDS.breaking | _CUES
        and follower.word not in COMMON
    )


def _capital_follows(message: Message, position: int) -> bool:
    follower = message.tokens[position + 1] if position + 1 < len(message.tokens) else None
    return follower is not None and follower.kind == "word" and follower.capital


def _capital_run(message: Message, first: int) -> int:
    """End of two or more capitalised words of which one is no common one ("Old Siam"), or `first`."""
    end = first
    while end < len(message.tokens) and not message.taken(end):
        linked = end > first and message.tokens[end].word in _WORDS.linking and _capital_follows(message, end)
        if not (linked or _proper(message, message.tokens[end])):
            break
        end += 1
    unknown = any(token.word not in COMMON for token in message.tokens[first:end])
    return end if unknown and end - first > 1 else first


def _capital_inside(message: Message, first: int, end: int) -> bool:
    """Whether more than the first word is capitalised, as in a name that is all of a message."""
    return end - first > 1 and all(_proper(message, message.tokens[place]) for place in range(first, end))


def _claim_attributed(message: Message) -> None:
    """Words before "table" or "booking" that are no common ones: "move my gilded pigeon table"."""
    for position, token in enumerate(message.tokens):
        if token.word not in _WORDS.bookings or message.taken(position):
            continue
        first = _attribute(message, position)
        owned = message.word(first - 1) in _WORDS.owning
        if owned and any(t.kind == "word" and t.word not in COMMON for t in message.tokens[first:position]):
            _claim(message, first, position)
            return


def _attribute(message: Message, end: int) -> int:
    """The first of the words before `end` that may name a house."""
    first = end
    while end - first < _LONGEST and (before := message.free(first - 1)) is not None:
        if before.word in _WORDS.breaking | _WORDS.owning or not (
            before.kind == "word" or before.word in _WORDS.linking
        ):
            break
        first -= 1
    return first


def _claim_opening(message: Message) -> None:
    """Words that begin a message, or are all of it, and are no common ones: "bird dog 4 tomorrow"."""
    asked = message.expecting == "restaurant"
    first = 0
    while (token := message.free(first)) is not None and token.word in _WORDS.openers:
        first += 1
    if message.word(first) in _WORDS.giving_up:
        return  # "leave it" is no name, even where one is asked for
    end = _opening_end(message, first, asked=asked)
    sure = asked or _capital_inside(message, first, end) or message.has("party_size", "date", "time")
    if sure and _is_telling(message, first, end) and (asked or _may_end(message, end)):
        _claim(message, first, end)


def _opening_end(message: Message, first: int, *, asked: bool) -> int:
    end = _capital_run(message, first)
    while end - first < _LONGEST and (token := message.free(end)) is not None:
        number = token.kind == "number" and not asked
        linked = end > first and _links(message, end)
        if number or not (linked or _goes_on(token, named=asked or end > first)):
            break
        end += 1
    return end


def _is_telling(message: Message, first: int, end: int) -> bool:
    tokens = message.tokens[first:end]
    if all(token.kind == "number" and len(token.word) < _SHORTEST_NUMBER for token in tokens):
        return False  # "7" is an hour rather than a house
    return any(t.word not in COMMON or t.capital or t.kind == "number" for t in tokens)


def _may_end(message: Message, end: int) -> bool:
    follower = message.free(end)
    return follower is None or follower.word in _WORDS.following


def _claim_closing(message: Message) -> None:
    """Words that end a request and are no common ones: "4 tomorrow at 8 bird dog"."""
    end = len(message.tokens)
    while (last := message.free(end - 1)) is not None and last.word in _WORDS.following:
        end -= 1
    first = end
    while end - first < _LONGEST and (before := message.free(first - 1)) is not None and _goes_on(before, named=True):
        first -= 1
    follows_detail = first > 0 and message.taken(first - 1)
    if first < end and follows_detail and message.has("party_size", "date", "time"):
        opening = message.tokens[first]
        if opening.kind == "word" and opening.word not in COMMON:
            _claim(message, first, end)
