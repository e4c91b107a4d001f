"""The list of restaurants and their details."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from booking_engine import BookingEngine, Clock, Restaurant
from tests.engine.helpers import as_lines, restaurant_line, special_day
from webhooks.rest.listing import PAGE

from .helpers import Caller, ok, problem

MANY = 2 * PAGE + 7


@pytest.fixture(scope="module")
def many(database: Engine) -> list[str]:
    """Slugs of more restaurants than fit on two pages: in one city, some with equal names, on a straight line."""
    lines = [
        restaurant_line(
            slug=f"lane-{number:03}",
            name=f"Lane {number // 2}",
            address={"city": "Málaga", "lat": 36.7, "lon": -4.4 - number / 1000},
            cuisines=["Tapas"] if number % 2 else ["Fish & Chips", "Tapas"],
        )
        for number in range(MANY)
    ]
    lines.append(restaurant_line(slug="nowhere", name="Nowhere", address={"city": "Malaga"}))
    BookingEngine(database, Clock()).import_restaurants(as_lines(*lines))
    return [line["slug"] for line in lines]


def walk(caller: Caller, **query: Any) -> Iterator[dict[str, Any]]:
    """Read all pages."""
    cursor: str | None = ""
    while cursor is not None:
        page = ok(caller.get("/api/restaurants", **query, cursor=cursor))
        yield page
        cursor = page["next_cursor"]


def slugs(pages: Iterator[dict[str, Any]]) -> list[str]:
    return [one["slug"] for page in pages for one in page["restaurants"]]


def test_the_pages_hold_every_restaurant_once(visitor: Caller, many: list[str]) -> None:
    pages = list(walk(visitor, city="malaga"))
    assert [len(page["restaurants"]) for page in pages] == [PAGE, PAGE, MANY + 1 - 2 * PAGE]
    assert sorted(slugs(iter(pages))) == sorted(many)
    names = [one["name"].lower() for page in pages for one in page["restaurants"]]
    assert names == sorted(names)


def test_what_comes_and_goes_between_pages_shifts_nothing(
    visitor: Caller, many: list[str], engine: BookingEngine
) -> None:
    pages = walk(visitor, city="málaga", cuisine="tapas")
    seen = slugs(iter([next(pages)]))
    engine.import_restaurants(
        as_lines(restaurant_line(slug="aaa-new", name="Aaa", address={"city": "Málaga"}, cuisines=["Tapas"]))
    )
    seen += slugs(pages)
    assert sorted(seen) == sorted(slug for slug in many if slug != "nowhere")


def test_the_nearest_come_first(visitor: Caller, many: list[str]) -> None:
    pages = list(walk(visitor, city="Málaga", near="36.7,-4.4"))
    found = slugs(iter(pages))
    assert found == [slug for slug in many if slug != "nowhere"], "where it is unknown, nothing is near"
    distances = [one["distance_km"] for page in pages for one in page["restaurants"]]
    assert distances == sorted(distances)
    assert distances[0] == 0
    assert distances[100] == pytest.approx(8.92, abs=0.05)


def test_a_name_finds_the_best_match_first(
    visitor: Caller, open_restaurant: Callable[..., Restaurant], many: list[str]
) -> None:
    open_restaurant(slug="seven-sisters", name="Seven Sisters Supper Club")
    for asked in ("seven sisters supper club", "Sevn Sisters"):
        assert slugs(walk(visitor, q=asked))[0] == "seven-sisters"
    assert slugs(walk(visitor, q="!!!")) == []
    east, west = "36.7,-4.4", "36.7,-5.4"
    assert slugs(walk(visitor, q="lane 12", city="Malaga", near=east))[:2] == ["lane-024", "lane-025"]
    assert slugs(walk(visitor, q="lane 12", city="Malaga", near=west))[:2] == ["lane-025", "lane-024"]


@pytest.mark.parametrize(
    ("query", "count"),
    [({"cuisine": "fish and chips"}, (MANY + 1) // 2), ({"cuisine": "sushi"}, 0), ({"city": "Atlantis"}, 0)],
)
def test_cuisine_and_city_narrow_the_list(visitor: Caller, many: list[str], query: dict[str, str], count: int) -> None:
    assert len(slugs(walk(visitor, **query))) == count


def test_empty_fields_narrow_nothing(visitor: Caller, restaurant: Restaurant) -> None:
    pages = walk(visitor, q="", city="", cuisine="", near="")
    assert restaurant.slug in slugs(pages)


def test_a_cursor_of_another_search_is_refused(visitor: Caller, many: list[str]) -> None:
    cursor = ok(visitor.get("/api/restaurants", city="Málaga"))["next_cursor"]
    for other in ({"city": "London"}, {"city": "Málaga", "near": "1,1"}, {"city": "Málaga", "q": "lane"}, {}):
        problem(visitor.get("/api/restaurants", cursor=cursor, **other), 404, "cursor_unknown")
    for bad in ("x", "%00", cursor[:-4], cursor + "AAAA", "é"):
        problem(visitor.get("/api/restaurants", city="Málaga", cursor=bad), 404, "cursor_unknown")


def test_a_restaurant_is_shown_whole(visitor: Caller, open_restaurant: Callable[..., Restaurant]) -> None:
    open_restaurant(
        slug="whole",
        name="The Whole",
        about={"parking": "Lot behind the building"},
        closures=[{"date": "2026-12-25", "reason": "Christmas Day"}],
        special_days=[special_day("2026-12-31")],
        tables=[{"name": "T1", "area": "main", "max_party": 2}, {"name": "T2", "area": "patio", "max_party": 6}],
    )
    shown = ok(visitor.get("/api/restaurants/whole"))
    assert shown["about"] == {"parking": "Lot behind the building"}
    assert shown["closures"] == [{"date": "2026-12-25", "reason": "Christmas Day"}]
    assert shown["special_days"] == [special_day("2026-12-31")]
    assert shown["areas"] == ["main", "patio"]
    assert shown["policy"]["largest_party"] == 6
    assert shown["service_periods"][0]["opens"] == "17:00"
    assert "tables" not in shown, "how the floor is laid is the restaurant's own business"
    listed = next(one for page in walk(visitor) for one in page["restaurants"] if one["slug"] == "whole")
    assert listed.items() <= shown.items()


@pytest.mark.parametrize("slug", ["no-such-restaurant", "%00", "%ff", "x" * 5000, "a b", "..%2f..", "ﬁ"])
def test_an_unknown_restaurant(visitor: Caller, slug: str) -> None:
    if "%2f" not in slug:
        problem(visitor.get(f"/api/restaurants/{slug}"), 404, "restaurant_unknown")
        problem(visitor.hold(slug), 404, "restaurant_unknown")
    assert (
        visitor.get(f"/api/restaurants/{slug}/availability", date="2026-12-05", time="19:00", party_size=2).status_code
        == 404
    )
