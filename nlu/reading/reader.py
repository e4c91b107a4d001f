"""The order in which a message is read: the surest first, so that each reader sees only what is left."""

from __future__ import annotations

from functools import lru_cache

from nlu.reading.bare_numbers import read_bare_numbers, read_labels
from nlu.reading.changes import read_changes, read_negations, read_replaced_numbers
from nlu.reading.choices import read_choices, read_comparing_choices
from nlu.reading.cities import read_cities
from nlu.reading.contacts import read_contacts
from nlu.reading.cuisines import read_cuisines
from nlu.reading.dates import read_dates
from nlu.reading.message import Message, Span
from nlu.reading.names import read_names
from nlu.reading.people import read_party_size, read_steps
from nlu.reading.places import PlaceIndex
from nlu.reading.restaurants import KNOWN, read_known_restaurants, read_restaurants
from nlu.reading.streets import read_bare_streets, read_streets
from nlu.reading.tables import read_further_tables, read_table_counts
from nlu.reading.times import read_times
from nlu.reading.topics import read_topics
from nlu.reading.wishes import read_wishes

_READERS = (
    read_contacts,
    read_known_restaurants,
    read_streets,
    read_labels,
    read_choices,
    read_dates,
    read_replaced_numbers,
    read_steps,
    read_table_counts,
    read_times,
    read_wishes,
    read_party_size,
    read_further_tables,
    read_negations,
    read_bare_numbers,
    read_changes,
    read_comparing_choices,
    read_cities,
    read_cuisines,
    read_topics,
    read_bare_streets,
    read_names,
    read_restaurants,
)


def know_places(index: PlaceIndex) -> None:
    """From now on, and in this whole process, read with the restaurants of this index."""
    KNOWN.index = index
    read_message.cache_clear()


@lru_cache(maxsize=16)  # tokenizer and extractor ask for the same message one after the other
def read_message(text: str, *, expecting: str | None = None) -> Message:
    """Read a text and keep the tokens and the view of what no reader has claimed; not to be changed any more."""
    message = Message(text, expecting)
    for reader in _READERS:
        reader(message)
    return message


def read(text: str, *, expecting: str | None = None) -> list[Span]:
    """Find what a diner's text says, in its order; spans never overlap and any text is welcome.

    `expecting` is what the bot has just asked for (the contract's `expects`): it decides what a bare "15" is.
    """
    return read_message(text, expecting=expecting).spans()
