"""A restaurant is found by where it is, what it costs and what it has."""

from __future__ import annotations

import pytest

from tests.support.chat import Chat
from tests.support.phone import Phone, new_number

from .conftest import OpenHouse


def at(city: str, street: str) -> dict[str, str]:
    return {"city": city, "street": street, "region": "NY", "country": "US"}


@pytest.fixture
def quillport(open_house: OpenHouse) -> None:
    """Four restaurants in a city of their own."""
    open_house(
        "alder-wharf", "Alder Wharf", address=at("Quillport", "12 Main Street"), cuisines=["Italian"], price_level=1,
        features=["live_music"],
    )  # fmt: skip
    open_house(
        "bellows-yard", "Bellows Yard", address=at("Quillport", "7 Chandler Row"), cuisines=["Italian"], price_level=3,
        tables=[{"name": "T1", "area": "patio", "max_party": 4}],
    )  # fmt: skip
    open_house("cobble-fern", "Cobble Fern", address=at("Quillport", "9 Main Street"), cuisines=["Thai"], price_level=2)
    open_house("dovetail-inlet", "Dovetail Inlet", address=at("Quillport", "30 24th Avenue"), cuisines=["Greek"])


pytestmark = pytest.mark.usefixtures("quillport")


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ("the italian place on main in Quillport tomorrow at 7 for 2", "Alder Wharf"),
        ("an expensive restaurant in Quillport tomorrow at 7 for 2", "Bellows Yard"),
        ("somewhere with live music in Quillport tomorrow at 7 for 2", "Alder Wharf"),
        ("a place in Quillport with outdoor seating tomorrow at 7 for 2", "Bellows Yard"),
        ("something on 24th ave in Quillport tomorrow at 7 for 2", "Dovetail Inlet"),
    ],
)
def test_the_only_one_is_taken_at_once(phone: Phone, wish: str, found: str) -> None:
    answer = phone.say(wish)
    assert f"I know one, in Quillport. I'm holding {found}, Thu, Dec 3, 7:00 PM, 2 people" in answer


def test_a_question_for_a_place_is_a_search(phone: Phone) -> None:
    answer = phone.say("is there anything on main street in Quillport?")
    assert "1 Alder Wharf, Quillport\n2 Cobble Fern, Quillport" in answer


def test_a_wish_that_none_fulfils_is_owned_up_to(phone: Phone) -> None:
    answer = phone.say("a quiet italian place in Quillport")
    assert "I found none with this: quiet" in answer
    assert "1 Alder Wharf, Quillport\n2 Bellows Yard, Quillport" in answer


def test_another_price_takes_the_place_of_the_first(phone: Phone) -> None:
    assert "Alder Wharf" in phone.say("somewhere cheap in Quillport")
    assert "Bellows Yard" in phone.say("no, something expensive")


def test_somewhere_else_is_not_the_same_again(phone: Phone) -> None:
    phone.say("italian in Quillport tomorrow at 7 for 2")
    assert "I'm holding Alder Wharf" in phone.say("1")
    assert phone.say("somewhere else please").endswith("Italian restaurants in Quillport:\n1 Bellows Yard, Quillport")
    assert "I'm holding Bellows Yard, Thu, Dec 3, 7:00 PM, 2 people" in phone.say("1")
    assert "no other Italian restaurants in Quillport" in phone.say("somewhere else please")


def test_rather_another_kind_of_food(phone: Phone) -> None:
    phone.say("greek in Quillport tomorrow at 7 for 2")
    assert "1 Cobble Fern, Quillport" in phone.say("actually i'd rather have thai")
    assert "I'm holding Cobble Fern, Thu, Dec 3, 7:00 PM, 2 people" in phone.say("yes")


def test_what_the_restaurant_in_hand_is_already_asks_for_no_other(phone: Phone) -> None:
    phone.say("Dovetail Inlet tomorrow at 7 for 2")
    phone.say("I'd prefer greek in Quillport")
    assert "Booked! Dovetail Inlet" in phone.say("Ana Lima")


def test_what_is_not_in_one_city_is_in_another(phone: Phone) -> None:
    answer = phone.say("ethiopian in Quillport")
    assert "no Ethiopian restaurants in Quillport, but there are some in Boston" in answer
    assert "Abyssinia Rose" in phone.say("boston then")


def test_more_than_fit_into_one_text_come_page_by_page(phone: Phone, open_house: OpenHouse) -> None:
    for number in range(4):
        open_house(f"gimlet-{number}", f"Gimlet {'ABCD'[number]}rdwick", address=at("Quillport", "1 Quay"))
    first = phone.say("restaurants in Quillport")
    assert first.startswith("I know 8 restaurants in Quillport. Text MORE")
    second = phone.say("more")
    assert first.count("\n") == 5
    assert second.count("\n") == 3
    assert not set(first.splitlines()[1:]) & set(second.splitlines()[1:])
    assert phone.say("any others?").startswith("I know no other restaurants in Quillport")


def test_who_only_wants_to_know_books_nothing(chat: Chat) -> None:
    talk = chat.open()
    talk.say("book Bellows Yard tomorrow at 7 for 2")
    answer = talk.say("no, i just want to know: can we sit outside?")
    assert "Yes: Bellows Yard" in answer["messages"][0]["text"]
    assert answer["expects"] is None
    assert answer["hold"] is None


def test_a_question_by_the_way_is_remembered(phone: Phone) -> None:
    assert "Yes: Bellows Yard" in phone.say("bellows yard: can we sit outside?")
    assert "Yes: Bellows Yard" in phone.say("can we sit outside?")


def test_what_else_is_told_does_not_list_them_anew(phone: Phone) -> None:
    listed = phone.say("italian in Quillport tomorrow")
    told = phone.say("2 of us")
    assert told.startswith("Got it: 2 of us. And which of these?")
    assert listed.splitlines()[1:] == told.splitlines()[1:]
    assert phone.say("7pm").startswith("Got it: 7pm. And which of these?")
    assert "I'm holding Bellows Yard, Thu, Dec 3, 7:00 PM, 2 people" in phone.say("2")


def test_a_part_of_a_city_is_looked_for_in_the_city_too(phone: Phone) -> None:
    answer = phone.say("restaurants in Brooklyn")
    assert "restaurants in New York" in answer
    assert "Brasserie Tournesol, New York" in answer


def test_earlier_and_later_than_what_is_held(phone: Phone) -> None:
    phone.say("table for 2 at Dovetail Inlet tomorrow at 7pm")
    assert phone.say("anything later").startswith("Free after that:\n1 8:30 PM")
    assert "I'm holding Dovetail Inlet, Thu, Dec 3, 8:30 PM" in phone.say("1")
    assert phone.say("anything earlier?") == "Free before that:\n1 6:30 PM\n2 6:45 PM\n3 7:00 PM"
    phone.say("1")
    assert phone.say("anything earlier?") == "Free before that:\n1 5:00 PM"
    phone.say("1")
    answer = phone.say("anything earlier?")
    assert "nothing free shortly before" in answer
    assert "hose name" in answer


def test_who_books_in_a_city_may_name_any_of_its_houses(chat: Chat, open_house: OpenHouse) -> None:
    for letter in "ABCDEF":
        open_house(f"hurdle-{letter.lower()}", f"{letter}mbrel Larkwing", address=at("Hurdleby", "1 Quay"))
    open_house("thistle", "Thistle and Rook Dining", address=at("Hurdleby", "2 Quay"))
    talk = chat.open(phone=new_number(), name="Ana Lima")
    asked = talk.say("can you make a reservation in Hurdleby tomorrow at 7pm for 2")
    assert asked["expects"] == "restaurant"
    assert [choice["text"] for choice in asked["messages"][-1]["choices"]] == ["1", "2", "3", "4", "5"]
    assert "Thistle and Rook Dining, Thu, Dec 3, 7:00 PM" in talk.say("the thistle")["messages"][-1]["text"]
    again = chat.open(phone=new_number(), name="Ana Lima")
    again.say("can you make a reservation in Hurdleby tomorrow at 7pm for 2")
    assert "Bmbrel Larkwing, Thu, Dec 3" in again.say("2")["messages"][-1]["text"]


def test_a_city_decides_between_houses_of_one_name_whatever_it_is_called(phone: Phone, open_house: OpenHouse) -> None:
    open_house("kettle-one", "Kettle Wharf", address=at("St. Odile", "1 Quay"))
    open_house("kettle-two", "Kettle Wharf", address=at("Portmarsh", "1 Quay"))
    assert "I'm holding Kettle Wharf" in phone.say("kettle wharf in st. odile tomorrow at 7 for 2")
    assert phone.say("Ana Lima").startswith("Booked! Kettle Wharf")


def test_a_whole_name_goes_before_a_part_of_another(phone: Phone, open_house: OpenHouse) -> None:
    open_house("golden-sickle", "Golden Sickle", address=at("Portmarsh", "1 Quay"))
    open_house("sickle-table", "Sickle Table", address=at("Portmarsh", "2 Quay"))
    assert "I'm holding Golden Sickle" in phone.say("golden sickle in Portmarsh tomorrow at 7 for 2")


def test_that_there_are_no_others_is_said_once(phone: Phone) -> None:
    phone.say("somewhere with live music in Quillport")
    assert phone.say("any others?").startswith("I know no other restaurants in Quillport (live music)")
    assert phone.say("more").startswith("And where shall it be?")
    assert "I'm holding Alder Wharf" in phone.say("ok, tomorrow at 7 for 2 then")


def test_what_the_one_that_was_found_is_anyhow_looks_for_no_other(phone: Phone) -> None:
    phone.say("somewhere with live music in Quillport")
    assert phone.say("something cheap").startswith("What time shall it be?")
    assert "I found none with this: patio" in phone.say("with a patio")


def test_a_wish_for_the_table_alone_lists_no_houses(phone: Phone) -> None:
    assert phone.say("table for 2 tomorrow at 7pm, in the shade please").endswith("or a kind of food and a city.")


def test_too_many_to_page_through_are_narrowed_by_asking(phone: Phone, open_house: OpenHouse) -> None:
    for number, trade in enumerate(("Loom", "Anvil", "Kiln", "Lathe", "Forge", "Press", "Bobbin", "Thimble", "Mallet")):
        kind = ["Moroccan"] if number < 6 else ["Basque"]
        open_house(f"{trade.lower()}-vale", f"{trade} Vale", address=at("Tinker Falls", "1 Mill Lane"), cuisines=kind)
    for trade in ("Chisel", "Bellows"):
        open_house(
            f"{trade.lower()}-vale", f"{trade} Vale", address=at("Tinker Falls", "1 Mill Lane"), cuisines=["Belgian"]
        )
    answer = phone.say("a table in Tinker Falls tomorrow at 7 for 2")
    assert answer.startswith(
        "I know 11 restaurants in Tinker Falls. What kind of food, like Moroccan, Basque, Belgian?"
    )
    assert "I know these Basque restaurants in Tinker Falls" in phone.say("basque")


def test_another_kind_of_food_or_city_is_looked_for_at_a_hold(phone: Phone) -> None:
    assert "What name" in phone.say("table for 2 at Alder Wharf in Quillport tomorrow at 7")
    assert "1 Cobble Fern, Quillport" in phone.say("do you have anything thai?")
    assert "in San Francisco" in phone.say("what about in San Francisco")


def test_a_question_at_a_hold_keeps_the_table(phone: Phone) -> None:
    assert "What name" in phone.say("table for 2 at Cobble Fern in Quillport tomorrow at 7")
    assert "Cobble Fern is 2 on a scale of 1 to 5" in phone.say("is it expensive?")
    assert "for Ana Lima" in phone.say("Ana Lima")


def test_every_question_of_a_message_is_answered(phone: Phone) -> None:
    answer = phone.say("Brasserie Tournesol: what's the phone number and the address?")
    assert "+12125550164" in answer
    assert "540 Columbus Avenue" in answer
