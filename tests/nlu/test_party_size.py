"""How many people come, in all the ways of saying it."""

from __future__ import annotations

import pytest

from tests.nlu.reading_cases import values, words_of

COUNTS = [
    ("any room tmrw nite 4 four", 4),
    ("a table 4 2 tomorrow", 2),
    ("at 4 four people", 4),
    ("table for 4", 4),
    ("a table for two please", 2),
    ("for 6", 6),
    ("party of six", 6),
    ("group of 11 tonight", 11),
    ("booking for twelve on friday", 12),
    ("4ppl", 4),
    ("4 ppl tmrw", 4),
    ("8 pax", 8),
    ("five of us", 5),
    ("there are 7 of us", 7),
    ("we r 9 for a bday on the 12th", 9),
    ("4 of us on the patio", 4),
    ("just one of us tonight", 1),
    ("can we get a bigger table? 6", 6),
    ("it's only one of us for dinner", 1),
    ("the ten of us", 10),
    ("we are 3", 3),
    ("we're 5", 5),
    ("there will be 9", 9),
    ("there'll be nine of us", 9),
    ("3 in total", 3),
    ("just me", 1),
    ("only me tonight", 1),
    ("a table for me alone", 1),
    ("by myself", 1),
    ("table for one", 1),
    ("1 person", 1),
    ("just one person", 1),
    ("me and my wife", 2),
    ("me & my girlfriend", 2),
    ("my husband and I", 2),
    ("my mother-in-law and me", 2),
    ("my sister and brother", 2),
    ("me, my wife and our son", 3),
    ("my wife, my two kids and me", 4),
    ("me and three friends", 4),
    ("me and 2 of my colleagues", 3),
    ("me plus one other", 2),
    ("2 adults 3 kids", 5),
    ("me my husband and 2 friends", 4),
    ("wife and I", 2),
    ("6 of my friends and I will be there", 7),
    ("four people including two kids", 4),
    ("6 adults and 1 high chair", 6),
    ("20ish people", 20),
    ("increase it to 6", 6),
    ("one more person makes it 7 people", 7),
    ("myself and four others", 5),
    ("2 adults and a toddler", 3),
    ("two adults, two kids", 4),
    ("2 adults and 3 children", 5),
    ("3 couples", 6),
    ("a couple and their baby", 3),
    ("a couple of us", 2),
    ("my parents and me", 3),
    ("my five nephews and I", 6),
    ("my 2 kids and I would like a table", 3),
    ("4 people and I would like to sit outside", 4),
    ("a dozen", 12),
    ("half a dozen people", 6),
    ("4 person table", 4),
    ("a four top", 4),
    ("twenty-five guests", 25),
    ("a party of twenty one", 21),
    ("can you seat 14 tomorrow", 14),
    ("do you have room for 13", 13),
    ("party size is 6", 6),
    ("number of people: 5", 5),
    ("4 are coming", 4),
    ("both of us", 2),
    ("book us in, at 7 for 4", 4),
    ("for 4 at 7", 4),
    ("Lunch tomorrow, 1:30pm, 7", 7),
    ("party is 7 now", 7),
    ("4 on boxing day", 4),
    ("2 tonight at 8", 2),
    ("tonight 2", 2),
    ("saffron lane 4 7 tomorrow", 4),
    ("saffron lane, 3, friday 8pm", 3),
    ("two adults plus three kids", 5),
    ("my aunt, uncle and me", 3),
    ("5 friends on friday, so 6 in total", 6),
    ("fuor people", 4),
    ("12 for halloween", 12),
]


@pytest.mark.parametrize(("text", "count"), COUNTS)
def test_a_count_is_read(text: str, count: int) -> None:
    assert values(text, "party_size") == [{"count": count}]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10-12 people", {"min": 10, "max": 12}),
        ("10 to 12 people", {"min": 10, "max": 12}),
        ("four or five of us", {"min": 4, "max": 5}),
        ("a table for 6 or 7 people", {"min": 6, "max": 7}),
        ("me and my kids", {"min": 3, "max": None}),
        ("2 more people", {"delta": 2}),
        ("two more", {"delta": 2}),
        ("one more person", {"delta": 1}),
        ("add another person", {"delta": 1}),
        ("plus one", {"delta": 1}),
        ("add 3 people", {"delta": 3}),
        ("wait my mom is coming too", {"delta": 1}),
        ("my sister is joining us", {"delta": 1}),
        ("one less", {"delta": -1}),
        ("two fewer people", {"delta": -2}),
        ("1 person can't come", {"delta": -1}),
        ("2 people dropped out", {"delta": -2}),
    ],
)
def test_ranges_and_changes_are_read(text: str, value: dict[str, int]) -> None:
    assert values(text, "party_size") == [value]


@pytest.mark.parametrize(
    "text",
    [
        "one of us is vegan",
        "one of us uses a wheelchair",
        "I forgot to say that one of us is in a wheelchair.",
        "two of us use wheelchairs",
        "two of the guests are vegetarian",
        "1 person has a nut allergy",
        "three of us need high chairs",
        "i have 2 kids",
        "we are bringing our 3 children",
        "can we have 2 tables",
        "a rating of more than 3 stars",
        "less than 4 stars",
        "it has a rating greater than 3",
        "5 days from now",
        "for 2 hours",
        "book one of the tables outside",
        "that's the one",
        "my wife is ill",
        "I will ask my husband",
        "back to square one",
    ],
)
def test_remarks_are_no_party(text: str) -> None:
    assert values(text, "party_size") == []


@pytest.mark.parametrize(
    ("text", "new", "old"),
    [
        ("change it from 4 to 6 people", 6, 4),
        ("not 8 people, 5", 5, 8),
        ("8 people instead of 6", 8, 6),
        ("we go from 2 to 4 people", 4, 2),
        ("I made it for 5, can it be 6", 6, 5),
        ("I booked for 3 people but please change it to two people", 2, 3),
        ("switch my booking of 5 people to 7 people", 7, 5),
    ],
)
def test_a_change_tells_the_new_from_the_old(text: str, new: int, old: int) -> None:
    assert values(text, "party_size") == [{"count": new}]
    assert values(text, "previous_party_size") == [{"count": old}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Table for 10 people at 8", "10 people"),
        ("a party of 6, please", "6"),
        ("The 12 of us", "12 of us"),
        ("Me and my  wife!", "Me and my  wife"),
        ("hey 4ppl", "4ppl"),
    ],
)
def test_the_span_is_the_diners_words(text: str, said: str) -> None:
    assert words_of(text, "party_size") == [said]


@pytest.mark.parametrize(
    ("text", "expecting", "entity", "value"),
    [
        ("15", "party_size", "party_size", {"count": 15}),
        ("one", "party_size", "party_size", {"count": 1}),
        ("make that five", "party_size", "party_size", {"count": 5}),
        ("15", None, "number", 15),
        ("actually 8", None, "number", 8),
        ("2", "choice", "choice", {"index": 2}),
        ("two please", "choice", "choice", {"index": 2}),
        ("for 7", "time", "time", {"hour": 7, "minute": 0, "meridiem": None, "approximate": False}),
        ("7pm for 4", "time", "party_size", {"count": 4}),
        ("4 people", "time", "party_size", {"count": 4}),
    ],
)
def test_a_bare_number_is_what_was_asked_for(text: str, expecting: str | None, entity: str, value: object) -> None:
    assert values(text, entity, expecting) == [value]
