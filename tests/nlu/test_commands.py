"""Two wishes in one message, and what only looks like two."""

from __future__ import annotations

import pytest

from nlu.commands import split_wishes


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        (
            "cancel the cedar one and make the other one 6 people",
            ["cancel the cedar one", "make the other one 6 people"],
        ),
        ("please cancel Friday, then move Sunday to 8pm", ["please cancel Friday", "move Sunday to 8pm"]),
        (
            "book a table for 4 at Old Siam on Monday at 7 and cancel my friday table",
            ["cancel my friday table", "book a table for 4 at Old Siam on Monday at 7"],
        ),
        ("cancel friday. cancel the saturday one too", ["cancel friday", "cancel the saturday one too"]),
    ],
)
def test_two_wishes_are_told_apart_and_what_is_cancelled_comes_first(text: str, wishes: list[str]) -> None:
    assert split_wishes(text) == wishes


@pytest.mark.parametrize(
    "text",
    [
        "cancel Friday and book Saturday instead",
        "cancel friday and book saturday",
        "cancel my booking and book a table for 4 at Old Siam tomorrow",
        "cancel it and make it 8",
        "cancel my table at Chai and Chimney",
        "cancel the friday one and tell me the address please",
        "don't cancel friday and make it 8",
        "make it 8 and 4 people",
        "table for 2, tomorrow, 7pm",
        "",
        "and and and",
    ],
)
def test_everything_else_is_one(text: str) -> None:
    assert split_wishes(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "yes please, do you have parking?",
        "Y. where is it",
        "ok book it and is there a dress code",
        "yes, is 8 possible too?",
        "yes but do you have parking?",
        "yes, for 4",
        "no, do you have parking?",
    ],
)
def test_a_yes_and_a_question_are_one(text: str) -> None:
    """The question is answered first, and the yes asked for again."""
    assert split_wishes(text) == [text]
