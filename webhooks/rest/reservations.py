"""Reservations, for the diner who made one and for callers who manage all of them."""

from __future__ import annotations

import hmac

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import ValidationError

from booking_engine import NoTableAvailable, Reservation, ReservationUnknown
from webhooks.access import MANAGE
from webhooks.problems import Problem
from webhooks.rate_limits import DINER_PHONE
from webhooks.rest.answers import BookedTable
from webhooks.rest.description import KEY_OR_PHONE, answers
from webhooks.rest.fields import PHONE_NUMBERS, at_restaurant
from webhooks.rest.parts import CHANNEL, Parts
from webhooks.rest.refusals import as_problem, nearest_offers
from webhooks.rest.requests import ChangeBody, ReservationPath, WriteHeader
from webhooks.rest.writing import answer, once

_TAG = Tag(name="reservations")


def add_routes(api: APIBlueprint, parts: Parts) -> None:
    """Add the routes. A code alone grants no access, because it may have been overheard or seen."""
    engine, rate_limits, texting = parts.engine, parts.rate_limits, parts.texting

    def authorized(code: str) -> Reservation:
        """Return the reservation if the caller may see it. Another diner's code is reported like an unknown one."""
        if rate_limits.may(MANAGE):
            return engine.reservation(code)
        phone = _diner_phone()
        found = engine.reservation(code)
        if not hmac.compare_digest(found.diner_phone.encode(), phone.encode()):
            raise ReservationUnknown
        return found

    @api.get("/reservations/<code>", tags=[_TAG], security=KEY_OR_PHONE, responses=answers(200, BookedTable, 404))
    @rate_limits.count_read
    @rate_limits.count_miss
    def show_reservation(path: ReservationPath) -> Response:
        """Return a reservation, even a cancelled one."""
        return answer(200, BookedTable.of(authorized(path.code)))

    @api.patch(
        "/reservations/<code>", tags=[_TAG], security=KEY_OR_PHONE, responses=answers(200, BookedTable, 404, 409)
    )
    @rate_limits.count_write
    @rate_limits.count_miss
    def change_reservation(path: ReservationPath, header: WriteHeader, body: ChangeBody) -> Response:
        """Change restaurant, time, party size or notes. The old table is released only once the new one is secured.

        At another restaurant the reservation gets a new code; the old one shows as cancelled.
        """
        before = authorized(path.code)
        restaurant = before.restaurant if body.restaurant is None else engine.restaurant(body.restaurant)
        tells = body.model_fields_set != {"notes"}  # no text tells of notes

        def act(command_id: str) -> BookedTable:
            try:
                changed = engine.change_reservation(
                    before.code,
                    restaurant=restaurant,
                    starts_at=at_restaurant(body.starts_at, restaurant) if body.starts_at else None,
                    party_size=body.party_size,
                    notes=body.notes,
                    command_id=command_id,
                    channel=CHANNEL,
                    notify=tells and texting.may_notify_or_refuse(before.diner_phone, rate_limits),
                )
            except NoTableAvailable as refused:
                party_size = body.party_size or before.party_size
                offers = nearest_offers(engine, restaurant, refused.search, party_size)
                raise as_problem(refused, offers) from refused
            return BookedTable.of(changed)

        return once(parts.database, rate_limits.idempotency_scope(), header.idempotency_key, 200, act)

    @api.delete(
        "/reservations/<code>", tags=[_TAG], security=KEY_OR_PHONE, responses=answers(200, BookedTable, 404, 409)
    )
    @rate_limits.count_write
    @rate_limits.count_miss
    def cancel_reservation(path: ReservationPath, header: WriteHeader) -> Response:
        """Cancel a reservation. Cancelling it again returns the same response."""
        found = authorized(path.code)

        def act(command_id: str) -> BookedTable:
            notify = texting.may_notify(found.diner_phone, rate_limits)
            cancelled = engine.cancel_reservation(found.code, command_id=command_id, channel=CHANNEL, notify=notify)
            return BookedTable.of(cancelled)

        return once(parts.database, rate_limits.idempotency_scope(), header.idempotency_key, 200, act)


def _diner_phone() -> str:
    given = request.headers.get(DINER_PHONE)
    if given is None:
        raise Problem(
            401, "credentials_required", f"Send an API key, or the phone the table was booked with as {DINER_PHONE}."
        )
    try:
        return PHONE_NUMBERS.validate_python(given)
    except ValidationError:
        raise Problem(401, "phone_invalid", f"{DINER_PHONE} must be a number in E.164 form.") from None
