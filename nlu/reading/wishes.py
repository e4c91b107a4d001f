"""Where to sit, what cannot be eaten, what is celebrated, what it may cost."""

from __future__ import annotations

from nlu import lexicon
from nlu.reading.message import Message, Phrases
from nlu.reading.neighbours import in_a_name

_WORDS = lexicon.words("wishes")
_SEATING: dict[str, str] = lexicon.load("wishes")["seating"]
DIETS: dict[str, str] = lexicon.load("wishes")["diets"]
_OCCASION: dict[str, str] = lexicon.load("wishes")["occasions"]
_PRICE: dict[str, str] = lexicon.load("wishes")["prices"]


def phrase_book(meanings: dict[str, str]) -> Phrases:
    """A dictionary of phrases from meanings with their phrases between bars; two words may have a hyphen between them."""
    spaced = {phrase: meaning for meaning, phrases in meanings.items() for phrase in phrases.split("|")}
    hyphened = {phrase.replace(" ", " - "): meaning for phrase, meaning in spaced.items() if phrase.count(" ") == 1}
    return Phrases(hyphened | spaced)


AREAS = _WORDS.areas
"""Seating that is a part of the house; any other, such as a high chair, is a feature of a table."""
_WORDS_OF_AREAS = frozenset(phrase for area in AREAS for phrase in _SEATING[area].split("|"))
_BOOKS = (
    ("diet", phrase_book(DIETS)),
    ("occasion", phrase_book(_OCCASION)),
    ("seating", phrase_book(_SEATING)),
)
_PRICES = phrase_book(_PRICE)
_REACH = 4
_OPPOSITES = {"outdoor": "indoor", "indoor": "outdoor"}


def names_area(text: str) -> bool:
    """Whether a part of a house is all that the text asks for: "patio", "at the bar"."""
    return " ".join(text.lower().split()) in _WORDS_OF_AREAS


def read_wishes(message: Message) -> None:
    """Claim `seating`, `diet`, `occasion` and `price` (1 to 4); "not outside" is a wish for indoors."""
    for entity, book in _BOOKS:
        view = message.view
        for first, end, meaning in book.find(view.words):
            if in_a_name(message, view.items[first][1], view.items[end - 1][2]):
                continue
            refused = entity == "seating" and _refused(view.words, first)
            wish = _OPPOSITES.get(meaning) if refused else meaning
            if wish:
                message.claim(entity, view.items[first][1], view.items[end - 1][2], wish)
    view = message.view
    for first, end, level in _PRICES.find(view.words):
        if first and view.words[first - 1] == "how":
            continue  # a question, not a wish
        message.claim("price", view.items[first][1], view.items[end - 1][2], int(level))


def _refused(words: list[str], first: int) -> bool:
    before = words[max(0, first - _REACH) : first]
    if before[-1:] == ["no"]:  # further off it is an answer: "no wait, outside"
        return True
    for word in reversed(before):
        if word in (",", ".", "but", "!", "?", ";"):
            return False
        if word in _WORDS.negating:
            return True
    return False
