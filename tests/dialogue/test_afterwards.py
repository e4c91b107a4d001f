"""What a diner does with a booking: move it, look it up, give it back, take that back. Each step is looked up in the database."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support import lookups, replies
from tests.support.phone import Phone
from tests.support.running import Stack

from .conftest import OpenHouse

NewPhone = Callable[..., Phone]


@pytest.fixture
def diner(phone: Phone) -> Phone:
    """A phone with a table for 4 at Brasserie Tournesol tomorrow at seven."""
    phone.say("table for 4 at Brasserie Tournesol tomorrow at 7pm")
    phone.say("Ana Lima")
    assert phone.booking().when == "2026-12-03 19:00"
    return phone


def code_of(text: str) -> str:
    found = replies.CODE.search(text)
    assert found, text
    return found.group(1)


def test_booked_moved_and_cancelled(phone: Phone, stack: Stack) -> None:
    phone.say("Hi, table for 4 at Brasserie Tournesol tomorrow around 7pm")
    code = code_of(phone.say("Ana Lima"))
    assert (phone.booking().status, phone.booking().when) == ("confirmed", "2026-12-03 19:00")

    moved = phone.say("can we make it 8 instead?")
    assert code_of(moved) == code
    assert (phone.booking().status, phone.booking().when, phone.booking().party_size) == (
        "confirmed",
        "2026-12-03 20:00",
        4,
    )
    taken = phone.booking().tables
    assert taken > 0

    cancelled = phone.say("cancel my booking")
    assert "Cancelled" in cancelled
    assert (phone.booking().status, phone.booking().tables) == ("cancelled", 0)
    history = [
        row.kind
        for row in lookups.rows(
            stack.database,
            """SELECT e.kind FROM reservation_event e JOIN reservation r
                 ON r.restaurant_id = e.restaurant_id AND r.id = e.reservation_id
                WHERE r.diner_phone = :phone ORDER BY e.occurred_at""",
            phone=phone.number,
        )
    ]
    assert len(history) == 4, history
    assert phone.inbox() == [], "in a text thread the reply itself confirms"


@pytest.mark.parametrize(
    ("wish", "when", "party_size"),
    [
        ("can we make it 8 instead?", "2026-12-03 20:00", 4),
        ("make it 8:30", "2026-12-03 20:30", 4),
        ("move it to friday", "2026-12-04 19:00", 4),
        ("can we come on Saturday at 6pm instead?", "2026-12-05 18:00", 4),
        ("an hour later please", "2026-12-03 20:00", 4),
        ("half an hour earlier", "2026-12-03 18:30", 4),
        ("2 more people", "2026-12-03 19:00", 6),
        ("one less person", "2026-12-03 19:00", 3),
        ("we'll be 5", "2026-12-03 19:00", 5),
        ("change my booking to 6 people at 8pm", "2026-12-03 20:00", 6),
        ("could you change my reservation from 7 to 8:15pm", "2026-12-03 20:15", 4),
    ],
)
def test_a_booking_is_changed_by_what_is_said_of_it(diner: Phone, wish: str, when: str, party_size: int) -> None:
    answer = diner.say(wish)
    assert replies.CODE.search(answer), answer
    made = diner.booking()
    assert (made.status, made.when, made.party_size) == ("confirmed", when, party_size), answer


def test_a_change_that_says_not_what_is_asked_what(diner: Phone) -> None:
    assert "the day, the time, the number of people or the place?" in diner.say("I need to change my booking")
    assert "8:00 PM" in diner.say("8pm")
    assert diner.booking().when == "2026-12-03 20:00"


def test_a_change_can_be_left(diner: Phone) -> None:
    diner.say("I need to change my booking")
    assert "stays as it is" in diner.say("leave it")
    assert diner.booking().when == "2026-12-03 19:00"


def test_a_change_that_cannot_be_keeps_the_table(new_phone: NewPhone, open_house: OpenHouse) -> None:
    open_house("quince-hatch", "Quince Hatch")
    first, second = new_phone(), new_phone()
    first.say("table for 2 at Quince Hatch tomorrow at 7pm")
    first.say("Ana Lima")
    second.say("table for 2 at Quince Hatch tomorrow at 8:30pm")
    second.say("Ben Okri")
    answer = first.say("can we make it 8:30pm?")
    assert "You keep Quince Hatch, Thu, Dec 3, 7:00 PM" in answer
    assert first.booking().when == "2026-12-03 19:00"
    assert first.booking().tables > 0
    first.say("no thanks")
    assert first.booking().when == "2026-12-03 19:00"
    assert second.booking().when == "2026-12-03 20:30"


@pytest.mark.parametrize(
    "wish", ["cancel my booking", "please cancel my reservation", "I can't make it, cancel the table"]
)
def test_a_cancelled_table_is_free_for_others(new_phone: NewPhone, open_house: OpenHouse, wish: str) -> None:
    open_house("medlar-room", "Medlar Room")
    first, second = new_phone(), new_phone()
    first.say("table for 2 at Medlar Room tomorrow at 7pm")
    first.say("Ana Lima")
    assert "Cancelled" in first.say(wish)
    second.say("table for 2 at Medlar Room tomorrow at 7pm")
    second.say("Ben Okri")
    assert second.booking().when == "2026-12-03 19:00"
    assert "somebody else" in first.say("undo")
    assert first.booking().status == "cancelled"


def test_undo_brings_a_cancelled_booking_back(diner: Phone) -> None:
    before = diner.booking()
    diner.say("cancel my booking")
    assert "back" in diner.say("UNDO")
    assert diner.booking() == before


def test_undo_without_anything_to_undo_says_so(phone: Phone) -> None:
    assert "nothing" in phone.say("undo")


def test_which_of_several_is_asked_and_told_by_a_digit(diner: Phone) -> None:
    diner.say("table for 2 at Cedar Staircase on Friday at 6pm")
    diner.say("Y")
    offer = diner.say("cancel my booking")
    assert "1 Brasserie Tournesol, Thu, Dec 3" in offer
    assert "2 Cedar Staircase, Fri, Dec 4" in offer
    assert "Cedar Staircase" in diner.say("2")
    assert [(b.restaurant, b.status) for b in diner.bookings()] == [
        ("brasserie-tournesol-new-york", "confirmed"),
        ("cedar-staircase-new-york", "cancelled"),
    ]


def test_which_of_several_may_be_named(diner: Phone) -> None:
    diner.say("table for 2 at Cedar Staircase on Friday at 6pm")
    diner.say("Y")
    assert "Cancelled" in diner.say("cancel my booking on friday")
    assert [b.status for b in diner.bookings()] == ["confirmed", "cancelled"]
    assert "8:00 PM" in diner.say("move my Brasserie Tournesol booking to 8pm")
    assert diner.bookings()[0].when == "2026-12-03 20:00"


def test_which_of_several_before_a_change_keeps_what_was_wished(diner: Phone) -> None:
    diner.say("table for 2 at Cedar Staircase on Friday at 6pm")
    diner.say("Y")
    assert "Which booking" in diner.say("can you move my booking to 8:30pm")
    diner.say("1")
    assert [b.when for b in diner.bookings()] == ["2026-12-03 20:30", "2026-12-04 18:00"]


def test_bookings_are_listed(diner: Phone) -> None:
    shown = diner.say("what have I booked?")
    assert "Brasserie Tournesol, Thu, Dec 3, 7:00 PM, 4 people" in shown
    assert "Ana Lima" in shown
    diner.say("table for 2 at Cedar Staircase on Friday at 6pm")
    diner.say("Y")
    shown = diner.say("show me my bookings")
    assert "Brasserie Tournesol" in shown
    assert "Cedar Staircase" in shown


@pytest.mark.parametrize("wish", ["what have I booked?", "cancel my booking", "change my booking to 9pm"])
def test_who_has_booked_nothing_is_told_so(phone: Phone, wish: str) -> None:
    assert "no upcoming booking" in phone.say(wish)


def test_a_code_opens_nothing_for_another_phone(diner: Phone, new_phone: NewPhone) -> None:
    code = code_of(diner.say("what have I booked?"))
    other = new_phone()
    for text in (f"cancel booking {code}", f"cancel {code}", f"move {code} to 9pm", "what have I booked?"):
        assert "Brasserie Tournesol" not in other.say(text), text
    assert diner.booking().when == "2026-12-03 19:00"
    assert "Cancelled" in diner.say(f"cancel booking {code}")


def test_amid_another_booking_the_table_in_hand_is_let_go_first(diner: Phone) -> None:
    assert "Reply Y" in diner.say("table for 2 at Nonna Brunella in New York on friday at 8pm")
    let_go = diner.say("cancel my booking")
    assert "You still have Brasserie Tournesol" in let_go
    assert [b.status for b in diner.bookings() if b.status != "released"] == ["confirmed"]
    assert "Cancelled: Brasserie Tournesol" in diner.say("cancel my booking")


def test_amid_another_booking_one_that_is_named_is_cancelled(diner: Phone) -> None:
    diner.say("table for 2 at Nonna Brunella in New York on friday at 8pm")
    assert "Cancelled: Brasserie Tournesol" in diner.say("cancel my booking at Brasserie Tournesol")


def test_a_question_for_a_part_of_the_day_moves_nothing_that_lies_in_it(phone: Phone) -> None:
    phone.say("table for 2 at Cedar Staircase tomorrow at 8pm, my name is Ana Lima")
    phone.say("Y")
    before = phone.booking()
    offered = phone.say("is there anything later in the evening?")
    assert "These times are free too" in offered, offered
    assert phone.booking() == before
    phone.say("1")
    assert phone.booking().when != before.when


def test_the_day_that_would_be_presumed_for_a_new_booking_is_a_day_to_move_to(phone: Phone) -> None:
    phone.say("table for 2 at Brasserie Tournesol on friday at 7pm, my name is Ana Lima")
    phone.say("Y")
    phone.say("I want to change my booking")
    assert "Wed, Dec 2, 7:00 PM" in phone.say("today")
    assert phone.booking().when == "2026-12-02 19:00"
