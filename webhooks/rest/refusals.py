"""Errors of the booking engine as problems. A refusal includes the nearest alternatives."""

from __future__ import annotations

from typing import Any

from booking_engine import (
    BookingEngine,
    BookingError,
    ChangeTooLate,
    HoldExpired,
    InvalidRequest,
    NoTableAvailable,
    OffGrid,
    PartySizeInvalid,
    ReservationOver,
    ReservationUnknown,
    Restaurant,
    RestaurantUnknown,
    Search,
    TimeInvalid,
    TryAgain,
)
from webhooks.problems import Problem
from webhooks.rest.answers import Offer, Offers

_TABLE: tuple[tuple[type[BookingError], int, str], ...] = (
    (TimeInvalid, 422, "time_invalid"),
    (PartySizeInvalid, 422, "party_size_invalid"),
    (InvalidRequest, 422, "invalid_request"),
    (RestaurantUnknown, 404, "restaurant_unknown"),
    (ReservationUnknown, 404, "reservation_unknown"),
    (OffGrid, 409, "off_grid"),
    (NoTableAvailable, 409, "no_table_available"),
    (HoldExpired, 409, "hold_expired"),
    (ChangeTooLate, 409, "change_too_late"),
    (ReservationOver, 409, "reservation_over"),
    (TryAgain, 503, "try_again"),
)
"""The first matching class applies."""


def as_problem(error: BookingError, offers: Offers | None = None) -> Problem:
    """Return the problem for an error, including alternatives if there are any."""
    status, code = next(((s, c) for kind, s, c in _TABLE if isinstance(error, kind)), (409, "refused"))
    search: Search | None = getattr(error, "search", None)
    if isinstance(error, HoldExpired) and search is None:
        return unknown_hold()
    detail = (type(error).__doc__ or "").strip().splitlines()[0]
    if isinstance(error, InvalidRequest):
        detail = str(error)
    if offers is None and search is not None:
        offers = Offers(refusal=search.refusal, openings=_offers(search.openings), other_days=[], nearby=[])
    extra: dict[str, Any] = offers.model_dump(mode="json") if offers else {}
    return Problem(status, code, detail, **extra)


def unknown_hold() -> Problem:
    """Return the problem for a hold that never existed, was released, or belongs to a cancelled reservation."""
    return Problem(404, "hold_unknown", "There is no such hold.")


def nearest_offers(engine: BookingEngine, restaurant: Restaurant, search: Search, party_size: int) -> Offers:
    """Return openings near the wanted time; if there are none, on other days and at nearby restaurants."""
    elsewhere = None
    if not search.openings:
        elsewhere = engine.find_alternatives(restaurant, starts_at=search.wanted, party_size=party_size)
    return Offers(
        refusal=search.refusal,
        openings=_offers(search.openings),
        other_days=_offers(elsewhere.other_days) if elsewhere else [],
        nearby=_offers(elsewhere.nearby) if elsewhere else [],
    )


def _offers(openings: Any) -> list[Offer]:
    return [Offer.of(opening) for opening in openings]
