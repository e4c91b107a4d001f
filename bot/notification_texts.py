"""The text of a row of the outbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from booking_engine import Restaurant
from bot.phone_codes import PhoneCodes
from bot.rendering import fitting
from bot.responses import Languages, Responses


def notification_text(
    kind: str,
    payload: dict[str, Any],
    restaurant_of: Callable[[str], Restaurant],
    languages: Languages,
    codes: PhoneCodes,
) -> str:
    """Return the text, in the language of the reservation, cut to fit an SMS. `restaurant_of`: finds one by its slug.

    Raises:
        booking_engine.RestaurantUnknown: the payload names an unknown restaurant.
    """
    if kind == "text":
        return str(payload["body"])
    responses = languages.of(payload.get("locale"))
    if kind == "phone_code":
        response = "utter_sms_phone_code_asked_for" if payload.get("is_asked_for") else "utter_sms_phone_code"
        return responses.render(response, code=codes.code(UUID(payload["code_id"])))
    return fitting(responses.render(f"utter_sms_{kind}", **_facts(payload, restaurant_of, responses)))


def _facts(
    payload: dict[str, Any], restaurant_of: Callable[[str], Restaurant], responses: Responses
) -> dict[str, object]:
    restaurant = restaurant_of(payload["restaurant"]["slug"])
    starts_at = datetime.fromisoformat(payload["starts_at"]).astimezone(restaurant.zone)
    return {
        "restaurant": responses.name(restaurant.name),
        "when": responses.when(starts_at, restaurant.country or "US"),
        "party": responses.party(payload["party_size"]),
        "name": payload["diner_name"],
        "code": payload["code"],
    }
