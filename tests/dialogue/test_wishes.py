"""What a diner asks of the table: it is looked for, kept with the booking, and told to the staff."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from tests.support import replies
from tests.support.phone import Phone
from tests.support.running import Stack

from .conftest import OpenHouse

TABLES = [
    {"name": "T1", "area": "main", "max_party": 2},
    {"name": "T2", "area": "main", "max_party": 3, "features": ["step_free"]},
    {"name": "T3", "area": "patio", "max_party": 4, "features": ["high_chair"]},
]


def seated(stack: Stack, phone: Phone) -> list[Any]:
    """(tables, features wished for) of the phone's confirmed bookings."""
    with stack.database.connect() as connection:
        rows = connection.execute(
            text(
                """
                SELECT array_agg(t.name) AS tables, r.features FROM reservation r JOIN dining_table t
                  ON t.restaurant_id = r.restaurant_id AND t.table_id = ANY (r.table_ids)
                WHERE r.diner_phone = :phone AND r.status = 'confirmed' GROUP BY r.id, r.features
                """
            ),
            {"phone": phone.number},
        )
        return [(row.tables, row.features) for row in rows]


def test_a_high_chair_is_looked_for_and_told_to_the_staff(phone: Phone, stack: Stack, open_house: OpenHouse) -> None:
    open_house("chair-heron", "Chair Heron Diner", tables=TABLES)
    phone.say("table for 2 at Chair Heron Diner tomorrow at 6pm, we need a high chair, my name is Ana Lima")
    assert replies.CODE.search(phone.say("Y")), phone.said
    assert seated(stack, phone) == [(["T3"], ["high_chair"])]
    assert "high chair" in phone.booking().notes


def test_a_wish_told_later_moves_the_hold(phone: Phone, stack: Stack, open_house: OpenHouse) -> None:
    open_house("step-heron", "Step Heron Diner", tables=TABLES)
    phone.say("table for 2 at Step Heron Diner tomorrow at 6pm, my name is Ana Lima")
    phone.say("a step-free table please")
    assert replies.CODE.search(phone.say("Y")), phone.said
    assert seated(stack, phone) == [(["T2"], ["step_free"])]
    assert "step-free" in phone.booking().notes


def take_the_patio(other: Phone, house: str) -> None:
    """Somebody else sits there from 6:00 to 7:30 PM tomorrow."""
    other.say(f"table for 2 outside at {house} tomorrow at 6pm, my name is Ben Roy")
    assert replies.CODE.search(other.say("Y")), other.said


def test_where_they_asked_to_sit_is_told(phone: Phone, stack: Stack, open_house: OpenHouse) -> None:
    open_house("terrace-heron", "Terrace Heron Diner", tables=TABLES)
    assert "2 people, outside" in phone.say("table for 2 outside at Terrace Heron Diner tomorrow at 6pm")
    assert "outside" in phone.say("Ana Lima")
    assert [tables for tables, _ in seated(stack, phone)] == [["T3"]]
    assert "outside" in phone.say("what did I book?")
    assert "outside" not in phone.say("table for 2 at Terrace Heron Diner tomorrow at 9pm"), "nobody asked"


def test_where_they_cannot_sit_is_told_with_the_nearest_time_at_which_they_can(
    phone: Phone, new_phone: Callable[..., Phone], stack: Stack, open_house: OpenHouse
) -> None:
    open_house("shady-heron", "Shady Heron Diner", tables=TABLES)
    take_the_patio(new_phone(), "Shady Heron Diner")
    said = phone.say("table for 2 at Shady Heron Diner tomorrow at 6:30pm on the patio, my name is Ana Lima")
    assert said.startswith('"the patio" is taken then, so this is another table. At 7:30 PM it would be free.')
    assert "2 people, for Ana Lima" in said
    assert "2 people, outside" in phone.say("ok, 7:30 then")
    assert replies.CODE.search(phone.say("Y"))
    assert [tables for tables, _ in seated(stack, phone)] == [["T3"]]


def test_who_would_rather_sit_elsewhere_gets_another_table(phone: Phone, stack: Stack, open_house: OpenHouse) -> None:
    open_house("rainy-heron", "Rainy Heron Diner", tables=TABLES)
    phone.say("table for 2 outside at Rainy Heron Diner tomorrow at 6pm, my name is Ana Lima, one of us is vegan")
    assert replies.CODE.search(phone.say("Y"))
    booked = stack.engine.reservations_of(phone.number)[0]
    told = "vegan; outside; no garden peas, an allergy"
    stack.engine.change_reservation(booked.code, notes=told, command_id="peas", channel="api", notify=False)
    assert "2 people, inside. Code" in phone.say("can we sit inside instead, it's going to rain")
    assert [tables for tables, _ in seated(stack, phone)] == [["T1"]]
    assert phone.booking().notes == "vegan; no garden peas, an allergy; inside"
    assert "7:00 PM, 2 people, outside. Code" in phone.say("make it 7, on the patio after all")
    assert [tables for tables, _ in seated(stack, phone)] == [["T3"]]
    assert phone.booking().notes == "vegan; no garden peas, an allergy; the patio"


def test_who_would_rather_sit_where_all_is_taken_keeps_the_table_and_the_staff_is_told(
    phone: Phone, new_phone: Callable[..., Phone], stack: Stack, open_house: OpenHouse
) -> None:
    open_house("windy-heron", "Windy Heron Diner", tables=TABLES)
    take_the_patio(new_phone(), "Windy Heron Diner")
    phone.say("table for 2 at Windy Heron Diner tomorrow at 6:30pm, my name is Ana Lima")
    phone.say("Y")
    said = phone.say("could we sit outside?")
    assert said.startswith('"outside" is taken then, so your table stays where it is.'), said
    assert "Noted: outside." in said
    assert [tables for tables, _ in seated(stack, phone)] == [["T1"]]
    said = phone.say("make it 7 then, outside")
    assert said.startswith('"outside" is taken then, so this is another table.'), said
    assert "7:00 PM, 2 people. Code" in said
    assert "7:45 PM, 2 people, outside. Code" in phone.say("7:45, and outside")


def test_a_place_that_is_only_for_walk_ins_is_not_called_taken(phone: Phone, open_house: OpenHouse) -> None:
    bar = {"name": "B1", "area": "bar", "max_party": 2, "walk_in": True}
    open_house("counter-heron", "Counter Heron Diner", tables=[*TABLES, bar])
    said = phone.say("table for 2 at the bar at Counter Heron Diner tomorrow at 6pm, my name is Ana Lima")
    assert said.startswith("Counter Heron Diner, Thu, Dec 3, 6:00 PM, 2 people, for Ana Lima."), said
    phone.say("Y")
    assert phone.booking().notes == "at the bar"
    assert "taken" not in phone.say("can't we sit at the bar?")


def test_another_part_of_the_house_than_was_asked_for_first(phone: Phone, open_house: OpenHouse) -> None:
    open_house("moody-heron", "Moody Heron Diner", tables=TABLES)
    phone.say("table for 2 outside at Moody Heron Diner tomorrow at 6pm, my name is Ana Lima")
    assert "inside" in phone.say("no wait, inside")
    assert replies.CODE.search(phone.say("Y"))
    assert phone.booking().notes == "inside"


def test_a_question_about_what_tables_have_is_answered(phone: Phone, open_house: OpenHouse) -> None:
    open_house("asked-heron", "Asked Heron Diner", tables=TABLES)
    assert phone.say("does Asked Heron Diner have high chairs?").startswith("Yes:")
    assert not phone.say("does Asked Heron Diner have booths?").startswith("Yes:")


def test_what_is_told_after_the_booking_is_noted_and_the_table_stays(phone: Phone, open_house: OpenHouse) -> None:
    open_house("note-heron", "Note Heron Diner", tables=TABLES)
    phone.say("table for 2 at Note Heron Diner tomorrow at 6pm, my name is Ana Lima")
    phone.say("Y")
    before = phone.booking()
    noted = phone.say("and a high chair pls")
    assert noted.startswith("Noted: high chair.")
    assert "Note Heron Diner" in noted
    assert phone.say("one of us is vegan").startswith("Noted: one of us is vegan.")
    after = phone.booking()
    assert (after.when, after.party_size, after.tables) == (before.when, before.party_size, before.tables)
    assert after.notes == "high chair; one of us is vegan"


def test_what_one_of_them_needs_is_no_number_of_people(phone: Phone, open_house: OpenHouse) -> None:
    open_house("ramp-heron", "Ramp Heron Diner", tables=TABLES)
    phone.say("table for 2 at Ramp Heron Diner tomorrow at 6pm, my name is Ana Lima")
    phone.say("Y")
    assert phone.say("I forgot to say that one of us uses a wheelchair.").startswith("Noted: wheelchair.")
    assert phone.booking().party_size == 2


def test_a_note_comes_along_with_another_time(phone: Phone, open_house: OpenHouse) -> None:
    open_house("late-heron", "Late Heron Diner", tables=TABLES)
    phone.say("table for 2 at Late Heron Diner tomorrow at 6pm, my name is Ana Lima")
    phone.say("Y")
    phone.say("change it to 8pm and we need a high chair")
    assert phone.booking().when.endswith("20:00")
    assert phone.booking().notes == "high chair"


def test_notes_that_are_full_stop_no_change(phone: Phone, stack: Stack, open_house: OpenHouse) -> None:
    open_house("full-heron", "Full Heron Diner", tables=TABLES)
    phone.say("table for 2 at Full Heron Diner tomorrow at 6pm, my name is Ana Lima")
    phone.say("Y")
    booked = stack.engine.reservations_of(phone.number)[0]
    stack.engine.change_reservation(booked.code, notes="x" * 2000, command_id="fill", channel="api", notify=False)
    assert "can't add more notes to your booking at Full Heron Diner" in phone.say("we need a high chair")
    assert "8:00 PM" in phone.say("make it 8pm, and one of us is vegan")
    assert phone.booking().when.endswith("20:00")
    assert phone.booking().notes == "x" * 2000


@pytest.mark.parametrize(
    ("told", "notes"),
    [
        (", and I'm allergic to kiwi and latex", "kiwi and latex"),
        (". One of us is allergic to bananas, avocado and chestnuts", "bananas, avocado and chestnuts"),
        (", my mother has dementia so a calm spot away from the speakers please", "dementia so a calm spot"),
        (", my wife is allergic to sulphites so no wine sauces", "sulphites so no wine sauces"),
        (", do you have vegan options? we're so excited", None),
    ],
)
def test_words_for_the_staff_are_kept_whole_in_a_request(
    phone: Phone, open_house: OpenHouse, told: str, notes: str | None
) -> None:
    open_house("noting-heron", "Noting Heron Diner", tables=TABLES)
    said = phone.say(f"my name is Ana Lima, table for 2 at Noting Heron Diner tomorrow at 6pm{told}")
    assert ("Noted" in said) == (notes is not None)
    assert replies.CODE.search(phone.say("Y")), phone.said
    assert (notes or "") in phone.booking().notes
    assert "excited" not in phone.booking().notes


def test_a_yes_with_words_for_the_staff_books(phone: Phone, open_house: OpenHouse) -> None:
    open_house("yes-heron", "Yes Heron Diner", tables=TABLES)
    phone.say("my name is Ana Lima, table for 2 at Yes Heron Diner tomorrow at 6pm")
    said = phone.say("yes please, and one of us is allergic to kiwi")
    assert replies.CODE.search(said if "Code" in said else phone.say("Y")), phone.said
    assert "allergic to kiwi" in phone.booking().notes
