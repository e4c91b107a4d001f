"""What a question about a restaurant is about."""

from __future__ import annotations

from bisect import bisect_right

from nlu import lexicon
from nlu.reading.message import Message
from nlu.reading.neighbours import in_a_name
from nlu.reading.wishes import phrase_book

_WORDS = lexicon.words("topics")
_BOOK = phrase_book(lexicon.load("topics")["topics"])
_BARE = 4
_ENDS = frozenset(".!?;")


def read_topics(message: Message) -> None:
    """Claim what is asked about as `topic`, after everything that belongs to a booking; statements have no topic."""
    view = message.view
    plain = [word for word in view.words if word.isalpha()]
    bare = len(plain) <= _BARE and message.expecting != "restaurant" and not message.has("party_size", "date", "time")
    asks = bare or bool(_WORDS.asking.intersection(view.words))
    for first, end, topic in _BOOK.find(view.words):
        if not asks and not (topic in _WORDS.sought and _is_sought(view.words, first, end)):
            continue
        start, stop = view.items[first][1], view.items[end - 1][2]
        if _is_told_of_it(message, start, stop) or not in_a_name(message, start, stop):
            message.claim("topic", start, stop, _about(message, start, stop, topic))


def _about(message: Message, start: int, stop: int, topic: str) -> str:
    """Return what is asked about by these words: "how late can I cancel?" and "until when can we move it" ask no hours."""
    asked = {message.word(at) for at in range(start, stop)}
    is_of_bookings = not _WORDS.ends.isdisjoint(asked) and _WORDS.done_to_bookings.intersection(
        _sentence(message, start)
    )
    return "cancellation" if is_of_bookings else topic


def _sentence(message: Message, position: int) -> list[str]:
    """Return the words around a token, up to where a sentence ends."""
    words = [token.word for token in message.tokens]
    ends = [-1, *(at for at, word in enumerate(words) if word in _ENDS), len(words)]
    after = bisect_right(ends, position)
    return words[ends[after - 1] + 1 : ends[after]]


def _is_sought(said: list[str], first: int, end: int) -> bool:
    """Whether a place is looked for by it: "somewhere with live music", "a dog friendly place"."""
    before = [word for word in said[:first] if word not in ("a", "/")]  # "w/ live music", "w a dj"
    return before[-1:] in (["with"], ["w"]) or (end < len(said) and said[end] in _WORDS.places)


def _is_told_of_it(message: Message, start: int, stop: int) -> bool:
    """Whether the tokens tell of what stands before them: "when is Larkspur open?", "is Larkspur closed on Monday"."""
    if stop - start != 1 or message.tokens[start].word not in _WORDS.states:
        return False
    after = message.tokens[stop] if stop < len(message.tokens) else None
    return after is None or after.word in _WORDS.after_states or message.taken(stop)
