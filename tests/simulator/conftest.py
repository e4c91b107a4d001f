"""Fixtures for the testers' API of the running service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import httpx
import pytest

from tests.engine.helpers import as_lines, restaurant_line
from tests.support.http import PLAIN
from tests.support.running import Stack

_SLUGS = count()


class Bench:
    """A client of the testers' API under /simulator/api."""

    def __init__(self, stack: Stack) -> None:
        self.client = httpx.Client(base_url=f"{stack.base_url}/simulator/api", timeout=40, **PLAIN)

    def ask(self, method: str, path: str, *, status: int = 200, **request: Any) -> dict[str, Any]:
        """Send a request. Return the JSON of the response, which must have this status."""
        answer = self.client.request(method, path, **request)
        assert answer.status_code == status, f"{answer.status_code}: {answer.text[:500]}"
        content: dict[str, Any] = answer.json()
        return content

    def refused(self, method: str, path: str, status: int, **request: Any) -> str:
        """Return the content of a response that must be a problem."""
        answer = self.client.request(method, path, **request)
        assert answer.status_code == status, f"{answer.status_code}: {answer.text[:500]}"
        assert answer.headers["Content-Type"] == "application/problem+json"
        return str(answer.json()["detail"])

    def set_clock(self, phone: str, to: str, at: str) -> None:
        """Set a conversation's clock."""
        self.ask("PUT", "/clock", json={"from": phone, "to": to, "at": at})

    def reservations(self, phone: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("GET", "/reservations", params={"phone": phone})["reservations"]
        return found

    def outbox(self, phone: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("GET", "/outbox", params={"phone": phone})["texts"]
        return found

    def book(self, phone: str, restaurant: str, **fields: Any) -> dict[str, Any]:
        wish = {"restaurant": restaurant, "party_size": 2, "name": "Ana Lima", "phone": phone, **fields}
        return self.ask("POST", "/reservations", status=201, json=wish)


@pytest.fixture
def bench(stack: Stack) -> Iterator[Bench]:
    tester = Bench(stack)
    yield tester
    tester.client.close()


@pytest.fixture
def open_restaurant(bench: Bench) -> Callable[..., str]:
    """Import a separate restaurant in New York, with dinner from 17:00 and last seating at 21:30. Return its slug."""

    def make(name: str, **fields: object) -> str:
        slug = str(fields.setdefault("slug", f"bench-{next(_SLUGS)}"))
        place = {"address": {"city": "New York"}, "timezone": "America/New_York"}
        done = bench.ask(
            "POST", "/restaurants", content="\n".join(as_lines(restaurant_line(name=name, **{**place, **fields})))
        )
        assert done["created"] == 1
        return slug

    return make
