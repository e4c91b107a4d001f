"""Holding a table, and confirming the hold as a reservation. Open to all visitors of a website, but rate limited."""

from __future__ import annotations

from flask import Response, url_for
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from booking_engine import HoldExpired, NoTableAvailable, Reservation
from booking_engine.phones import read_phone
from booking_engine.reservations.reservation import read_hold_id
from bot.hold_verification import Booking
from webhooks.access import BOOK
from webhooks.problems import Problem
from webhooks.rest.answers import BookedTable, HeldTable, UnverifiedPhone
from webhooks.rest.description import OPTIONAL_KEY, answers
from webhooks.rest.fields import at_restaurant
from webhooks.rest.parts import CHANNEL, Parts
from webhooks.rest.refusals import as_problem, nearest_offers, unknown_hold
from webhooks.rest.requests import CodeBody, ConfirmBody, HoldBody, HoldPath, RestaurantPath, WriteHeader
from webhooks.rest.writing import ACCEPTED, NO_CONTENT, once

_TAG = Tag(name="holds")


def add_routes(api: APIBlueprint, parts: Parts) -> None:
    """Add the routes. The hold id authorizes confirming and releasing: it is long, random and known only to its creator."""
    engine, rate_limits, texting = parts.engine, parts.rate_limits, parts.texting

    @api.post(
        "/restaurants/<slug>/holds", tags=[_TAG], security=OPTIONAL_KEY, responses=answers(201, HeldTable, 404, 409)
    )
    @rate_limits.count_write
    def place_hold(path: RestaurantPath, header: WriteHeader, body: HoldBody) -> Response:
        """Keep a table for a few minutes; 409 with the nearest openings when it is gone."""
        rate_limits.may(BOOK)
        restaurant = engine.restaurant(path.slug)

        def act(command_id: str) -> HeldTable:
            try:
                hold = engine.place_hold(
                    restaurant,
                    starts_at=at_restaurant(body.starts_at, restaurant),
                    party_size=body.party_size,
                    command_id=command_id,
                    channel=CHANNEL,
                )
            except NoTableAvailable as refused:
                offers = nearest_offers(engine, restaurant, refused.search, body.party_size)
                raise as_problem(refused, offers) from refused
            return HeldTable.of(hold)

        return once(parts.database, rate_limits.idempotency_scope(), header.idempotency_key, 201, act)

    @api.post(
        "/holds/<hold_id>/confirm",
        tags=[_TAG],
        security=OPTIONAL_KEY,
        responses=answers(201, BookedTable, 404, 409) | {ACCEPTED: UnverifiedPhone},
    )
    @rate_limits.count_write
    def confirm_hold(path: HoldPath, header: WriteHeader, body: ConfirmBody) -> Response:
        """Turn a hold into a reservation; the diner gets a text with its code. Without a key, the phone is verified first."""
        is_vouched_for = rate_limits.may(BOOK)
        _check_hold_id(path.hold_id)
        booking = Booking(body.name, _check_phone(body.phone), body.notes)

        def act(command_id: str) -> BookedTable | UnverifiedPhone:
            if not is_vouched_for:
                return ask_for_code(path.hold_id, booking)
            return confirm(path.hold_id, booking, command_id, notify=texting.may_notify(booking.phone, rate_limits))

        return once(parts.database, rate_limits.idempotency_scope(), header.idempotency_key, 201, act)

    @api.post(
        "/holds/<hold_id>/verify", tags=[_TAG], security=OPTIONAL_KEY, responses=answers(201, BookedTable, 404, 409)
    )
    @rate_limits.count_write
    def verify_hold(path: HoldPath, header: WriteHeader, body: CodeBody) -> Response:
        """Turn a hold into a reservation with the code that confirming it has texted to the phone."""
        rate_limits.may(BOOK)
        _check_hold_id(path.hold_id)

        def act(command_id: str) -> BookedTable:
            booking = texting.read_code(path.hold_id, body.code)
            return confirm(path.hold_id, booking, command_id, notify=True)  # as many as there are codes, at most

        return once(parts.database, rate_limits.idempotency_scope(), header.idempotency_key, 201, act)

    def ask_for_code(hold_id: str, booking: Booking) -> BookedTable | UnverifiedPhone:
        """Text a code to the phone, or show the reservation if this is a second click."""
        try:
            found = engine.hold(hold_id)
        except HoldExpired:
            raise unknown_hold() from None
        if isinstance(found, Reservation):
            _check_same_diner(found, booking.name, booking.phone)
            return BookedTable.of(found)
        code_expires_at = texting.text_code(found, booking, rate_limits)
        return UnverifiedPhone(
            hold_id=hold_id,
            expires_at=found.expires_at.astimezone(found.restaurant.zone),
            code_expires_at=code_expires_at.astimezone(found.restaurant.zone),
            verify_url=url_for("api.verify_hold", hold_id=hold_id),
        )

    def confirm(hold_id: str, booking: Booking, command_id: str, *, notify: bool) -> BookedTable:
        reservation = engine.confirm_hold(
            hold_id,
            name=booking.name,
            phone=booking.phone,
            notes=booking.notes,
            command_id=command_id,
            channel=CHANNEL,
            notify=notify,
        )
        _check_same_diner(reservation, booking.name, booking.phone)
        return BookedTable.of(reservation)

    @api.delete("/holds/<hold_id>", tags=[_TAG], security=OPTIONAL_KEY, responses=answers(NO_CONTENT, None, 404))
    @rate_limits.count_write
    def release_hold(path: HoldPath, header: WriteHeader) -> Response:
        """Release a hold. One that has expired or was confirmed is left as it is."""
        rate_limits.may(BOOK)
        _check_hold_id(path.hold_id)

        def act(command_id: str) -> None:
            engine.release_hold(path.hold_id, command_id=command_id, channel=CHANNEL)

        return once(parts.database, rate_limits.idempotency_scope(), header.idempotency_key, NO_CONTENT, act)


def _check_hold_id(hold_id: str) -> None:
    if read_hold_id(hold_id) is None:
        raise unknown_hold()


def _check_phone(phone: str) -> str:
    """Return the number if its length is possible in its country.

    Raises:
        Problem: 422, no phone can have this number.
    """
    if number := read_phone(phone):
        return number
    raise Problem(422, "phone_invalid", "phone: no telephone has this number.")


def _check_same_diner(reservation: Reservation, name: str, phone: str) -> None:
    """Keep the details of a hold that someone else has confirmed private.

    Raises:
        Problem: 409, the reservation has a different name or phone.
    """
    if (reservation.diner_phone, reservation.diner_name.split()) != (phone, name.split()):
        raise Problem(409, "hold_already_confirmed", "This hold has already been confirmed by somebody else.")
