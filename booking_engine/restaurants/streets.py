"""Streets, compared by their distinctive words."""

from __future__ import annotations

from .names import fold

_KIND_WORDS = (
    "street st str avenue ave av road rd boulevard blvd lane ln drive dr square sq court ct place pl highway hwy parkway pkwy "
    "alley way the"
)
_SIDE_WORDS = "north south east west n s e w ne nw se sw"
_KINDS, _SIDES = frozenset(_KIND_WORDS.split()), frozenset(_SIDE_WORDS.split())


def street_words(street: str) -> frozenset[str]:
    """Return the distinctive words of a street address: "bryant" for "412 Bryant Street", "17th" for "1919 East 17th Avenue".

    If no distinctive word is left, words such as "street" or "east" are included.
    """
    words = [word for word in fold(street).split() if not word.isdecimal()]
    own = [word for word in words if word not in _KINDS and word not in _SIDES]
    return frozenset(own or words)
