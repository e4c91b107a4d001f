"""What may be meant besides what was said: a city for its part, a broader kind of food for a narrower one."""

from __future__ import annotations

from nlu import lexicon

_PARTS: dict[str, str] = lexicon.load("cities")["parts"]
_CITY_OF = {part.casefold(): city for city, parts in reversed(_PARTS.items()) for part in parts.split("|")}
_BROADER: dict[str, str] = lexicon.load("cuisines")["broader"]


def city_candidates(city: str) -> tuple[str, ...]:
    """The place itself, then the city that it is a part of or lies beside."""
    whole = _CITY_OF.get(city.casefold())
    return (city, whole) if whole else (city,)


def cuisine_candidates(cuisine: str) -> tuple[str, ...]:
    """The cuisine itself, then those whose houses are likely to serve it, the closest first."""
    return (cuisine, *(_BROADER[cuisine].split("|") if cuisine in _BROADER else ()))


def cuisines_within(cuisine: str) -> frozenset[str]:
    """The cuisine itself and those that are a kind of it: who wants no Chinese wants no Sichuan either."""
    return frozenset((cuisine, *(kind for kind, broader in _BROADER.items() if cuisine in broader.split("|"))))
