"""The cache of restaurants shared by processes: fast while it works, harmless when it fails."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import randrange
from typing import cast

import pytest
from redis import Redis
from sqlalchemy import Engine, event

from booking_engine import BookingEngine, Clock, Refusal, create_database
from booking_engine.restaurants.catalogue import Catalogue
from bot import best_effort_redis as brief_redis
from bot.shared_cache import KEPT_SECONDS, RedisSharedCache
from tests.engine.helpers import as_lines, book, clock_at, evening, restaurant_line, tables
from tests.support.running import wait_until

NOW = "2026-12-01T12:00+00:00"


@pytest.fixture
def restaurants(copy_database: Callable[[], str]) -> Iterator[Engine]:
    """A database with two restaurants, used by this test only."""
    database = create_database(copy_database())
    BookingEngine(database, Clock()).import_restaurants(
        as_lines(restaurant_line(), restaurant_line(slug="other", name="Other"))
    )
    yield database
    database.dispose()


@pytest.fixture
def address(redis: Redis) -> str:
    """Address of an empty Redis."""
    return f"unix://{redis.get_connection_kwargs()['path']}"


@contextmanager
def statements(database: Engine) -> Iterator[list[str]]:
    """SQL statements about restaurants, excluding those for the single catalogue row."""
    asked: list[str] = []

    def note(_1: object, _2: object, statement: str, *_3: object) -> None:
        if "FROM restaurant" in statement or "FROM dining_table" in statement:
            asked.append(statement)

    event.listen(database, "before_cursor_execute", note)
    yield asked
    event.remove(database, "before_cursor_execute", note)


def process(database: Engine, address: str) -> BookingEngine:
    """An engine as in a newly started process."""
    return BookingEngine(database, clock_at(NOW), RedisSharedCache(address))


def in_cache(redis: Redis) -> dict[str, bytes]:
    """Values in Redis by key. The part of the key after the last colon identifies the value."""
    return {key.decode(): cast("bytes", redis.get(key)) for key in cast("list[bytes]", redis.keys("*"))}


def named(key: str) -> str:
    """What a value is for, whatever its version."""
    return key.rpartition(":")[2]


def read_everything(engine: BookingEngine) -> list[str]:
    """Names of the restaurants, looked up in every possible way."""
    place = engine.restaurant("larder")
    near = engine.find_alternatives(place, starts_at=evening(place), party_size=2).nearby
    published = engine.published_names().places
    return [place.name, *(one.name for one in engine.find_restaurants()), near[0].restaurant.name, published[1][1]]


EVERYTHING = ["Larder", "Larder", "Other", "Other", "Other"]


def test_a_new_process_asks_the_database_for_no_restaurant(restaurants: Engine, address: str, redis: Redis) -> None:
    with statements(restaurants) as asked:
        first = process(restaurants, address)
        assert read_everything(first) == EVERYTHING
        assert len(asked) > 0
    with statements(restaurants) as asked:
        second = process(restaurants, address)
        assert read_everything(second) == EVERYTHING
        assert asked == []
    assert second.restaurant("larder") == first.restaurant("larder")
    assert book(second, second.restaurant("larder"), evening(second.restaurant("larder"))).tables == ("T1",)
    assert all(0 < redis.ttl(key) <= KEPT_SECONDS for key in redis.keys("*"))


def test_an_import_shows_at_once_in_every_process(restaurants: Engine, address: str) -> None:
    here, elsewhere = process(restaurants, address), process(restaurants, address)
    place = elsewhere.restaurant("larder")
    assert elsewhere.find_openings(place, starts_at=evening(place), party_size=4).exact
    here.import_restaurants(
        as_lines(restaurant_line(name="Renamed", tables=tables(2, 3)), restaurant_line(slug="new", name="New"))
    )
    for engine in (elsewhere, process(restaurants, address)):
        refusal = engine.find_openings(place, starts_at=evening(place), party_size=4).refusal
        assert refusal is Refusal.PARTY_TOO_LARGE
        assert engine.restaurant("larder").name == "Renamed"
        assert [one.name for one in engine.find_restaurants()] == ["New", "Other", "Renamed"]


@pytest.mark.parametrize("garbage", [b"", b"garbage", b"\xff" * 4000, b'{"line": {}, "table_ids": {}}'])
def test_garbage_is_ignored_and_overwritten(restaurants: Engine, address: str, redis: Redis, garbage: bytes) -> None:
    read_everything(process(restaurants, address))
    kept = in_cache(redis)
    assert len(kept) == 3
    for key in kept:
        redis.set(key, garbage)
    assert read_everything(process(restaurants, address)) == EVERYTHING
    with statements(restaurants) as asked:
        assert read_everything(process(restaurants, address)) == EVERYTHING
        assert asked == []


def test_a_value_cut_short_is_ignored(restaurants: Engine, address: str, redis: Redis) -> None:
    read_everything(process(restaurants, address))
    for key, value in in_cache(redis).items():
        redis.set(key, value[:-7])
    assert read_everything(process(restaurants, address)) == EVERYTHING


def test_a_value_of_an_older_version_is_never_offered(restaurants: Engine, address: str, redis: Redis) -> None:
    read_everything(process(restaurants, address))
    old = in_cache(redis)
    process(restaurants, address).import_restaurants(as_lines(restaurant_line(name="Renamed", tables=tables(2))))
    renamed = process(restaurants, address)
    renamed.find_restaurants()
    new = in_cache(redis).keys() - old.keys()
    assert len(new) == len(old) == 3
    by_name = {named(key): value for key, value in old.items()}
    for key in new:
        redis.set(key, by_name[named(key)])
    engine = process(restaurants, address)
    place = engine.restaurant("larder")
    assert place.name == "Renamed"
    assert engine.find_openings(place, starts_at=evening(place), party_size=4).refusal is Refusal.PARTY_TOO_LARGE
    assert [one.name for one in engine.find_restaurants()] == ["Other", "Renamed"]


def test_what_was_read_during_an_import_is_not_put_under_the_version_before(
    restaurants: Engine, address: str, redis: Redis
) -> None:
    catalogue = Catalogue(RedisSharedCache(address))

    unchanged = BookingEngine(restaurants, Clock()).restaurant("other").id
    with restaurants.connect() as connection:
        snapshot = catalogue.snapshot(connection)
        BookingEngine(restaurants, Clock()).import_restaurants(as_lines(restaurant_line(name="Renamed")))
        ids = catalogue.names(connection, snapshot).ids
        names = [one.name for one in catalogue.restaurants(connection, snapshot, list(ids.values()))]
    assert names == ["Other", "Renamed"]
    assert [named(key) for key in in_cache(redis)] == [str(unchanged)]


def test_databases_that_share_a_redis_do_not_mix(copy_database: Callable[[], str], address: str) -> None:
    databases = [create_database(copy_database()) for _ in range(2)]
    for number, database in enumerate(databases):
        process(database, address).import_restaurants(as_lines(restaurant_line(name=f"Larder {number}")))
    for number, database in enumerate(databases):
        for _ in range(2):
            assert process(database, address).restaurant("larder").name == f"Larder {number}"
        database.dispose()


def test_without_redis_everything_is_right(restaurants: Engine, tmp_path: Path) -> None:
    engine = process(restaurants, f"unix://{tmp_path}/none.sock")
    assert read_everything(engine) == EVERYTHING
    assert read_everything(process(restaurants, "redis://127.0.0.1:1")) == EVERYTHING


def test_a_redis_that_never_answers_is_waited_for_once(restaurants: Engine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(0.05)
        engine = process(restaurants, f"redis://127.0.0.1:{silent.getsockname()[1]}")
        assert read_everything(engine) == EVERYTHING
        connections = [silent.accept()[0]]
        engine.import_restaurants(as_lines(restaurant_line(name="Renamed")))
        assert engine.restaurant("larder").name == "Renamed"
        with pytest.raises(TimeoutError):
            silent.accept()
        for connection in connections:
            connection.close()


def test_a_redis_that_comes_back_is_used_again(
    restaurants: Engine, redis: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brief_redis, "_PAUSE_SECONDS", 0.1)
    path = tmp_path / "redis.sock"
    engine = process(restaurants, f"unix://{path}")
    assert read_everything(engine) == EVERYTHING
    path.symlink_to(redis.get_connection_kwargs()["path"])

    def used() -> bool:
        engine.import_restaurants(as_lines(restaurant_line(phone=f"+1650555{randrange(10000):04}")))
        return engine.restaurant("larder").name == "Larder" and len(in_cache(redis)) >= 2

    wait_until(used, "the restaurant is on the cache")
