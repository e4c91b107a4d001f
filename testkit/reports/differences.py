"""Word-by-word diff of two texts."""

from __future__ import annotations

from difflib import SequenceMatcher

Pieces = list[tuple[str, bool]]
"""Consecutive parts of a text, each with whether it is missing from the other text."""


def compared(expected: str, found: str) -> tuple[Pieces, Pieces]:
    """Return both texts in pieces. `…` in the expected text matches anything."""
    wanted, came = expected.split(), found.split()
    left: Pieces = []
    right: Pieces = []
    for kind, i, j, k, n in SequenceMatcher(None, wanted, came, autojunk=False).get_opcodes():
        is_odd = kind != "equal" and wanted[i:j] != ["…"]
        left += [(" ".join(wanted[i:j]), is_odd)] if j > i else []
        right += [(" ".join(came[k:n]), is_odd)] if n > k else []
    return left, right
