"""The restaurants a crowd knows, as anybody can read them from the public API."""

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
    """A restaurant: what its page tells."""

    slug: str
    name: str
    city: str
    country: str
    timezone: str
    cuisines: tuple[str, ...]
    sms_number: str | None
    periods: tuple[tuple[frozenset[str], time, time], ...]
    """Weekdays, the first and the last time at which guests are seated."""
    unusual: frozenset[date]
    """Closures, and days with hours of their own."""
    slot: timedelta
    days_ahead: int
    largest_party: int
    tells: frozenset[str]
    """What its page says something about: of `wording.QUESTIONS`."""

    @classmethod
    def of(cls, told: dict[str, Any]) -> PublicRestaurant:
        """From `GET /api/restaurants/{slug}`."""
        policy = told["policy"]
        periods = [
            (frozenset(p["days"]), time.fromisoformat(p["opens"]), time.fromisoformat(p["last_seating"]))
            for p in told["service_periods"]
        ]
        return cls(
            slug=told["slug"],
            name=told["name"],
            city=told["city"],
            country=told["address"]["country"] or "US",
            timezone=told["timezone"],
            cuisines=tuple(told["cuisines"]),
            sms_number=told["sms_number"],
            periods=tuple(periods),
            unusual=frozenset(date.fromisoformat(d["date"]) for d in (*told["closures"], *told["special_days"])),
            slot=timedelta(minutes=policy["slot_minutes"]),
            days_ahead=policy["max_advance_days"],
            largest_party=policy["largest_party"],
            tells=frozenset(_told_by(told)),
        )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def is_month_first(self) -> bool:
        """Whether 12/5 is a day in December there."""
        return self.country in ("US", "CA", "PH")

    def times_on(self, day: date) -> list[time]:
        """When guests are seated on an ordinary day; late hours, which belong to the night before, are left out."""
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
        """Days that may be booked, from tomorrow on, on which guests are seated."""
        days = (today + timedelta(days=n) for n in range(1, min(self.days_ahead, _FURTHEST)))
        return [day for day in days if self.times_on(day)]


def _told_by(page: dict[str, Any]) -> Iterator[str]:
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


_FURTHEST = 22  # days; nobody of the crowd plans farther ahead


def read_restaurants(service: Service) -> list[PublicRestaurant]:
    """The restaurants of a service, by slug; of very many, the first ones.

    Raises:
        ServiceError: the service does not tell.
    """
    slugs = [one["slug"] for one in service.restaurants(most=_MOST_RESTAURANTS)]
    restaurants = [PublicRestaurant.of(service.restaurant(slug)) for slug in sorted(slugs)]
    return [restaurant for restaurant in restaurants if restaurant.largest_party]
