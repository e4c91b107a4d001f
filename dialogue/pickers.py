"""What a page needs to let a question be answered by picking: how many, which days, which times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from booking_engine import Restaurant, bookable_days
from dialogue.effects import FindOpenings, GetRestaurant, Steps
from dialogue.reading import OF_TABLE
from dialogue.times import presumed_day
from dialogue.turn import Turn

_MOST_TIMES = 12
_EVERY_TIME = 500
_ROUND = (30, 60)
"""Minutes: of too many times those on the half hour are kept, of still too many those on the hour."""


def fitting(turn: Turn, expects: str | None) -> Steps[dict[str, Any] | None]:
    """Return the chat API's `asks` for what is asked next; None where there is nothing to pick from.

    Text threads have no pages and get none.
    """
    if turn.situation.is_by_sms or turn.state.restaurant is None or expects not in OF_TABLE:
        return None
    restaurant = yield from GetRestaurant(turn.state.restaurant)
    if expects == "party_size":
        return {"max_party": restaurant.largest_party}
    if expects == "date":
        return _days(turn, restaurant)
    return (yield from _times_and_more(turn, restaurant))


def _days(turn: Turn, restaurant: Restaurant) -> dict[str, Any]:
    days = bookable_days(restaurant, turn.situation.now)
    closed = [day.isoformat() for day in days.closed]
    return {"first_day": days.first.isoformat(), "last_day": days.last.isoformat(), "closed_days": closed}


def _times_and_more(turn: Turn, restaurant: Restaurant) -> Steps[dict[str, Any] | None]:
    """Return the free times; of a booking also the days and parties to pick from, where those were only presumed."""
    state, more = turn.state, dict[str, Any]()
    day, party_size = state.date, state.party_size
    if state.task == "book":
        more |= {} if day else _days(turn, restaurant)
        more |= {} if party_size else {"max_party": restaurant.largest_party}
        day, party_size = day or presumed_day(restaurant, None, turn.situation.now), state.presumed_party
    if day is None or party_size is None:
        return None
    starts = spread((yield from free_starts(turn, restaurant, day, party_size)), _MOST_TIMES)
    labels = dict.fromkeys(turn.clock(restaurant, start) for start in starts)
    times = [{"label": label, "text": label} for label in labels]
    return {"times": times, "day": day.isoformat(), "party_size": party_size, **more} if times or more else None


def free_starts(turn: Turn, restaurant: Restaurant, day: date, party_size: int) -> Steps[list[datetime]]:
    """Return when there is a table for the party on a service day, the earliest first."""
    services = restaurant.schedule.periods_on(day)
    if not services:
        return []
    first, last = services[0].opens_at.astimezone(UTC), max(s.last_seating_at.astimezone(UTC) for s in services)
    half, changed = (last - first) / 2, turn.state.reservation if turn.state.task == "change" else None
    search = yield from FindOpenings(
        restaurant, first + half, party_size, changed, _EVERY_TIME, within=half, preferences=turn.state.preferences()
    )
    starts = sorted(opening.starts_at for opening in search.openings)
    return [start for start in starts if restaurant.schedule.service_date_of(start) == day]


def spread(starts: Sequence[datetime], most: int) -> Sequence[datetime]:
    """Return at most as many as fit, round times first, from morning to night."""
    for minutes in _ROUND:
        if len(starts) > most:
            starts = [start for start in starts if start.minute % minutes == 0] or starts
    if len(starts) <= most:
        return starts
    step = (len(starts) - 1) / (most - 1)
    return [starts[round(n * step)] for n in range(most)]
