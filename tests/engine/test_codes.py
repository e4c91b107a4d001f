"""Confirmation codes: short, forgiving of typos, and readable only with the key."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_engine.confirmation_codes import ALPHABET, CodeBook

BOOK = CodeBook(b"k" * 32)


@given(st.integers(1, (1 << 20) - 1))
def test_a_code_says_which_restaurant_to_ask(restaurant_id: int) -> None:
    code, number = BOOK.issue(restaurant_id)
    assert BOOK.read(code) == (restaurant_id, number)
    assert BOOK.spell(restaurant_id, number) == code
    assert len(code) == (7 if restaurant_id < 1 << 15 else 8)
    assert set(code) <= set(ALPHABET)
    assert not code.isdigit()
    assert not code.isalpha()


def test_a_code_is_read_as_diners_write_it() -> None:
    code, number = next(pair for pair in (BOOK.issue(7) for _ in range(1000)) if "0" in pair[0] and "1" in pair[0])
    spoken = code.lower().replace("0", "o").replace("1", "l")
    assert BOOK.read(f" {spoken[:3]}-{spoken[3:]} ") == (7, number)
    assert BOOK.read(code.replace("1", "I")) == (7, number)


@pytest.mark.parametrize("text", ["", "ABC", "UUUUUUU", "ABCDEFGHJ", "ABC DEF!", "é" * 7, "\0" * 7, "A" * 10**6])
def test_what_is_no_code_is_none(text: str) -> None:
    assert BOOK.read(text) is None


def test_neighbouring_codes_tell_nothing_and_keys_differ() -> None:
    codes = [BOOK.spell(1, number) for number in range(2000)]
    assert len(set(codes)) == len(codes)
    for position in range(7):
        letters = {code[position] for code in codes}
        assert len(letters) == 32, "every letter turns up at every place, though only the number's last bits change"
    other = CodeBook(os.urandom(32))
    assert sum(other.read(code) == BOOK.read(code) for code in codes) == 0


def test_a_restaurant_beyond_the_codes_is_an_error() -> None:
    with pytest.raises(ValueError, match="too large"):
        BOOK.issue(1 << 20)
