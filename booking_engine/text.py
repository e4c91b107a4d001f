"""The one place where text from outside is put into the form that is read, stored and compared: SMS, chat, REST, import."""

from __future__ import annotations

import unicodedata

_JOINERS = "\u200c\u200d"
_KEPT = "\n\r\t" + _JOINERS
_FILLERS = "\u115f\u1160\u180e\u3164\uffa0\ufffc"
"""Letters, as Unicode has it, that nobody sees."""


def clean_text(text: str) -> str:
    """Return the text composed (NFC), without what nobody sees and what no database holds.

    Left out are lone surrogates, control characters but for line breaks and tabs, and invisible marks: bidirectional ones,
    zero-width spaces, byte order marks, soft hyphens. The joiners U+200C and U+200D stay between letters and signs beyond
    ASCII, since Persian names and family emoji need them.
    """
    stored = text.encode("utf-8", "ignore").decode()
    seen = "".join(
        c for c in stored if c in _KEPT or (c not in _FILLERS and unicodedata.category(c) not in ("Cc", "Cf"))
    )
    joined = "".join(c for place, c in enumerate(seen) if c not in _JOINERS or _joins(seen, place))
    return unicodedata.normalize("NFC", joined)


def _joins(text: str, place: int) -> bool:
    beside = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
    return len(beside) == 2 and not any(c.isascii() or c in _JOINERS or c.isspace() or _is_accent(c) for c in beside)


def _is_accent(character: str) -> bool:
    return unicodedata.combining(character) > 0
