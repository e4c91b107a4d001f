"""Whom the API texts: phones that were shown to be the visitor's, in the countries that are served, within budgets."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from prometheus_client import REGISTRY
from redis import Redis
from sqlalchemy import Engine

from booking_engine import BookingEngine, Restaurant
from bot import conversations
from bot.code_words import release_code
from bot.settings import Settings
from tests.engine.helpers import pass_time
from tests.support import lookups

from .helpers import DAY, DINER, NO_LIMITS, Caller, ok, problem

MakeApp = Callable[..., Flask]
EXPENSIVE = ("+8821312345678", "+88213123456", "+2522345678", "+23222123456", "+18765550123", "+18095550123",
             "+3725551234", "+21620123456", "+9475123456", "+998901234567", "+19005550123")  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_counted_yet(settings: Settings) -> Iterator[None]:
    yield
    Redis.from_url(settings.redis_address).flushdb()


def kinds(database: Engine, phone: str) -> list[str]:
    """Kinds of texts queued for a phone, except reminders."""
    return [row.kind for row in lookups.outbox(database, phone) if row.kind != "reminder"]


def held(caller: Caller, restaurant: Restaurant, starts_at: str = f"{DAY}T19:00") -> str:
    hold_id: str = ok(caller.hold(restaurant.slug, starts_at), 201)["hold_id"]
    return hold_id


def from_address(client: Any, address: str) -> Caller:
    client.environ_base = {**client.environ_base, "REMOTE_ADDR": address}
    return Caller(client)


def test_an_unverified_phone_gets_a_code_and_the_table_stays_held(
    visitor: Caller, partner: Caller, open_restaurant: Callable[..., Restaurant], database: Engine
) -> None:
    restaurant = open_restaurant(tables=[{"name": "T1", "max_party": 2}])
    hold_id, diner = held(visitor, restaurant), DINER | {"phone": "+14155550180", "notes": "nut allergy"}
    asked = ok(visitor.post(f"/api/holds/{hold_id}/confirm", diner), 202)
    assert (asked["code"], asked["hold_id"]) == ("phone_unverified", hold_id)
    assert asked["verify_url"] == f"/api/holds/{hold_id}/verify"
    assert kinds(database, diner["phone"]) == ["phone_code"]
    assert lookups.bookings(database, diner["phone"]) == []
    problem(partner.hold(restaurant.slug), 409, "no_table_available")

    code = visitor.texted_code(hold_id)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert problem(visitor.post(asked["verify_url"], {"code": wrong}), 422, "code_wrong")["tries_left"] == 4
    made = ok(visitor.post(asked["verify_url"], {"code": code}), 201)
    assert (made["diner_name"], made["diner_phone"], made["notes"]) == (*list(diner.values())[:2], "nut allergy")
    assert ok(visitor.post(asked["verify_url"], {"code": code}), 201) == made, "a double click is no error"
    assert ok(visitor.post(f"/api/holds/{hold_id}/confirm", diner), 201) == made
    assert kinds(database, diner["phone"]) == ["phone_code", "reservation_confirmed"]


def test_with_a_key_the_partner_vouches_for_the_phone(
    partner: Caller, restaurant: Restaurant, database: Engine
) -> None:
    phone = "+81312345678"  # wherever it is
    ok(partner.post(f"/api/holds/{held(partner, restaurant)}/confirm", DINER | {"phone": phone}), 201)
    assert kinds(database, phone) == ["reservation_confirmed"]


@pytest.mark.parametrize("header", ["Bearer wrong-key", "Bearer reader-key"])
def test_a_key_that_vouches_for_nobody_is_refused(visitor: Caller, restaurant: Restaurant, header: str) -> None:
    hold_id = held(visitor, restaurant)
    for path, body in (("confirm", DINER), ("verify", {"code": "123456"})):
        refused = visitor.call("POST", f"/api/holds/{hold_id}/{path}", json=body, headers={"Authorization": header})
        assert refused.status_code in (401, 403)


def test_five_wrong_codes_void_the_right_one_until_another_is_texted(visitor: Caller, restaurant: Restaurant) -> None:
    hold_id, diner = held(visitor, restaurant), DINER | {"phone": "+14155550181"}
    ok(visitor.post(f"/api/holds/{hold_id}/confirm", diner), 202)
    code = visitor.texted_code(hold_id)
    path = f"/api/holds/{hold_id}/verify"
    for n in range(1, 6):
        problem(visitor.post(path, {"code": f"{(int(code) + n) % 10**6:06}"}), 422, "code_wrong")
    problem(visitor.post(path, {"code": code}), 409, "code_expired")
    ok(visitor.post(f"/api/holds/{hold_id}/confirm", diner), 202)
    ok(visitor.post(path, {"code": visitor.texted_code(hold_id)}), 201)


def test_a_code_lapses_and_belongs_to_its_hold(visitor: Caller, restaurant: Restaurant, engine: BookingEngine) -> None:
    first, second = held(visitor, restaurant), held(visitor, restaurant)
    problem(visitor.post(f"/api/holds/{first}/verify", {"code": "123456"}), 409, "code_expired")
    for hold_id in (first, second):
        ok(visitor.post(f"/api/holds/{hold_id}/confirm", DINER | {"phone": "+14155550182"}), 202)
    code = visitor.texted_code(first)
    problem(visitor.post(f"/api/holds/{second}/verify", {"code": code}), 422, "code_wrong")
    pass_time(engine, minutes=10, seconds=1)
    problem(visitor.post(f"/api/holds/{first}/verify", {"code": code}), 409, "code_expired")


def test_strangers_cannot_make_us_text_the_world(visitor: Caller, restaurant: Restaurant, database: Engine) -> None:
    before = lookups.rows(database, "SELECT count(*) FROM outbox")
    hold_id = held(visitor, restaurant)
    for phone in EXPENSIVE:
        refused = visitor.post(f"/api/holds/{hold_id}/confirm", DINER | {"phone": phone})
        assert refused.status_code == 422, phone
        assert refused.get_json()["code"] in ("phone_not_served", "phone_invalid")
    assert lookups.rows(database, "SELECT count(*) FROM outbox") == before


def test_the_countries_are_the_restaurants_and_our_own_unless_named(
    make_app: MakeApp, open_restaurant: Callable[..., Restaurant]
) -> None:
    visitor = Caller(make_app(texts={"served_countries": ""}).test_client())
    restaurant = open_restaurant(address={"city": "London"})
    body = DINER | {"phone": "+351912345678"}
    problem(visitor.post(f"/api/holds/{held(visitor, restaurant)}/confirm", body), 422, "phone_not_served")
    open_restaurant(address={"city": "Lisboa", "country": "PT"})
    ok(visitor.post(f"/api/holds/{held(visitor, restaurant)}/confirm", body), 202)
    ok(visitor.post(f"/api/holds/{held(visitor, restaurant, f'{DAY}T21:00')}/confirm", DINER), 202)


def test_codes_are_budgeted_and_an_alarm_is_raised(
    make_app: MakeApp,
    open_restaurant: Callable[..., Restaurant],
    database: Engine,
    caplog: pytest.LogCaptureFixture,
) -> None:
    restaurant = open_restaurant(tables=[{"name": f"T{n}", "max_party": 2} for n in range(9)])
    client = make_app(texts={"codes_per_phone": "2/hour", "codes_per_phone_in_all": "4/hour"}).test_client()
    diner = DINER | {"phone": "+14155550183"}

    def confirm(address: str) -> int:
        caller = from_address(client, address)
        return caller.post(f"/api/holds/{held(caller, restaurant)}/confirm", diner).status_code

    hit = {"budget": "codes_per_phone"}
    refused = REGISTRY.get_sample_value("tabletalk_texts_refused_total", hit) or 0
    with caplog.at_level(logging.ERROR):
        assert [confirm("2001:db8:1::" + str(n)) for n in range(3)] == [202, 202, 429]
    assert REGISTRY.get_sample_value("tabletalk_texts_refused_total", hit) == refused + 1
    assert REGISTRY.get_sample_value("tabletalk_text_budget_used_up_timestamp_seconds", hit)
    assert "codes_per_phone" in caplog.text
    assert diner["phone"] not in caplog.text
    assert [confirm("198.51.100.7"), confirm("198.51.100.8"), confirm("198.51.100.9")] == [202, 202, 429]
    assert kinds(database, diner["phone"]) == ["phone_code"] * 4


def test_where_no_code_is_left_the_answer_says_how_the_phone_asks_for_it(
    make_app: MakeApp, restaurant: Restaurant, database: Engine, engine: BookingEngine, settings: Settings
) -> None:
    visitor = Caller(make_app(texts={"codes_per_phone_in_all": "1/hour"}).test_client())
    diner = DINER | {"phone": "+14155550177"}
    ok(visitor.post(f"/api/holds/{held(visitor, restaurant)}/confirm", diner), 202)
    hold_id = held(visitor, restaurant)
    answer = visitor.post(f"/api/holds/{hold_id}/confirm", diner, Idempotency_Key="mine")
    refused = problem(answer, 429, "too_many_requests")
    assert int(answer.headers["Retry-After"]) > 0
    way_out = refused["ask_by_text"]
    assert way_out["to"] == settings.twilio_number
    assert datetime.fromisoformat(way_out["expires_at"]).utcoffset() == timedelta(0), "London's, in winter"
    assert way_out["text"] in refused["detail"]

    code = {"code": visitor.texted_code(hold_id)}
    problem(visitor.post(refused["verify_url"], code), 409, "code_expired")
    with database.begin() as connection:
        released = release_code(connection, diner["phone"], way_out["text"], engine.clock.now())
    assert released is not None
    assert ok(visitor.post(refused["verify_url"], code), 201)["diner_phone"] == diner["phone"]
    again = visitor.post(f"/api/holds/{hold_id}/confirm", diner, Idempotency_Key="mine")
    assert ok(again, 201)["diner_phone"] == diner["phone"], "a refusal is not kept under the key"
    assert kinds(database, diner["phone"]) == ["phone_code", "reservation_confirmed"]


def test_a_phone_abroad_can_ask_for_its_code(visitor: Caller, restaurant: Restaurant, database: Engine) -> None:
    diner = DINER | {"phone": "+351912345679"}
    refused = problem(visitor.post(f"/api/holds/{held(visitor, restaurant)}/confirm", diner), 422, "phone_not_served")
    assert refused["ask_by_text"]["text"] in refused["detail"]
    assert kinds(database, diner["phone"]) == []


def test_a_double_click_texts_one_code(visitor: Caller, restaurant: Restaurant, database: Engine) -> None:
    hold_id, diner = held(visitor, restaurant), DINER | {"phone": "+14155550184"}
    ok(visitor.post(f"/api/holds/{hold_id}/confirm", diner), 202)
    ok(visitor.post(f"/api/holds/{hold_id}/confirm", diner | {"name": "Grace Hopper"}), 202)
    assert kinds(database, diner["phone"]) == ["phone_code"]
    made = ok(visitor.post(f"/api/holds/{hold_id}/verify", {"code": visitor.texted_code(hold_id)}), 201)
    assert made["diner_name"] == "Grace Hopper"


def test_who_has_opted_out_gets_no_code(
    visitor: Caller, restaurant: Restaurant, database: Engine, settings: Settings
) -> None:
    phone = "+14155550185"
    with database.begin() as connection:
        thread = conversations.sms_thread(phone, settings.twilio_number)
        conversations.remember(connection, thread)
        conversations.note(connection, thread.id, opted_out=True)
    hold_id = held(visitor, restaurant)
    refused = problem(visitor.post(f"/api/holds/{hold_id}/confirm", DINER | {"phone": phone}), 409, "phone_opted_out")
    assert settings.twilio_number in refused["detail"]
    assert kinds(database, phone) == []


def test_a_partner_over_budget_books_all_the_same_and_texts_nobody(
    make_app: MakeApp, open_restaurant: Callable[..., Restaurant], database: Engine
) -> None:
    restaurant = open_restaurant(tables=[{"name": f"T{n}", "max_party": 2} for n in range(9)])
    client = make_app(texts={"notifications_per_key": "2/hour"}).test_client()
    partner, other = Caller(client, "partner-key"), Caller(client, "booker-key")
    phones = [f"+1415555019{n}" for n in range(5)]
    for phone in phones[:3]:
        partner.book(restaurant.slug, phone=phone)
    assert [kinds(database, phone) for phone in phones[:3]] == [["reservation_confirmed"]] * 2 + [[]]
    other.book(restaurant.slug, phone=phones[3])
    assert kinds(database, phones[3]) == ["reservation_confirmed"]


def test_a_neighbour_is_not_bombed_with_changes(make_app: MakeApp, restaurant: Restaurant, database: Engine) -> None:
    phone = "+14155550186"
    client = make_app(texts={"notifications_per_phone": "3/hour"}).test_client()
    visitor = Caller(client, headers={"X-Diner-Phone": phone})
    path = f"/api/reservations/{visitor.book(restaurant.slug, phone=phone)['code']}"
    for n in range(55):
        ok(visitor.patch(path, {"notes": f"note {n}"}))
    assert kinds(database, phone) == ["phone_code", "reservation_confirmed"]
    moves = [visitor.patch(path, {"starts_at": f"{DAY}T{17 + n}:00"}).status_code for n in range(4)]
    assert moves == [200, 200, 200, 429]
    assert ok(visitor.get(path))["starts_at"].startswith(f"{DAY}T19:00"), "what cannot be told is not done"
    assert ok(visitor.delete(path))["status"] == "cancelled", "a cancellation is done all the same"
    assert kinds(database, phone) == ["phone_code", "reservation_confirmed", *["reservation_changed"] * 3]


def test_one_ipv6_network_is_one_visitor(make_app: MakeApp) -> None:
    client = make_app(limits=replace(NO_LIMITS, reads="2/hour")).test_client()
    seen = [from_address(client, f"2001:db8:2::{n}").get("/api/restaurants").status_code for n in range(1, 4)]
    assert seen == [200, 200, 429]
    assert from_address(client, "2001:db8:2:1::1").get("/api/restaurants").status_code == 200


def test_with_redis_away_the_budgets_hold_in_each_process(
    make_app: MakeApp, settings: Settings, restaurant: Restaurant, tmp_path: Any
) -> None:
    texts = {"redis_url": f"unix://{tmp_path}/none.sock", "codes_per_conversation": "1/hour"}
    visitor = Caller(make_app(texts=texts).test_client())
    hold_id = held(visitor, restaurant)
    ok(visitor.post(f"/api/holds/{hold_id}/confirm", DINER | {"phone": "+14155550187"}), 202)
    refused = visitor.post(f"/api/holds/{hold_id}/confirm", DINER | {"phone": "+14155550188"})
    assert problem(refused, 429, "too_many_requests")
    assert int(refused.headers["Retry-After"]) > 0
