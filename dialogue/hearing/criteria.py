"""What a restaurant is looked for by: where it is, what it serves or does not, what it costs, what it has."""

from __future__ import annotations

from typing import Any

from booking_engine import Restaurant
from booking_engine.restaurants.features import telling_words
from booking_engine.restaurants.streets import street_words
from dialogue.effects import Steps
from dialogue.hearing.restaurants import in_hand
from dialogue.reading import OF_TABLE, Entity, kinds_of
from dialogue.turn import Turn
from nlu.kinds import city_candidates, cuisine_candidates, cuisines_within

SEARCHED = ("city", "cuisine", "street")
"""Entities that each fill the field of their name, and must fit; the rest are wishes."""
REFUSED = ("refused_cuisine", "refused_restaurant")
"""Entities that are not wanted."""
_DIETS = frozenset(("vegan", "vegetarian", "gluten_free", "dairy_free", "halal", "kosher"))
"""What a kitchen may be known for; an allergy is for the staff to know."""
_TOPICS = frozenset(("features", "alcohol", "kids", "wifi", "pets", "accessibility"))
_PRICE_LEVELS = {1: [1], 2: [2], 3: [3, 4, 5], 4: [4, 5]}
_ARTICLES = ("a", "an", "the", "my", "our", "with", "by", "at")


def looks_for_restaurant(turn: Turn) -> bool:
    """Return whether some restaurant is looked for, none by its name: "is there a dog friendly place in Denver?"."""
    said = kinds_of(turn.entities)
    topics = {entity.value for entity in turn.entities if entity.kind == "topic"}
    is_by_something = not said.isdisjoint({*SEARCHED, "price", "refused_cuisine"}) and topics <= _TOPICS
    return is_by_something and "restaurant" not in said and turn.has_cue("some_restaurant")


def hear_criteria(turn: Turn) -> Steps[None]:
    """Take what a restaurant is looked for by; amid a booking that needs a wish for another one."""
    state = turn.state
    restaurant = yield from in_hand(turn)
    wants_another = restaurant is not None and _wants_another(turn, restaurant)
    is_in_search = restaurant is None or wants_another or _narrows(turn, restaurant)
    if restaurant is not None and is_in_search:
        state.city, state.restaurant = state.city or restaurant.city, None
        state.refused = (*state.refused, restaurant.slug) if wants_another else state.refused
        turn.heard.fields.add("restaurant")
    _hear_searched(turn)
    if is_in_search and state.task == "book":
        _hear_wishes(turn)


def _hear_searched(turn: Turn) -> None:
    state = turn.state
    for entity in turn.entities:
        if entity.kind in SEARCHED and getattr(state, entity.kind) != entity.value:
            setattr(state, entity.kind, entity.value)
            turn.heard.fields.add(entity.kind)
        if entity.kind == "cuisine":  # they have thought better of it
            state.refused_cuisines = tuple(known for known in state.refused_cuisines if known != entity.value)
        if entity.kind == "refused_cuisine" and entity.value not in state.refused_cuisines:
            state.refused_cuisines = (*state.refused_cuisines, entity.value)
            state.cuisine = None if state.cuisine == entity.value else state.cuisine
            turn.heard.fields.add("refused_cuisines")

    refused = _refused_places(turn) - set(state.refused)
    state.refused = (*state.refused, *sorted(refused))


def _refused_places(turn: Turn) -> set[str]:
    return {slug for entity in turn.of_kind("refused_restaurant") for slug in entity.value["slugs"]}


def _hear_wishes(turn: Turn) -> None:
    for wish in filter(None, map(_wish, turn.entities)):
        kept = [known for known in turn.state.sought if known["label"] != wish["label"]]
        if "levels" in wish:  # another price, not one more
            kept = [known for known in kept if "levels" not in known]
        if (*kept, wish) != turn.state.sought:
            turn.state.sought = (*kept, wish)
            turn.heard.fields.add("sought")


def _wants_another(turn: Turn, restaurant: Restaurant) -> bool:
    """Return whether another restaurant is wanted than the one in hand: "somewhere else", "I'd rather have thai"."""
    if turn.state.task != "book" or turn.situation.own_restaurant is not None or turn.has_kind("restaurant"):
        return False
    refused = [cuisines_within(entity.value) for entity in turn.entities if entity.kind == "refused_cuisine"]
    if restaurant.slug in _refused_places(turn) or any(not kinds.isdisjoint(restaurant.cuisines) for kinds in refused):
        return True
    if turn.has_cue("another_restaurant"):
        return not turn.has_kind(*OF_TABLE, "seating")
    return looks_elsewhere(turn) and not _is_so(restaurant, turn.entities)


def looks_elsewhere(turn: Turn) -> bool:
    """Return whether a restaurant is looked for beside the one in hand: "anything cheaper?", "what about in Chicago"."""
    finds = turn.intent == "find" and not turn.reading.is_unsure
    says_where = turn.has_kind("cuisine", "street", "price") and turn.has_cue("rather")
    return says_where or (turn.has_kind(*SEARCHED, "price") and (finds or turn.has_cue("rather_a_time")))


def _is_so(restaurant: Restaurant, entities: list[Entity]) -> bool:
    """Return whether the restaurant is what is said of it: "I'm craving pizza, and I'd prefer Oakland" of a pizzeria there."""
    told = {entity.kind: entity.value for entity in entities}
    kinds = cuisine_candidates(str(told["cuisine"])) if "cuisine" in told else ()
    return (
        ("city" not in told or restaurant.city in city_candidates(str(told["city"])))
        and (not kinds or not set(kinds).isdisjoint(restaurant.cuisines))
        and ("price" not in told or restaurant.price_level in (None, *_PRICE_LEVELS[int(told["price"])]))
        and ("street" not in told or street_words(str(told["street"])) <= street_words(restaurant.street or ""))
    )


def _narrows(turn: Turn, restaurant: Restaurant) -> bool:
    """Return whether the search goes on that found the restaurant: "cheap ones?", before anything of the table is told."""
    if not (turn.state.found and turn.asked == "time" and turn.entities):
        return False
    only_searched = all(entity.kind in SEARCHED or _wish(entity) for entity in turn.entities)
    is_told = kinds_of(turn.entities) <= {*SEARCHED, "price"}
    return only_searched and not (is_told and _is_so(restaurant, turn.entities))


def _wish(entity: Entity) -> dict[str, Any] | None:
    """Return what is wished of the restaurant: a price, or something it should have, by the words that this is known by."""
    label = _without_articles(entity.text)
    if entity.kind == "price":
        return {"label": label, "levels": _PRICE_LEVELS[int(entity.value)]}
    is_told = (entity.kind == "diet" and entity.value in _DIETS) or (entity.kind == "topic" and entity.value in _TOPICS)
    words = sorted(telling_words([entity.text, str(entity.value)])) if is_told or entity.kind == "seating" else []
    return {"label": label, "words": words} if words else None


def _without_articles(text: str) -> str:
    words = text.split()
    while len(words) > 1 and words[0].lower() in _ARTICLES:
        words = words[1:]
    return " ".join(words)
