"""A name that is only set down behind the details of a table."""

from __future__ import annotations

import pytest

from nlu.clauses import Acts
from nlu.reading import read
from nlu.signing import signed_name


def as_name(text: str) -> Acts:
    return (
        {"name": 0.2}
        if text.rstrip(".").lower() in ("cheers mate", "no rush", "if possible", "walt. if possible")
        else {"name": 0.9}
    )


def named(text: str) -> list[tuple[str, object]]:
    spans = signed_name(text, read(text), as_name)
    assert all(span.text == text[span.start : span.end] for span in spans)
    return [(span.entity, span.value) for span in spans]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("friday 6:30, five of us. Hank Boyle", [("first_name", "Hank"), ("last_name", "Boyle")]),
        ("a table for 2 tonight at 8?? RICK", [("first_name", "Rick")]),
        ("2 of us at 7 tomorrow, walt", [("first_name", "Walt")]),
        ("2 of us at 7 tomorrow, Mia and Jon", [("first_name", "Mia and Jon")]),
        ("friday at 8 pm, two covers, A. Castellanos.", [("first_name", "A. Castellanos")]),
        ("2 of us at 7 tomorrow, Walt. If possible", [("first_name", "Walt")]),
    ],
)
def test_what_stands_alone_behind_the_details_is_a_name(text: str, names: list[tuple[str, object]]) -> None:
    assert named(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "2 of us at 7 tomorrow, cheers mate",  # no name to the model
        "2 of us at 7 tomorrow, gluten free",  # read as something else
        "Walt, 2 of us at 7 tomorrow",  # may be who is greeted
        "tomorrow, Walt",  # tells next to nothing of a table
        "it's for Ana Lima, 2 of us at 7 tomorrow, Walt",  # has one
    ],
)
def test_what_is_none_or_need_not_be_one_is_left(text: str) -> None:
    assert [name for name in named(text) if name[1] != "Ana"] == []
