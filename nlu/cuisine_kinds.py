"""Which cuisines also serve what was asked for: a list of houses seldom says "Ramen" where it says "Japanese"."""

from __future__ import annotations

_BROADER = {
    "Pizza": ("Italian",), "Sushi": ("Japanese",), "Ramen": ("Japanese",), "Izakaya": ("Japanese",),
    "Dim Sum": ("Chinese",), "Dumplings": ("Chinese",), "Sichuan": ("Chinese",), "Cantonese": ("Chinese",),
    "Hunan": ("Chinese",), "Taiwanese": ("Chinese",), "Tapas": ("Spanish",), "Basque": ("Spanish",),
    "Brasserie": ("French",), "Bistro": ("French",), "Burgers": ("American",), "Fast Food": ("American",),
    "Southern": ("American",), "Comfort Food": ("American",), "Californian": ("California", "American"),
    "Cajun": ("Southern", "American"), "Breakfast": ("Brunch", "American"), "Brunch": ("Breakfast",),
    "Tex-Mex": ("Mexican",), "Georgian": ("Eastern European",), "Polish": ("Eastern European", "European"),
    "Russian": ("Eastern European",), "Hungarian": ("Eastern European",), "German": ("European",),
    "Greek": ("Mediterranean",), "Turkish": ("Mediterranean", "Middle Eastern"), "Persian": ("Mediterranean",),
    "Lebanese": ("Middle Eastern", "Mediterranean"), "Moroccan": ("African", "Mediterranean"),
    "Middle Eastern": ("Lebanese", "Mediterranean"), "Ethiopian": ("African",), "Pho": ("Vietnamese",),
    "Pakistani": ("Indian",), "Nepalese": ("Indian",), "Sri Lankan": ("Indian",), "Burmese": ("Asian",),
    "Malaysian": ("Asian",), "Singaporean": ("Asian",), "Indonesian": ("Asian",), "Mongolian": ("Asian", "Chinese"),
    "Cafe": ("Coffeehouse",), "Deli": ("Sandwich",), "British": ("Gastropub",), "Gastropub": ("British",),
    "Cuban": ("Caribbean", "Latin American"), "Peruvian": ("Latin American",), "Brazilian": ("Latin American",),
    "Argentinian": ("Latin American", "Steakhouse"), "European": ("Modern European",), "Fusion": ("Asian",),
}  # fmt: skip


def cuisine_candidates(cuisine: str) -> tuple[str, ...]:
    """The cuisine itself, then those whose houses are likely to serve it, the closest first."""
    return (cuisine, *_BROADER.get(cuisine, ()))


def cuisines_within(cuisine: str) -> frozenset[str]:
    """The cuisine itself and those that are a kind of it: who wants no Chinese wants no Sichuan either."""
    return frozenset((cuisine, *(kind for kind, broader in _BROADER.items() if cuisine in broader)))
