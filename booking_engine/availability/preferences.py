"""Where a party would like to sit, and which features its table should have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    """The area and the table features that a diner asks for.

    `area`: the restaurant's own name for it, or outdoor, indoor, bar, private. `features`: `step_free`, `high_chair` or any
    other feature, in any common spelling. With `must`, only places that meet all of them are offered.
    """

    area: str | None = None
    must: bool = False
    features: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "features", canonical(self.features))

    def best_of(self, places: Iterable[Place], restaurant: Restaurant) -> Place | None:
        """Return the first place that meets the most preferences; with `must`, the first that meets all of them.

        `places`: best first.
        """
        if self.area is None and not self.features:
            return next(iter(places), None)
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
        """Return the restaurant's areas that match the requested one; empty if none match or none was requested."""
        if self.area is None:
            return frozenset()
        return _matching_areas(
            fold(self.area), {area: fold(area) for table in restaurant.tables if (area := table.area)}
        )

    def seats_in(self, areas: Iterable[str], restaurant: Restaurant) -> bool:
        """Whether a table in these areas is in the requested area; False if no area was requested."""
        table_areas = frozenset(areas)
        return bool(table_areas) and table_areas <= self.areas_at(restaurant)

    def bookable_at(self, restaurant: Restaurant, party_size: int) -> bool:
        """Whether a party of this size can ever book in the requested area; a bar is often for walk-ins only."""
        areas = self.areas_at(restaurant)
        return any(place.areas and place.areas <= areas for place in restaurant.floor.fitting(party_size))


def kinds_of_area(area: str) -> frozenset[str]:
    """Return the kinds (outdoor, bar, private) that a restaurant's name for an area implies."""
    return frozenset(name for name, kind in zip(_NAMES_OF_KINDS, _KINDS, strict=True) if _is_kind(fold(area), kind))


def _matching_areas(requested: str, areas: Mapping[str, str]) -> frozenset[str]:
    """Return the areas (name to folded name) that match a folded request: by name if any does, otherwise by kind."""
    if exact := frozenset(area for area, folded in areas.items() if folded == requested):
        return exact
    if requested in _INDOORS:
        return frozenset(area for area, folded in areas.items() if not _is_kind(folded, _OUTDOORS))
    kind = next((kind for kind in _KINDS if requested in kind), frozenset())
    return frozenset(area for area, folded in areas.items() if _is_kind(folded, kind))


def _is_kind(folded_area: str, kind: frozenset[str]) -> bool:
    return folded_area in kind or any(word in kind for word in folded_area.split())


NO_PREFERENCES = SeatingPreferences()


def check_preferences(preferences: SeatingPreferences) -> SeatingPreferences:
    """Return the preferences in the form stored with a reservation. Raises InvalidRequest."""
    if len(preferences.features) > MOST_FEATURES:
        raise InvalidRequest("too many features")
    return SeatingPreferences(check_area(preferences.area), preferences.must, preferences.features)
