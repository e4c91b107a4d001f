"""What a restaurant is looked for by: where it is, what it serves or shall not, what it costs, what it has."""

from __future__ import annotations

import re
from typing import Any

from booking_engine import Restaurant
from booking_engine.restaurants.features import telling_words
from booking_engine.restaurants.streets import street_words
from dialogue.actions.memory import Memory
from dialogue.actions.picking import Heard
from dialogue.actions.turn import Entity, Turn
from nlu.city_parts import city_candidates
from nlu.cuisine_kinds import cuisine_candidates, cuisines_within

SEARCHED = ("city", "cuisine", "street")
"""Entities that each fill the slot of their name, and must fit; the rest are wishes."""
_DIETS = frozenset(("vegan", "vegetarian", "gluten_free", "dairy_free", "halal", "kosher"))
"""What a kitchen may be known for; an allergy is for the staff to know."""
_TOPICS = frozenset(("features", "alcohol", "kids", "wifi", "pets", "accessibility"))
_PRICE_LEVELS = {1: [1], 2: [2], 3: [3, 4, 5], 4: [4, 5]}
_ARTICLES = re.compile(r"^(?:(?:an?|the|my|our|with|by|at)\s+)+", re.IGNORECASE)
_ANOTHER = re.compile(
    r"\b(?:some|any)(?:where|thing|place) else\b|\b(?:another|a different|other) (?:place|restaurant|spot)s?\b",
    re.IGNORECASE,
)
_RATHER = re.compile(r"\b(?:rather|instead|actually|prefer)\b|\b(?:some|any)where\b", re.IGNORECASE)
_A_HOUSE = re.compile(
    r"\b(?:some|any)(?:where|thing|place)\b|\b(?:places?|restaurants?|spots?|joints?)\b|\bany (?:good )?\w+ (?:in|near|on)\b",
    re.IGNORECASE,
)


def asks_for_another(text: str) -> bool:
    """Whether some other restaurant is asked for, by whatever it should be: "somewhere else please"."""
    return _ANOTHER.search(text) is not None


def looks_for_a_house(turn: Turn) -> bool:
    """Whether some restaurant is looked for, none by its name: "is there a dog friendly place in Denver?"."""
    said = {entity.kind for entity in turn.entities}
    topics = {entity.value for entity in turn.entities if entity.kind == "topic"}
    by_something = (
        not said.isdisjoint({*SEARCHED, "price", "refused_cuisine"}) and "restaurant" not in said and topics <= _TOPICS
    )
    return by_something and bool(_A_HOUSE.search(turn.text)) and not turn.engine.match_restaurant_name(turn.text)


def hear_criteria(turn: Turn, memory: Memory, entities: list[Entity], heard: Heard, asked: str | None) -> None:
    """Take what a restaurant is looked for by into the memory; amid a booking only who wants another one looks for it."""
    if memory.restaurant is not None:
        kinds = {entity.kind for entity in entities}
        wants_another = _wants_another(turn, memory, kinds)
        if not (wants_another or _narrows(turn, memory, entities, asked)):
            _hear_searched(memory, entities, heard)
            return
        memory.city = memory.city or turn.engine.restaurant(memory.restaurant).city
        if wants_another:
            memory.refused = [*memory.refused, memory.restaurant]
        memory.restaurant = None
        heard.fields.add("restaurant")
    _hear_searched(memory, entities, heard)
    for entity in entities:
        if memory.task == "booking" and (wish := _wish(entity)):
            kept = [known for known in memory.sought if known["label"] != wish["label"]]
            if "levels" in wish:  # another price, not one more
                kept = [known for known in kept if "levels" not in known]
            if [*kept, wish] != memory.sought:
                memory.sought = [*kept, wish]
                heard.fields.add("sought")


def _hear_searched(memory: Memory, entities: list[Entity], heard: Heard) -> None:
    for entity in entities:
        if entity.kind in SEARCHED and getattr(memory, entity.kind) != entity.value:
            setattr(memory, entity.kind, entity.value)
            heard.fields.add(entity.kind)
        if entity.kind == "cuisine":  # they have thought better of it
            memory.refused_cuisines = [known for known in memory.refused_cuisines if known != entity.value]
        if entity.kind == "refused_cuisine" and entity.value not in memory.refused_cuisines:
            memory.refused_cuisines = [*memory.refused_cuisines, entity.value]
            memory.cuisine = None if memory.cuisine == entity.value else memory.cuisine
            heard.fields.add("refused_cuisines")


def _wants_another(turn: Turn, memory: Memory, kinds: set[str]) -> bool:
    """Whether another restaurant is wanted than the one in hand: "somewhere else", "I'd rather have thai"."""
    if memory.task != "booking" or turn.own_restaurant is not None or "restaurant" in kinds:
        return False
    restaurant = turn.engine.restaurant(memory.restaurant or "")
    if any(_serves(restaurant, entity.value) for entity in turn.entities if entity.kind == "refused_cuisine"):
        return True
    if asks_for_another(turn.text):
        return kinds.isdisjoint(("date", "time", "party_size", "seating"))
    says_what = not kinds.isdisjoint(("cuisine", "street", "price")) and bool(_RATHER.search(turn.text))
    return says_what and not _is_so(restaurant, turn.entities)


def _serves(restaurant: Restaurant, cuisine: str) -> bool:
    """Whether its kitchen is of this kind, which was refused."""
    return not cuisines_within(cuisine).isdisjoint(restaurant.cuisines)


def _is_so(restaurant: Restaurant, entities: list[Entity]) -> bool:
    """Whether the restaurant is what is said of it: "I'm craving pizza, and I'd prefer Oakland" of a pizzeria there."""
    told = {entity.kind: entity.value for entity in entities}
    kinds = cuisine_candidates(str(told["cuisine"])) if "cuisine" in told else ()
    return (
        ("city" not in told or restaurant.city in city_candidates(str(told["city"])))
        and (not kinds or not set(kinds).isdisjoint(restaurant.cuisines))
        and ("price" not in told or restaurant.price_level in (None, *_PRICE_LEVELS[int(told["price"])]))
        and ("street" not in told or street_words(str(told["street"])) <= street_words(restaurant.street or ""))
    )


def _narrows(turn: Turn, memory: Memory, entities: list[Entity], asked: str | None) -> bool:
    """Whether the search goes on that found the restaurant in hand: "cheap ones?", before anything of the table is told."""
    if not (memory.found and asked == "time" and entities):
        return False
    only_searched = all(entity.kind in SEARCHED or _wish(entity) for entity in entities)
    is_told = {entity.kind for entity in entities} <= {*SEARCHED, "price"}
    return only_searched and not (is_told and _is_so(turn.engine.restaurant(memory.restaurant or ""), entities))


def _wish(entity: Entity) -> dict[str, Any] | None:
    """What is wished of the restaurant: a price, or something it should have, by the words that this is known by."""
    label = _ARTICLES.sub("", entity.text)
    if entity.kind == "price":
        return {"label": label, "levels": _PRICE_LEVELS[int(entity.value)]}
    told_of = (entity.kind == "diet" and entity.value in _DIETS) or (entity.kind == "topic" and entity.value in _TOPICS)
    words = sorted(telling_words([entity.text, str(entity.value)])) if told_of or entity.kind == "seating" else []
    return {"label": label, "words": words} if words else None
