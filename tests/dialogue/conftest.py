"""Restaurants of the tests' own, taken in by the running service the way an operator does it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.settings import PROJECT
from deploy.stack.launching import TABLETALK, environment
from tests.support.running import NOW, Stack

EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
OpenHouse = Callable[..., None]


@pytest.fixture
def open_house(stack: Stack, tmp_path: Path) -> OpenHouse:
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
        path = tmp_path / f"{slug}.jsonl"
        path.write_text(json.dumps(line) + "\n")
        told = environment(
            stack.var, TABLETALK_NOW=NOW, PORT=stack.settings.port, ACTIONS_PORT=stack.settings.actions_port
        )
        command = [str(TABLETALK), "restaurants", "import", str(path)]
        done = subprocess.run(command, cwd=PROJECT, env=told, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr

    return make
