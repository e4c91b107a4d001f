"""Which city a part of one belongs to: restaurants in Brooklyn often have New York for their city."""

from __future__ import annotations

_PARTS_OF = {
    "New York": ("Manhattan", "Brooklyn", "Queens", "The Bronx", "Bronx", "Staten Island", "Harlem", "SoHo", "Tribeca"),
    "Los Angeles": ("Hollywood", "West Hollywood", "Santa Monica", "Venice", "Beverly Hills"),
    "Boston": ("Cambridge", "Somerville", "Back Bay", "South Boston"),
    "London": ("Soho", "Camden", "Shoreditch", "Mayfair", "Westminster", "Covent Garden", "Brixton", "Hackney"),
}
_CITY_OF = {part.casefold(): city for city, parts in reversed(_PARTS_OF.items()) for part in parts}


def city_candidates(city: str) -> tuple[str, ...]:
    """The place itself, then the city that it is a part of or lies beside."""
    whole = _CITY_OF.get(city.casefold())
    return (city, whole) if whole else (city,)
