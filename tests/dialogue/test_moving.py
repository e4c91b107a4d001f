"""A booking is moved to another restaurant by text, and stands until the table there is taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support import lookups, replies
from tests.support.chat import Chat
from tests.support.phone import Phone
from tests.support.running import Stack

from .conftest import OpenHouse

NewPhone = Callable[..., Phone]
TOURNESOL = "brasserie-tournesol-new-york"
CEDAR = "cedar-staircase-new-york"


@pytest.fixture
def diner(phone: Phone) -> Phone:
    """A phone with a table for 4 at Brasserie Tournesol tomorrow at seven."""
    phone.say("table for 4 at Brasserie Tournesol tomorrow at 7pm")
    phone.say("Ana Lima")
    return phone


def standing(phone: Phone) -> list[tuple[str, str, int]]:
    """(restaurant, when, people) of the bookings that stand."""
    return [(b.restaurant, b.when, b.party_size) for b in phone.bookings() if b.status == "confirmed" and b.tables]


def code_of(text: str) -> str:
    found = replies.CODE.search(text)
    assert found, text
    return found.group(1)


def test_moved_to_one_of_two_sites_and_cancelled_there(diner: Phone, stack: Stack) -> None:
    old = code_of(diner.say("what have I booked?"))
    offer = diner.say("can we move it to Nonna Brunella instead")
    assert "1 Nonna Brunella, New York" in offer
    assert "2 Nonna Brunella, San Francisco" in offer
    assert standing(diner) == [(TOURNESOL, "2026-12-03 19:00", 4)]
    assert diner.say("1").startswith("Shall I move it to Nonna Brunella, Thu, Dec 3, 7:00 PM, 4 people?")
    assert standing(diner) == [(TOURNESOL, "2026-12-03 19:00", 4)]
    moved = diner.say("Y")
    assert moved.startswith("Done. Your booking is now Nonna Brunella, Thu, Dec 3, 7:00 PM, 4 people. Code ")
    assert code_of(moved) != old
    assert standing(diner) == [("nonna-brunella-new-york", "2026-12-03 19:00", 4)]
    # What was moved is what is talked about from now on.
    assert code_of(diner.say("make it 8")) == code_of(moved)
    assert "Cancelled: Nonna Brunella" in diner.say("cancel my booking")
    assert standing(diner) == []
    assert "It's back: Nonna Brunella" in diner.say("undo")
    assert standing(diner) == [("nonna-brunella-new-york", "2026-12-03 20:00", 4)]
    assert diner.inbox() == [], "in a text thread the reply itself confirms"
    reminders = [row for row in lookups.outbox(stack.database, diner.number) if row.voided_at is None]
    assert [row.payload["restaurant"]["slug"] for row in reminders] == ["nonna-brunella-new-york"]


@pytest.mark.parametrize(
    ("wish", "when", "party_size"),
    [
        ("change the restaurant to Cedar Staircase", "2026-12-03 19:00", 4),
        ("move it to cedar staircase at 8", "2026-12-03 20:00", 4),
        ("move my Brasserie Tournesol booking to Cedar Staircase on Friday for 3", "2026-12-04 19:00", 3),
        ("could we eat at Cedar Staircase instead?", "2026-12-03 19:00", 4),
    ],
)
def test_a_restaurant_named_in_a_change_is_where_it_goes(diner: Phone, wish: str, when: str, party_size: int) -> None:
    assert "Shall I move it to Cedar Staircase" in diner.say(wish)  # it could not be taken back
    assert standing(diner) == [(TOURNESOL, "2026-12-03 19:00", 4)]
    assert "Your booking is now Cedar Staircase" in diner.say("Y")
    assert standing(diner) == [(CEDAR, when, party_size)]


def test_a_full_restaurant_offers_its_nearest_times_while_the_booking_stands(
    new_phone: NewPhone, open_house: OpenHouse
) -> None:
    open_house("sorrel-and-rue", "Sorrel and Rue")
    first, second = new_phone(), new_phone()
    first.say("table for 2 at Sorrel and Rue tomorrow at 7pm")
    first.say("Ben Okri")
    second.say("table for 2 at Cedar Staircase tomorrow at 7pm")
    second.say("Ana Lima")
    answer = second.say("can we move it to Sorrel and Rue instead")
    assert "Sorrel and Rue has no table for 2 people" in answer
    assert "2 5:30 PM" in answer
    assert "You keep Cedar Staircase, Thu, Dec 3, 7:00 PM, until you pick." in answer
    assert standing(second) == [(CEDAR, "2026-12-03 19:00", 2)]
    assert "Your booking is now Sorrel and Rue, Thu, Dec 3, 5:30 PM" in second.say("2")
    assert standing(second) == [("sorrel-and-rue", "2026-12-03 17:30", 2)]
    assert standing(first) == [("sorrel-and-rue", "2026-12-03 19:00", 2)]


def test_a_move_that_names_no_restaurant_is_asked_for_one(diner: Phone) -> None:
    assert "Which restaurant" in diner.say("I want to move my booking to another restaurant")
    assert "1 Nonna Brunella, San Francisco" in diner.say("Italian in San Francisco")
    assert "Shall I move it to Nonna Brunella" in diner.say("1")
    assert "Your booking is now Nonna Brunella" in diner.say("Y")
    assert standing(diner) == [("nonna-brunella-san-francisco", "2026-12-03 19:00", 4)]


def test_a_no_to_the_move_leaves_the_table_where_it_is(diner: Phone) -> None:
    assert "Shall I move it to Cedar Staircase" in diner.say("change the restaurant to Cedar Staircase")
    assert "stays as it is: Brasserie Tournesol" in diner.say("N")
    assert standing(diner) == [(TOURNESOL, "2026-12-03 19:00", 4)]


def test_a_move_to_a_restaurant_that_is_none_changes_nothing(diner: Phone) -> None:
    assert "no restaurant of that name" in diner.say("move it to the Blue Moon on Friday")
    assert "stays as it is: Brasserie Tournesol" in diner.say("leave it")
    assert standing(diner) == [(TOURNESOL, "2026-12-03 19:00", 4)]


def test_another_time_after_a_refusal_is_of_the_restaurant_asked_for(diner: Phone) -> None:
    answer = diner.say("move it to Cedar Staircase at 4am")
    assert "Your booking stays as it is: Brasserie Tournesol" in answer
    assert standing(diner) == [(TOURNESOL, "2026-12-03 19:00", 4)]
    assert "Shall I move it to Cedar Staircase, Thu, Dec 3, 8:00 PM" in diner.say("8pm")
    assert "Your booking is now Cedar Staircase" in diner.say("Y")
    assert standing(diner) == [(CEDAR, "2026-12-03 20:00", 4)]


def test_of_several_bookings_it_is_asked_which_one_moves(diner: Phone) -> None:
    diner.say("table for 2 at Cedar Staircase on Friday at 6pm")
    diner.say("Y")
    assert "Which booking" in diner.say("move my booking to Nonna Brunella in New York")
    assert "Shall I move it to Nonna Brunella, Fri, Dec 4, 6:00 PM" in diner.say("2")
    assert "Your booking is now Nonna Brunella, Fri, Dec 4, 6:00 PM" in diner.say("yes please")
    assert standing(diner) == [
        (TOURNESOL, "2026-12-03 19:00", 4),
        ("nonna-brunella-new-york", "2026-12-04 18:00", 2),
    ]
    assert 'text "move it to Cedar Staircase"' in diner.say("undo")


def test_in_the_widget_the_new_code_is_as_much_the_diners_as_the_old_one(chat: Chat, phone: Phone) -> None:
    talk = chat.open()
    talk.say("table for 2 at Cedar Staircase tomorrow at 7pm")  # which texts from a number of its own
    talk.say("Ana Lima")
    booked = talk.verify(phone)["reservation"]
    assert talk.say("move it to Brasserie Tournesol")["expects"] == "confirmation"
    moved = talk.say("Y")["reservation"]
    assert (moved["restaurant"]["slug"], moved["starts_at"]) == (TOURNESOL, booked["starts_at"])
    assert moved["code"] != booked["code"]
    assert moved["code"] in phone.wait_for_text(1), "nobody replied to that phone, so it gets a text"
    assert talk.say("what have I booked?")["reservation"] == moved
    assert talk.say("cancel my booking")["reservation"] == moved | {"status": "cancelled"}
