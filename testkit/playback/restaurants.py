"""Restaurants as scripts speak of them: by name or slug, those of the scripts' own and those of the service."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from testkit.script.loading import Script, ScriptError
from testkit.service import Service


class RestaurantUnclear(Exception):
    """The service has no restaurant of that name, or several."""


@dataclass(frozen=True)
class KnownRestaurant:
    """What a script needs to know of a restaurant. `number`: that of its own, which diners text."""

    slug: str
    name: str
    zone: ZoneInfo
    number: str | None

    def local(self, moment: datetime) -> datetime:
        """A time on the restaurant's own clocks as an instant."""
        return moment.replace(tzinfo=self.zone)


class RestaurantDirectory:
    """Finds restaurants for scripts. Safe to share between threads."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._known: dict[str, KnownRestaurant] = {}
        self._lock = threading.Lock()

    def find(self, named: str) -> KnownRestaurant:
        """The restaurant of that slug or name.

        Raises:
            RestaurantUnclear: there is none, or more than one of that name.
            testkit.service.ServiceError: the service does not answer.
        """
        with self._lock:
            if named not in self._known:
                self._known[named] = self._look_up(named)
            return self._known[named]

    def _look_up(self, named: str) -> KnownRestaurant:
        like = self._service.find_restaurants(named.replace("-", " "))
        found = [row["slug"] for row in like if named in (row["slug"], row["name"])]
        if not found:
            raise RestaurantUnclear(f"there is no restaurant with the name or slug {named!r}")
        if len(found) > 1:
            raise RestaurantUnclear(f"{named!r} is the name of several: say which by slug, {' or '.join(found)}")
        row = self._service.restaurant(found[0])
        return KnownRestaurant(row["slug"], row["name"], ZoneInfo(row["timezone"]), row["sms_number"])


def lines_of(scripts: Iterable[Script]) -> list[dict[str, Any]]:
    """The restaurants of scripts' files in the import format, each once.

    Raises:
        ScriptError: two files have a restaurant of the same slug that are not the same.
    """
    lines: dict[str, tuple[Path, dict[str, Any]]] = {}
    for script in scripts:
        for restaurant in script.loaded.restaurants:
            line = restaurant.line()
            file, known = lines.setdefault(line["slug"], (script.file, line))
            if known != line:
                raise ScriptError(
                    f"{script.file}: expected the restaurant {line['slug']} as in {file}, found another one of that slug"
                )
    return [line for _, line in lines.values()]
