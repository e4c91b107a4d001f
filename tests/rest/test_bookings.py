"""From an opening to a reservation and to its cancellation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Engine

from booking_engine import BookingEngine, Restaurant
from tests.engine.helpers import pass_time
from tests.support import lookups

from .helpers import DAY, DINER, Caller, ok, problem

OpenRestaurant = Callable[..., Restaurant]


def kinds(database: Engine, phone: str) -> list[str]:
    """Kinds of texts queued for a phone, except reminders."""
    return [row.kind for row in lookups.outbox(database, phone) if row.kind != "reminder"]


def test_a_visitor_finds_holds_and_confirms(visitor: Caller, restaurant: Restaurant, database: Engine) -> None:
    name = {"slug": restaurant.slug, "name": restaurant.name, "city": "London"}
    seen = ok(visitor.get(f"/api/restaurants/{restaurant.slug}/availability", date=DAY, time="19:00", party_size=2))
    assert seen["exact"] == seen["openings"][0]
    assert seen["exact"] == {
        "restaurant": name,
        "starts_at": f"{DAY}T19:00:00+00:00",
        "party_size": 2,
        "areas": [],
    }

    held = ok(visitor.hold(restaurant.slug, seen["exact"]["starts_at"]), 201)
    assert held["restaurant"] == name
    assert held["starts_at"] == f"{DAY}T19:00:00+00:00"
    assert datetime.fromisoformat(held["expires_at"]).utcoffset() is not None

    phone = "+14155550101"
    diner = {"name": "Ada  Lovelace", "phone": "+1 (415) 555-0101", "notes": "nut allergy"}
    made = ok(visitor.confirm(held["hold_id"], diner), 201)
    assert made | {"code": ""} == {
        "code": "",
        "status": "confirmed",
        "restaurant": name,
        "starts_at": f"{DAY}T19:00:00+00:00",
        "ends_at": f"{DAY}T20:30:00+00:00",
        "party_size": 2,
        "diner_name": "Ada Lovelace",
        "diner_phone": phone,
        "notes": "nut allergy",
        "areas": [],
    }
    assert [(b.when, b.party_size, b.notes) for b in lookups.bookings(database, phone)] == [
        (f"{DAY} 19:00", 2, "nut allergy")
    ]
    assert kinds(database, phone) == ["phone_code", "reservation_confirmed"]


def test_a_diner_moves_and_cancels_with_the_phone_it_was_booked_with(
    client: Caller, visitor: Caller, restaurant: Restaurant, database: Engine
) -> None:
    phone = "+14155550102"
    path = f"/api/reservations/{visitor.book(restaurant.slug, phone=phone)['code']}"
    visitor.headers["X-Diner-Phone"] = "+1 415 555 0102"
    moved = ok(visitor.patch(path, {"starts_at": f"{DAY}T20:00"}))
    assert (moved["starts_at"], moved["party_size"], moved["notes"]) == (f"{DAY}T20:00:00+00:00", 2, "")
    ok(visitor.patch(path, {"party_size": 4, "notes": "a birthday"}))
    shown = ok(visitor.get(path))
    assert (shown["starts_at"], shown["party_size"], shown["notes"]) == (moved["starts_at"], 4, "a birthday")

    assert ok(visitor.delete(path))["status"] == "cancelled"
    assert ok(visitor.delete(path))["status"] == "cancelled"
    assert ok(visitor.get(path))["status"] == "cancelled"
    problem(visitor.patch(path, {"notes": "too late"}), 409, "reservation_over")
    [booked] = lookups.bookings(database, phone)
    assert (booked.status, booked.tables) == ("cancelled", 0)
    assert kinds(database, phone) == [
        "phone_code",
        "reservation_confirmed",
        "reservation_changed",
        "reservation_changed",
        "reservation_cancelled",
    ]


def test_a_diner_is_one_however_the_number_is_written(
    visitor: Caller, restaurant: Restaurant, database: Engine
) -> None:
    code = visitor.book(restaurant.slug, phone="+52 1 55 1234 0102")["code"]
    for written in ("+5215512340102", "+525512340102"):
        visitor.headers["X-Diner-Phone"] = written
        assert ok(visitor.get(f"/api/reservations/{code}"))["diner_phone"] == "+525512340102"
    assert len(lookups.bookings(database, "+525512340102")) == 1


def test_a_no_carries_offers_that_can_be_held(visitor: Caller, open_restaurant: OpenRestaurant) -> None:
    restaurant = open_restaurant(tables=[{"name": "T1", "max_party": 2}])
    visitor.book(restaurant.slug)
    refused = problem(visitor.hold(restaurant.slug), 409, "no_table_available")
    assert refused["refusal"] == "no_table"
    assert refused["openings"]
    for offer in refused["openings"]:
        held = ok(visitor.hold(offer["restaurant"]["slug"], offer["starts_at"], offer["party_size"]), 201)
        assert visitor.delete(f"/api/holds/{held['hold_id']}").status_code == 204


def test_a_full_day_offers_other_days_and_places_close_by(visitor: Caller, open_restaurant: OpenRestaurant) -> None:
    somewhere = {"city": "Leeds", "lat": 53.8, "lon": -1.55}
    lone = [{"name": "T1", "max_party": 2}]
    week = [{"max_party": 2, "minutes": 600}]
    restaurant = open_restaurant(address=somewhere, tables=lone, turn_times=week)
    close_by = open_restaurant(address=somewhere, tables=lone)
    visitor.book(restaurant.slug)
    refused = problem(visitor.hold(restaurant.slug), 409, "no_table_available")
    assert not refused["openings"]
    assert {offer["restaurant"]["slug"] for offer in refused["other_days"]} == {restaurant.slug}
    assert {offer["restaurant"]["slug"] for offer in refused["nearby"]} == {close_by.slug}
    seen = ok(visitor.get(f"/api/restaurants/{restaurant.slug}/availability", date=DAY, time="19:00", party_size=2))
    assert (seen["exact"], seen["refusal"], seen["openings"]) == (None, "no_table", [])
    assert (seen["other_days"], seen["nearby"]) == (refused["other_days"], refused["nearby"])
    for offer in refused["other_days"] + refused["nearby"]:
        held = ok(visitor.hold(offer["restaurant"]["slug"], offer["starts_at"], offer["party_size"]), 201)
        visitor.delete(f"/api/holds/{held['hold_id']}")


def test_a_refused_change_carries_offers_and_changes_nothing(
    partner: Caller, open_restaurant: OpenRestaurant, database: Engine
) -> None:
    restaurant = open_restaurant(tables=[{"name": "T1", "max_party": 2}, {"name": "T2", "max_party": 2}])
    mine = partner.book(restaurant.slug, f"{DAY}T17:00", phone="+14155550103")
    partner.book(restaurant.slug)
    partner.book(restaurant.slug)
    refused = problem(
        partner.patch(f"/api/reservations/{mine['code']}", {"starts_at": f"{DAY}T19:00"}), 409, "no_table_available"
    )
    assert ok(partner.get(f"/api/reservations/{mine['code']}")) == mine
    offered = refused["openings"][0]["starts_at"]
    moved = ok(partner.patch(f"/api/reservations/{mine['code']}", {"starts_at": offered}))
    assert moved["starts_at"] == offered


@pytest.mark.parametrize(
    ("starts_at", "party_size", "code", "refusal"),
    [
        (f"{DAY}T12:00", 2, "no_table_available", "closed"),
        ("2026-11-30T19:00", 2, "no_table_available", "past"),
        ("2027-12-05T19:00", 2, "no_table_available", "too_far"),
        (f"{DAY}T19:00", 5, "no_table_available", "party_too_large"),
        (f"{DAY}T19:07", 2, "off_grid", None),
        (f"{DAY}T19:00:30", 2, "off_grid", None),
    ],
)
def test_a_refusal_says_why(
    visitor: Caller, restaurant: Restaurant, starts_at: str, party_size: int, code: str, refusal: str | None
) -> None:
    assert problem(visitor.hold(restaurant.slug, starts_at, party_size), 409, code)["refusal"] == refusal


def test_too_late_to_change(partner: Caller, restaurant: Restaurant, engine: BookingEngine) -> None:
    code = partner.book(restaurant.slug, "2026-12-01T19:00")["code"]
    pass_time(engine, hours=6, minutes=30)
    problem(partner.patch(f"/api/reservations/{code}", {"party_size": 3}), 409, "change_too_late")
    assert ok(partner.patch(f"/api/reservations/{code}", {"notes": "by the window"}))["notes"] == "by the window"
    pass_time(engine, hours=5)
    problem(partner.delete(f"/api/reservations/{code}"), 409, "reservation_over")


def test_a_lapsed_hold_is_confirmed_while_a_table_is_left(
    visitor: Caller, open_restaurant: OpenRestaurant, engine: BookingEngine
) -> None:
    restaurant = open_restaurant(tables=[{"name": "T1", "max_party": 2}])
    first, second = (ok(visitor.hold(restaurant.slug, f"{DAY}T{at}"), 201)["hold_id"] for at in ("17:00", "20:00"))
    pass_time(engine, minutes=6)
    ok(visitor.confirm(first, DINER), 201)
    visitor.book(restaurant.slug, f"{DAY}T20:00")
    refused = problem(visitor.confirm(second, DINER), 409, "hold_expired")
    ok(visitor.hold(restaurant.slug, refused["openings"][0]["starts_at"]), 201)


def test_a_released_hold_is_gone_and_its_table_free(visitor: Caller, open_restaurant: OpenRestaurant) -> None:
    restaurant = open_restaurant(tables=[{"name": "T1", "max_party": 2}])
    path = f"/api/holds/{ok(visitor.hold(restaurant.slug), 201)['hold_id']}"
    assert [visitor.delete(path).status_code for _ in range(2)] == [204, 204]
    problem(visitor.post(f"{path}/confirm", DINER), 404, "hold_unknown")
    ok(visitor.hold(restaurant.slug), 201)


def test_a_hold_confirmed_by_another_does_not_tell_by_whom(visitor: Caller, restaurant: Restaurant) -> None:
    hold_id = ok(visitor.hold(restaurant.slug), 201)["hold_id"]
    path = f"/api/holds/{hold_id}/confirm"
    made = ok(visitor.confirm(hold_id, DINER), 201)
    assert ok(visitor.post(path, DINER), 201) == made, "a double click is no error"
    for other in ({"name": "Eve", "phone": DINER["phone"]}, {"name": DINER["name"], "phone": "+14155550199"}):
        refused = problem(visitor.post(path, other), 409, "hold_already_confirmed")
        assert made["code"] not in str(refused)


@pytest.mark.parametrize("name", ["Ana\u200f Lima", "\u202eAna Lima\u202c", "  Ana   Lima", "Jose\u0301"])
def test_a_name_may_bring_marks_that_nobody_sees(visitor: Caller, restaurant: Restaurant, name: str) -> None:
    booked = visitor.book(restaurant.slug, name=name)
    assert booked["diner_name"] in ("Ana Lima", "Jos\u00e9")


def test_releasing_a_confirmed_hold_leaves_the_reservation(partner: Caller, restaurant: Restaurant) -> None:
    hold_id = ok(partner.hold(restaurant.slug), 201)["hold_id"]
    code = ok(partner.post(f"/api/holds/{hold_id}/confirm", DINER), 201)["code"]
    assert partner.delete(f"/api/holds/{hold_id}").status_code == 204
    assert ok(partner.get(f"/api/reservations/{code}"))["status"] == "confirmed"


def test_times_are_read_in_the_restaurants_zone_and_told_with_its_offset(
    partner: Caller, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant(timezone="America/Los_Angeles")
    ways = (f"{DAY}T19:00", f"{DAY}T19:00:00-08:00", "2026-12-06T03:00Z", "2026-12-06T08:30+05:30")
    held = [ok(partner.hold(restaurant.slug, way), 201) for way in ways[:3]]
    assert {hold["starts_at"] for hold in held} == {f"{DAY}T19:00:00-08:00"}
    assert {hold["expires_at"][-6:] for hold in held} == {"-08:00"}
    assert problem(partner.hold(restaurant.slug, ways[3]), 409, "no_table_available")["openings"][0][
        "starts_at"
    ].endswith("-08:00")


def test_the_hour_that_the_clocks_skip_is_refused(visitor: Caller, open_restaurant: OpenRestaurant) -> None:
    all_night = [{"name": "night", "days": ["sat"], "opens": "20:00", "last_seating": "04:00", "closes": "05:00"}]
    restaurant = open_restaurant(service_periods=all_night, policy={"max_advance_days": 365})
    problem(visitor.hold(restaurant.slug, "2027-03-28T01:30"), 422, "time_invalid")
    seen = ok(
        visitor.get(f"/api/restaurants/{restaurant.slug}/availability", date="2027-03-28", time="01:30", party_size=2)
    )
    assert (seen["exact"], seen["refusal"]) == (None, "closed")
    assert seen["openings"]
    assert ok(visitor.hold(restaurant.slug, "2027-03-28T02:30+01:00"), 201)["starts_at"] == "2027-03-28T02:30:00+01:00"


def test_a_code_is_read_as_people_write_it(partner: Caller, restaurant: Restaurant) -> None:
    made = partner.book(restaurant.slug)
    code = made["code"]
    assert ok(partner.get(f"/api/reservations/{code[:3].lower()}-{code[3:]}")) == made
