"""Restaurants of the tests' own, taken in while the service runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.running import Stack

EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
OpenHouse = Callable[..., None]


@pytest.fixture
def open_house(stack: Stack) -> OpenHouse:
    """Open a restaurant in New York: dinner from 17:00 every day, last seating 21:30, one table for two."""

    def make(slug: str, name: str, **fields: Any) -> None:
        line = {
            "slug": slug,
            "name": name,
            "phone": "+12125550100",
            "address": {"city": "New York", "region": "NY", "country": "US", "lat": 40.7, "lon": -74.0},
            "timezone": "America/New_York",
            "service_periods": [
                {"name": "dinner", "days": EVERY_DAY, "opens": "17:00", "last_seating": "21:30", "closes": "23:30"}
            ],
            "turn_times": [{"max_party": 2, "minutes": 90}],
            "tables": [{"name": "T1", "max_party": 2}],
            **fields,
        }
        stack.engine.import_restaurants([json.dumps(line)])

    return make
