"""Reservations made, listed and cancelled without a dialogue."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import datetime

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, ConfigDict

from booking_engine import BookingEngine, Reservation, ReservationOver, Restaurant
from webhooks.bodies import read_body, read_query
from webhooks.rest.fields import PhoneNumber, at_restaurant
from webhooks.rest.requests import ConfirmBody, HoldBody
from webhooks.simulator.testing.seatings import Seating, seatings_of
from webhooks.simulator.testing.tools import Instant, Tools

CHANNEL = "simulator"


class _PhoneQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    phone: PhoneNumber
    at: Instant | None = None


class _Booking(HoldBody, ConfirmBody):
    model_config = ConfigDict(strict=False)

    restaurant: str
    at: Instant | None = None


def book(
    engine: BookingEngine,
    restaurant: Restaurant,
    *,
    starts_at: datetime,
    party_size: int,
    name: str,
    phone: str,
    notes: str = "",
) -> Reservation:
    """Book in one step, without texting the diner now. Raises what `place_hold` and `confirm_hold` raise."""
    command_id = secrets.token_hex(16)
    hold = engine.place_hold(
        restaurant,
        starts_at=starts_at,
        party_size=party_size,
        command_id=command_id,
        channel=CHANNEL,
        diner_phone=phone,
    )
    return engine.confirm_hold(
        hold.id, name=name, phone=phone, notes=notes, command_id=command_id, channel=CHANNEL, notify=False
    )


def add_routes(blueprint: Blueprint, tools: Tools) -> None:
    """Add the routes of a phone's reservations."""

    @blueprint.get("/reservations")
    def list_reservations() -> Response:
        found = seatings_of(tools.database, read_query(_PhoneQuery).phone)
        return jsonify({"reservations": [seating.as_json() for seating in found]})

    @blueprint.post("/reservations")
    def make_reservation() -> tuple[Response, int]:
        wish = read_body(_Booking)
        restaurant = tools.engine.restaurant(wish.restaurant)
        made = book(
            tools.engine.at(tools.shift_to(wish.at)),
            restaurant,
            starts_at=at_restaurant(wish.starts_at, restaurant),
            party_size=wish.party_size,
            name=wish.name,
            phone=wish.phone,
            notes=wish.notes,
        )
        seating = next(each for each in seatings_of(tools.database, wish.phone) if each.code == made.code)
        return jsonify(seating.as_json()), 201

    @blueprint.delete("/reservations")
    def give_back() -> Response:
        wish = read_query(_PhoneQuery)
        standing = [each for each in seatings_of(tools.database, wish.phone) if each.status in ("held", "confirmed")]
        for seating in standing:
            _give_back(tools, seating, wish.at)
        return jsonify({"given_back": len(standing)})


def _give_back(tools: Tools, seating: Seating, at: datetime | None) -> None:
    """Release or cancel a seating, even one that is over on a clock that was moved ahead: other clocks may be behind."""
    now = min(at or tools.engine.clock.now(), seating.starts_at)
    engine, command_id = tools.engine.at(tools.shift_to(now)), secrets.token_hex(16)
    if seating.status == "held":
        engine.release_hold(seating.hold_id, command_id=command_id, channel=CHANNEL)
    elif seating.code is not None:
        with suppress(ReservationOver):  # just cancelled by its diner
            engine.cancel_reservation(seating.code, command_id=command_id, channel=CHANNEL, notify=False)
