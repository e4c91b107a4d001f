"""Hearing which restaurant is meant."""

from __future__ import annotations

import re

from booking_engine import Criteria, Restaurant
from booking_engine.restaurants.names import fold
from booking_engine.restaurants.streets import street_words
from dialogue.actions.memory import Memory
from dialogue.actions.picking import Heard, words_of
from dialogue.actions.turn import Entity, Option, Turn
from nlu.languages import recognise
from nlu.reading.common_words import COMMON

_LEAVES_NO_DOUBT = (
    90.0  # points at which one word takes the place of the house in hand while something else is asked for
)
_LAST_TIME = re.compile(
    r"\b(?:as|like|went|were|had|from) (?:last time|before|always|usual)\b|\b(?:the|my|our) usual(?! time)\b"
    r"|\bsame (?:place|restaurant|spot)\b",
    re.IGNORECASE,
)
_TELLING = 4  # letters of a word that may stand for a name
_AS_GOOD = 2.0  # points between two restaurant matches that cannot be told apart


def hear_restaurant(
    turn: Turn, memory: Memory, entities: list[Entity], heard: Heard, asked: str | None
) -> list[Entity]:
    """Take the restaurant that is named into the memory; gives the entities that are left."""
    named = [entity.text for entity in entities if entity.kind == "restaurant"]
    is_asked = asked in ("restaurant", "name")  # for a name, only whoever objects comes here: "no, Bird Dog"
    if not named and memory.restaurant is not None and not is_asked and "city" not in heard.fields:
        return besides_name(entities, turn.engine.restaurant(memory.restaurant), turn.text)
    if named or memory.restaurant is None or is_asked:
        found = [match for said in [*named, turn.text] for match in turn.engine.match_restaurant_name(said)]
    else:  # another city: the same house there
        name = turn.engine.restaurant(memory.restaurant).name
        found = [
            (r, s) for r, s in turn.engine.match_restaurant_name(f"{name} {memory.city}") if _is_in(r, memory.city)
        ]
    if memory.restaurant is not None and asked not in (None, "restaurant") and all(" " not in name for name in named):
        found = [(r, s) for r, s in found if s >= _LEAVES_NO_DOUBT]  # "Suunday", asked for the day, is no Sunday Porch
    if asked == "name":
        found = [(r, s) for r, s in found if is_named(r, turn.text)]  # "actually Rose" is a diner
    names_city = any(entity.kind == "city" for entity in entities)
    candidates = _beside(memory.restaurant, _alike(found, memory.city, sure=names_city))
    if len(candidates) > 1:
        # "Golden Harvest" is not Harvest Table.
        candidates = [r for r in candidates if is_named(r, turn.text)] or candidates
    if len(candidates) > 1:
        candidates = _on_street(candidates, entities) or _in_city_said(candidates, turn.text) or candidates
    if not candidates and asked == "restaurant" and memory.restaurant is None:
        candidates = _by_a_word(turn, memory, entities)
    if not candidates:
        if named and memory.restaurant is None:
            heard.problem = "restaurant_unknown"
        return entities
    if len(candidates) > 1:
        heard.options = [house_option(turn, r) for r in candidates[:5]]
        heard.ask_options = "utter_choose_restaurant"
        return entities
    restaurant = candidates[0]
    if memory.restaurant != restaurant.slug:
        memory.restaurant, memory.found = restaurant.slug, False
        heard.fields.add("restaurant")
    return _besides_words(entities, restaurant)


def house_option(turn: Turn, restaurant: Restaurant) -> Option:
    """A restaurant to pick, with its city."""
    name = turn.words.name(restaurant.name)
    return Option(
        turn.words.render("utter_part_place", restaurant=name, city=restaurant.city), {"restaurant": restaurant.slug}
    )


def recall_last_time(turn: Turn, memory: Memory, heard: Heard) -> None:
    """ "Same as last time": the house where this phone booked last, and for as many, as far as nothing else is said."""
    if turn.phone is None or memory.restaurant is not None or not _LAST_TIME.search(turn.text):
        return
    kept = [b for b in turn.engine.reservations_of(turn.phone, upcoming=False) if b.status == "confirmed"]
    if not kept:
        return
    last = kept[-1]  # soonest first
    memory.restaurant = last.restaurant.slug
    heard.fields.add("restaurant")
    if memory.party_size is None:
        memory.party_size = last.party_size
        heard.fields.add("party_size")


def besides_name(entities: list[Entity], restaurant: Restaurant, text: str) -> list[Entity]:
    """What is said besides the whole name of the house in hand, if that is said again."""
    return _besides_words(entities, restaurant) if is_named(restaurant, text) else entities


def is_named(restaurant: Restaurant, text: str) -> bool:
    """Whether the whole name of the restaurant is said."""
    return f" {' '.join(words_of(restaurant.name))} " in f" {' '.join(words_of(text))} "


def other_language(turn: Turn) -> str | None:
    """The language that the message is in, if it is not English; a house's name alone is in none."""
    if turn.intent != "other_language":
        return None
    names = {word for r, _ in turn.engine.match_restaurant_name(turn.text) for word in words_of(r.name)}
    return recognise(" ".join(word for word in turn.text.split() if not words_of(word) or set(words_of(word)) - names))


def _besides_words(entities: list[Entity], restaurant: Restaurant) -> list[Entity]:
    """ "Seven Sisters" is no party of seven."""
    name = set(words_of(restaurant.name))
    return [
        e
        for e in entities
        if e.kind in ("restaurant", "city", "cuisine", "street") or not set(words_of(e.text)) <= name
    ]


def _alike(found: list[tuple[Restaurant, float]], city: str | None, *, sure: bool) -> list[Restaurant]:
    """The best matches that cannot be told apart by the name; the city decides where it was said.

    `sure`: it was said in the same breath. "Celia's in Denver" may be short for a longer name there.
    """
    if sure:
        found = [(r, score) for r, score in found if _is_in(r, city)] or found
    best = max((score for _, score in found), default=0.0)
    alike = list({r.slug: r for r, score in found if score >= best - _AS_GOOD}.values())
    in_city = [r for r in alike if _is_in(r, city)]
    return in_city or alike


def _beside(in_hand: str | None, alike: list[Restaurant]) -> list[Restaurant]:
    """What is named beside the house in hand is the news: "move my Bird Dog table to Old Siam". Alone it is meant itself, not
    another house of its name."""
    known = next((r for r in alike if r.slug == in_hand), None)
    return [r for r in alike if r.name != known.name] or [known] if known else alike


def _on_street(candidates: list[Restaurant], entities: list[Entity]) -> list[Restaurant]:
    """ "Nonna Brunella on Smith Street": those of one name that stand in the street that was said."""
    said = [street_words(str(entity.value)) for entity in entities if entity.kind == "street"]
    return [r for r in candidates if said and said[0] <= street_words(r.street or "")]


def _in_city_said(candidates: list[Restaurant], text: str) -> list[Restaurant]:
    """ "Golden Harvest in St. Helena": of several cities the one that is said, whatever it is called."""
    said = f" {fold(text)} "
    return [r for r in candidates if f" {fold(r.city)} " in said]


def _by_a_word(turn: Turn, memory: Memory, entities: list[Entity]) -> list[Restaurant]:
    """ "Village in San Jose": one uncommon word is name enough where the city is known."""
    if memory.city is None:
        return []
    told = {word for entity in entities for word in words_of(entity.text)}
    telling = [word for word in words_of(turn.text) if len(word) >= _TELLING and word not in told | COMMON]
    found = [r for w in telling[:3] for r in turn.engine.find_restaurants(Criteria(memory.city), q=w, limit=5)]
    return list({r.slug: r for r in found if not set(telling).isdisjoint(words_of(r.name))}.values())


def _is_in(restaurant: Restaurant, city: str | None) -> bool:
    return city is not None and restaurant.city.casefold() == city.casefold()
