"""A name that is only set down behind the details of a table."""

from __future__ import annotations

import pytest

from nlu.clauses import Acts
from nlu.reading import read
from nlu.signing import signature


def as_name(text: str) -> Acts:
    return (
        {"name": 0.2}
        if text.rstrip(".").lower() in ("cheers mate", "no rush", "if possible", "walt. if possible")
        else {"name": 0.9}
    )


def signed(text: str) -> str | None:
    part = signature(text, read(text), as_name)
    return None if part is None else text[slice(*part)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("friday 6:30, five of us. Hank Boyle", "Hank Boyle"),
        ("a table for 2 tonight at 8?? RICK", "RICK"),
        ("2 of us at 7 tomorrow, walt", "walt"),
        ("2 of us at 7 tomorrow, Mia and Jon", "Mia and Jon"),
        ("friday at 8 pm, two covers, A. Castellanos.", "A. Castellanos."),
        ("2 of us at 7 tomorrow, Walt. If possible", "Walt."),
    ],
)
def test_what_stands_alone_behind_the_details_is_a_name(text: str, said: str) -> None:
    assert signed(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "2 of us at 7 tomorrow, cheers mate",  # no name to the model
        "Walt, 2 of us at 7 tomorrow",  # may be who is greeted
        "tomorrow, Walt",  # tells next to nothing of a table
        "it's for Ana Lima, 2 of us at 7 tomorrow, Walt",  # has one
    ],
)
def test_what_is_none_or_need_not_be_one_is_left(text: str) -> None:
    assert signed(text) is None
