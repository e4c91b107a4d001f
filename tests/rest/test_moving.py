"""Moving a reservation to another restaurant by PATCH."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from booking_engine import BookingEngine, Restaurant
from tests.engine.helpers import pass_time
from tests.support import lookups

from .helpers import DAY, Caller, ok, problem

OpenRestaurant = Callable[..., Restaurant]
LONE = [{"name": "T1", "max_party": 2}]


def test_a_diner_moves_to_another_restaurant_under_a_new_code(
    visitor: Caller, restaurant: Restaurant, open_restaurant: OpenRestaurant, database: Engine
) -> None:
    phone, other = "+14155550140", open_restaurant(tables=LONE)
    made = visitor.book(restaurant.slug, phone=phone, notes="nut allergy")
    visitor.headers["X-Diner-Phone"] = phone
    path = f"/api/reservations/{made['code']}"
    moved = ok(visitor.patch(path, {"restaurant": other.slug}))
    there = {"slug": other.slug, "name": other.name, "city": "London"}
    assert moved == made | {"code": moved["code"], "restaurant": there}
    assert moved["code"] != made["code"]
    assert ok(visitor.get(f"/api/reservations/{moved['code']}")) == moved
    assert ok(visitor.get(path)) == made | {"status": "cancelled"}
    problem(visitor.patch(path, {"restaurant": other.slug}), 409, "reservation_over")
    told = [(row.kind, row.reservation_code) for row in lookups.outbox(database, phone) if row.kind != "reminder"]
    assert told[1:] == [("reservation_confirmed", made["code"]), ("reservation_changed", moved["code"])]


def test_a_time_without_an_offset_is_on_the_other_restaurants_clock(
    partner: Caller, restaurant: Restaurant, open_restaurant: OpenRestaurant
) -> None:
    other = open_restaurant(timezone="America/Los_Angeles")
    made = partner.book(restaurant.slug)
    change = {"restaurant": other.slug, "starts_at": f"{DAY}T20:00", "party_size": 4, "notes": "a birthday"}
    moved = ok(partner.patch(f"/api/reservations/{made['code']}", change))
    assert (moved["starts_at"], moved["party_size"], moved["notes"]) == (f"{DAY}T20:00:00-08:00", 4, "a birthday")


def test_a_refused_move_carries_offers_of_the_other_restaurant_and_changes_nothing(
    partner: Caller, restaurant: Restaurant, open_restaurant: OpenRestaurant
) -> None:
    other = open_restaurant(tables=LONE)
    partner.book(other.slug)
    made = partner.book(restaurant.slug)
    path = f"/api/reservations/{made['code']}"
    refused = problem(partner.patch(path, {"restaurant": other.slug}), 409, "no_table_available")
    assert refused["refusal"] == "no_table"
    assert {offer["restaurant"]["slug"] for offer in refused["openings"]} == {other.slug}
    assert ok(partner.get(path)) == made
    offered = refused["openings"][0]["starts_at"]
    assert ok(partner.patch(path, {"restaurant": other.slug, "starts_at": offered}))["starts_at"] == offered


@pytest.mark.parametrize("slug", ["no-such-restaurant", "", "No Such Restaurant", "é"])
def test_nobody_moves_to_a_restaurant_that_is_none(partner: Caller, restaurant: Restaurant, slug: str) -> None:
    made = partner.book(restaurant.slug)
    path = f"/api/reservations/{made['code']}"
    problem(partner.patch(path, {"restaurant": slug}), 404, "restaurant_unknown")
    assert ok(partner.get(path)) == made


def test_the_restaurant_it_is_at_is_no_move(partner: Caller, restaurant: Restaurant) -> None:
    made = partner.book(restaurant.slug)
    path = f"/api/reservations/{made['code']}"
    assert ok(partner.patch(path, {"restaurant": restaurant.slug})) == made
    assert ok(partner.patch(path, {"restaurant": restaurant.slug, "party_size": 3}))["code"] == made["code"]


def test_the_same_move_again_gets_the_same_answer(
    partner: Caller, restaurant: Restaurant, open_restaurant: OpenRestaurant
) -> None:
    other = open_restaurant(tables=LONE)
    path = f"/api/reservations/{partner.book(restaurant.slug)['code']}"
    first, again = (partner.patch(path, {"restaurant": other.slug}, Idempotency_Key="move-once") for _ in range(2))
    assert ok(again) == ok(first)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_too_late_to_move(
    partner: Caller, restaurant: Restaurant, open_restaurant: OpenRestaurant, engine: BookingEngine
) -> None:
    other = open_restaurant()
    path = f"/api/reservations/{partner.book(restaurant.slug, '2026-12-01T19:00')['code']}"
    pass_time(engine, hours=6, minutes=30)
    later = {"restaurant": other.slug, "starts_at": "2026-12-01T21:00"}
    problem(partner.patch(path, later), 409, "change_too_late")
