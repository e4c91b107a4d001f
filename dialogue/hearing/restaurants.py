"""Hearing which restaurant is meant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from booking_engine import Criteria, Restaurant
from booking_engine.restaurants.streets import street_words
from dialogue.effects import FindRestaurants, GetRestaurant, ReservationsOf, Steps
from dialogue.reading import Entity, kinds_of
from dialogue.state import Option
from dialogue.times import certain
from dialogue.turn import Turn
from nlu.cues import folded_words
from nlu.lexicon import COMMON

_MOST_OFFERED = 5
_MOST_OF_A_NAME = 50
_OF_PLACE = ("restaurant", "city", "cuisine", "street")


def in_hand(turn: Turn) -> Steps[Restaurant | None]:
    """Return the restaurant that the state is about, if any."""
    return (yield from GetRestaurant(turn.state.restaurant)) if turn.state.restaurant else None


def names_restaurant(turn: Turn) -> bool:
    """Return whether the message names a restaurant of ours."""
    return any(entity.slugs for entity in turn.reading.entities)


def first_named(turn: Turn) -> Steps[Restaurant | None]:
    """Return the restaurant that the message names first, if any."""
    slug = next((entity.slugs[0] for entity in turn.reading.entities if entity.slugs), None)
    return (yield from GetRestaurant(slug)) if slug else None


def hear_restaurant(turn: Turn) -> Steps[None]:
    """Take the restaurant that is named into the state."""
    known = yield from in_hand(turn)
    named = [entity for entity in turn.entities if entity.slugs and _may_be_meant(turn, entity)]
    found = yield from _all_named(named)
    if not found and known is not None and "city" in turn.heard.fields:
        found = yield from _of_that_name(known, turn.state.city)
    candidates = _candidates(turn, found)
    if candidates:
        _take(turn, candidates)
    elif known is None and turn.has_kind("restaurant"):
        turn.heard.problem = "restaurant_unknown"


def _may_be_meant(turn: Turn, entity: Entity) -> bool:
    """Return whether a name counts as that of a restaurant beside what was asked for: "Suunday" is no Sunday Porch there."""
    if turn.asked == "name":  # "actually Rose" is a diner
        return bool(entity.value["sure"])
    is_beside = turn.state.restaurant is not None and turn.asked not in (None, "restaurant")
    return not is_beside or entity.value["sure"] or " " in entity.text


def _take(turn: Turn, candidates: Sequence[Restaurant]) -> None:
    """Take the only one that can be meant, or have it asked which."""
    state, heard, restaurant = turn.state, turn.heard, candidates[0]
    if len(candidates) > 1:
        heard.options = tuple(option_of(turn, each) for each in candidates[:_MOST_OFFERED])
        heard.ask_options = "utter_choose_restaurant"
    elif state.restaurant != restaurant.slug:
        state.restaurant, state.found = restaurant.slug, False
        heard.fields.add("restaurant")


def _all_named(named: Iterable[Entity]) -> Steps[list[Restaurant]]:
    found = []
    for slug in dict.fromkeys(slug for entity in named for slug in entity.slugs):
        found.append((yield from GetRestaurant(slug)))
    return found


def _of_that_name(known: Restaurant, city: str | None) -> Steps[list[Restaurant]]:
    """Return the restaurants in a city that are called as the one in hand: "no, the one in Boston"."""
    there = yield from FindRestaurants(Criteria(city), q=known.name, limit=_MOST_OF_A_NAME)
    return [each for each in there if folded_words(each.name) == folded_words(known.name)]


def _candidates(turn: Turn, found: Sequence[Restaurant]) -> list[Restaurant]:
    """Return those that cannot be told apart by what is said, in this message or before, of street and city."""
    alike = _beside(turn.state.restaurant, list(found))
    street = next((street_words(str(entity.value)) for entity in turn.entities if entity.kind == "street"), None)
    ways: tuple[Callable[[Restaurant], bool], ...] = (
        lambda each: each.city.casefold() == (turn.state.city or "").casefold(),
        # "Nonna Brunella on Smith Street", "Golden Harvest in St. Helena", whatever that is called.
        lambda each: street is not None and street <= street_words(each.street or ""),
        lambda each: _says(turn, each.city),
    )
    for tells in ways:
        alike = list(filter(tells, alike)) or alike
    return alike


def option_of(turn: Turn, restaurant: Restaurant) -> Option:
    """Return a restaurant to pick, with its city."""
    name = turn.words.name(restaurant.name)
    label = turn.words.render("utter_part_place", restaurant=name, city=restaurant.city)
    return Option(label, {"restaurant": restaurant.slug})


def recall_last_time(turn: Turn) -> Steps[None]:
    """Take "same as last time": where, at what time and for how many this phone booked last, as far as nothing else is said."""
    state, phone = turn.state, turn.situation.phone
    if phone is None or state.restaurant is not None or not turn.has_cue("last_time"):
        return
    for booking in reversed((yield from ReservationsOf(phone, upcoming=False))):  # soonest first
        if booking.status == "confirmed":
            state.restaurant = booking.restaurant.slug
            turn.heard.fields |= {"restaurant"} if state.party_size else {"restaurant", "party_size"}
            state.party_size = state.party_size or booking.party_size
            if turn.has_cue("same_again"):
                state.time = state.time or certain(booking.starts_at)
            return


def language_of(turn: Turn) -> str | None:
    """Return the language that the message is in, if it is not English; a restaurant's name alone is in none."""
    if turn.intent != "other_language":
        return None
    places = [entity.text for entity in turn.reading.entities if entity.slugs or entity.kind == "city"]
    of_places = {word for place in places for word in folded_words(place)}
    return turn.reading.language if set(turn.reading.words) - of_places - COMMON or not of_places else None


def is_named(turn: Turn, restaurant: Restaurant) -> bool:
    """Return whether the whole name of the restaurant is said."""
    return _says(turn, restaurant.name)


def _says(turn: Turn, name: str) -> bool:
    return f" {' '.join(folded_words(name))} " in f" {' '.join(turn.reading.words)} "


def drop_words_of(turn: Turn, restaurant: Restaurant, *, of: Collection[str] | None = None) -> None:
    """Drop entities that are parts of the restaurant's name: those `of` some kinds, else all but those of a place."""
    name = set(folded_words(restaurant.name))
    droppable = of or kinds_of(turn.entities) - set(_OF_PLACE)
    turn.entities = [e for e in turn.entities if e.kind not in droppable or not set(folded_words(e.text)) <= name]


def _beside(slug: str | None, alike: list[Restaurant]) -> list[Restaurant]:
    """Prefer what is named beside the restaurant in hand: "move my Bird Dog table to Old Siam".

    Alone, the one in hand is meant itself, not another one of its name.
    """
    known = next((restaurant for restaurant in alike if restaurant.slug == slug), None)
    return [restaurant for restaurant in alike if restaurant.name != known.name] or [known] if known else alike
