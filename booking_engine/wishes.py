"""Where a party would like to sit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .names import fold

if TYPE_CHECKING:
    from .restaurant import Restaurant

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


@dataclass(frozen=True)
class Wishes:
    """The area a diner asks for: the restaurant's own word for it, or outdoor, indoor, bar, private.

    A preference unless `must`: then nothing else is offered.
    """

    area: str | None = None
    must: bool = False

    def areas_at(self, restaurant: Restaurant) -> frozenset[str]:
        """The restaurant's areas that fulfil the wish; empty when it has none such, or nothing is wished."""
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


def _is(folded_area: str, kind: frozenset[str]) -> bool:
    return folded_area in kind or any(word in kind for word in folded_area.split())


NO_WISHES = Wishes()
