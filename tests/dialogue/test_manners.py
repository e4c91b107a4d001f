"""How the bot talks: questions by the way, other words the second time, courtesies, and no word twice."""

from __future__ import annotations

import pytest

from tests.support import replies
from tests.support.phone import Phone


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("do they have parking?", "87th Street"),
        ("what's the address?", "New York"),
        ("are dogs allowed?", "terrace"),
        ("when do they open?", "5:00 PM"),
        ("what's their phone number?", "+12125550164"),
        ("is it wheelchair accessible?", "wheelchair"),
    ],
)
def test_a_question_in_the_middle_is_answered_and_the_booking_goes_on(phone: Phone, question: str, fact: str) -> None:
    asked = phone.say("table for 4 at Brasserie Tournesol tomorrow")
    answer = phone.say(question)
    assert fact in answer
    assert "time" in answer, "the open question follows"
    assert asked not in answer, "in other words"
    phone.say("7pm")
    phone.say("Ana Lima")
    assert (phone.booking().when, phone.booking().party_size) == ("2026-12-03 19:00", 4)


def test_a_question_before_the_yes_does_not_book(phone: Phone) -> None:
    phone.say("table for 4 at Brasserie Tournesol tomorrow at 7pm, my name is Ana Lima")
    answer = phone.say("do they have parking?")
    assert "87th Street" in answer
    assert phone.bookings() == []
    assert replies.CODE.search(phone.say("Y"))


@pytest.mark.parametrize(
    "opening",
    [
        ["I'd like a table"],
        ["I'd like a table", "Brasserie Tournesol"],
        ["table for 4 at Brasserie Tournesol"],
        ["table for 4 at Brasserie Tournesol tomorrow"],
        ["table for 4 at Brasserie Tournesol tomorrow at 7pm, my name is Ana Lima"],
    ],
    ids=["restaurant", "party size", "date", "time", "confirmation"],
)
def test_no_question_is_put_twice_in_the_same_words(phone: Phone, opening: list[str]) -> None:
    for message in opening:
        asked = phone.say(message)
    heard = [asked]
    for noise in ("hmm let me think about this for a while", "the weather is nice today"):
        heard.append(phone.say(noise))
    assert len(set(heard)) == len(heard), heard
    questions = [sentence.strip() for text in heard for sentence in text.replace("\n", " ").split("?")[:-1]]
    assert len(set(questions)) == len(questions), heard


def test_nothing_that_was_said_is_asked_again(phone: Phone) -> None:
    phone.say("table for 4 tomorrow at 7pm")
    answer = phone.say("Brasserie Tournesol")
    assert "how many" not in answer
    assert "which day" not in answer
    assert "what time" not in answer
    assert "Thu, Dec 3, 7:00 PM, 4 people" in answer


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello", "book"),
        ("good evening", "book"),
        ("help", "cancel my booking"),
        ("what can you do?", "book"),
        ("thanks!", "welcome"),
        ("bye", "oodbye"),
        ("who won the world cup in 1998?", "table"),
        ("tell me a joke", "table"),
        ("can I talk to a human?", "restaurant"),
        ("quiero una mesa para dos", "ingl\u00e9s"),
    ],
)
def test_what_is_no_booking_gets_a_fitting_answer(phone: Phone, text: str, words: str) -> None:
    assert words in phone.say(text)
    assert phone.bookings() == []


def test_thanks_after_a_booking_changes_nothing(phone: Phone) -> None:
    phone.say("table for 2 at Brasserie Tournesol tomorrow at 7pm")
    phone.say("Ana Lima")
    before = phone.booking()
    for text in ("thank you!", "great", "see you then", "Y", "ok"):
        phone.say(text)
    assert phone.booking() == before


def test_the_tenth_noise_is_still_answered(phone: Phone) -> None:
    for number in range(10):
        assert phone.say(f"qwertz asdf {number}")


def test_a_new_booking_begins_anew(phone: Phone) -> None:
    phone.say("table for 4 at Brasserie Tournesol tomorrow at 7pm")
    phone.say("Ana Lima")
    asked = phone.say("I'd like to book another table at Cedar Staircase")
    assert "4 people" not in asked, "the party of the last booking is not this one's"
    phone.say("3 of us")
    phone.say("friday 6pm")
    phone.say("Y")
    assert [(b.restaurant, b.when, b.party_size) for b in phone.bookings()] == [
        ("brasserie-tournesol-new-york", "2026-12-03 19:00", 4),
        ("cedar-staircase-new-york", "2026-12-04 18:00", 3),
    ]


def test_a_restaurant_that_was_asked_about_is_the_one_to_book(phone: Phone) -> None:
    phone.say("do you have outdoor seating at Brasserie Tournesol?")
    assert "Brasserie Tournesol" in phone.say("ok book us in, 6 people saturday 7:30pm")


def test_another_restaurant_that_is_named_goes_before_the_one_asked_about(phone: Phone) -> None:
    phone.say("do you have outdoor seating at Brasserie Tournesol?")
    assert "Cedar Staircase" in phone.say("ok, a table for 2 at Cedar Staircase tomorrow at 7pm")


@pytest.mark.parametrize("words", ["drop it", "forget it", "never mind"])
def test_who_gives_up_is_not_asked_for_a_restaurant_again(phone: Phone, words: str) -> None:
    assert "Which restaurant" in phone.say("I'd like to book a table")
    assert "nothing is booked" in phone.say(words)


@pytest.mark.parametrize("words", ["running 15 min late", "sorry, we will be a bit late"])
def test_who_comes_late_is_told_whom_to_call_and_keeps_the_table(phone: Phone, words: str) -> None:
    phone.say("table for 2 at Cedar Staircase tomorrow at 7pm, my name is Ana Lima")
    phone.say("Y")
    before = phone.booking()
    assert "You reach the people at Cedar Staircase" in phone.say(words)
    assert phone.booking() == before
