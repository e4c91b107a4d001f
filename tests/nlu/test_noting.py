"""Which words of a message go to the staff: whole clauses and lists, and nothing of what tells of the table."""

from __future__ import annotations

import pytest

from nlu.clauses import Acts, Part
from nlu.noting import beside_notes, find_notes, is_all_for_staff
from nlu.reading.reader import read_message

TELLING = ("allerg", "coeliac", "cello", "mother", "hives", "is vegan", "epipen", "swells", "parrot")


def notes_in(text: str, acts: Acts) -> list[str]:
    """What is kept where a part is told to the staff if it has a word of TELLING, asked if it ends so, and else wants a table."""

    def judge(start: int, end: int) -> Acts:
        part = text[start:end].lower()
        if part.endswith("?"):
            return {"ask": 0.8}
        tells = any(word in part for word in TELLING) and "table for" not in part
        return {"note": 0.8} if tells else {"book": 0.6}

    message = read_message(text, expecting=None)
    told = [
        (span.entity, Part(span.start, span.end))
        for span in message.spans()
        if span.entity != "restaurant" or span.value["slugs"]
    ]
    return [text[slice(*part)] for part in find_notes(message, told, acts, judge)]


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("table for 2 on friday at 7pm, and I'm allergic to kiwi and latex", ["I'm allergic to kiwi and latex"]),
        ("table for 2 on friday at 7pm and I'm allergic to figs, dates, and chestnuts",
         ["I'm allergic to figs, dates, and chestnuts"]),
        ("table for 2 friday 7pm one is allergic to kiwi and latex", ["one is allergic to kiwi and latex"]),
        ("my mother has dementia so a calm spot please, table for 2 on friday at 7pm",
         ["my mother has dementia so a calm spot please"]),
        ("table for 8 on 18 Dec at 7pm. My son has a sesame allergy, an epipen is with him",
         ["My son has a sesame allergy, an epipen is with him"]),
        ("We are bringing our parrot. Saturday at 7.30pm for 2!", ["We are bringing our parrot."]),
        ("friday at 7pm for 3, an extra chair for my cello. Thanks", ["an extra chair for my cello."]),
        ("table for 2 on friday at 7pm, a high chair", []),  # seated so, and noted by itself
        ("table for 2 on friday at 7pm for our anniversary", []),
        ("table for 2 on friday at 7pm, do you have vegan options?", []),
        ("table for 2 on friday at 7pm, it will be grand", []),
        ("friday at 7pm for 2. Can you do lovely pastries?", []),
    ],
)  # fmt: skip
def test_a_request_is_parted_from_the_clauses_for_the_staff(text: str, notes: list[str]) -> None:
    assert notes_in(text, {"book": 0.7}) == notes


@pytest.mark.parametrize(
    ("text", "is_all"),
    [
        ("one guest is allergic to kiwi", True),
        ("one of us is vegan", True),
        ("one of us swells up if she touches crab", True),
        ("move us to saturday, one guest is allergic to kiwi", False),
    ],
)
def test_a_message_that_only_tells_a_note_is_kept_whole(text: str, is_all: bool) -> None:
    message = read_message(text, expecting=None)
    notes = [Part(text.index(note), text.index(note) + len(note)) for note in notes_in(text, {"note": 0.3})]
    assert notes
    assert is_all_for_staff(message, notes, {"note": 0.3}) == is_all


@pytest.mark.parametrize("acts", [{"aside": 0.6}, {"machine": 0.3, "aside": 0.3}, {"opt_out": 0.3}, {"forget": 0.4}])
def test_what_is_meant_for_others_is_no_note(acts: Acts) -> None:
    assert notes_in("Tom is allergic to kiwi, get the other cake", acts) == []


@pytest.mark.parametrize(
    ("text", "share", "is_noted"),
    [
        ("Mother bought a hat. I told you so", 0.05, False),
        ("Mother bought a hat. I told you so", 0.15, True),
        ("My mother is vegan. I told you so", 0.05, True),  # what somebody eats
        ("Mother will be carried in. A table for 4 tonight", 0.05, True),  # beside a table
    ],
)
def test_the_whole_bears_out_a_little_what_a_part_looks_like(text: str, share: float, is_noted: bool) -> None:
    assert bool(notes_in(text, {"note": share})) == is_noted


def test_a_wish_beside_a_note_is_not_only_a_note() -> None:
    text = "my guest is allergic to kiwi"
    message, whole = read_message(text, expecting=None), [Part(0, len(text))]
    assert is_all_for_staff(message, whole, {"note": 0.4})
    assert not is_all_for_staff(message, whole, {"note": 0.2, "cancel": 0.6})
    assert not is_all_for_staff(message, whole, {"note": 0.4, "ask": 0.4})


def test_numbers_in_a_note_do_not_count_beside_those_of_the_table() -> None:
    told = [("party_size", Part(0, 5)), ("time", Part(6, 9)), ("party_size", Part(12, 20)), ("diet", Part(25, 30))]
    assert beside_notes(told, [Part(11, 40)]) == [True, True, False, True]
    assert beside_notes(told[2:], [Part(11, 40)]) == [True, True]  # nobody else says how many
