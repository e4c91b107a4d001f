"""Whatever is sent, reading answers in few steps, with spans of the text."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.features import features
from nlu.reading import read
from nlu.reading.reader import read_message
from tests.support.steps import steps

MOST_STEPS_A_CHARACTER = 120
"""A reading takes 30 to 85; `make bench` tells how long that is."""

EXPECTED = [
    None,
    "restaurant",
    "city",
    "cuisine",
    "party_size",
    "date",
    "time",
    "choice",
    "confirmation",
    "name",
    "phone",
    "code",
]
_PIECES = """
4 7pm 7:30 19h30 one two seven dozen couple me and my wife kids at for on from to the 5th 31st may march friday
next this week tomorrow tonight night in an hour half quarter past after before between people of us more less not
change move instead my name is Ann Bee O'Brien de la under called Bird Dog thai pizza SF Paris Lima in near K7P2QX 415
555 0132 + ( ) - / , . ! ? @ # $ 2026/12/24 5/11 9/9/9 45/99 99:99 24:00 0 00 000 2026 12345678 \u0000 \u202e
שלום 你好 \U0001f600 é ² ٧ ｆ
"""
PIECES = sorted({*_PIECES.split(), "New York", "San Francisco", "christmas eve", "half past", "how many"})
TEXTS = st.text(max_size=120) | st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join)
LONG_TEXTS = {
    "digits": "1 " * 800,
    "one number": "7" * 1600,
    "words": "table " * 267,
    "days": "monday the " * 146,
    "people": "me and my wife and " * 85,
    "requests": "for 4 at 7 " * 146,
    "names": "My name is Ann Bee. " * 80,
    "brackets": "(" * 1600,
    "hyphens": "a-" * 800,
    "sums": "+1" * 800,
    "mail": "a.a-" * 400,
    "codes": "K7P2QX " * 228,
    "emoji": "\U0001f600" * 1600,
    "nul": "\0" * 1600,
    "hebrew": "שלום " * 320,
    "blanks": " " * 1600,
}


@settings(max_examples=4 * settings().max_examples)
@given(TEXTS, st.sampled_from(EXPECTED))
def test_spans_are_ordered_and_the_texts_own(text: str, expecting: str | None) -> None:
    end = 0
    for span in read(text, expecting=expecting):
        assert end <= span.start < span.end <= len(text)
        assert span.text == text[span.start : span.end]
        end = span.end
    assert features(text, expecting).words


@pytest.mark.parametrize("name", LONG_TEXTS)
def test_the_longest_message_takes_few_steps(name: str) -> None:
    text = LONG_TEXTS[name]
    assert steps_to_read(text) < MOST_STEPS_A_CHARACTER * len(text)


@pytest.mark.parametrize("text", ["for 4 at 7 ", "a-", "me and ", "7 to ", "from monday ", "in a ", "(4"])
def test_cost_grows_no_faster_than_the_text(text: str) -> None:
    once = steps_to_read(text * 60)
    assert steps_to_read(text * 1200) < once * 20


def test_a_plain_message_takes_few_steps() -> None:
    assert steps_to_read("Hi, table for 4 at Marlowe's tomorrow around 7pm") < 6000


def steps_to_read(text: str) -> int:
    """Steps of a reading that nobody has made before, but of words that are loaded once."""
    read(text[:40])
    read_message.cache_clear()
    return steps(lambda: read(text))


def test_rasas_python_reads_too() -> None:
    python = Path(__file__).parents[2] / ".venv-rasa/bin/python"
    script = "import nlu.acts; from nlu.reading import read; print(read('table for 4 tmrw')[0].value)"
    done = subprocess.run([python, "-c", script], cwd=python.parents[2], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{'count': 4}"
