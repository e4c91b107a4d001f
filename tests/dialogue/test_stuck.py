"""Where simulated diners got stuck: questions that were taken for answers, words that said nothing new."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.support.phone import Phone

from .conftest import OpenHouse

TABLES = [{"name": "T1", "area": "main", "max_party": 4}, {"name": "T2", "area": "patio", "max_party": 4}]


def test_nobody_is_asked_twice_running_in_the_same_words(phone: Phone) -> None:
    asked = [phone.say("table at Brasserie Tournesol")]
    asked += [phone.say(words) for words in ("hmm", "dunno yet", "let me see", "well", "hmm hmm")]
    assert all(before != after for before, after in pairwise(asked)), asked


def test_a_misspelt_day_is_no_restaurant(phone: Phone) -> None:
    phone.say("table for 2 at Brasserie Tournesol")
    assert "Sunday Porch" not in phone.say("Suunday December 13")


def test_another_restaurant_named_while_the_day_is_asked_for_is_the_one_meant(phone: Phone) -> None:
    phone.say("table for 2 at Brasserie Tournesol")
    assert phone.say("sorry, at Basil Tramway").startswith("Basil Tramway")


def test_the_name_said_again_brings_no_number_and_no_day(phone: Phone) -> None:
    assert "at what time, for 2 people" in phone.say("I need a table at Two Left Feet")
    assert "What time shall it be" in phone.say("Two Left Feet in San Francisco")


def test_the_name_of_the_house_is_no_name_of_a_diner(phone: Phone) -> None:
    phone.say("table for 2 at Brasserie Tournesol on December 9 at 7pm")
    assert "Booked" not in phone.say("I said Brasserie Tournesol")
    assert phone.bookings() == []
    assert "Tom Brasseur" in phone.say("Tom Brasseur")


def test_a_restaurant_named_in_objection_is_the_one_meant_though_a_name_was_asked_for(phone: Phone) -> None:
    phone.say("table for 2 at Brasserie Tournesol on December 9 at 7pm")
    assert "I'm holding Casa Almendra" in phone.say("no, Casa Almendra")
    assert phone.bookings() == []


@pytest.mark.parametrize("sign", ["", " \U0001f44d", " !!", " pls"])
def test_a_question_with_a_name_is_answered_however_unsure_its_reading(phone: Phone, sign: str) -> None:
    assert "Steelhead & Sons" in phone.say(f"steelhead & sons: can we sit outside?{sign}")


def test_an_option_is_picked_with_a_slip(phone: Phone) -> None:
    assert "1 Nonna Brunella" in phone.say("table for 2 at Nonna Brunella December 10 at 8pm")
    assert "I'm holding Nonna Brunella" in phone.say("nonna brunella, san fancisco")


def test_options_are_not_shown_twice_with_the_same_words(phone: Phone) -> None:
    shown = [phone.say("table for 2 at Nonna Brunella December 10 at 8pm")]
    shown += [phone.say("nonna brunella") for _ in range(3)]
    assert all(before != after for before, after in pairwise(shown)), shown


def test_a_request_is_no_name(phone: Phone) -> None:
    phone.say("table for 2 at Brasserie Tournesol on December 9 at 7pm")
    assert "Booked" not in phone.say("can we do Zaturnday instead?")
    assert phone.bookings() == []


@pytest.mark.parametrize("question", ["can we sit outside?", "do they have tables outside?"])
def test_a_question_about_a_seat_is_answered_amid_a_booking(phone: Phone, open_house: OpenHouse, question: str) -> None:
    open_house("patio-heron", "Patio Heron Diner", tables=TABLES)
    before = phone.say("table for 2 at Patio Heron Diner tomorrow at 6pm")
    answer = phone.say(question)
    assert answer != before
    assert "2 people, outside" in answer or answer.startswith("Yes: Patio Heron Diner")
    assert "name" in answer


def test_a_seat_that_the_house_does_not_tell_of_is_not_promised(phone: Phone, open_house: OpenHouse) -> None:
    open_house("inner-heron", "Inner Heron Diner")
    phone.say("table for 2 at Inner Heron Diner tomorrow at 6pm, my name is Ana Lima")
    assert phone.say("can we sit outside?").startswith('I can\'t promise "outside" at Inner Heron Diner')
    phone.say("Y")
    assert phone.booking().notes == "outside"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Brasserie Tournesol: can we sit outside?", "Yes: Brasserie Tournesol lists outdoor seating."),
        ("can we sit outside at Brasserie Tournesol?", "Yes: Brasserie Tournesol lists outdoor seating."),
        (
            "I have a question about Brasserie Tournesol. is there something for vegetarians?",
            "Yes: Brasserie Tournesol",
        ),
        ("i have a question about gochu garden. what are their opening hours?", "Gochu Garden seats guests"),
        ("Brasserie Tournesol: where is it?", "Brasserie Tournesol: "),
        ("Brasserie Tournesol: what are the prices like?", "Brasserie Tournesol is 3 "),
        ("is Brasserie Tournesol expensive?", "Brasserie Tournesol is 3 "),
    ],
)
def test_a_question_opens_no_booking(phone: Phone, question: str, answer: str) -> None:
    assert phone.say(question).startswith(answer)
