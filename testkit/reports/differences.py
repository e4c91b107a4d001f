"""Two texts, word by word: what is only in one of them."""

from __future__ import annotations

from difflib import SequenceMatcher

Pieces = list[tuple[str, bool]]
"""Stretches of a text, each with whether only this text has it."""


def compared(expected: str, found: str) -> tuple[Pieces, Pieces]:
    """Both texts in pieces. `…` in the expected one stands for whatever the other has there."""
    wanted, came = expected.split(), found.split()
    left: Pieces = []
    right: Pieces = []
    for kind, i, j, k, n in SequenceMatcher(None, wanted, came, autojunk=False).get_opcodes():
        is_odd = kind != "equal" and wanted[i:j] != ["…"]
        left += [(" ".join(wanted[i:j]), is_odd)] if j > i else []
        right += [(" ".join(came[k:n]), is_odd)] if n > k else []
    return left, right
