"""Text from outside, made fit to be stored and shown."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text without control characters (line breaks and tabs stay) and lone surrogates; PostgreSQL cannot hold a NUL."""
    kept = "".join(c for c in text if (c >= " " and c != "\x7f") or c in "\n\r\t")
    return kept.encode("utf-8", "ignore").decode()
