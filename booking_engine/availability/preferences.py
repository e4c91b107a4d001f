"""Where a party would like to sit, and what its table should have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from booking_engine.errors import InvalidRequest
from booking_engine.restaurants.features import canonical
from booking_engine.restaurants.names import fold
from booking_engine.restaurants.restaurant import Restaurant
from booking_engine.values import check_area

from .floor import Place

MOST_FEATURES = 20

_OUTDOORS = frozenset(
    {"outdoor", "outdoors", "outside", "patio", "terrace", "garden", "courtyard", "rooftop", "roof", "deck", "sidewalk"}
    | {"veranda", "balcony", "alfresco", "al fresco", "pavement", "yard"}
)
_INDOORS = frozenset(("indoor", "indoors", "inside"))
_BAR = frozenset(
    ("bar", "counter", "bar seating", "at the bar", "chef s counter", "sushi bar", "high top", "high tops")
)
_PRIVATE = frozenset(("private", "private room", "private dining", "private dining room"))
_KINDS = (_OUTDOORS, _BAR, _PRIVATE)
_NAMES_OF_KINDS = ("outdoor", "bar", "private")


@dataclass(frozen=True)
class SeatingPreferences:
    """The area a diner asks for: the restaurant's own word for it, or outdoor, indoor, bar, private; and what the table
    should have: `step_free`, `high_chair` or any other feature, in any usual spelling.

    Preferences, unless `must`: then nothing is offered that does not fulfil all of them.
    """

    area: str | None = None
    must: bool = False
    features: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "features", canonical(self.features))

    def best_of(self, places: Iterable[Place], restaurant: Restaurant) -> Place | None:
        """Of places given best first, the first that fulfils most of the preferences; with `must`, that fulfils all."""
        areas = self.areas_at(restaurant)
        wanted_count = (self.area is not None) + len(self.features)
        best, most = None, -1
        for place in places:
            fulfilled = bool(place.areas and place.areas <= areas) + len(self.features & place.features)
            if fulfilled == wanted_count:
                return place
            if fulfilled > most:
                best, most = place, fulfilled
        return None if self.must else best

    def areas_at(self, restaurant: Restaurant) -> frozenset[str]:
        """The restaurant's areas that fulfil the wish; empty when it has none such, or nothing is wanted."""
        if self.area is None:
            return frozenset()
        word = fold(self.area)
        areas = {area: fold(area) for table in restaurant.tables if (area := table.area)}
        if own := {area for area, folded in areas.items() if folded == word}:
            return frozenset(own)
        if word in _INDOORS:
            return frozenset(area for area, folded in areas.items() if not _is(folded, _OUTDOORS))
        kind = next((kind for kind in _KINDS if word in kind), frozenset())
        return frozenset(area for area, folded in areas.items() if _is(folded, kind))

    def seats_in(self, areas: Iterable[str], restaurant: Restaurant) -> bool:
        """Whether an area was asked for, and a table in these ones is there."""
        stands_in = frozenset(areas)
        return bool(stands_in) and stands_in <= self.areas_at(restaurant)

    def bookable_at(self, restaurant: Restaurant, party_size: int) -> bool:
        """Whether an area was asked for in which such a party can ever be booked; a bar is often for walk-ins only."""
        areas = self.areas_at(restaurant)
        return any(place.areas and place.areas <= areas for place in restaurant.floor.fitting(party_size))


def kinds_of_area(area: str) -> frozenset[str]:
    """What a restaurant's area is, besides what the restaurant calls it: outdoor, bar or private."""
    return frozenset(name for name, kind in zip(_NAMES_OF_KINDS, _KINDS, strict=True) if _is(fold(area), kind))


def _is(folded_area: str, kind: frozenset[str]) -> bool:
    return folded_area in kind or any(word in kind for word in folded_area.split())


NO_PREFERENCES = SeatingPreferences()


def check_preferences(preferences: SeatingPreferences) -> SeatingPreferences:
    """Fit to be kept with a reservation. Raises InvalidRequest."""
    if len(preferences.features) > MOST_FEATURES:
        raise InvalidRequest("too many features")
    return SeatingPreferences(check_area(preferences.area), preferences.must, preferences.features)
