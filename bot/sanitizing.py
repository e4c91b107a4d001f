"""Sanitizing of text from outside, so that it can be stored and displayed."""

from __future__ import annotations


def printable(text: str) -> str:
    """Return the text without lone surrogates and control characters except line breaks and tabs. PostgreSQL rejects NUL."""
    kept = "".join(c for c in text if (c >= " " and c != "\x7f") or c in "\n\r\t")
    return kept.encode("utf-8", "ignore").decode()
