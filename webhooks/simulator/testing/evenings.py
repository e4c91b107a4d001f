"""A full restaurant: book every table of an evening, so that the next diner is refused."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import date, datetime, time

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from booking_engine import BookingEngine, Hold, NoTableAvailable, Restaurant, Service
from webhooks.bodies import read_body
from webhooks.problems import Problem
from webhooks.rest.fields import ClockTime, Day, PartySize, PhoneNumber
from webhooks.simulator.testing.reservations import CHANNEL, book
from webhooks.simulator.testing.tools import Instant, Tools

_NAME = "Fully Booked"
_AT_A_TIME = 500  # openings per search


class _Opening(BaseModel):
    model_config = ConfigDict(extra="forbid")

    starts_at: ClockTime
    party_size: PartySize


class _Evening(BaseModel):
    model_config = ConfigDict(extra="forbid")

    restaurant: str
    date: Day
    service_period: str | None = None
    phone: PhoneNumber
    at: Instant
    leave: list[_Opening] = Field(default=[], max_length=100)


def add_routes(blueprint: Blueprint, tools: Tools) -> None:
    """Add the route that fills an evening."""

    @blueprint.post("/evenings")
    def fill_evening() -> Response:
        evening = read_body(_Evening)
        engine = tools.engine.at(tools.shift_to(evening.at))
        restaurant = engine.restaurant(evening.restaurant)
        services = _services(restaurant, evening.date, evening.service_period)
        kept: list[Hold] = []
        try:
            kept += (_keep(engine, restaurant, services, opening) for opening in evening.leave)
            made = sum(_fill(engine, restaurant, service, evening.phone) for service in services)
        finally:
            for hold in kept:
                engine.release_hold(hold.id, command_id=secrets.token_hex(16), channel=CHANNEL)
        return jsonify({"reservations": made})


def _services(restaurant: Restaurant, day: date, name: str | None) -> list[Service]:
    services = [service for service in restaurant.schedule.periods_on(day) if name in (None, service.period.name)]
    if not services:
        what = f"no service named {name}" if name else "closed"
        raise Problem(422, "no_service", f"service_period: {restaurant.slug} has {what} on {day}")
    return services


def _keep(engine: BookingEngine, restaurant: Restaurant, services: list[Service], opening: _Opening) -> Hold:
    """Hold an opening that must stay free, until the rest is booked."""
    return engine.place_hold(
        restaurant,
        starts_at=_moment(restaurant, services, opening.starts_at),
        party_size=opening.party_size,
        command_id=secrets.token_hex(16),
        channel=CHANNEL,
    )


def _moment(restaurant: Restaurant, services: list[Service], clock: time) -> datetime:
    """Return when a clock shows this time within the services, one of which may run past midnight."""
    for service in services:
        for day in (service.opens_at.date(), service.last_seating_at.date()):
            moment = datetime.combine(day, clock, restaurant.zone)
            if service.opens_at <= moment <= service.last_seating_at:
                return moment
    raise Problem(422, "invalid_body", f"leave: nobody is seated at {clock:%H:%M} on that day")


def _fill(engine: BookingEngine, restaurant: Restaurant, service: Service, phone: str) -> int:
    """Book until nothing is left for any party. Larger parties go first, because they leave no room for other large ones."""
    made = 0
    for party_size in range(restaurant.largest_party, 0, -1):
        while openings := _openings(engine, restaurant, service, party_size):
            for starts_at in openings:
                with suppress(NoTableAvailable):  # overlaps one that was booked just now
                    book(engine, restaurant, starts_at=starts_at, party_size=party_size, name=_NAME, phone=phone)
                    made += 1
    return made


def _openings(engine: BookingEngine, restaurant: Restaurant, service: Service, party_size: int) -> list[datetime]:
    found = engine.find_openings(
        restaurant,
        starts_at=service.opens_at,
        party_size=party_size,
        within=service.last_seating_at - service.opens_at,
        limit=_AT_A_TIME,
    )
    times = [opening.starts_at for opening in found.openings]
    return sorted(moment for moment in times if service.opens_at <= moment <= service.last_seating_at)
