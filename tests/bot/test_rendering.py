"""Rendering for SMS: GSM-7, at most two segments, choices as numbered lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smsutil import is_valid_gsm

from bot.messages import Choice, Said
from bot.rendering import fitting, gsm7, is_other_script, segments, sms_texts
from tests.support import replies
from tests.support.steps import steps


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Bistro Petit H\u00e9risson", "Bistro Petit H\u00e9risson"),
        ("Ma\u0142a Kuchnia", "Mala Kuchnia"),
        ("Ma\u00edz y Sal", "Maiz y Sal"),
        ("7:00\u202fPM", "7:00 PM"),
        ("\u201cfine\u201d \u2013 isn\u2019t it", '"fine" - isn\'t it'),
        ("e\u0301", "\u00e9"),
        ("\u20ac5 [x]", "\u20ac5 [x]"),
        ("a\x00b\x07", "ab"),
    ],
)
def test_what_gsm7_has_not_is_written_with_what_it_has(text: str, plain: str) -> None:
    assert gsm7(text) == plain


@given(st.text(max_size=2000))
def test_whatever_is_rendered_may_be_sent(text: str) -> None:
    sent = fitting(text)
    assert is_other_script(sent) or replies.not_in_gsm7(sent) == []
    assert segments(sent) <= 2


@given(st.text(alphabet="abc {}[]~\u20ac\u00e9 ", min_size=1, max_size=160))
def test_what_fits_is_not_cut(text: str) -> None:
    plain = gsm7(text).strip()
    if segments(plain) <= 2:
        assert fitting(text) == plain


@pytest.mark.parametrize(("length", "count"), [(1, 1), (160, 1), (161, 2), (306, 2), (307, 3)])
def test_segments_are_counted_as_the_carrier_counts_them(length: int, count: int) -> None:
    assert segments("a" * length) == count


def test_a_character_of_the_extension_table_counts_twice() -> None:
    assert segments("\u20ac" * 80) == 1
    assert segments("\u20ac" * 81) == 2


def test_a_text_that_is_too_long_is_cut_and_says_so() -> None:
    sent = fitting("word " * 200)
    assert segments(sent) == 2
    assert sent.endswith("..")
    assert len(sent) > 290


CHINESE = "\u62b1\u6b49\uff0c\u6211\u76ee\u524d\u53ea\u61c2\u82f1\u6587\u3002"


def test_a_script_that_gsm7_lacks_is_sent_as_it_is() -> None:
    assert fitting(f"{CHINESE} Bird Dog +16505550100") == f"{CHINESE} Bird Dog +16505550100"
    assert segments(fitting(CHINESE * 30)) == 2


def test_a_name_in_another_script_does_not_change_the_alphabet_of_the_sentence() -> None:
    assert replies.not_in_gsm7(fitting("\u9f0e\u6cf0\u4e30, Wed, Dec 2: for how many people?")) == []


def test_sentences_in_two_alphabets_are_two_texts() -> None:
    assert sms_texts((Said(CHINESE), Said("For which day?"), Said("Any?"))) == [CHINESE, "For which day? Any?"]


def test_choices_are_numbered_lines() -> None:
    said = Said("Nearest free:", (Choice("6:30 PM", "1"), Choice("8:00 PM", "2")))
    assert sms_texts((said,)) == ["Nearest free:\n1 6:30 PM\n2 8:00 PM"]


def test_several_sentences_are_one_text() -> None:
    assert sms_texts((Said("It is full."), Said("Nearest free:", (Choice("8:00 PM", "1"),)))) == [
        "It is full. Nearest free:\n1 8:00 PM"
    ]
    assert sms_texts((Said("Free:", (Choice("8:00 PM", "1"),)), Said("You keep what you have."))) == [
        "Free:\n1 8:00 PM\nYou keep what you have."
    ]


def test_what_does_not_fit_two_segments_is_another_text() -> None:
    said = (Said("a" * 300), Said("b" * 100), Said("c" * 20))
    assert sms_texts(said) == ["a" * 300, "b" * 100 + " " + "c" * 20]


def test_a_text_in_gsm7_takes_few_steps() -> None:
    text = "Booked! Brasserie Tournesol, Thu, Dec 3, 7:00 PM, 4 people \u20ac5 "
    assert gsm7(text) == text
    assert steps(lambda: gsm7(text)) < 3 * len(text)


def test_whatever_smsutil_takes_for_gsm7_is_kept() -> None:
    signs = "".join(filter(is_valid_gsm, map(chr, range(0x3000))))
    assert gsm7(signs) == signs
