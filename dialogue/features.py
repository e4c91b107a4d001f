"""What a restaurant's own data tell of its features."""

from __future__ import annotations

from booking_engine import Restaurant, SeatingPreferences
from booking_engine.restaurants.features import telling_words
from dialogue.reading import Entity


def feature_like(restaurant: Restaurant, *said: str) -> str | None:
    """Return the first of the restaurant's features that shares a telling word with what was said."""
    words = telling_words(said)
    return next((feature for feature in restaurant.features if words & telling_words([feature])), None)


def offers(restaurant: Restaurant, seat: Entity) -> bool:
    """Return whether its data tell of such a place to sit: a feature of it or of a table, or one of its areas."""
    value = str(seat.value)
    return (
        feature_like(restaurant, seat.text, value) is not None
        or restaurant.has_feature(value)
        or bool(SeatingPreferences(value).areas_at(restaurant))
    )
