"""Finding a restaurant by what is looked for in one: where it is, what it serves, what it costs, what it has."""

from __future__ import annotations

import re
from itertools import product
from typing import Any, NamedTuple

from booking_engine import Criteria, Restaurant
from booking_engine.features import telling_words
from booking_engine.streets import street_words
from dialogue.actions.houses import house_option
from dialogue.actions.memory import Memory
from dialogue.actions.picking import Heard
from dialogue.actions.turn import Entity, Turn
from nlu.city_parts import city_candidates
from nlu.cuisine_kinds import cuisine_candidates

SEARCHED = ("city", "cuisine", "street")
"""Entities that each fill the slot of their name, and must fit; the rest are wishes."""
_OF_TABLE = frozenset(("party_size", "date", "time"))
_DIETS = frozenset(("vegan", "vegetarian", "gluten_free", "dairy_free", "halal", "kosher"))
"""What a kitchen may be known for; an allergy is for the staff to know."""
_TOPICS = frozenset(("features", "alcohol", "kids", "wifi", "pets", "accessibility"))
_PRICE_LEVELS = {1: [1], 2: [2], 3: [3, 4, 5], 4: [4, 5]}
_ARTICLES = re.compile(r"^(?:(?:an?|the|my|our|with|by|at)\s+)+", re.IGNORECASE)
_MOST_LISTED = 5
_CITIES_NAMED = 6
_SOME = 50
_MORE = re.compile(
    r"\W*(?:(?:any|show|give|got|what|who|are there|is there|have you|do you have|no|and|me|us)\W+)*"
    r"(?:more|others?|else|next|another|different)\b[^?]{0,20}\??\W*",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    r"\b(?:some|any)(?:where|thing|place) else\b|\b(?:another|a different|other) (?:place|restaurant|spot)s?\b",
    re.IGNORECASE,
)
_RATHER = re.compile(r"\b(?:rather|instead|actually|prefer)\b|\b(?:some|any)where\b", re.IGNORECASE)
_A_HOUSE = re.compile(
    r"\b(?:some|any)(?:where|thing|place)\b|\b(?:places?|restaurants?|spots?|joints?)\b|\bany (?:good )?\w+ (?:in|near|on)\b",
    re.IGNORECASE,
)


class _Page(NamedTuple):
    """What was looked for at last, which wishes had to be left out for that, and how many there are."""

    criteria: Criteria
    dropped: list[str]
    total: int


def asks_for_another(text: str) -> bool:
    """Whether some other restaurant is asked for, by whatever it should be: "somewhere else please"."""
    return _ANOTHER.search(text) is not None


def looks_for_a_house(turn: Turn) -> bool:
    """Whether some restaurant is looked for, none by its name: "is there a dog friendly place in Denver?"."""
    said = {entity.kind for entity in turn.entities}
    topics = {entity.value for entity in turn.entities if entity.kind == "topic"}
    by_something = not said.isdisjoint({*SEARCHED, "price"}) and "restaurant" not in said and topics <= _TOPICS
    return by_something and bool(_A_HOUSE.search(turn.text)) and not turn.engine.match_restaurant_name(turn.text)


def is_looking(turn: Turn, memory: Memory) -> bool:
    """Whether anything is known by which a restaurant can be found; a wish alone is nothing where no house tells of it."""
    if any(getattr(memory, kind) is not None for kind in SEARCHED):
        return True
    page = _look(turn, memory) if memory.sought else None
    return page is not None and not page.dropped


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


def _wants_another(turn: Turn, memory: Memory, kinds: set[str]) -> bool:
    """Whether another restaurant is wanted than the one in hand: "somewhere else", "I'd rather have thai"."""
    if memory.task != "booking" or turn.own_restaurant is not None or "restaurant" in kinds:
        return False
    if asks_for_another(turn.text):
        return kinds.isdisjoint(("date", "time", "party_size", "seating"))
    says_what = not kinds.isdisjoint(("cuisine", "street", "price")) and bool(_RATHER.search(turn.text))
    return says_what and not _is_so(turn.engine.restaurant(memory.restaurant or ""), turn.entities)


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


def find(turn: Turn, memory: Memory, *, may_take: bool) -> Restaurant | None:
    """Say what there is; it is in the memory to be picked from, and where there is nothing the memory is cleared of the search.

    With `may_take`, the only one that there is in a city or a street is taken at once, and given.
    """
    page = _look(turn, memory)
    memory.listed, memory.found = 0, True
    if page is None:
        _say_none(turn, memory)
        return None
    is_the_one = page.total == 1 and not page.dropped and page.criteria.cuisine == memory.cuisine
    if may_take and is_the_one and not memory.refused and (memory.city or memory.street):
        [restaurant] = turn.engine.find_restaurants(page.criteria, limit=1)
        turn.say("utter_one_restaurant_found", city=restaurant.city)
        return restaurant
    _list(turn, memory, page)
    return None


def _say_none(turn: Turn, memory: Memory) -> None:
    """There is no such restaurant; where another city has some, that is told, and only the place is forgotten."""
    what = _what(turn, memory)
    refused, memory.refused = memory.refused, []
    if refused and _look(turn, memory):
        turn.say("utter_no_more_restaurants", what=what)
        return
    elsewhere = turn.engine.find_restaurants(Criteria(cuisine=memory.cuisine), limit=_SOME) if memory.cuisine else []
    memory.city = memory.street = None
    if elsewhere:
        cities = sorted({restaurant.city for restaurant in elsewhere})
        turn.say("utter_none_here_but_in", what=what, cities=turn.words.listed(cities[:_CITIES_NAMED]))
        return
    turn.say("utter_no_restaurant_found", what=what, cities=some_cities(turn))
    memory.cuisine, memory.sought = None, []


def tells_more(turn: Turn, memory: Memory, heard: Heard) -> bool:
    """Whether something of the table is told while it is asked which of the restaurants: "4 of us" is no search anew."""
    of_table = heard.fields & _OF_TABLE or any(entity.kind in _OF_TABLE for entity in turn.entities)
    of_search = {*SEARCHED, "sought", "restaurant"}
    return (
        bool(of_table and heard.fields)
        and _shows_houses(memory)
        and not (heard.took_choice or heard.fields & of_search)
    )


def ask_which(turn: Turn, memory: Memory) -> str:
    """Take note of what was told, and show the restaurants again; gives what is asked for."""
    said = [entity for entity in turn.entities if entity.kind in _OF_TABLE]
    bare = [entity for entity in turn.entities if entity.kind in ("number", "choice")]  # "4", where there are but two
    told = turn.words.listed(entity.text for entity in said or bare)
    turn.say("utter_and_which_of_these", memory.options(), told=told)
    return "choice"


def _shows_houses(memory: Memory) -> bool:
    return any(set(option.slots) == {"restaurant"} for option in memory.options())


def wants_more(turn: Turn, memory: Memory, heard: Heard, asked: str | None) -> bool:
    """Whether others are asked for than those that were found."""
    if heard.fields or not memory.found:
        return False
    asks_for_others = _MORE.fullmatch(turn.text) is not None
    if asked == "choice" and _shows_houses(memory):
        return asks_for_others or heard.refused_choices or turn.intent == "deny"
    return asks_for_others and asked in ("time", "restaurant")


def shows_a_part(turn: Turn, memory: Memory) -> bool:
    """Whether the list that is shown is only the first page of all that are in a city, of whatever kind."""
    page = _look(turn, memory) if memory.city and not memory.cuisine and not memory.sought else None
    return page is not None and page.total > _MOST_LISTED


def find_more(turn: Turn, memory: Memory, asked: str | None) -> str | None:
    """List the next ones, or say that those were all; gives what is asked for. None where all that has been said before."""
    page = _look(turn, memory)
    if _shows_houses(memory) or (page and page.total == 1):
        memory.listed += _MOST_LISTED
    if asked == "restaurant" and not memory.choices:
        return None
    if page is None or memory.listed >= page.total:
        turn.say("utter_no_more_restaurants", what=_what(turn, memory, page))
        memory.choices, memory.listed = None, 0
        return "restaurant"
    _list(turn, memory, page)
    return "choice"


def _look(turn: Turn, memory: Memory) -> _Page | None:
    """The first of all ways to look for it that finds something: with all wishes, with all but one, with none."""
    wishes = memory.sought
    ways = [wishes, *([w for w in wishes if w is not left_out] for left_out in reversed(wishes)), []]
    for kept in ways[: len(wishes) + 2 if len(wishes) > 1 else len(wishes) + 1]:
        kinds = cuisine_candidates(memory.cuisine) if memory.cuisine else (None,)
        cities = city_candidates(memory.city) if memory.city else (None,)
        for city, cuisine in product(cities, kinds):
            criteria = Criteria(
                city, cuisine, memory.street, excluding=frozenset(memory.refused),
                price_levels=frozenset(level for wish in kept for level in wish.get("levels", ())),
                features=tuple(frozenset(wish["words"]) for wish in kept if "words" in wish),
            )  # fmt: skip
            if total := turn.engine.count_restaurants(criteria):
                return _Page(criteria, [wish["label"] for wish in wishes if wish not in kept], total)
    return None


def _list(turn: Turn, memory: Memory, page: _Page) -> None:
    found = turn.engine.find_restaurants(page.criteria, limit=_MOST_LISTED, offset=memory.listed)
    options = [house_option(turn, restaurant) for restaurant in found]
    memory.offer(options)
    facts: dict[str, object] = {"what": _what(turn, memory, page), "count": page.total}
    if page.dropped and not memory.listed:
        turn.say("utter_restaurants_found_without", options, wishes=turn.words.listed(page.dropped), **facts)
    elif page.total > memory.listed + _MOST_LISTED:
        turn.say(
            "utter_restaurants_found_first" if not memory.listed else "utter_restaurants_found_next", options, **facts
        )
    else:
        turn.say("utter_restaurants_found" if not memory.listed else "utter_restaurants_found_last", options, **facts)


def _what(turn: Turn, memory: Memory, page: _Page | None = None) -> str:
    """ "Italian restaurants in Boston on main street (cheap, live music)"."""
    what = turn.words.render("utter_part_any_cuisine")
    if memory.cuisine:
        what = turn.words.render("utter_part_cuisine", cuisine=turn.words.cuisine(memory.cuisine))
    if city := page.criteria.city if page else memory.city:
        what = turn.words.render("utter_part_in_city", what=what, city=city)
    if memory.street:
        what = turn.words.render("utter_part_on_street", what=what, street=memory.street)
    if wishes := [wish["label"] for wish in memory.sought if not page or wish["label"] not in page.dropped]:
        what = turn.words.render("utter_part_with_wishes", what=what, wishes=turn.words.listed(wishes))
    return what


def some_cities(turn: Turn) -> str:
    """A few of the cities where there is a restaurant."""
    return turn.words.listed(turn.engine.cities()[:_CITIES_NAMED])
