"""The published JSON Schema of a restaurant agrees with the import."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any
from zoneinfo import available_timezones

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking_engine import ImportRejected
from booking_engine.restaurants.import_format import restaurant_schema
from booking_engine.restaurants.import_lines import read_lines

from .helpers import ROOT, restaurant_line, special_day

SCHEMA = restaurant_schema("https://tabletalk.example/schemas/restaurant.json")
VALIDATOR = jsonschema_rs.Draft202012Validator(SCHEMA, validate_formats=True)
FULL = restaurant_line(
    phone="+442079460000", cuisines=["Thai"], price_level=2, features=["bar"], about={"menu": "Noodles"},
    closures=[{"date": "2026-12-25", "reason": "Christmas Day"}],
    special_days=[special_day("2026-12-31")],
    turn_times=[{"max_party": 4, "minutes": 90, "service_period": "dinner"}],
    combinations=[{"tables": ["T1", "T2"], "min_party": 3, "max_party": 4}],
    tables=[{"name": "T1", "area": "main", "min_party": 1, "max_party": 2, "walk_in": False, "features": ["step_free"]},
            {"name": "T2", "max_party": 2}],
    policy={"slot_minutes": 15, "hold_extensions": 0, "max_party": 8, "pacing_covers": 20,
            "walk_in_covers": 2, "walk_in_release_minutes": 30},
)  # fmt: skip
# What a schema cannot express: relations between values, and which time zones exist.
BESIDES = (
    "is after closes", "larger than", "two tables", "no table called", "named twice", "no service period called",
    "not a time zone", "special_days: ",
)  # fmt: skip


def problems(line: dict[str, Any]) -> list[str]:
    """Return the problems that the import reports for the line."""
    try:
        read_lines([json.dumps(line)], None)
    except ImportRejected as rejected:
        return [problem.reason for problem in rejected.problems]
    return []


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value in a document except the root."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def with_value(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """Return a copy of the full line with this value at the path."""
    line = copy.deepcopy(FULL)
    inner: Any = line
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return line


def test_the_schema_is_one_and_says_where_it_is() -> None:
    jsonschema_rs.meta.validate(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$id"] == "https://tabletalk.example/schemas/restaurant.json"


def test_the_sample_restaurants_keep_to_it() -> None:
    for line in (ROOT / "data" / "restaurants" / "sample.jsonl").read_text(encoding="utf-8").splitlines():
        VALIDATOR.validate(json.loads(line))
    assert not problems(FULL)
    VALIDATOR.validate(FULL)


def test_every_zone_of_the_world_keeps_to_it() -> None:
    for zone in sorted(available_timezones()):
        VALIDATOR.validate(FULL | {"timezone": zone})


ODD = [
    None, True, False, 0, 1, 4.0, 4.5, -1, 91, 1001, 10**30, "", " ", "\u00a0", "\u0085", "\ufeff", " padded ", "4", "a\nb",
    "a\x1fb", "x" * 200, "x" * 201, "x" * 2000, "x" * 2001, "24:00", "24:01", "9:00", "17:30:00", "17:30\n", "2026-02-30",
    "2024-02-29", "2026-12-25T00:00:00", "20261225", "+1", "+442079460001", "+442079460001\n", "Mars/Olympus", "mon", "Mon",
    "bird-dog", "bird--dog", "bird-dog\n", [], ["mon"], ["T1"], ["T1", "T2"], [1], {}, {"menu": ""}, {"menu": 1},
    {" ": "x"}, {"menu": "x" * 2001}, {"name": "T9", "max_party": 2}, [{"name": "T9", "max_party": 2}],
]  # fmt: skip


@pytest.mark.parametrize("path", list(places(FULL)), ids=lambda path: ".".join(map(str, path)))
def test_schema_and_import_agree_about_every_odd_value_anywhere(path: tuple[Any, ...]) -> None:
    for value in ODD:
        agree(with_value(path, value))
    inner: Any = FULL
    for key in path[:-1]:
        inner = inner[key]
    if isinstance(inner, dict):
        without = with_value(path, None)
        holder: Any = without
        for key in path[:-1]:
            holder = holder[key]
        del holder[path[-1]]
        agree(without)
        agree(with_value((*path[:-1], "unknown"), 1))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(path=st.sampled_from(list(places(FULL))), value=JSON)
def test_schema_and_import_agree_about_any_value_anywhere(path: tuple[Any, ...], value: Any) -> None:
    agree(with_value(path, value))


def agree(line: dict[str, Any]) -> None:
    """Assert that the schema and the import agree about the line."""
    found = problems(line)
    if VALIDATOR.is_valid(line):
        assert all(any(words in reason for words in BESIDES) for reason in found), (line, found)
    else:
        assert found, line
