"""What a restaurant's hours make of a wish for a time: the instants that it may mean."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from booking_engine import Restaurant
from nlu.resolving import TimeWish, resolve_times

_DAYS_AHEAD = 7
_SMALL_HOURS = time(5)
_NOON = time(12)


def service_day(start: datetime, now: datetime) -> date:
    """Return the service date of an instant to come: what is past midnight is of the evening before, if that is not past."""
    before = start - timedelta(days=1) if start.time() < _SMALL_HOURS else start
    return max(before.date(), now.date())


class Meant(NamedTuple):
    """What a wish may mean: `starts` at the restaurant (one: certain; several: ask), or the one time to search around."""

    starts: list[datetime]
    is_window: bool = False


def certain(start: datetime) -> dict[str, Any]:
    """The time slot of an instant."""
    return {"at": start.strftime("%H:%M")}


def meant_starts(
    restaurant: Restaurant, day: date, wish: dict[str, Any], now: datetime, *, near: datetime | None = None
) -> Meant:
    """Return the instants on a service date that a time wish may mean, in the restaurant's zone.

    "7" at a restaurant that opens at five is 19:00, and "tonight at 1" is past midnight if it is open then. Where both
    morning and evening fit, both are given, unless something `near` one of them is to be moved; where neither fits, the
    one that people mean who say no more: afternoon or evening.
    """
    if "at" in wish:
        return Meant([_closest(restaurant, day, time.fromisoformat(wish["at"]), now)])
    resolved = resolve_times(wish, now=now.astimezone(restaurant.zone))
    if not resolved.candidates:
        return Meant([_closest(restaurant, day, _middle(restaurant, day, resolved), now)], is_window=True)
    starts = _upcoming(restaurant, day, resolved.candidates, now)
    if resolved.by_night:
        starts = starts[:1]
    if not starts:
        afternoon = [clock for clock in resolved.candidates if clock >= _NOON]
        starts = [_closest(restaurant, day, (afternoon or resolved.candidates)[0], now)]
    elif near is not None:
        wanted = near.replace(tzinfo=None)
        starts = [min(starts, key=lambda start: abs(datetime.combine(wanted, start.time()) - wanted))]
    return Meant(sorted(set(starts)), is_window=bool(resolved.earliest or resolved.latest))


def _upcoming(restaurant: Restaurant, day: date, clocks: Iterable[time], now: datetime) -> list[datetime]:
    """Return the instants at which guests are seated, those to come if there are any."""
    fitting = [start for clock in clocks if (start := _start(restaurant, day, clock, now)) is not None]
    return [start for start in fitting if start > now] or fitting


def presumed_day(restaurant: Restaurant, wish: dict[str, Any] | None, now: datetime) -> date:
    """Return the service date that is meant when none is said: the first with seatings to come, at the wanted time if any."""
    here = now.astimezone(restaurant.zone)
    earliest = now + timedelta(minutes=restaurant.policy.min_notice_minutes)
    for ahead in range(_DAYS_AHEAD):
        day = here.date() + timedelta(days=ahead)
        if any(start >= earliest for start in _seatings(restaurant, day, wish, now)):
            return day
    return here.date()


def _seatings(restaurant: Restaurant, day: date, wish: dict[str, Any] | None, now: datetime) -> list[datetime]:
    """Return when guests are seated on a day: at the wanted time, or at the latest where it is open or a part of the day."""
    here = now.astimezone(restaurant.zone)
    if wish is not None and ("at" in wish or resolve_times(wish, now=here).candidates):
        return [start for start in meant_starts(restaurant, day, wish, now).starts if is_seated(restaurant, start)]
    latest = resolve_times(wish, now=here).latest if wish else None
    if latest and day == here.date() and _SMALL_HOURS < latest < here.time():
        return []  # that part of today is over
    return [service.last_seating_at for service in restaurant.schedule.periods_on(day)]


def _start(restaurant: Restaurant, day: date, clock: time, now: datetime) -> datetime | None:
    """The instant on a service date at which a clock shows this and guests are seated.

    At half past midnight, "today at 1" and "in an hour" are of the night that is not over yet.
    """
    here = now.astimezone(restaurant.zone)
    is_night = here.date() == day and here.time() < _SMALL_HOURS
    for calendar_day in (day, day + timedelta(days=1)) if clock < _SMALL_HOURS else (day,):
        start = datetime.combine(calendar_day, clock, restaurant.zone)
        service = restaurant.schedule.service_at(start)
        if service is None:
            continue
        if service.opens_at.date() == day or (is_night and calendar_day == day and start > now):
            return start
    return None


def lies_within(start: datetime, wish: dict[str, Any], now: datetime) -> bool:
    """Whether a wish for a part of the day ("in the evening", "after 8") is fulfilled by what starts at this time."""
    window = resolve_times(wish, now=now.astimezone(start.tzinfo))
    clock, first, last = start.time(), window.earliest, window.latest
    if first and last and last < first:
        return clock >= first or clock <= last
    return bool(first or last) and (first or time.min) <= clock <= (last or time.max)


def _closest(restaurant: Restaurant, day: date, clock: time, now: datetime) -> datetime:
    return _start(restaurant, day, clock, now) or datetime.combine(day, clock, restaurant.zone)


def _middle(restaurant: Restaurant, day: date, wish: TimeWish) -> time:
    """Where to search first within a window such as "after 8" or "in the evening"."""
    if wish.earliest and wish.latest:
        first, last = (datetime.combine(day, t) for t in (wish.earliest, wish.latest))
        if last < first:
            last += timedelta(days=1)
        middle = first + (last - first) / 2
        return middle.replace(minute=middle.minute // 15 * 15, second=0, microsecond=0).time()
    services = restaurant.schedule.periods_on(day)
    any_time = services[-1].opens_at.time() if services else _NOON
    return wish.earliest or wish.latest or any_time


def seating_spans(restaurant: Restaurant, day: date, *, usual: bool = False) -> list[tuple[time, time]]:
    """From when to when guests are seated on a service date, or on such a weekday, whatever is special about the date."""
    services = restaurant.schedule.usual_periods_on(day) if usual else restaurant.schedule.periods_on(day)
    return [(service.opens_at.time(), service.last_seating_at.time()) for service in services]


def is_seated(restaurant: Restaurant, start: datetime) -> bool:
    """Whether guests are seated at that instant."""
    return restaurant.schedule.service_at(start) is not None
