"""The restaurants that simulated diners know, read from the public API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from testkit.service import Service

_MOST_RESTAURANTS = 300
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LATEST = time(22, 30)


@dataclass(frozen=True)
class PublicRestaurant:
    """A restaurant as the public API describes it."""

    slug: str
    name: str
    city: str
    country: str
    timezone: str
    cuisines: tuple[str, ...]
    sms_number: str | None
    periods: tuple[tuple[frozenset[str], time, time], ...]
    """Weekdays, first seating and last seating of each service period."""
    unusual: frozenset[date]
    """Closures and special days."""
    slot: timedelta
    days_ahead: int
    largest_party: int
    tells: frozenset[str]
    """Topics of `utterances.QUESTIONS` that its page answers."""

    @classmethod
    def of(cls, page: dict[str, Any]) -> PublicRestaurant:
        """Build it from the response of `GET /api/restaurants/{slug}`."""
        policy = page["policy"]
        periods = [
            (frozenset(p["days"]), time.fromisoformat(p["opens"]), time.fromisoformat(p["last_seating"]))
            for p in page["service_periods"]
        ]
        return cls(
            slug=page["slug"],
            name=page["name"],
            city=page["city"],
            country=page["address"]["country"] or "US",
            timezone=page["timezone"],
            cuisines=tuple(page["cuisines"]),
            sms_number=page["sms_number"],
            periods=tuple(periods),
            unusual=frozenset(date.fromisoformat(d["date"]) for d in (*page["closures"], *page["special_days"])),
            slot=timedelta(minutes=policy["slot_minutes"]),
            days_ahead=policy["max_advance_days"],
            largest_party=policy["largest_party"],
            tells=frozenset(_topics_of(page)),
        )

    @property
    def zone(self) -> ZoneInfo:
        """Time zone of the restaurant."""
        return ZoneInfo(self.timezone)

    @property
    def is_month_first(self) -> bool:
        """Whether 12/5 means December 5 there."""
        return self.country in ("US", "CA", "PH")

    def times_on(self, day: date) -> list[time]:
        """Return the seating times on a regular day, without those after midnight; none on a closure or special day."""
        if day in self.unusual:
            return []
        weekday = _WEEKDAYS[day.weekday()]
        found = {moment for days, first, last in self.periods if weekday in days for moment in self._grid(first, last)}
        return sorted(found)

    def _grid(self, first: time, last: time) -> Iterator[time]:
        moment, until = datetime.combine(date.min, first), datetime.combine(date.min, last if first < last else _LATEST)
        while moment <= until and moment.time() <= _LATEST:
            yield moment.time()
            moment += self.slot

    def days_from(self, today: date) -> list[date]:
        """Return the bookable days from tomorrow on that have seating times."""
        days = (today + timedelta(days=n) for n in range(1, min(self.days_ahead, _MAX_DAYS_AHEAD)))
        return [day for day in days if self.times_on(day)]


def _topics_of(page: dict[str, Any]) -> Iterator[str]:
    yield "hours"
    yield from page["about"]
    if page["address"]["street"]:
        yield "address"
    if page["phone"]:
        yield "phone"
    if page["price_level"]:
        yield "price"
    if "outdoor_seating" in page["features"]:
        yield "outdoor"
    if "vegetarian_options" in page["features"]:
        yield "vegetarian"


_MAX_DAYS_AHEAD = 22  # simulated diners do not plan further ahead


def read_restaurants(service: Service) -> list[PublicRestaurant]:
    """Return the first `_MOST_RESTAURANTS` of a service, sorted by slug, without those that take no parties.

    Raises:
        ServiceError: the service does not answer.
    """
    slugs = [one["slug"] for one in service.restaurants(most=_MOST_RESTAURANTS)]
    restaurants = [PublicRestaurant.of(service.restaurant(slug)) for slug in sorted(slugs)]
    return [restaurant for restaurant in restaurants if restaurant.largest_party]
