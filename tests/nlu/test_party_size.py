"""How many people come, where no form alone tells it: see also nlu/grammar/en/people.yml."""

from __future__ import annotations

import pytest

from tests.nlu.reading_cases import values, words_of


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("any room tmrw nite 4 four", 4),
        ("can we get a bigger table? 6", 6),
        ("Lunch tomorrow, 1:30pm, 7", 7),
        ("4 on boxing day", 4),
        ("2 tonight at 8", 2),
        ("tonight 2", 2),
        ("saffron lane 4 7 tomorrow", 4),
        ("saffron lane, 3, friday 8pm", 3),
        ("12 for halloween", 12),
        ("saffron lane sat 5 lads 7", 5),
    ],
)
def test_a_number_alone_is_a_count(text: str, count: int) -> None:
    assert values(text, "party_size") == [{"count": count}]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("2 4 year olds n 2 adults", [4]),
        ("two 5-year-olds and me", [3]),
        ("2 adults, a 4 year old and a 2 year old", [4]),
        ("me, my wife and 2 six yr olds", [4]),
        ("3 adults 1 5yo", [4]),
        ("me and my 4 year old son", [2]),
        ("3 30 year olds", [3]),
        ("two 40 year olds and a 6 month old", [3]),
        ("2 adults and an 18 month old", [3]),
        ("one is a 6 y/o", []),
        ("she turns 40 years old", []),
        ("it's a 12 year old whisky", []),
    ],
)
def test_an_age_is_no_count(text: str, count: list[int]) -> None:
    assert values(text, "party_size") == [{"count": each} for each in count]
    assert values(text, "number") == []
    assert values(text, "time") == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("need 2 move my rez 2 8pm", []),
        ("can u change it 2 7:30", []),
        ("move us 2 friday pls", []),
        ("going 2 be late", []),
        ("change us 2 6 people", [6]),
        ("want 2 book a table 4 my wife and me", [2]),
        ("table 4 8:30 tomorrow 2 ppl", [2]),
        ("table for 2 book it", [2]),
        ("we 2 come at 8", [2]),
        ("move my table for 2 to 8pm", [2]),
        ("move 2 people to friday", [2]),
    ],
)
def test_a_digit_for_a_word_is_no_count(text: str, count: list[int]) -> None:
    assert values(text, "party_size") == [{"count": each} for each in count]


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
        ("our group went up from 4 to 7 people", 7, 4),
        ("4 -> 5 people", 5, 4),
        ("you have 4 but there are 6", 6, 4),
        ("for 4, sorry 5", 5, 4),
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


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("we were going to be eight but two cancelled", 6),
        ("table for 6, but one can't make it", 5),
        ("we're five, plus two kids", 7),
        ("four of us, minus my wife", 3),
        ("one more person makes it 7 people", 7),
        ("two dropped out, so 4 people", 4),
    ],
)
def test_who_comes_or_goes_besides_is_counted(text: str, count: int) -> None:
    assert values(text, "party_size") == [{"count": count}]


@pytest.mark.parametrize(
    "text", ["the whole family, 6 of us", "a group of 5", "a big party of nine", "a few friends, 4 in all"]
)
def test_a_group_that_is_counted_is_not_vague(text: str) -> None:
    assert len(values(text, "party_size")) == 1
    assert not values(text, "vague_party")


@pytest.mark.parametrize("text", ["make it 7 and one more", "7 plus one more person", "make it 6 and two fewer"])
def test_a_number_beside_more_guests_is_another_matter(text: str) -> None:
    assert len(values(text, "number")) == 1
    assert [set(value) for value in values(text, "party_size")] == [{"delta"}]


@pytest.mark.parametrize("text", ["one more, so 7", "we're one more, make it 7"])
def test_a_number_that_restates_the_guests_counts_them(text: str) -> None:
    assert values(text, "party_size") == [{"count": 7}]


@pytest.mark.parametrize(
    ("text", "deltas"),
    [
        ("plus two pls, my parents are coming along", [2]),
        ("Dave and Priya are coming as well, so could you make room for two more?", [2]),
        ("my brother and his wife are coming so add 2", [2]),
        ("my parents can't make it so minus 2", [-2]),
        ("add my mum and one more", [1, 1]),
        ("my mum is coming along, my dad is coming along, one more please", [1, 1]),
        ("one more please, my mum is coming along, my dad is coming along", [1, 1]),
    ],
)
def test_who_is_counted_as_well_as_named_counts_once(text: str, deltas: list[int]) -> None:
    assert values(text, "party_size") == [{"delta": delta} for delta in deltas]


@pytest.mark.parametrize(("text", "count"), [("down to 2. Kids are at grandmas", 2), ("we're up to 6 now", 6)])
def test_what_a_count_has_come_to_is_a_party(text: str, count: int) -> None:
    assert values(text, "party_size") == [{"count": count}]
