"""Whether a message is in another language than English, and which: by its script, else by the little words of a language.

Names of houses, dishes and people are foreign in English sentences too, so none of the words here occurs in those alone: a
message counts as foreign only if one word tells the language (`_TELLING`), another one is of it too, and English has fewer.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import pairwise

from nlu import lexicon
from nlu.lexicon import COMMON

_WORDS = lexicon.words("languages")

_SCRIPTS: dict[str, str] = lexicon.load("languages")["scripts"]
_UKRAINIAN = frozenset("\u0456\u0457\u0454\u0491")
_PERSIAN = frozenset("\u06af\u0686\u067e\u0698\u06cc\u06a9")
_WORD = re.compile(r"[^\W\d_]+")
_FULL_NAME = (2, 3)

_TELLING, _OF_IT_TOO = (
    {name.removeprefix(kind): words for name, words in vars(_WORDS).items() if name.startswith(kind)}
    for kind in ("telling_", "of_it_too_")
)


@lru_cache(maxsize=8)  # a message is looked at twice
def recognise(text: str) -> str | None:
    """The language of a text as a code of ISO 639-1, if it is surely not English; None for English and for what is short."""
    letters = unicodedata.normalize("NFC", text).casefold()
    said = _WORD.findall(letters)
    return _by_script(letters, said) or _by_words(said)


def is_full_name(text: str) -> bool:
    """Whether a text is two or three capitalized words, as names are in other alphabets too; one might be any word."""
    words = text.split()
    return len(words) in _FULL_NAME and all(word.istitle() for word in words)


def _by_script(letters: str, said: list[str]) -> str | None:
    """The language of the script in which most of the letters are; Chinese unless there is a letter of Japan's own."""
    scripts = Counter(
        _SCRIPTS.get(unicodedata.name(c, "").split(" ")[0].split("-")[0], "") for c in letters if c.isalpha()
    )
    latin = scripts.pop("", 0)
    english = sum(word in COMMON for word in said)
    if not scripts or scripts.total() * _WEIGHT_OF_A_SIGN <= latin or english >= _SENTENCE:
        return None
    if scripts["ja"]:
        return "ja"
    language = scripts.most_common(1)[0][0]
    if language == "ru" and _UKRAINIAN & set(letters):
        return "uk"
    return "fa" if language == "ar" and _PERSIAN & set(letters) else language


def _by_words(said: list[str]) -> str | None:
    best, most = None, 0
    pairs = set(pairwise(said))
    for language, telling in _TELLING.items():
        of_it = telling | _OF_IT_TOO[language]
        tells = sum(word in telling and word not in _WORDS.never_telling for word in set(said))
        tells += len(pairs & _TELLING_PAIRS.get(language, frozenset()))
        found = sum(word in of_it for word in set(said))
        english = sum(word in COMMON and word not in of_it for word in set(said))
        score = found + tells
        if tells and found >= _FEWEST and found > english and score > most:
            best, most = language, score
    return best


_TELLING_PAIRS = {
    language: frozenset(tuple(pair.split()) for pair in pairs)
    for language, pairs in lexicon.load("languages")["pairs"].items()
}
_FEWEST = 2
_SENTENCE = 2  # English words around a name in another script
_WEIGHT_OF_A_SIGN = 2  # a Chinese sign says about as much as two letters of ours

LANGUAGES = frozenset({"en", "uk", "fa", *_SCRIPTS.values(), *_TELLING})
"""What `recognise` tells apart."""
