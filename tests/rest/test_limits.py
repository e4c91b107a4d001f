"""Rate limits of the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis

from booking_engine import Restaurant
from bot.settings import Settings

from .helpers import DINER, NO_LIMITS, Caller, ok, problem

MakeApp = Callable[..., Flask]


@pytest.fixture(autouse=True)
def nothing_counted_yet(settings: Settings) -> Iterator[None]:
    yield
    Redis.from_url(settings.redis_address).flushdb()


def statuses(*responses: object) -> list[int]:
    return [response.status_code for response in responses]  # type: ignore[attr-defined]


def test_a_visitor_may_read_so_often_and_is_told_when_again(make_app: MakeApp, restaurant: Restaurant) -> None:
    visitor = Caller(make_app(limits=replace(NO_LIMITS, reads="3/hour")).test_client())
    assert statuses(*(visitor.get("/api/restaurants") for _ in range(2))) == [200, 200]
    third = visitor.get(f"/api/restaurants/{restaurant.slug}")
    assert (third.status_code, third.headers["X-RateLimit-Remaining"]) == (200, "0")
    refused = visitor.get("/api/restaurants")
    problem(refused, 429, "too_many_requests")
    assert 0 < int(refused.headers["Retry-After"]) <= 3601
    ok(visitor.hold(restaurant.slug), 201)


def test_two_processes_count_together(make_app: MakeApp, restaurant: Restaurant) -> None:
    limits = replace(NO_LIMITS, writes="4/hour")
    callers = [Caller(make_app(limits=limits).test_client()) for _ in range(2)]
    found = [callers[number % 2].hold(restaurant.slug, party_size=900).status_code for number in range(6)]
    assert found == [409] * 4 + [429] * 2


def test_a_key_counts_for_itself(make_app: MakeApp) -> None:
    client = make_app(limits=replace(NO_LIMITS, reads="1/hour", with_key="3/hour")).test_client()
    visitor, partner, reader = Caller(client), Caller(client, "partner-key"), Caller(client, "reader-key")
    assert statuses(visitor.get("/api/restaurants"), visitor.get("/api/restaurants")) == [200, 429]
    assert statuses(*(partner.get("/api/restaurants") for _ in range(4))) == [200, 200, 200, 429]
    assert reader.get("/api/restaurants").status_code == 200


def test_addresses_count_apart(make_app: MakeApp) -> None:
    client = make_app(limits=replace(NO_LIMITS, reads="1/hour")).test_client()
    first, second = ({"REMOTE_ADDR": address} for address in ("192.0.2.1", "192.0.2.2"))
    ask = [client.get("/api/restaurants", environ_base=base) for base in (first, first, second)]
    assert statuses(*ask) == [200, 429, 200]


def test_guessing_codes_ends_soon(make_app: MakeApp, restaurant: Restaurant) -> None:
    client = make_app(limits=replace(NO_LIMITS, misses="3/hour")).test_client()
    diner = Caller(client, headers={"X-Diner-Phone": DINER["phone"]})
    path = f"/api/reservations/{diner.book(restaurant.slug)['code']}"
    assert statuses(*(diner.get(path) for _ in range(5))) == [200] * 5, "hits are no guesses"
    guesses = [diner.get(f"/api/reservations/ABCDEF{digit}") for digit in "2345"]
    assert statuses(*guesses) == [404, 404, 404, 429]
    assert diner.get(path).status_code == 429


def test_with_redis_away_nobody_is_turned_away_for_it(
    make_app: MakeApp, settings: Settings, restaurant: Restaurant, tmp_path: Path
) -> None:
    away = settings.model_copy(update={"redis_url": f"unix://{tmp_path}/none.sock"})
    visitor = Caller(make_app(settings=away, limits=replace(NO_LIMITS, writes="3/hour")).test_client())
    assert statuses(*(visitor.get("/api/restaurants") for _ in range(3))) == [200] * 3
    assert statuses(*(visitor.hold(restaurant.slug) for _ in range(4))) == [201, 201, 201, 429]
