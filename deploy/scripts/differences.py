"""Two texts, word by word: what is only in one of them."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

Pieces = list[tuple[str, bool]]
"""Stretches of a text, each with whether only this text has it."""


def compared(expected: str, found: str) -> tuple[Pieces, Pieces]:
    """Both texts in pieces. `…` in the expected one stands for whatever the other has there."""
    wanted, came = _words(expected), _words(found)
    left: Pieces = []
    right: Pieces = []
    for kind, i, j, k, n in SequenceMatcher(None, wanted, came, autojunk=False).get_opcodes():
        is_odd = kind != "equal" and "".join(wanted[i:j]).strip() != "…"
        left.append(("".join(wanted[i:j]), is_odd))
        right.append(("".join(came[k:n]), is_odd))
    return [piece for piece in left if piece[0]], [piece for piece in right if piece[0]]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|\s+|[^\w\s]", text)
