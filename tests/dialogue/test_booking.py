"""Whole conversations that end in a table: signed webhooks in, TwiML out, Rasa and the database in between."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.support import lookups, replies
from tests.support.phone import Phone
from tests.support.running import Stack

from .conftest import OpenHouse

NewPhone = Callable[..., Phone]
TOURNESOL = "brasserie-tournesol-new-york"


def test_a_request_a_name_and_a_table(phone: Phone) -> None:
    asked = phone.say("Hi, table for 4 at Brasserie Tournesol tomorrow around 7pm")
    assert "Thu, Dec 3, 7:00 PM, 4 people" in asked
    assert "name" in asked
    booked = phone.say("Ana Lima")
    assert replies.CODE.search(booked), booked
    made = phone.booking()
    assert (made.restaurant, made.status, made.when, made.party_size) == (TOURNESOL, "confirmed", "2026-12-03 19:00", 4)
    assert made.name == "Ana Lima"
    assert made.tables > 0


def test_a_returning_diner_is_two_messages_from_a_table(phone: Phone) -> None:
    phone.say("table for 2 at Brasserie Tournesol tomorrow at 6pm, my name is Ana Lima")
    phone.say("Y")
    offered = phone.say("table for 4 at Brasserie Tournesol on Friday at 7pm")
    assert "for Ana Lima" in offered
    assert "Reply Y" in offered
    assert replies.CODE.search(phone.say("Y"))
    assert [b.when for b in phone.bookings()] == ["2026-12-03 18:00", "2026-12-04 19:00"]


@pytest.mark.parametrize(
    "yes",
    [
        "Y",
        "y",
        "yes",
        "Yes please!",
        "yep",
        "ok",
        "sure, book it",
        "\U0001f44d",
        "Yes, that is right.",
        "Yes, that sounds lovely. Please go ahead.",
    ],
)
def test_a_yes_in_any_form_books(phone: Phone, yes: str) -> None:
    phone.say("table for 2 at Brasserie Tournesol tomorrow at 6pm, my name is Ana Lima")
    assert replies.CODE.search(phone.say(yes)), phone.said


@pytest.mark.parametrize("other", ["Yes, that sounds lovely. Is there parking?", "ok, let me ask my wife first"])
def test_a_yes_that_goes_on_otherwise_books_nothing(phone: Phone, other: str) -> None:
    phone.say("table for 2 at Brasserie Tournesol tomorrow at 6pm, my name is Ana Lima")
    assert not replies.CODE.search(phone.say(other)), phone.said
    assert phone.bookings() == []


@pytest.mark.parametrize("no", ["N", "no", "No thanks"])
def test_a_no_books_nothing_and_gives_the_table_back(phone: Phone, stack: Stack, no: str) -> None:
    phone.say("table for 2 at Brasserie Tournesol tomorrow at 6pm, my name is Ana Lima")
    assert not replies.CODE.search(phone.say(no))
    assert phone.bookings() == []
    assert {row.status for row in lookups.seatings(stack.database, phone.number)} <= {"released"}


@pytest.mark.parametrize(
    "order",
    [
        ("I'd like to book a table", "Brasserie Tournesol", "4", "tomorrow", "7pm", "Ana Lima"),
        ("table for 4", "Brasserie Tournesol", "tomorrow at 7pm", "Ana Lima"),
        ("tomorrow at 7pm please", "Brasserie Tournesol", "for 4", "Ana Lima"),
        ("do you have a table at 7pm tomorrow?", "4 people", "Brasserie Tournesol", "Ana Lima"),
        ("Brasserie Tournesol", "tomorrow", "4 of us", "at 7 in the evening", "Ana Lima"),
        ("Brasserie Tournesol, 4 people, tomorrow, 7pm, my name is Ana Lima", "Y"),
        ("my name is Ana Lima and I want to eat at Brasserie Tournesol tomorrow", "7pm", "4", "Y"),
        ("a table for four at brasserie tournesol", "thursday at seven pm", "Ana Lima"),
        ("Tomorrow 19:00, Brasserie Tournesol, party of 4", "Ana Lima"),
        ("hello", "book a table for 4 people", "french in new york", "Brasserie Tournesol", "tomorrow 7pm", "Ana Lima"),
    ],
    ids=lambda order: order[0][:30],
)
def test_details_are_taken_in_any_order(phone: Phone, order: tuple[str, ...]) -> None:
    for message in order:
        answer = phone.say(message)
    assert replies.CODE.search(answer), phone.said
    made = phone.booking()
    assert (made.restaurant, made.when, made.party_size, made.name) == (TOURNESOL, "2026-12-03 19:00", 4, "Ana Lima")


@pytest.mark.parametrize(
    ("messages", "when", "party_size"),
    [
        (["table at Brasserie Tournesol tomorrow", "4", "make that 5", "7pm", "Ana"], "2026-12-03 19:00", 5),
        (["table for 4 at Brasserie Tournesol tomorrow at 7pm", "actually 6", "2", "Ana"], "2026-12-03 19:00", 6),
        (["table for 4 at Brasserie Tournesol tomorrow at 7pm", "actually at 8pm", "Ana"], "2026-12-03 20:00", 4),
        (["table for 4 at Brasserie Tournesol tomorrow 7pm", "no wait, friday", "Ana"], "2026-12-04 19:00", 4),
        (["table for 4 at Brasserie Tournesol tomorrow 7pm", "sorry, 3 people", "Ana"], "2026-12-03 19:00", 3),
        (
            ["table for 2 at Brasserie Tournesol tomorrow 7pm, I'm Ana", "half an hour later", "Y"],
            "2026-12-03 19:30",
            2,
        ),
    ],
    ids=lambda value: str(value)[-40:],
)
def test_a_correction_half_way_is_what_is_booked(phone: Phone, messages: list[str], when: str, party_size: int) -> None:
    for message in messages:
        answer = phone.say(message)
    assert replies.CODE.search(answer), phone.said
    assert (phone.booking().when, phone.booking().party_size) == (when, party_size), phone.said


def test_a_corrected_hold_keeps_only_one_table(phone: Phone, stack: Stack) -> None:
    phone.say("table for 4 at Brasserie Tournesol tomorrow at 7pm")
    phone.say("actually at 8pm")
    held = [row for row in lookups.seatings(stack.database, phone.number) if row.status == "held"]
    assert len(held) <= 1
    phone.say("Ana Lima")
    assert phone.booking().when == "2026-12-03 20:00"
    assert not [row for row in lookups.seatings(stack.database, phone.number) if row.status == "held"]


def test_no_table_the_nearest_a_digit_and_a_yes(new_phone: NewPhone, open_house: OpenHouse) -> None:
    open_house("plum-nook", "Plum Nook")
    first, second = new_phone(), new_phone()
    first.say("table for 2 at Plum Nook tomorrow at 7pm")
    first.say("Ana Lima")
    assert first.booking().when == "2026-12-03 19:00"

    offer = second.say("table for 2 at Plum Nook tomorrow at 7pm, my name is Ben Okri")
    assert "no table" in offer
    choices = re.findall(r"^(\d) (.+)$", offer, re.MULTILINE)
    assert [digit for digit, _ in choices] == [str(n) for n in range(1, len(choices) + 1)]
    assert any("5:30 PM" in label for _, label in choices), choices
    assert any("8:30 PM" in label for _, label in choices), choices
    late = next(digit for digit, label in choices if "8:30 PM" in label)
    assert "8:30 PM" in second.say(late)
    assert replies.CODE.search(second.say("Y"))
    assert second.booking().when == "2026-12-03 20:30"
    assert first.booking().when == "2026-12-03 19:00"


def test_the_last_table_goes_to_one_of_two_who_ask_together(new_phone: NewPhone, open_house: OpenHouse) -> None:
    from concurrent.futures import ThreadPoolExecutor

    open_house("pear-corner", "Pear Corner")
    phones = [new_phone() for _ in range(6)]
    request = "table for 2 at Pear Corner tomorrow at 7pm, my name is Ana Lima"
    with ThreadPoolExecutor(len(phones)) as pool:
        offers = list(pool.map(lambda phone: phone.say(request), phones))
    assert sum("Reply Y" in offer for offer in offers) == 1, offers
    for phone in phones:
        phone.say("Y")
    booked = [b.when for phone in phones for b in phone.bookings()]
    assert booked.count("2026-12-03 19:00") == 1


def test_a_closed_day_comes_with_open_ones(phone: Phone) -> None:
    answer = phone.say("table for 2 at Kumo no Niwa on Monday at 7pm")
    assert "closed on Mon, Dec 7" in answer
    assert re.search(r"^1 ", answer, re.MULTILINE), answer
    phone.say("1")
    phone.say("Ana Lima")
    assert phone.booking().status == "confirmed"
    assert phone.booking().starts_at.weekday() != 0


def test_outside_the_hours_the_hours_are_told(phone: Phone) -> None:
    answer = phone.say("table for 2 at Trattoria Lucertola tomorrow at 3pm")
    assert "5:00 PM" in answer
    assert phone.bookings() == []


def test_seven_means_the_evening_at_a_dinner_house(phone: Phone) -> None:
    assert "7:00 PM" in phone.say("table for 2 at Trattoria Lucertola tomorrow at 7")


def test_a_time_that_may_be_two_is_asked_about(phone: Phone) -> None:
    offer = phone.say("table for 2 at Brasserie Tournesol tomorrow at 8")
    assert re.findall(r"\d+:00 [AP]M$", offer, re.MULTILINE) == ["8:00 AM", "8:00 PM"]
    assert "8:00 PM" in phone.say("2")


def test_a_party_too_large_is_given_the_phone_number(phone: Phone) -> None:
    answer = phone.say("table for 30 at Brasserie Tournesol tomorrow at 7pm")
    assert "12 people" in answer
    assert "+12125550164" in answer
    assert "6 people" in phone.say("then for 6")


def test_an_unknown_restaurant_is_said_to_be_unknown(phone: Phone) -> None:
    assert "no restaurant of that name" in phone.say("table for 2 at The Purple Walrus tomorrow at 7pm")
    answer = phone.say("Brasserie Tournesol then")
    assert "Thu, Dec 3, 7:00 PM, 2 people" in answer, "what was said before is still known"


@pytest.mark.parametrize(
    ("pick", "slug"),
    [
        ("1", "nonna-brunella-new-york"),
        ("2", "nonna-brunella-san-francisco"),
        ("San Francisco", "nonna-brunella-san-francisco"),
    ],
)
def test_two_houses_of_one_name_are_told_apart(phone: Phone, pick: str, slug: str) -> None:
    offer = phone.say("table for 2 at Nonna Brunella on Friday at 7pm")
    assert "1 Nonna Brunella, New York\n2 Nonna Brunella, San Francisco" in offer
    phone.say(pick)
    phone.say("Ana Lima")
    assert phone.booking().restaurant == slug
    assert phone.booking().when == "2026-12-04 19:00", "in the zone of the house that was picked"


def test_a_city_in_the_message_tells_houses_of_one_name_apart(phone: Phone) -> None:
    phone.say("table for 2 at Nonna Brunella in San Francisco on Friday at 7pm")
    phone.say("Ana Lima")
    assert phone.booking().restaurant == "nonna-brunella-san-francisco"


def test_a_kind_of_food_and_a_city_is_answered_with_what_there_is(phone: Phone) -> None:
    offer = phone.say("somewhere Italian in New York for 2 tomorrow at 7pm")
    assert "Trattoria Lucertola" in offer
    digit = re.search(r"^(\d) Trattoria Lucertola", offer, re.MULTILINE)
    assert digit, offer
    phone.say(digit.group(1))
    phone.say("Ana Lima")
    assert phone.booking().restaurant == "trattoria-lucertola-new-york"


def test_a_restaurants_own_number_is_about_that_restaurant(new_phone: NewPhone) -> None:
    phone = new_phone(to="+12125550192")
    assert "Cedar Staircase" in phone.say("hello")
    assert "Cedar Staircase" in phone.say("table for 2 tomorrow at 7pm")
    phone.say("Ana Lima")
    assert phone.booking().restaurant == "cedar-staircase-new-york"


def test_notes_go_to_the_restaurant(phone: Phone) -> None:
    phone.say("table for 2 at Brasserie Tournesol tomorrow at 7pm for our anniversary, one vegan, my name is Ana Lima")
    phone.say("Y")
    assert "anniversary" in phone.booking().notes
    assert "vegan" in phone.booking().notes


def test_forget_it_ends_the_booking(phone: Phone, stack: Stack) -> None:
    phone.say("table for 2 at Brasserie Tournesol tomorrow at 7pm")
    phone.say("forget it")
    assert {row.status for row in lookups.seatings(stack.database, phone.number)} == {"released"}
    assert not replies.CODE.search(phone.say("Y"))
    assert phone.bookings() == []


def test_what_nobody_has_said_is_presumed_aloud_and_set_right_in_one_message(phone: Phone) -> None:
    asked = phone.say("a table at Brasserie Tournesol")
    assert "Wed, Dec 2: at what time, for 2 people?" in asked
    assert "Just say so" in asked
    phone.say("7pm on Friday, we are 5, name is Ana Lima")
    phone.say("Y")
    assert (phone.booking().when, phone.booking().party_size) == ("2026-12-04 19:00", 5)


def test_a_time_without_a_day_is_the_next_one_that_can_be_had(phone: Phone) -> None:
    """It is ten in the morning: nine o'clock breakfast is tomorrow's, dinner tonight's."""
    assert "Thu, Dec 3, 9:00 AM" in phone.say("Brasserie Tournesol at 9am for 2")
    assert "Wed, Dec 2, 7:00 PM" in phone.say("no, 7pm today")


def test_a_name_is_no_yes_to_a_party_that_nobody_told(phone: Phone) -> None:
    assert "2 people" in phone.say("table at Brasserie Tournesol tomorrow at 7pm")
    assert 'like "4 people"' in phone.say("Ana Lima")
    assert phone.bookings() == []
    phone.say("we are 4")
    phone.say("Y")
    assert (phone.booking().when, phone.booking().party_size) == ("2026-12-03 19:00", 4)


def test_a_party_that_is_too_large_is_told_so_before_anything_is_asked(phone: Phone) -> None:
    answer = phone.say("I need to feed 14 people on saturday at Brasserie Tournesol")
    assert "takes up to 12 people" in answer
    assert "what time" not in answer


def test_a_day_on_which_only_the_hour_is_wrong_is_kept(phone: Phone) -> None:
    """Guests are seated from half past eleven; nobody needs to say the day again."""
    assert "takes no guests" in phone.say("Cedar Staircase tomorrow at 4 in the morning for 4")
    assert "Thu, Dec 3, 8:30 PM, 4 people" in phone.say("830pm then")


def test_a_bare_number_is_people_where_nobody_is_seated_at_that_hour(phone: Phone) -> None:
    phone.say("a table at Brasserie Tournesol")
    assert "4 people: at what time?" in phone.say("4")


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("table for 0 at Brasserie Tournesol tomorrow at 7pm", "how many"),
        ("table for 2 at Brasserie Tournesol on 12/31/9999 at 7pm", "no such day"),
        ("table for 40 at Brasserie Tournesol tomorrow at 7pm", "takes up to 12 people"),
        ("table for 1000000000 at Brasserie Tournesol tomorrow at 7pm", "takes up to 12 people"),
    ],
)
def test_what_cannot_be_is_asked_again(phone: Phone, text: str, asked: str) -> None:
    assert asked in phone.say(text)
    assert phone.bookings() == []
