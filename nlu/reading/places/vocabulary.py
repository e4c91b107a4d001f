"""Words that tell no restaurant from another, by what they are said for."""

from __future__ import annotations

from nlu import lexicon
from nlu.reading.cuisines import CUISINES
from nlu.reading.places.units import fold
from nlu.reading.spelling import MONTHS, SPELLINGS, WEEKDAYS
from nlu.reading.streets import HOUSES

_PLACES = lexicon.words("places")
_RESTAURANTS = lexicon.words("restaurants")
_DAYS = frozenset((*WEEKDAYS, *MONTHS, "today", "tonight", "tomorrow"))

SMALL = _PLACES.small
TYPES = _RESTAURANTS.types
CALENDAR = _DAYS | {said for said, word in SPELLINGS.items() if word in _DAYS}
CUISINE_WORDS = (
    frozenset(word for phrases in CUISINES.values() for phrase in phrases.split("|") for word in fold(phrase))
    - SMALL
    - _RESTAURANTS.generic
)
GENERIC = HOUSES | TYPES | {f"{word}s" for word in HOUSES | TYPES} | CUISINE_WORDS
"""Kinds of houses and of food."""
BOOKABLE = _PLACES.bookable
REQUEST = _RESTAURANTS.breaking | _RESTAURANTS.openers | _RESTAURANTS.following | _PLACES.details | _PLACES.courtesy
"""What requests are made of."""
COURTESY = _PLACES.courtesy | {"1"}  # "the gilded one"
EMPTY = SMALL | CALENDAR | BOOKABLE | REQUEST
"""Words of requests and days; a name of nothing else is hardly one."""
