"""Special days: service dates with their own hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from booking_engine import BookingEngine, NoTableAvailable, Refusal

from .helpers import (
    EVERY_DAY,
    EngineAt,
    OpenRestaurant,
    as_lines,
    book,
    evening,
    new_id,
    restaurant_line,
    special_day,
    wall_times,
)

NEW_YEARS_EVE = date(2026, 12, 31)
GALA = [special_day("2026-12-31")]


def test_the_hours_of_a_special_day_replace_the_weekdays(
    engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    place = open_restaurant(special_days=GALA, policy={"slot_minutes": 60})
    found = engine.find_openings(
        place, starts_at=evening(place, 20, day=NEW_YEARS_EVE), party_size=2, limit=20, within=timedelta(hours=8)
    )
    assert sorted(wall_times(found.openings)) == ["18:00", "19:00", "20:00", "21:00", "22:00", "23:00"]
    early = engine.find_openings(place, starts_at=evening(place, 17, day=NEW_YEARS_EVE), party_size=2)
    assert (early.exact, early.refusal) == (None, Refusal.CLOSED)
    day_before = NEW_YEARS_EVE - timedelta(days=1)
    assert engine.find_openings(place, starts_at=evening(place, 17, day=day_before), party_size=2).exact


def test_a_restaurant_may_open_on_a_special_day_alone(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    periods = [{"name": "lunch", "days": ["sun"], "opens": "12:00", "last_seating": "14:00", "closes": "16:00"}]
    place = open_restaurant(service_periods=periods, special_days=GALA)
    assert NEW_YEARS_EVE.strftime("%a") == "Thu"
    assert book(engine, place, evening(place, 21, day=NEW_YEARS_EVE)).status == "confirmed"


def test_a_special_day_past_midnight_belongs_to_the_day_it_began_on(
    engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    place = open_restaurant(
        special_days=[special_day("2026-12-31", last_seating="01:00", closes="03:00")],
        closures=[{"date": "2027-01-01"}],
        policy={"max_advance_days": 30},
    )
    late = evening(place, 0, 30, day=date(2027, 1, 1))
    assert place.schedule.service_date_of(late) == NEW_YEARS_EVE
    made = book(engine, place, late)
    assert made.starts_at == late
    too_late = engine.find_openings(place, starts_at=late + timedelta(minutes=45), party_size=2)
    assert too_late.refusal is Refusal.TOO_FAR, "after the last seating it is the next service date"


@pytest.mark.parametrize(
    ("last_evening", "hours"),
    [(date(2027, 3, 27), 6), (date(2026, 10, 24), 8)],
    ids=["an hour is skipped", "an hour comes twice"],
)
def test_a_special_day_on_the_night_the_clocks_change(
    at: EngineAt, open_restaurant: OpenRestaurant, last_evening: date, hours: int
) -> None:
    place = open_restaurant(
        special_days=[special_day(str(last_evening), opens="20:00", last_seating="03:00", closes="04:00")],
        turn_times=[{"max_party": 2, "minutes": 30}],
        policy={"slot_minutes": 60},
    )
    engine = at(f"{last_evening - timedelta(days=2)}T12:00+00:00")
    service = place.schedule.periods_on(last_evening)[0]
    assert service.last_seating_at.astimezone(UTC) - service.opens_at.astimezone(UTC) == timedelta(hours=hours)
    found = engine.find_openings(
        place, starts_at=evening(place, 23, day=last_evening), party_size=2, limit=20, within=timedelta(hours=9)
    )
    instants = sorted(opening.starts_at.astimezone(UTC) for opening in found.openings)
    assert [(moment - instants[0]) // timedelta(hours=1) for moment in instants] == list(range(hours + 1))
    made = book(engine, place, instants[-1].astimezone(place.zone))
    assert f"{made.starts_at:%H:%M}" == "03:00"


def test_a_turn_time_may_speak_of_a_special_period(engine: BookingEngine, open_restaurant: OpenRestaurant) -> None:
    place = open_restaurant(
        special_days=GALA,
        turn_times=[{"max_party": 4, "minutes": 90}, {"max_party": 4, "minutes": 300, "service_period": "gala"}],
        tables=[{"name": "T1", "max_party": 2}],
    )
    made = book(engine, place, evening(place, 23, day=NEW_YEARS_EVE))
    assert made.ends_at - made.starts_at == timedelta(hours=5)
    # A search that looked only the regular 90 minutes ahead would miss that the table is taken at 23:00.
    for minute, is_free in ((0, True), (15, False)):
        found = engine.find_openings(place, starts_at=evening(place, 18, minute, day=NEW_YEARS_EVE), party_size=2)
        assert bool(found.exact) is is_free
    with pytest.raises(NoTableAvailable):
        engine.place_hold(
            place, starts_at=evening(place, 18, 15, day=NEW_YEARS_EVE), party_size=2, command_id=new_id(), channel="sms"
        )


def test_an_import_names_reservations_outside_the_new_hours(
    engine: BookingEngine, open_restaurant: OpenRestaurant
) -> None:
    place = open_restaurant()
    early, late = (book(engine, place, evening(place, hour, day=NEW_YEARS_EVE)) for hour in (17, 21))
    report = engine.import_restaurants(as_lines(restaurant_line(slug=place.slug, name=place.name, special_days=GALA)))
    assert [(conflict.code, conflict.reason) for conflict in report.conflicts] == [(early.code, "closed then")]
    assert engine.reservation(late.code).status == "confirmed"


def test_what_is_usual_is_known_besides(open_restaurant: OpenRestaurant) -> None:
    place = open_restaurant(special_days=GALA, closures=[{"date": "2026-12-25"}])
    assert place.schedule.unusual_dates() == [date(2026, 12, 25), NEW_YEARS_EVE]
    assert place.schedule.periods_on(date(2026, 12, 25)) == ()
    for day in place.schedule.unusual_dates():
        opens = place.schedule.usual_periods_on(day)[0].opens_at
        assert opens == datetime(day.year, day.month, day.day, 17, tzinfo=place.zone)
    assert set(EVERY_DAY) == set(place.service_periods[0].days)
