"""A tester's own restaurants, reservations and full evenings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.engine.helpers import as_lines, restaurant_line
from tests.simulator.conftest import Bench
from tests.support.phone import Phone

OpenRestaurant = Callable[..., str]
AT = "2027-05-04T10:00:00-04:00"


def test_the_same_restaurant_again_changes_nothing(bench: Bench, open_restaurant: OpenRestaurant) -> None:
    open_restaurant("Trattoria Orsola", slug="trattoria-orsola")
    (line,) = as_lines(restaurant_line(slug="trattoria-orsola", name="Trattoria Orsola"))
    changed = bench.ask("POST", "/restaurants", content=line)
    assert changed == {"created": 0, "updated": 1, "unchanged": 0, "misfits": []}
    same = bench.ask("POST", "/restaurants", content=line)
    assert same == {"created": 0, "updated": 0, "unchanged": 1, "misfits": []}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "line 1"),
        (b'{"slug": "x"}', "name"),
        ("Caf\u00e9".encode("latin-1"), "UTF-8"),
    ],
)
def test_lines_that_are_no_restaurants_are_refused_with_line_and_field(bench: Bench, body: bytes, says: str) -> None:
    assert says in bench.refused("POST", "/restaurants", 422, content=body)


def test_a_reservation_of_the_testers_is_the_diners(
    bench: Bench, phone: Phone, open_restaurant: OpenRestaurant
) -> None:
    slug = open_restaurant("Trattoria Palmira")
    made = bench.book(phone.number, slug, starts_at="2027-05-05T19:00", at=AT, notes="a high chair")
    assert made["starts_at"] == "2027-05-05T19:00:00-04:00"
    assert (made["status"], made["tables"], made["channel"]) == ("confirmed", ["T1"], "simulator")
    bench.set_clock(phone.number, phone.to, AT)
    told = phone.say("what have I booked?")
    assert "Trattoria Palmira" in told
    assert made["code"] in told
    assert bench.reservations(phone.number) == [made]


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"restaurant": "nowhere-at-all"}, 404, "restaurant"),
        ({"starts_at": "2027-05-05T05:00"}, 409, "table"),
        ({"starts_at": "2027-13-05T12:00"}, 422, "starts_at"),
        ({"party_size": 0}, 422, "party_size"),
        ({"phone": "12"}, 422, "phone"),
        ({"name": " "}, 422, "name"),
        ({"at": "yesterday"}, 422, "at"),
    ],
)
def test_what_cannot_be_booked_is_refused_with_the_reason(
    bench: Bench, open_restaurant: OpenRestaurant, change: dict[str, Any], status: int, says: str
) -> None:
    wish = {"restaurant": "brasserie-tournesol-new-york", "party_size": 2, "name": "Ana", "phone": "+12125550161"}
    wish |= {"starts_at": "2027-05-05T19:00", "at": AT, **change}
    assert says in bench.refused("POST", "/reservations", status, json=wish)
    assert bench.reservations("+12125550161") == []


def test_all_of_a_phone_is_given_back_what_is_over_too(
    bench: Bench, phone: Phone, open_restaurant: OpenRestaurant
) -> None:
    slug = open_restaurant("Trattoria Quintilla", tables=[{"name": "T1", "max_party": 2}])
    bench.set_clock(phone.number, phone.to, AT)
    phone.say("table for 2 at Trattoria Quintilla tomorrow at 7pm")
    bench.book(phone.number, slug, starts_at="2027-05-06T19:00", at=AT)
    answer = bench.ask("DELETE", "/reservations", params={"phone": phone.number, "at": "2027-06-01T00:00:00Z"})
    assert answer == {"given_back": 2}
    assert {each["status"] for each in bench.reservations(phone.number)} == {"released", "cancelled"}
    assert {each["status"] for each in bench.outbox(phone.number)} == {"voided"}
    for day in ("05", "06"):  # available again for everyone
        bench.book("+12125550162", slug, starts_at=f"2027-05-{day}T19:00", at=AT)
    assert bench.ask("DELETE", "/reservations", params={"phone": "+12125550162"}) == {"given_back": 2}
    assert bench.ask("DELETE", "/reservations", params={"phone": "+12125550162"}) == {"given_back": 0}


def test_a_full_evening_has_nothing_for_anybody(bench: Bench, phone: Phone, open_restaurant: OpenRestaurant) -> None:
    slug = open_restaurant("Trattoria Rosmunda")
    wish = {"restaurant": slug, "date": "2027-05-05", "phone": "+12125550163", "at": AT}
    assert bench.ask("POST", "/evenings", json=wish)["reservations"] >= 3
    engine = phone.stack.engine
    restaurant = engine.restaurant(slug)
    (dinner,) = restaurant.schedule.periods_on(date(2027, 5, 5))
    for party_size in range(1, restaurant.largest_party + 1):
        found = engine.find_openings(restaurant, starts_at=dinner.opens_at, party_size=party_size)
        assert found.openings == ()
    bench.set_clock(phone.number, phone.to, AT)
    assert "no table" in phone.say("table for 2 at Trattoria Rosmunda tomorrow at 7pm")
    covered = bench.ask("GET", "/coverage", params={"phone": phone.number, "to": phone.to})
    assert covered["errors"] == ["NoTableAvailable"]
    assert covered["intents"] == ["book"]
    assert "booking_form" in covered["actions"]
    assert "utter_nearest" in covered["responses"]
    bench.ask("DELETE", "/reservations", params={"phone": "+12125550163"})


def test_an_opening_may_be_left_free(bench: Bench, phone: Phone, open_restaurant: OpenRestaurant) -> None:
    slug = open_restaurant(
        "Trattoria Serafina", tables=[{"name": "T1", "max_party": 2}, {"name": "T2", "max_party": 2}]
    )
    leave = [{"starts_at": "19:00", "party_size": 2}]
    wish = {"restaurant": slug, "date": "2027-05-05", "phone": "+12125550164", "at": AT, "leave": leave}
    bench.ask("POST", "/evenings", json=wish)
    bench.book(phone.number, slug, starts_at="2027-05-05T19:00", at=AT)
    again = {"restaurant": slug, "party_size": 2, "name": "Ben", "phone": "+12125550165", "at": AT}
    bench.refused("POST", "/reservations", 409, json={**again, "starts_at": "2027-05-05T19:00"})
    for each in (phone.number, "+12125550164"):
        bench.ask("DELETE", "/reservations", params={"phone": each})


def test_an_evening_without_service_cannot_be_filled(bench: Bench, open_restaurant: OpenRestaurant) -> None:
    slug = open_restaurant("Trattoria Teodolinda", closures=[{"date": "2027-05-05", "reason": "holiday"}])
    wish = {"restaurant": slug, "date": "2027-05-05", "phone": "+12125550166", "at": AT}
    assert "closed" in bench.refused("POST", "/evenings", 422, json=wish)
    wish |= {"date": "2027-05-06", "service_period": "brunch"}
    assert "brunch" in bench.refused("POST", "/evenings", 422, json=wish)
