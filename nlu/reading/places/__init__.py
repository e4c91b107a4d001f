"""Known restaurants named in a text, by the evidence that they are meant. Pure: it asks no database."""

from nlu.reading.places.finding import Find, find_places
from nlu.reading.places.index import Place, PlaceIndex

__all__ = ["Find", "Place", "PlaceIndex", "find_places"]
