"""Finding a restaurant by what is looked for in one, and telling what there is."""

from __future__ import annotations

import re
from collections import Counter
from itertools import product
from typing import NamedTuple

from booking_engine import Criteria, Restaurant
from dialogue.actions.criteria import SEARCHED
from dialogue.actions.houses import house_option
from dialogue.actions.memory import Memory
from dialogue.actions.picking import Heard
from dialogue.actions.turn import Turn
from nlu.city_parts import city_candidates
from nlu.cuisine_kinds import cuisine_candidates, cuisines_within

_OF_TABLE = frozenset(("party_size", "date", "time"))
_MOST_LISTED = 5
_CITIES_NAMED = _CUISINES_NAMED = 6
_SOME = 50
_MORE = re.compile(
    r"\W*(?:(?:any|show|give|got|what|who|are there|is there|have you|do you have|no|and|me|us)\W+)*"
    r"(?:more|others?|else|next|another|different)\b[^?]{0,20}\??\W*",
    re.IGNORECASE,
)


class _Page(NamedTuple):
    """What was looked for at last, which wishes had to be left out for that, and how many there are."""

    criteria: Criteria
    dropped: list[str]
    total: int


def is_looking(turn: Turn, memory: Memory) -> bool:
    """Whether anything is known by which a restaurant can be found; a wish alone is nothing where no house tells of it."""
    if any(getattr(memory, kind) is not None for kind in SEARCHED):
        return True
    page = _look(turn, memory) if memory.sought else None
    return page is not None and not page.dropped


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
    """There is no such restaurant. Where another city has some, that is told, and only the place is forgotten; where none has,
    what the city has instead, and the place is remembered."""
    what = _what(turn, memory)
    refused, memory.refused = memory.refused, []
    if refused and _look(turn, memory):
        turn.say("utter_no_more_restaurants", what=what)
        return
    city = memory.city
    elsewhere = turn.engine.find_restaurants(Criteria(cuisine=memory.cuisine), limit=_SOME) if memory.cuisine else []
    memory.city = memory.street = None
    if elsewhere:
        cities = sorted({restaurant.city for restaurant in elsewhere})
        turn.say("utter_none_here_but_in", what=what, cities=turn.words.listed(cities[:_CITIES_NAMED]))
        return
    memory.cuisine, memory.sought, memory.refused_cuisines = None, [], []
    if city and (cuisines := _cuisines_in(turn, city)):
        memory.city = city
        turn.say("utter_none_but_of_other_kinds", what=what, cuisines=turn.words.listed(cuisines))
        return
    turn.say("utter_no_restaurant_found", what=what, cities=some_cities(turn))


def _cuisines_in(turn: Turn, city: str) -> list[str]:
    """A few of the kinds of food that there are, the most frequent first."""
    found = (turn.engine.find_restaurants(Criteria(each), limit=_SOME) for each in city_candidates(city))
    kinds = Counter(cuisine for restaurants in found for restaurant in restaurants for cuisine in restaurant.cuisines)
    return [turn.words.cuisine(cuisine) for cuisine, _ in kinds.most_common(_CUISINES_NAMED)]


def tells_more(turn: Turn, memory: Memory, heard: Heard) -> bool:
    """Whether something of the table is told while it is asked which of the restaurants: "4 of us" is no search anew."""
    of_table = heard.fields & _OF_TABLE or any(entity.kind in _OF_TABLE for entity in turn.entities)
    of_search = {*SEARCHED, "sought", "refused_cuisines", "restaurant"}
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
    refused_cuisines = frozenset[str]().union(*map(cuisines_within, memory.refused_cuisines))
    ways = [wishes, *([w for w in wishes if w is not left_out] for left_out in reversed(wishes)), []]
    for kept in ways[: len(wishes) + 2 if len(wishes) > 1 else len(wishes) + 1]:
        kinds = cuisine_candidates(memory.cuisine) if memory.cuisine else (None,)
        cities = city_candidates(memory.city) if memory.city else (None,)
        for city, cuisine in product(cities, kinds):
            criteria = Criteria(
                city, cuisine, memory.street, excluding=frozenset(memory.refused),
                price_levels=frozenset(level for wish in kept for level in wish.get("levels", ())),
                features=tuple(frozenset(wish["words"]) for wish in kept if "words" in wish),
                refused_cuisines=refused_cuisines,
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
    wishes = [wish["label"] for wish in memory.sought if not page or wish["label"] not in page.dropped]
    refused = [
        turn.words.render("utter_part_not_cuisine", cuisine=turn.words.cuisine(c)) for c in memory.refused_cuisines
    ]
    if wishes := [*wishes, *refused]:
        what = turn.words.render("utter_part_with_wishes", what=what, wishes=turn.words.listed(wishes))
    return what


def some_cities(turn: Turn) -> str:
    """A few of the cities where there is a restaurant."""
    return turn.words.listed(turn.engine.cities()[:_CITIES_NAMED])
