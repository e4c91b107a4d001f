"""The days that can be booked at a restaurant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from booking_engine.restaurants.restaurant import Restaurant


@dataclass(frozen=True)
class BookableDays:
    """Service dates from `first` to `last`, inclusive, and those of them on which the restaurant is closed."""

    first: date
    last: date
    closed: tuple[date, ...]


def bookable_days(restaurant: Restaurant, now: datetime) -> BookableDays:
    """Return the days bookable at this instant, including today unless it is too late for today's last seating."""
    today = now.astimezone(restaurant.zone).date()
    soonest = now.astimezone(UTC) + timedelta(minutes=restaurant.policy.min_notice_minutes)
    is_over = all(
        service.last_seating_at.astimezone(UTC) < soonest for service in restaurant.schedule.periods_on(today)
    )
    last = today + timedelta(days=restaurant.policy.max_advance_days)
    first = min(today + timedelta(days=1), last) if is_over else today
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return BookableDays(first, last, tuple(day for day in days if not restaurant.schedule.periods_on(day)))
