"""A repeated write has one effect and one response."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from flask import Flask
from redis import Redis
from sqlalchemy import Engine, text

from booking_engine import BookingEngine, Restaurant
from bot.retention import Retention
from bot.secret_keys import KeyRing
from bot.settings import Settings
from tests.engine.helpers import doubles, events
from tests.support import lookups

from .helpers import DAY, DINER, Caller, ok, problem

OpenRestaurant = Callable[..., Restaurant]


def new_key() -> str:
    return secrets.token_hex(8)


def test_the_same_hold_again_is_the_same_hold(visitor: Caller, restaurant: Restaurant, database: Engine) -> None:
    key = new_key()
    first = visitor.hold(restaurant.slug, Idempotency_Key=key)
    again = visitor.hold(restaurant.slug, Idempotency_Key=key)
    assert again.data == first.data
    assert (ok(first, 201), again.status_code) == (again.get_json(), 201)
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert events(database, restaurant) == [("hold", "api")]
    assert ok(visitor.hold(restaurant.slug, Idempotency_Key=new_key()), 201)["hold_id"] != first.get_json()["hold_id"]
    assert ok(visitor.hold(restaurant.slug, party_size=3), 201)["hold_id"] != first.get_json()["hold_id"]


def test_a_key_serves_one_wish(visitor: Caller, partner: Caller, restaurant: Restaurant, database: Engine) -> None:
    key = new_key()
    held = ok(visitor.hold(restaurant.slug, Idempotency_Key=key), 201)
    problem(visitor.hold(restaurant.slug, party_size=4, Idempotency_Key=key), 422, "idempotency_key_reused")
    problem(visitor.delete(f"/api/holds/{held['hold_id']}", Idempotency_Key=key), 422, "idempotency_key_reused")
    assert events(database, restaurant) == [("hold", "api")]
    other = ok(partner.hold(restaurant.slug, Idempotency_Key=key), 201)
    assert other["hold_id"] != held["hold_id"], "another caller's keys are another caller's"


def test_the_same_body_in_other_words_is_the_same(visitor: Caller, restaurant: Restaurant) -> None:
    path, key = f"/api/restaurants/{restaurant.slug}/holds", {"Idempotency-Key": new_key()}
    bodies = (f'{{"starts_at": "{DAY}T19:00", "party_size": 2}}', f'{{"party_size":2,"starts_at":"{DAY}T19:00"}}')
    first, again = (
        visitor.call("POST", path, data=body, content_type="application/json", headers=key) for body in bodies
    )
    assert ok(first, 201) == ok(again, 201)


def test_the_whole_way_twice_over(partner: Caller, restaurant: Restaurant, database: Engine) -> None:
    phone = "+14155550110"
    keys = [new_key() for _ in range(4)]

    def go() -> list[object]:
        hold_id = ok(partner.hold(restaurant.slug, Idempotency_Key=keys[0]), 201)["hold_id"]
        path = f"/api/holds/{hold_id}/confirm"
        made = ok(partner.post(path, DINER | {"phone": phone}, Idempotency_Key=keys[1]), 201)
        path = f"/api/reservations/{made['code']}"
        moved = ok(partner.patch(path, {"starts_at": f"{DAY}T20:00"}, Idempotency_Key=keys[2]))
        return [made, moved, ok(partner.delete(path, Idempotency_Key=keys[3]))]

    assert go() == go()
    assert [kind for kind, _ in events(database, restaurant)] == ["hold", "confirm", "change", "cancel"]
    assert [row.kind for row in lookups.outbox(database, phone) if row.kind != "reminder"] == [
        "reservation_confirmed",
        "reservation_changed",
        "reservation_cancelled",
    ]


def test_sixteen_at_once_have_one_effect_and_one_answer(
    app: Flask, open_restaurant: OpenRestaurant, database: Engine
) -> None:
    restaurant = open_restaurant(tables=[{"name": "T1", "max_party": 2}])
    hold_key, confirm_key, verify_key = new_key(), new_key(), new_key()
    diner = DINER | {"phone": "+14155550116"}

    def hold(_: int) -> bytes:
        response = Caller(app.test_client()).hold(restaurant.slug, Idempotency_Key=hold_key)
        ok(response, 201)
        return bytes(response.data)

    def confirm(_: int) -> bytes:
        response = Caller(app.test_client()).post(f"{path}/confirm", diner, Idempotency_Key=confirm_key)
        ok(response, 202)
        return bytes(response.data)

    def verify(_: int) -> bytes:
        response = Caller(app.test_client()).post(f"{path}/verify", {"code": code}, Idempotency_Key=verify_key)
        ok(response, 201)
        return bytes(response.data)

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(hold, range(16)))) == 1
        held = Caller(app.test_client()).hold(restaurant.slug, Idempotency_Key=hold_key).get_json()
        path = f"/api/holds/{held['hold_id']}"
        assert len(set(pool.map(confirm, range(16)))) == 1
        code = Caller(app.test_client()).texted_code(held["hold_id"])
        assert len(set(pool.map(verify, range(16)))) == 1
    texts = [row.kind for row in lookups.outbox(database, diner["phone"]) if row.kind != "reminder"]
    assert texts == ["phone_code", "reservation_confirmed"]
    assert events(database, restaurant) == [("hold", "api"), ("confirm", "api")]


def test_without_keys_each_request_is_a_wish_of_its_own(
    app: Flask, open_restaurant: OpenRestaurant, database: Engine
) -> None:
    """Shows what the previous test would see if keys had no effect."""
    restaurant = open_restaurant(tables=[{"name": f"T{number}", "max_party": 2} for number in range(3)])

    def hold(_: int) -> int:
        return Caller(app.test_client()).hold(restaurant.slug).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(hold, range(8))) == [201] * 3 + [409] * 5
    assert doubles(database, restaurant) == 0


def test_a_refusal_may_be_tried_again_with_its_key(visitor: Caller, open_restaurant: OpenRestaurant) -> None:
    restaurant = open_restaurant(tables=[{"name": "T1", "max_party": 2}])
    key, other = new_key(), ok(visitor.hold(restaurant.slug), 201)["hold_id"]
    problem(visitor.hold(restaurant.slug, Idempotency_Key=key), 409, "no_table_available")
    visitor.delete(f"/api/holds/{other}")
    held = ok(visitor.hold(restaurant.slug, Idempotency_Key=key), 201)
    assert ok(visitor.hold(restaurant.slug, Idempotency_Key=key), 201) == held


def test_what_was_done_but_not_kept_is_found_again(visitor: Caller, restaurant: Restaurant, database: Engine) -> None:
    """The process died between the effect and storing the response."""
    key = new_key()
    held = ok(visitor.hold(restaurant.slug, Idempotency_Key=key), 201)
    with database.begin() as connection:
        connection.execute(text("UPDATE kept_answer SET status = NULL, body = NULL"))
    assert ok(visitor.hold(restaurant.slug, Idempotency_Key=key), 201) == held
    assert len(events(database, restaurant)) == 1


def test_an_answer_outlives_the_process(
    visitor: Caller, restaurant: Restaurant, make_app: Callable[..., Flask], engine: BookingEngine
) -> None:
    key = new_key()
    held = ok(visitor.hold(restaurant.slug, Idempotency_Key=key), 201)
    assert ok(Caller(make_app().test_client()).hold(restaurant.slug, Idempotency_Key=key), 201) == held


def test_old_keys_are_forgotten_and_then_free(
    visitor: Caller, restaurant: Restaurant, database: Engine, engine: BookingEngine, settings: Settings
) -> None:
    redis = Redis.from_url(settings.redis_address)
    key = new_key()
    held = ok(visitor.hold(restaurant.slug, Idempotency_Key=key), 201)
    with database.begin() as connection:
        age = {"age": Settings().periods.answers + timedelta(minutes=1)}
        connection.execute(text("UPDATE kept_answer SET asked_at = now() - CAST(:age AS interval)"), age)
    ok(visitor.hold(restaurant.slug, f"{DAY}T17:00", Idempotency_Key=new_key()), 201)
    assert Retention(database, engine, redis, KeyRing("key"), Settings().periods).tidy()["idempotency_keys"] >= 1
    with database.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM kept_answer")).scalar_one() == 1
    other = ok(visitor.hold(restaurant.slug, f"{DAY}T21:00", Idempotency_Key=key), 201)
    assert other["hold_id"] != held["hold_id"]


def test_keys_that_are_none(visitor: Caller, restaurant: Restaurant) -> None:
    for key in ("", "x" * 256, "a b", "ä"):
        refused = problem(visitor.hold(restaurant.slug, Idempotency_Key=key), 422, "invalid_request")
        assert refused["errors"][0]["field"] == "Idempotency-Key"
