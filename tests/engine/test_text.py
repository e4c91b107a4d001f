"""The form that text from outside is brought into."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_engine.text import clean_text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\x00b", "ab"),
        ("a\nb\tc\r", "a\nb\tc\r"),
        ("\x1b[31m", "[31m"),
        ("\ud83d x", " x"),
        ("\x7f", ""),
        ("\u00e9", "\u00e9"),
        ("Jose\u0301", "Jos\u00e9"),
        ("Ana\u200f", "Ana"),
        ("\u202eAna\u202c \u2066Lima\u2069", "Ana Lima"),
        ("Bird\u200b Dog\ufeff", "Bird Dog"),
        ("Bird\u200d Dog", "Bird Dog"),
        ("re\u00adserve", "reserve"),
        ("\u3164\u2800", "\u2800"),
        ("e\u200b\u0301", "\u00e9"),
        ("\u0646\u06cc\u0645\u0647\u200c\u0634\u0628", "\u0646\u06cc\u0645\u0647\u200c\u0634\u0628"),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468\u200d\U0001f469\u200d\U0001f467"),
        ("\u2764\ufe0f", "\u2764\ufe0f"),
    ],
)
def test_what_nobody_sees_is_left_out(text: str, kept: str) -> None:
    assert clean_text(text) == kept


@given(st.text(alphabet=st.characters(codec=None), max_size=200))
def test_clean_text_can_always_be_stored_and_compared(text: str) -> None:
    clean = clean_text(text)
    assert "\0" not in clean
    assert clean.encode() is not None
    assert unicodedata.is_normalized("NFC", clean)
    assert clean_text(clean) == clean
