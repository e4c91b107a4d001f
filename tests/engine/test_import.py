"""Importing restaurants: all or nothing, idempotent, every problem reported."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from booking_engine import BookingEngine, Clock, Criteria, ImportRejected, Refusal, RestaurantUnknown, create_database

from .helpers import (
    DAY,
    ROOT,
    OpenRestaurant,
    as_lines,
    book,
    clock_at,
    evening,
    owner_of,
    restaurant_line,
    special_day,
    tables,
)


@pytest.fixture
def empty(copy_database: Callable[[], str]) -> BookingEngine:
    """An engine on a database without restaurants."""
    return BookingEngine(create_database(copy_database()), Clock())


def test_the_sample_restaurants_are_imported_once(empty: BookingEngine) -> None:
    lines = (ROOT / "data" / "restaurants" / "sample.jsonl").read_text(encoding="utf-8").splitlines()
    report = empty.import_restaurants(lines)
    assert (report.created, report.updated, report.unchanged) == (len(lines), 0, 0)
    again = empty.import_restaurants(lines)
    assert (again.created, again.updated, again.unchanged) == (0, 0, len(lines))
    for line in lines:
        given = json.loads(line)
        found = empty.restaurant(given["slug"])
        assert (found.name, found.city, found.timezone) == (given["name"], given["address"]["city"], given["timezone"])
        assert len(found.tables) == len(given["tables"])
    assert len(empty.find_restaurants(limit=200)) == len(lines)
    assert empty.cities() == sorted({json.loads(line)["address"]["city"] for line in lines})


def test_the_example_of_the_contract_is_understood(empty: BookingEngine) -> None:
    example = {
        "slug": "bird-dog-palo-alto", "name": "Bird Dog", "phone": "+16505550100", "sms_number": None,
        "address": {"street": "420 Ramona Street", "city": "Palo Alto", "region": "CA", "postal_code": "94301",
                    "country": "US", "lat": 37.44, "lon": -122.16},
        "timezone": "America/Los_Angeles", "cuisines": ["American"], "price_level": 3,
        "features": ["live_music", "serves_alcohol"], "about": {"parking": "Lot behind the building"},
        "service_periods": [{"name": "dinner", "days": ["tue", "wed", "thu", "fri", "sat"],
                             "opens": "17:00", "last_seating": "21:30", "closes": "23:00"}],
        "closures": [{"date": "2026-12-25", "reason": "Christmas Day"}],
        "turn_times": [{"max_party": 2, "minutes": 90}, {"max_party": 4, "minutes": 105, "service_period": "dinner"}],
        "tables": [{"name": "T1", "area": "main", "min_party": 1, "max_party": 2, "walk_in": False},
                   {"name": "T2", "area": "main", "min_party": 1, "max_party": 2, "walk_in": False}],
        "combinations": [{"tables": ["T1", "T2"], "min_party": 3, "max_party": 4}],
        "policy": {"slot_minutes": 15, "hold_minutes": 5, "min_notice_minutes": 30, "max_advance_days": 90,
                   "max_party": 12, "pacing_covers": 20, "change_cutoff_minutes": 60},
    }  # fmt: skip
    minimal = {key: example[key] for key in ("name", "timezone", "service_periods", "tables")}
    empty.import_restaurants(as_lines(example, minimal | {"slug": "minimal", "address": {"city": "Palo Alto"}}))
    bird = empty.restaurant("bird-dog-palo-alto")
    assert (bird.street, bird.lat, bird.about["parking"], bird.policy.pacing_covers) == (
        "420 Ramona Street", 37.44, "Lot behind the building", 20,
    )  # fmt: skip
    assert empty.restaurant("minimal").policy.slot_minutes == 15
    assert (bird.policy.hold_extensions, empty.restaurant("minimal").policy.hold_extensions) == (1, 1)


@pytest.mark.parametrize("extensions", [0, 1, 5])
def test_a_restaurant_says_how_often_a_hold_may_be_extended(engine: BookingEngine, extensions: int) -> None:
    line = restaurant_line(slug=f"extends-{extensions}", policy={"hold_extensions": extensions})
    engine.import_restaurants(as_lines(line))
    assert engine.restaurant(line["slug"]).policy.hold_extensions == extensions
    assert engine.import_restaurants(as_lines(line)).unchanged == 1


def test_a_document_from_before_a_policy_existed_means_its_default(engine: BookingEngine, database: Engine) -> None:
    lines = as_lines(restaurant_line(slug="from-before"))
    engine.import_restaurants(lines)
    with database.begin() as connection:
        dropping = "UPDATE restaurant SET document = document #- '{policy,hold_extensions}' WHERE slug = 'from-before'"
        connection.execute(text(dropping))
    other = BookingEngine(database, engine.clock)
    assert other.restaurant("from-before").policy.hold_extensions == 1
    assert other.import_restaurants(lines).unchanged == 1


BAD = {
    "not json": ("{", "line", "Expecting"),
    "not an object": ("[]", "line", "valid dictionary"),
    "no name": (restaurant_line(name=None), "name", "valid string"),
    "slug": (restaurant_line(slug="Bird Dog"), "slug", "match"),
    "zone": (restaurant_line(timezone="Mars/Olympus"), "timezone", "time zone"),
    "time": (
        restaurant_line(service_periods=[restaurant_line()["service_periods"][0] | {"opens": "25:00"}]),
        "service_periods.0.opens",
        "17:30",
    ),
    "order": (
        restaurant_line(service_periods=[restaurant_line()["service_periods"][0] | {"closes": "18:00"}]),
        "service_periods.0",
        "after",
    ),
    "closure": (restaurant_line(closures=[{"date": "2026-02-30"}]), "closures.0.date", "date"),
    "party": (restaurant_line(tables=[{"name": "T", "max_party": 0}]), "tables.0.max_party", "greater"),
    "min over max": (restaurant_line(tables=[{"name": "T", "min_party": 3, "max_party": 2}]), "tables.0", "larger"),
    "two of a name": (restaurant_line(tables=[*tables(2), *tables(4)]), "line", "two tables"),
    "ghost table": (
        restaurant_line(combinations=[{"tables": ["T1", "T9"], "max_party": 4}]),
        "line",
        "no table called T9",
    ),
    "ghost period": (
        restaurant_line(turn_times=[{"max_party": 2, "minutes": 90, "service_period": "tea"}]),
        "line",
        "tea",
    ),
    "closed and special": (
        restaurant_line(closures=[{"date": "2026-12-31"}], special_days=[special_day("2026-12-31")]),
        "line",
        "2026-12-31 is closed",
    ),
    "special twice": (restaurant_line(special_days=[special_day("2026-12-31")] * 2), "line", "is there twice"),
    "special and closed after all": (
        restaurant_line(special_days=[{"date": "2026-12-31", "service_periods": []}]),
        "special_days.0.service_periods",
        "at least 1",
    ),
    "special order": (
        restaurant_line(special_days=[special_day("2026-12-31", closes="22:00")]),
        "special_days.0.service_periods.0",
        "after closes",
    ),
    "too many extensions": (restaurant_line(policy={"hold_extensions": 6}), "policy.hold_extensions", "less than"),
    "fewer than none": (restaurant_line(policy={"hold_extensions": -1}), "policy.hold_extensions", "greater than"),
    "half an extension": (restaurant_line(policy={"hold_extensions": 1.5}), "policy.hold_extensions", "integer"),
    "typo": (restaurant_line(polcy={}), "polcy", "Extra"),
    "nul": (restaurant_line(name="a\0b"), "name", "control"),
    "raw nul": (json.dumps(restaurant_line()).replace("Larder", "a\0b"), "line", "control"),
    "control": (restaurant_line(name="a\nb"), "name", "control"),
    "number": (restaurant_line(sms_number="555"), "sms_number", "+16505550100"),
    "origin with a path": (
        restaurant_line(widget_origins=["https://a.example/"]),
        "widget_origins.0",
        "without a path",
    ),
    "origin in capitals": (restaurant_line(widget_origins=["https://A.example"]), "widget_origins.0", "lower case"),
    "origin of a file": (restaurant_line(widget_origins=["null"]), "widget_origins.0", "https://www.example.com"),
    "any origin": (restaurant_line(widget_origins=["*"]), "widget_origins.0", "https://www.example.com"),
    "infinite": (json.dumps(restaurant_line(address={"city": "London", "lat": float("nan")})), "line", "NaN"),
    "huge": (json.dumps(restaurant_line()).replace("51.5", "1e400"), "line", "1e400 is too large"),
    "huge whole": (json.dumps(restaurant_line()).replace("51.5", "9" * 5000), "line", "9... is too large"),
    "half a character": (restaurant_line(name="\ud800"), "name", "unicode"),
    "twice": (
        json.dumps(restaurant_line()).replace('"slug"', '"name": "Twin", "slug"'),
        "line",
        "the key name is there twice",
    ),
    "twice inside": (
        json.dumps(restaurant_line()).replace('"city"', '"city": "Bath", "city"'),
        "line",
        "city is there twice",
    ),
    "number in quotes": (restaurant_line(price_level="3"), "price_level", "valid integer"),
    "one for true": (
        restaurant_line(tables=[{"name": "T", "max_party": 2, "walk_in": 1}]),
        "tables.0.walk_in",
        "boolean",
    ),
    "seconds for a date": (restaurant_line(closures=[{"date": 1782345600}]), "closures.0.date", "a date that exists"),
    "long": ('{"slug": "' + "a" * 50_000_000 + '"}', "line", "longer than 5,000,000 characters"),
    "key to a terminal": (restaurant_line() | {"\x1b[2J" + "k" * 1000: 1}, "?[2J" + "k" * 96 + "...", "Extra"),
    "deep": ("[" * 100_000, "line", "deep"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_line_is_named_and_nothing_is_imported(engine: BookingEngine, case: str) -> None:
    bad, field, reason = BAD[case]
    lines = [*as_lines(restaurant_line(slug="good")), "", bad if isinstance(bad, str) else json.dumps(bad)]
    with pytest.raises(ImportRejected) as rejected:
        engine.import_restaurants(lines)
    problem = rejected.value.problems[0]
    assert (problem.line, problem.field) == (3, field)
    assert reason in problem.reason
    with pytest.raises(RestaurantUnknown):
        engine.restaurant("good")


def test_a_file_without_a_restaurant_is_refused(engine: BookingEngine) -> None:
    with pytest.raises(ImportRejected, match="no restaurant"):
        engine.import_restaurants(["", " \n"])


def test_whole_numbers_may_be_written_as_decimals(engine: BookingEngine) -> None:
    line = json.dumps(restaurant_line(slug="decimals", price_level=3)).replace('"price_level": 3', '"price_level": 3.0')
    engine.import_restaurants([line])
    assert engine.restaurant("decimals").price_level == 3


def test_progress_goes_from_the_first_line_to_the_last_restaurant(engine: BookingEngine) -> None:
    seen: list[tuple[str, int, int]] = []
    lines = ["", *as_lines(restaurant_line(slug="step-1"), restaurant_line(slug="step-2"))]
    engine.import_restaurants(lines, lambda step, done, total: seen.append((step, done, total)))
    assert seen == [("check", 1, 3), ("check", 2, 3), ("check", 3, 3), ("write", 2, 2)]
    seen.clear()
    engine.import_restaurants(lines, lambda step, done, total: seen.append((step, done, total)))
    assert {step for step, *_ in seen} == {"check"}


def test_all_problems_of_a_file_are_reported(engine: BookingEngine) -> None:
    lines = as_lines(
        restaurant_line(slug="one", sms_number="+442079460001"),
        restaurant_line(slug="one"),
        restaurant_line(slug="two", sms_number="+442079460001", timezone="X"),
        restaurant_line(slug="three", sms_number="+442079460001"),
    )
    with pytest.raises(ImportRejected) as rejected:
        engine.import_restaurants(lines)
    assert [(problem.line, problem.field) for problem in rejected.value.problems] == [
        (2, "slug"), (3, "timezone"), (4, "sms_number"),
    ]  # fmt: skip


def test_a_short_number_belongs_to_one_restaurant(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    first = open_restaurant(sms_number="+442079460002")
    assert owner_of(database, "+442079460002") == first.slug
    assert owner_of(database, "+442079460003") is None
    with pytest.raises(ImportRejected) as rejected:
        engine.import_restaurants(as_lines(restaurant_line(slug="second", sms_number="+442079460002")))
    assert rejected.value.problems[0].field == "sms_number"
    with pytest.raises(ImportRejected) as rejected:
        engine.import_restaurants(["", "", *as_lines(restaurant_line(slug="second", sms_number="+442079460002"))])
    assert rejected.value.problems[0].line == 3
    # Within one file, a number may move to another restaurant.
    engine.import_restaurants(
        as_lines(restaurant_line(slug="second", sms_number="+442079460002"), restaurant_line(slug=first.slug))
    )
    assert owner_of(database, "+442079460002") == "second"


def test_no_restaurant_has_the_number_of_the_service(database: Engine, open_restaurant: OpenRestaurant) -> None:
    ours = "+5215512340188"  # a carrier's way of writing it
    taken = open_restaurant(sms_number="+525512340188")  # from before it was the service's
    engine = BookingEngine(database, Clock(), own_number=ours)
    assert owner_of(database, ours) == taken.slug
    for number in ("+525512340188", ours):
        with pytest.raises(ImportRejected) as rejected:
            engine.import_restaurants(["", *as_lines(restaurant_line(slug="greedy", sms_number=number))])
        [problem] = rejected.value.problems
        assert (problem.line, problem.field) == (2, "sms_number")
        assert "the service itself" in problem.reason
    engine.import_restaurants(as_lines(restaurant_line(slug="modest")))
    assert owner_of(database, ours) is owner_of(database, "+525512340188") is None, "the next import takes it away"


def test_the_countries_of_the_restaurants_are_known(database: Engine, open_restaurant: OpenRestaurant) -> None:
    open_restaurant(address={"city": "Lisboa", "country": "PT"})
    open_restaurant(address={"city": "Nowhere"})
    assert BookingEngine(database, Clock()).countries() >= {"PT"}


def test_an_update_shows_at_once_in_every_process_and_keeps_reservations(
    database: Engine, open_restaurant: OpenRestaurant
) -> None:
    here, elsewhere = (BookingEngine(database, clock_at("2026-12-01T12:00+00:00")) for _ in range(2))
    place = open_restaurant(tables=tables(2, 4))
    made = book(here, place, evening(place))
    assert elsewhere.find_openings(place, starts_at=evening(place), party_size=4).exact
    here.import_restaurants(
        as_lines(restaurant_line(slug=place.slug, name="Renamed", tables=[{"name": "bench", "max_party": 3}]))
    )
    assert elsewhere.restaurant(place.slug).name == "Renamed"
    # The caller has an outdated restaurant; the engine decides by the current one.
    assert elsewhere.find_openings(place, starts_at=evening(place), party_size=4).refusal is Refusal.PARTY_TOO_LARGE
    assert book(elsewhere, place, evening(place), 3).tables == ("bench",)
    assert elsewhere.reservation(made.code).tables == made.tables


def test_a_stale_floor_is_noticed_while_booking(database: Engine, open_restaurant: OpenRestaurant) -> None:
    here, elsewhere = (BookingEngine(database, clock_at("2026-12-01T12:00+00:00")) for _ in range(2))
    place = open_restaurant(tables=tables(2))
    book(elsewhere, place, evening(place, 17))
    here.import_restaurants(as_lines(restaurant_line(slug=place.slug, tables=[{"name": "new", "max_party": 2}])))
    assert book(elsewhere, place, evening(place, 20)).tables == ("new",)


def test_reservations_that_no_longer_fit_are_reported_and_kept(
    engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    place = open_restaurant(tables=tables(2, 2, 4))
    fits, large = book(engine, place, evening(place), 2), book(engine, place, evening(place), 4)
    lost = book(engine, place, evening(place), 2)
    closed = book(engine, place, evening(place, day=DAY + timedelta(days=1)), 2)
    gone = book(engine, place, evening(place, 17), 2)
    engine.cancel_reservation(gone.code, command_id="gone", channel="api", notify=False)
    smaller = [{"name": "T1", "max_party": 2}, {"name": "T3", "max_party": 3}]
    closure = [{"date": (DAY + timedelta(days=1)).isoformat()}]
    report = engine.import_restaurants(as_lines(restaurant_line(slug=place.slug, tables=smaller, closures=closure)))
    assert {conflict.code: conflict.reason for conflict in report.conflicts} == {
        lost.code: "table gone", large.code: "table too small", closed.code: "closed then",
    }  # fmt: skip
    assert {conflict.slug for conflict in report.conflicts} == {place.slug}
    for made in (fits, large, lost, closed):
        assert engine.reservation(made.code).status == "confirmed"


def test_a_document_from_before_a_field_was_known_means_its_default(
    database: Engine, engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    place = open_restaurant(slug="long-known")
    with database.begin() as connection:
        connection.execute(text("UPDATE restaurant SET document = document - 'closures' WHERE slug = 'long-known'"))
    again = restaurant_line(slug=place.slug, name=place.name)
    assert engine.import_restaurants(as_lines(again)).unchanged == 1
    assert engine.import_restaurants(as_lines(again | {"closures": [{"date": "2026-12-25"}]})).updated == 1


def test_table_numbers_stay_with_their_names(database: Engine, open_restaurant: OpenRestaurant) -> None:
    def numbers(slug: str) -> dict[str, int]:
        return BookingEngine(database, Clock()).restaurant(slug).table_ids

    place = open_restaurant(tables=[{"name": name, "max_party": 2} for name in "abc"])
    before = dict(place.table_ids)
    open_restaurant(slug=place.slug, tables=[{"name": name, "max_party": 2} for name in "dca"])
    after = numbers(place.slug)
    assert after | before == after
    assert len(set(after.values())) == 4
    with database.connect() as connection:
        version = connection.execute(text("SELECT version FROM catalogue")).scalar_one()
    open_restaurant(slug=place.slug, tables=[{"name": name, "max_party": 2} for name in "dca"])
    with database.connect() as connection:
        assert connection.execute(text("SELECT version FROM catalogue")).scalar_one() == version


def test_restaurants_are_found_by_city_and_cuisine(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    fields: dict[str, Any] = {"address": {"city": "São Paulo"}, "cuisines": ["Café Food", "Vegan"]}
    place = open_restaurant(**fields)
    assert engine.find_restaurants(Criteria("sao paulo", "cafe food")) == [place]
    assert engine.find_restaurants(Criteria("sao paulo", "sushi")) == []
    assert "Vegan" in engine.cuisines()


def test_a_restaurant_that_is_in_memory_needs_no_connection_until_an_import(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    slug, checkouts = open_restaurant(name="Before").slug, []
    event.listen(database, "checkout", lambda *_: checkouts.append(1))
    version = engine.published_names().version
    assert engine.knowing(version).restaurant(slug).name == "Before"
    checkouts.clear()
    assert engine.knowing(version).restaurant(slug).name == "Before"
    assert not checkouts
    with pytest.raises(RestaurantUnknown):
        engine.knowing(version).restaurant("nobody-knows-it")
    open_restaurant(slug=slug, name="After")
    assert engine.knowing(version + 1).restaurant(slug).name == "After"
    assert engine.restaurant(slug).name == "After", "without a version, the database is asked"
