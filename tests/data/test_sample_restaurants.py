"""The sample restaurants are varied, and their floors and hours make sense."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date, timedelta
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from smsutil import is_valid_gsm

SAMPLE = Path(__file__).parents[2] / "data" / "restaurants" / "sample.jsonl"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Ranges that the numbering plans of the United States, Britain and Australia reserve for fiction.
FICTIONAL_PHONE = re.compile(r"\+1\d{3}55501\d\d|\+442079460\d{3}|\+447700900\d{3}|\+612555000\d\d")

Json = dict[str, Any]


def load() -> list[Json]:
    return [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]


RESTAURANTS = load()
each_restaurant = pytest.mark.parametrize("restaurant", RESTAURANTS, ids=lambda r: r["slug"])


def minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    assert 0 <= int(hour) < 24
    assert 0 <= int(minute) < 60
    return int(hour) * 60 + int(minute)


def span(period: Json) -> tuple[int, int, int]:
    """Return minutes since midnight of the service date. Times after midnight continue past 1,440."""
    opens, last, closes = (minutes(period[key]) for key in ("opens", "last_seating", "closes"))
    return opens, last + 1440 * (last < opens), closes + 1440 * (closes <= opens)


def test_there_are_48_restaurants_in_many_cities_and_time_zones() -> None:
    assert len(RESTAURANTS) == 48
    assert len({r["address"]["city"] for r in RESTAURANTS}) >= 5
    assert len({r["timezone"] for r in RESTAURANTS}) >= 3


@pytest.mark.parametrize("key", ["slug", "phone", "sms_number"])
def test_what_tells_restaurants_apart_is_unique(key: str) -> None:
    values = [r[key] for r in RESTAURANTS if r[key] is not None]
    assert [value for value, count in Counter(values).items() if count > 1] == []


def test_no_number_belongs_to_two_restaurants() -> None:
    assert not {r["phone"] for r in RESTAURANTS} & {r["sms_number"] for r in RESTAURANTS}
    assert sum(r["sms_number"] is not None for r in RESTAURANTS) >= 3


def test_cuisines_prices_and_policies_vary() -> None:
    assert len({cuisine for r in RESTAURANTS for cuisine in r["cuisines"]}) >= 12
    assert {r["price_level"] for r in RESTAURANTS} == {1, 2, 3, 4}
    policies = [r["policy"] for r in RESTAURANTS]
    assert {p["slot_minutes"] for p in policies} == {15, 30}
    assert min(p["min_notice_minutes"] for p in policies) == 0
    assert max(p["min_notice_minutes"] for p in policies) == 120
    assert (min(p["max_advance_days"] for p in policies), max(p["max_advance_days"] for p in policies)) == (30, 90)
    assert any("pacing_covers" not in p for p in policies)


def test_floors_go_from_a_handful_of_tables_to_forty() -> None:
    sizes = sorted(len(r["tables"]) for r in RESTAURANTS)
    assert sizes[0] == 6
    assert sizes[-1] >= 40
    assert {t["area"] for r in RESTAURANTS for t in r["tables"]} == {"main", "patio", "bar", "private"}
    assert any(t["walk_in"] for r in RESTAURANTS for t in r["tables"])


def test_hours_vary() -> None:
    by_restaurant = [r["service_periods"] for r in RESTAURANTS]
    names = [{p["name"] for p in periods} for periods in by_restaurant]
    assert {"dinner"} in names
    assert {"lunch", "dinner"} in names
    assert {"all_day"} in names
    assert any(p["name"] == "brunch" and p["days"] == ["sat", "sun"] for periods in by_restaurant for p in periods)
    assert any(span(p)[1] > 1440 for periods in by_restaurant for p in periods), "someone seats after midnight"
    open_days = [{day for p in periods for day in p["days"]} for periods in by_restaurant]
    assert any("mon" not in days for days in open_days)
    assert set(DAYS) in open_days


def test_hard_names_are_among_them() -> None:
    names = [r["name"] for r in RESTAURANTS]
    for mark in ("'", "&", "é", "í", "ł", "Seven", "Two", "Sunday"):
        assert any(mark in name for name in names), mark
    assert max(map(len, names)) >= 60
    twins = {name for name, count in Counter(names).items() if count > 1}
    assert len(twins) == 2
    for twin in twins:
        cities = [r["address"]["city"] for r in RESTAURANTS if r["name"] == twin]
        assert len(set(cities)) == len(cities)


@each_restaurant
def test_place_and_numbers_are_plausible(restaurant: Json) -> None:
    zone = ZoneInfo(restaurant["timezone"])
    address = restaurant["address"]
    home = {
        "America/Los_Angeles": (37.5, -122.3),
        "America/Denver": (39.7, -105.0),
        "America/Chicago": (41.9, -87.7),
        "America/New_York": (40.7, -74.0) if address["city"] == "New York" else (42.35, -71.06),
        "Europe/London": (51.5, -0.1),
        "Australia/Sydney": (-33.87, 151.2),
    }[zone.key]
    assert abs(address["lat"] - home[0]) < 0.35
    assert abs(address["lon"] - home[1]) < 0.35
    for number in filter(None, (restaurant["phone"], restaurant["sms_number"])):
        assert FICTIONAL_PHONE.fullmatch(number), number
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", restaurant["slug"])


@each_restaurant
def test_facts_fit_one_text_message(restaurant: Json) -> None:
    assert {"menu", "payment"} <= restaurant["about"].keys()
    for topic, fact in restaurant["about"].items():
        assert is_valid_gsm(fact), topic
        assert len(fact) <= 120, topic


@each_restaurant
def test_hours_make_sense(restaurant: Json) -> None:
    slot = restaurant["policy"]["slot_minutes"]
    for period in restaurant["service_periods"]:
        opens, last, closes = span(period)
        assert opens < last < closes, period
        assert closes - last >= 30, "the last party gets something to eat"
        assert (last - opens) % slot == 0, "last_seating is itself an opening"
        assert period["days"] == [day for day in DAYS if day in period["days"]]
        assert period["days"]
    week = sorted(
        (DAYS.index(day) * 1440 + opens, DAYS.index(day) * 1440 + closes)
        for period in restaurant["service_periods"]
        for opens, _, closes in [span(period)]
        for day in period["days"]
    )
    monday_again = (week[0][0] + 7 * 1440, week[0][1] + 7 * 1440)
    for (_, closes), (opens, _) in pairwise([*week, monday_again]):
        assert closes <= opens, "no two periods overlap"


@each_restaurant
def test_closures_are_days_with_a_reason(restaurant: Json) -> None:
    for closure in restaurant["closures"]:
        assert timedelta(0) < date.fromisoformat(closure["date"]) - date(2026, 11, 1) < timedelta(days=120)
        assert closure["reason"]


def test_some_restaurants_have_days_with_other_hours() -> None:
    special = [(r, day) for r in RESTAURANTS for day in r.get("special_days", [])]
    assert {day["date"] for _, day in special} >= {"2026-12-31", "2027-02-14"}
    for restaurant, day in special:
        assert day["reason"]
        assert day["date"] not in {closure["date"] for closure in restaurant["closures"]}
        spans = [span(period) for period in day["service_periods"]]
        for opens, last, closes in spans:
            assert opens < last < closes
            assert (last - opens) % restaurant["policy"]["slot_minutes"] == 0
        assert all(closes <= opens for (_, _, closes), (opens, _, _) in pairwise(spans))
    assert any(span(period)[1] > 1440 for _, day in special for period in day["service_periods"])


@each_restaurant
def test_turn_times_name_real_periods_and_cover_every_party(restaurant: Json) -> None:
    periods = {p["name"] for p in restaurant["service_periods"]}
    ladders: dict[str | None, list[Json]] = {}
    for rung in restaurant["turn_times"]:
        ladders.setdefault(rung.get("service_period"), []).append(rung)
    assert ladders.keys() - {None} <= periods
    for ladder in ladders.values():
        sizes = [rung["max_party"] for rung in ladder]
        assert sizes == sorted(set(sizes))
        assert sizes[-1] == restaurant["policy"]["max_party"]
        assert all(rung["minutes"] % 15 == 0 and 45 <= rung["minutes"] <= 240 for rung in ladder)
    assert None in ladders or ladders.keys() >= periods


@each_restaurant
def test_combinations_are_made_of_real_tables(restaurant: Json) -> None:
    tables = {t["name"]: t for t in restaurant["tables"]}
    assert len(tables) == len(restaurant["tables"])
    for combination in restaurant["combinations"]:
        parts = [tables[name] for name in combination["tables"]]
        assert len({t["name"] for t in parts}) == len(parts) >= 2
        assert len({t["area"] for t in parts}) == 1, "tables are pushed together within one area"
        assert not any(t["walk_in"] for t in parts)
        assert combination["min_party"] == max(t["max_party"] for t in parts) + 1
        assert combination["max_party"] == sum(t["max_party"] for t in parts)
    seen = [frozenset(c["tables"]) for c in restaurant["combinations"]]
    assert not any(one == other for one, other in combinations(seen, 2))


@each_restaurant
def test_every_party_up_to_the_largest_has_a_place(restaurant: Json) -> None:
    places = [t for t in restaurant["tables"] if not t["walk_in"]] + restaurant["combinations"]
    assert all(1 <= p["min_party"] <= p["max_party"] for p in places)
    for party in range(1, restaurant["policy"]["max_party"] + 1):
        assert any(p["min_party"] <= party <= p["max_party"] for p in places), party
