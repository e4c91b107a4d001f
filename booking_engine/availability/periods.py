"""When a restaurant seats parties: its service periods on each date, including closures and special days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking_engine.restaurants.import_fields import WEEKDAYS
from booking_engine.restaurants.import_format import Closure, Hours, ServicePeriod, SpecialDay

_MOST_CACHED = 500
_DAY = timedelta(days=1)


class Service(NamedTuple):
    """A service period on one service date. Times are aware, in the restaurant's time zone.

    `seats_from`, `seats_until`: when it opens and when it seats the last party, in seconds since 1970. Arithmetic on these is
    many times as fast as on times in a zone.
    """

    period: Hours
    opens_at: datetime
    last_seating_at: datetime
    closes_at: datetime
    seats_from: int
    seats_until: int


class Schedule:
    """The service periods of one restaurant. Safe to share between threads."""

    def __init__(
        self,
        service_periods: Sequence[ServicePeriod],
        closures: Sequence[Closure],
        special_days: Sequence[SpecialDay],
        zone: ZoneInfo,
    ) -> None:
        self._zone = zone
        self._services: dict[date, tuple[Service, ...]] = {}
        closed: dict[date, tuple[Hours, ...]] = {closure.date: () for closure in closures}
        self._by_date = closed | {
            day.date: tuple(sorted(day.service_periods, key=lambda hours: hours.opens)) for day in special_days
        }
        self._by_weekday = tuple(
            tuple(sorted((period for period in service_periods if day in period.days), key=lambda period: period.opens))
            for day in WEEKDAYS
        )

    def periods_on(self, service_date: date) -> tuple[Service, ...]:
        """Return the services that begin on this date, earliest first: none if closed, its own on a special day.

        A service that runs past midnight belongs to the date on which it begins. A wall time that a clock change
        repeats means the first occurrence; one that it skips is moved later by the length of the gap.
        """
        known = self._services.get(service_date)
        if known is None:
            if len(self._services) > _MOST_CACHED:
                self._services.clear()
            periods = self._by_date.get(service_date, self._by_weekday[service_date.weekday()])
            known = tuple(self._service(period, service_date) for period in periods)
            self._services[service_date] = known
        return known

    def usual_periods_on(self, service_date: date) -> tuple[Service, ...]:
        """Return the regular services of the date's weekday, even if the date is closed or special."""
        return tuple(self._service(period, service_date) for period in self._by_weekday[service_date.weekday()])

    def unusual_dates(self) -> list[date]:
        """Return the dates of closures and special days, in order."""
        return sorted(self._by_date)

    def service_at(self, instant: datetime) -> Service | None:
        """Return the service in which a party can be seated at this instant, if any."""
        return next(self.services_at(instant), None)

    def services_at(self, instant: datetime) -> Iterator[Service]:
        """Yield every service at this instant, if they overlap: those of this date before those of the previous date."""
        # In seconds, because Python compares two times in the same zone by wall clock, which repeats in the fall.
        moment = instant.timestamp()
        local_date = instant.astimezone(self._zone).date()
        for service_date in (local_date, local_date - _DAY):
            for service in self.periods_on(service_date):
                if service.seats_from <= moment <= service.seats_until:
                    yield service

    def service_date_of(self, instant: datetime) -> date:
        """Return the date of the service at this instant, or else the local date at the restaurant."""
        service = self.service_at(instant)
        return (service.opens_at if service else instant.astimezone(self._zone)).date()

    def _service(self, period: Hours, service_date: date) -> Service:
        opens = _seconds(service_date, period.opens, self._zone)
        last, closes = (
            _seconds(service_date + timedelta(days=moment <= period.opens and not same), moment, self._zone)
            for moment, same in (
                (period.last_seating, period.last_seating == period.opens),
                (period.closes, False),
            )
        )
        opens_at, last_seating_at, closes_at = (
            datetime.fromtimestamp(moment, self._zone) for moment in (opens, last, closes)
        )
        return Service(period, opens_at, last_seating_at, closes_at, opens, last)


def _seconds(day: date, moment: time, zone: ZoneInfo) -> int:
    """Return a wall time in seconds since 1970: a repeated one's first, and one inside a gap later by the gap's length."""
    return int(datetime.combine(day, moment, zone).timestamp())
