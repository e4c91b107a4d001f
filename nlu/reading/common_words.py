"""Words that are no names: the common ones of English, and those people use when they book tables."""

from __future__ import annotations

from nlu import lexicon

_WORDS = lexicon.words("common")


COMMON = _WORDS.common
