"""The street a restaurant is on, and what is no street."""

from __future__ import annotations

import pytest

from nlu.reading.lexing import tokenize
from tests.nlu.reading_cases import values


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("the italian place on main", "main"),
        ("the Italian place on Main", "Main"),
        ("thai near mission street", "mission street"),
        ("a table on 24th street saturday for 2", "24th street"),
        ("somewhere on 5th ave tomorrow at 7", "5th ave"),
        ("the one on East 17th Avenue", "East 17th Avenue"),
        ("is there anything on Larimer Street?", "Larimer Street"),
        ("something on larimer for 4 friday", "larimer"),
        ("nonna brunella on stockton alley", "stockton alley"),
        ("sushi on broadway tonight", "broadway"),
    ],
)
def test_a_street_is_read(text: str, street: str) -> None:
    assert values(text, "street") == [street]


@pytest.mark.parametrize(
    "text",
    [
        "table at Lantern Street Kitchen",
        "lantern street kitchen for 2",
        "a place on friday",
        "a restaurant on saturday at 7",
        "a restaurant on the 5th",
        "a quiet spot on the river",
        "is there street parking",
        "what street are you on",
        "put us on the list",
        "a place on hold",
        "The Worshipful Company of Dumpling Makers and Noodle Pullers of Mulberry Street",
        "somewhere on my birthday",
        "after the long drive we want to eat",
    ],
)
def test_no_street_is_read(text: str) -> None:
    assert values(text, "street") == []


def test_the_day_beside_a_street_is_read() -> None:
    assert values("something on 24th street on the 24th", "date") == [{"year": None, "month": None, "day": 24}]


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("somewhere with live music in denver for 4 on friday", ["features"]),
        ("table for 2 on saturday at a kid friendly spot", ["kids"]),
        ("4 of us on friday, we love music", []),
    ],
)
def test_what_a_place_should_have_is_read_without_a_question(text: str, topics: list[str]) -> None:
    assert values(text, "topic") == topics


def test_a_thumb_after_words_is_no_yes() -> None:
    assert [token.word for token in tokenize("can we sit outside? 👍")][-1] != "yes"
    assert [token.word for token in tokenize("👍")] == ["yes"]


@pytest.mark.parametrize(("text", "entity"), [("dec 4 two people", "date"), ("tomorrow 4 two people", "time")])
def test_a_four_before_who_comes_is_a_day_or_an_hour(text: str, entity: str) -> None:
    assert values(text, "party_size") == [{"count": 2}]
    assert values(text, entity)
