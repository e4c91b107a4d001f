"""Look up the restaurants that scripts refer to by name or slug."""

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
    """The service has no restaurant of that name, or more than one."""


@dataclass(frozen=True)
class KnownRestaurant:
    """What a script needs to know about a restaurant. `number`: its own SMS number, if it has one."""

    slug: str
    name: str
    zone: ZoneInfo
    number: str | None

    def local(self, moment: datetime) -> datetime:
        """Return a naive local time of the restaurant as an aware datetime."""
        return moment.replace(tzinfo=self.zone)


class RestaurantDirectory:
    """Looks up restaurants and caches them. Safe to share between threads."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._known: dict[str, KnownRestaurant] = {}
        self._lock = threading.Lock()

    def find(self, named: str) -> KnownRestaurant:
        """Return the restaurant with that slug or name.

        Raises:
            RestaurantUnclear: none has it, or more than one.
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
    """Return the restaurants that the scripts' files define in the import format, without duplicates.

    Raises:
        ScriptError: two files define one slug differently.
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
