"""What a table has, in one spelling: "Step-free", "wheelchair accessible" and `step_free` are the same."""

from __future__ import annotations

from collections.abc import Iterable

from .names import fold

STEP_FREE = "step_free"
HIGH_CHAIR = "high_chair"

_SYNONYMS = {
    STEP_FREE: (
        "accessible|accessibility|wheelchair|wheelchairs|wheelchair access|wheelchair accessible|wheelchair friendly|"
        "disabled access|step free access|no steps|no stairs"
    ),
    HIGH_CHAIR: (
        "high chairs|highchair|highchairs|baby seat|baby seats|baby chair|baby chairs|booster seat|booster seats|"
        "child seat|child seats"
    ),
    "power_outlet": "power outlets|outlet|outlets|power socket|power sockets|socket|sockets",
}
_MEANING = {word: feature for feature, words in _SYNONYMS.items() for word in words.split("|")}
# It is brought to a table's side; whatever else is wanted_count for has to be so wherever one of the party sits.
_ONE_TABLE_IS_ENOUGH = frozenset({HIGH_CHAIR})
_IN_MANY = (
    "a an and for in of on by at the to with is are some have has no free high floor good friendly seating seats seat options "
    "option room area table tables place spot allowed welcome serves serve available food access service services great nice"
)
_SAY_NOTHING = frozenset(_IN_MANY.split())
"""Words that the names of many features have in common."""


def canonical(words: Iterable[str]) -> frozenset[str]:
    """The features in their one spelling, lower case with underscores; words without a letter or digit are none."""
    folded = (fold(word) for word in words)
    return frozenset(_MEANING.get(word, word.replace(" ", "_")) for word in folded if word)


def of_tables(tables: Iterable[frozenset[str]]) -> frozenset[str]:
    """What tables pushed together have: what each of them has, and a high chair if one of them has it."""
    each = list(tables)
    return frozenset.intersection(*each) | (frozenset.union(*each) & _ONE_TABLE_IS_ENOUGH)


def telling_words(phrases: Iterable[str]) -> frozenset[str]:
    """The words that a feature is known by, in any usual spelling: "outdoor" of "outdoor seating", "live" and "music" of
    `live_music`."""
    listed = list(phrases)
    spelled = [*map(fold, listed), *(feature.replace("_", " ") for feature in canonical(listed))]
    return frozenset(word for phrase in spelled for word in phrase.split()) - _SAY_NOTHING
