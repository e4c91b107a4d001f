"""Canonical names of features: "Step-free", "wheelchair accessible" and `step_free` are the same feature."""

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
# A high chair can be brought to one table of a combination; other features must hold wherever a guest may sit.
_ONE_TABLE_IS_ENOUGH = frozenset({HIGH_CHAIR})
_STOP_WORD_LIST = (
    "a an and for in of on by at the to with is are some have has no free high floor good friendly seating seats seat options "
    "option room area table tables place spot allowed welcome serves serve available food access service services great nice"
)
_STOP_WORDS = frozenset(_STOP_WORD_LIST.split())
"""Words that occur in the names of many features."""


def canonical(words: Iterable[str]) -> frozenset[str]:
    """Return canonical feature names, lower case with underscores. Skips words without a letter or digit."""
    folded = (fold(word) for word in words)
    return frozenset(_MEANING.get(word, word.replace(" ", "_")) for word in folded if word)


def of_tables(tables: Iterable[frozenset[str]]) -> frozenset[str]:
    """Return the features of a combination: those that all its tables share, and a high chair if any table has one."""
    by_table = list(tables)
    return frozenset.intersection(*by_table) | (frozenset.union(*by_table) & _ONE_TABLE_IS_ENOUGH)


def telling_words(phrases: Iterable[str]) -> frozenset[str]:
    """Return the keywords of features in any common spelling.

    "outdoor" for "outdoor seating", "live" and "music" for `live_music`.
    """
    listed = list(phrases)
    spelled = [*map(fold, listed), *(feature.replace("_", " ") for feature in canonical(listed))]
    return frozenset(word for phrase in spelled for word in phrase.split()) - _STOP_WORDS
