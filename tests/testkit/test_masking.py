"""Masking removes all personal data from a recording and changes nothing else."""

from __future__ import annotations

import pytest

from testkit.recording.masking import Mask

OWN = "+14155550133"


def masked(*messages: str, expected: str | None = None, kept: tuple[str, ...] = (), known: str = "") -> list[str]:
    """Return the messages masked, after learning from all of them."""
    mask = Mask(OWN, kept)
    mask.learn_name(known)
    for message in messages:
        mask.learn(message, expected)
    return [mask.apply(message) for message in messages]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("my name is Silas Willaert", "my name is Ana Lima"),
        ("it's silas willaert, for 2", "it's ana lima, for 2"),
        ("SILAS WILLAERT", "ANA LIMA"),
        ("Silas", "Ana"),
        ("Hope", "Ana"),
        ("Kowalski, peanut allergy at the table", "Ana, peanut allergy at the table"),
        ("my number is 415 555 0133", "my number is {phone}"),
        ("call me on +1 (415) 555-0133 please", "call me on {phone} please"),
        ("or my wife's, 415 555 0134", "or my wife's, +12025550100"),
        ("silas.w+x@mail.example.org", "somebody@example.com"),
        ("table for 2 tomorrow at 7pm", "table for 2 tomorrow at 7pm"),
    ],
)
def test_what_is_personal_is_replaced(said: str, written: str) -> None:
    assert masked(said, expected="name") == [written]


def test_a_person_has_one_name_throughout() -> None:
    said = ("I'm Silas Willaert", "for Silas Willaert. Code X", "Willaert", "silas here")
    assert masked(*said) == ["I'm Ana Lima", "for Ana Lima. Code X", "Lima", "ana here"]


def test_two_people_have_two_names() -> None:
    first, second = masked("I'm Silas Willaert", "my name is Odette Brandvold")
    assert first == "I'm Ana Lima"
    assert second == "my name is Ben Okafor"


def test_a_name_booked_before_is_known_even_if_nobody_says_it() -> None:
    assert masked("You have a table for Silas Willaert.", known="Silas Willaert") == ["You have a table for Ana Lima."]


def test_a_restaurant_keeps_its_name_whoever_bears_it_too() -> None:
    said = ("my name is Rosa Bianchi", "Rosa's Cantina, 2 people, for Rosa Bianchi")
    written = masked(*said, kept=("Rosa's Cantina",))
    assert "Rosa's Cantina, 2 people" in written[1]
    assert "Bianchi" not in " ".join(written)


def test_a_restaurants_number_stays() -> None:
    mask = Mask(OWN, ())
    assert mask.apply("Please call them: +12125550152.") == "Please call them: +12125550152."


def test_a_word_that_is_also_a_name_stays_a_word() -> None:
    assert masked("my name is Will Verbeke", "will you be open?")[1] == "will you be open?"


def test_a_name_that_texts_cannot_spell_is_known_in_their_spelling() -> None:
    assert masked("for Lukasz Zolc", known="Łukasz Żółć") == ["for Ana Lima"]
