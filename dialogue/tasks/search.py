"""Finding a restaurant by what is looked for in one, and telling what there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

from booking_engine import Criteria, Restaurant
from dialogue.effects import CountRestaurants, FindRestaurants, Steps
from dialogue.hearing.criteria import SEARCHED
from dialogue.hearing.restaurants import option_of
from dialogue.reading import OF_TABLE
from dialogue.reasons import declines
from dialogue.state import State
from dialogue.tasks.asking import some_cities
from dialogue.turn import Outcome, Turn
from nlu.kinds import city_candidates, cuisine_candidates, cuisines_within

_OF_SEARCH = frozenset((*SEARCHED, "sought", "refused_cuisines", "restaurant"))
_MOST_LISTED = 5
_CITIES_NAMED = _CUISINES_NAMED = 6
_MANY, _KINDS_NAMED = 10, 3
"""Of more than that, a city or a kind of food is asked for, with some examples, beside the first ones."""
_SOME = 50

Wish = dict[str, Any]


class Page(NamedTuple):
    """What was looked for at last, which wishes had to be left out for that, and how many there are."""

    criteria: Criteria
    dropped: list[str]
    total: int


def is_looking(state: State) -> Steps[bool]:
    """Return whether anything is known by which a restaurant can be found; a wish alone only where a restaurant tells of it."""
    if any(getattr(state, kind) is not None for kind in SEARCHED):
        return True
    page = (yield from _look(state)) if state.sought else None
    return page is not None and not page.dropped


def find(turn: Turn, *, may_take: bool) -> Steps[Restaurant | None]:
    """Show what there is, to be picked from; where there is nothing, the state is cleared of the search.

    With `may_take`, the only one that there is in a city or a street is taken at once, and returned.
    """
    state = turn.state
    page = yield from _look(state)
    state.listed, state.found = 0, True
    if page is None:
        yield from _say_none(turn)
        return None
    is_the_one = page.total == 1 and not page.dropped and page.criteria.cuisine == state.cuisine
    if may_take and is_the_one and not state.refused and (state.city or state.street):
        [restaurant] = yield from FindRestaurants(page.criteria, limit=1)
        turn.say("utter_one_restaurant_found", city=restaurant.city)
        return restaurant
    yield from _list(turn, page)
    return None


def _say_none(turn: Turn) -> Steps[None]:
    """Say that there is no such restaurant.

    Where another city has some, that is told, and only the place is forgotten; where none has, what the city has instead, and
    the place is remembered.
    """
    state = turn.state
    what, city = _what(turn), state.city
    refused, state.refused = state.refused, ()
    if refused and (yield from _look(state)):
        turn.say("utter_no_more_restaurants", what=what)
        return
    elsewhere = (yield from FindRestaurants(Criteria(cuisine=state.cuisine), limit=_SOME)) if state.cuisine else []
    state.city = state.street = None
    if elsewhere:
        cities = turn.words.listed(sorted({restaurant.city for restaurant in elsewhere})[:_CITIES_NAMED])
        turn.say("utter_none_here_but_in", what=what, cities=cities)
        return
    state.cuisine, state.sought, state.refused_cuisines = None, (), ()
    cuisines = (yield from _cuisines_in(turn, city)) if city else []
    if cuisines:
        state.city = city
        turn.say("utter_none_but_of_other_kinds", what=what, cuisines=turn.words.listed(cuisines))
        return
    turn.say("utter_no_restaurant_found", what=what, cities=(yield from some_cities(turn)))


def _cuisines_in(turn: Turn, city: str) -> Steps[list[str]]:
    """Return a few of the kinds of food that there are, the most frequent first."""
    kinds: Counter[str] = Counter()
    for each in city_candidates(city):
        found = yield from FindRestaurants(Criteria(each), limit=_SOME)
        kinds.update(cuisine for restaurant in found for cuisine in restaurant.cuisines)
    return [turn.words.called("cuisines", cuisine) for cuisine, _ in kinds.most_common(_CUISINES_NAMED)]


def tells_more(turn: Turn) -> bool:
    """Return whether something of the table is told while it is asked which restaurant: "4 of us" is no search anew."""
    fields = turn.heard.fields
    of_table = bool(fields) and (not fields.isdisjoint(OF_TABLE) or turn.has_kind(*OF_TABLE))
    is_about_search = turn.heard.picked or fields & _OF_SEARCH
    return of_table and _shows_restaurants(turn.state) and not is_about_search


def ask_which(turn: Turn) -> Outcome:
    """Acknowledge what was told, and show the restaurants again."""
    said = [entity for entity in turn.entities if entity.kind in OF_TABLE]
    bare = [entity for entity in turn.entities if entity.kind in ("number", "choice")]  # "4", where there are but two
    told = turn.words.listed(entity.text for entity in said or bare)
    return turn.offer("utter_and_which_of_these", turn.state.choices, told=told)


def _shows_restaurants(state: State) -> bool:
    return any(set(option.fills) == {"restaurant"} for option in state.choices)


def wants_more(turn: Turn) -> bool:
    """Return whether others are asked for than those that were found."""
    if turn.heard.fields or not turn.state.found:
        return False
    if turn.asked == "choice" and _shows_restaurants(turn.state):
        refuses = turn.heard.refused_choices or (turn.intent == "deny" and declines(turn.reading.acts))
        return turn.has_cue("more") or refuses
    return turn.has_cue("more") and turn.asked in ("time", "restaurant")


def shows_a_part(state: State) -> Steps[bool]:
    """Return whether the list that is shown is only the first page of all that are in a city, of whatever kind."""
    if not state.city or state.cuisine or state.sought:
        return False
    page = yield from _look(state)
    return page is not None and page.total > _MOST_LISTED


def find_more(turn: Turn) -> Steps[Outcome | None]:
    """List the next ones, or say that those were all. None where all that has been said before."""
    state = turn.state
    page = yield from _look(state)
    if _shows_restaurants(state) or (page and page.total == 1):
        state.listed += _MOST_LISTED
    if turn.asked == "restaurant" and not state.choices:
        return None
    if page is None or state.listed >= page.total:
        turn.say("utter_no_more_restaurants", what=_what(turn, page))
        state.choices, state.listed = (), 0
        return Outcome("restaurant")
    return (yield from _list(turn, page))


def _look(state: State) -> Steps[Page | None]:
    """Return the first of all ways to look for it that finds something: with all wishes, with all but one, with none."""
    kinds = cuisine_candidates(state.cuisine) if state.cuisine else (None,)
    cities = city_candidates(state.city) if state.city else (None,)
    for kept in _ways(list(state.sought)):
        for city, cuisine in product(cities, kinds):
            criteria = _criteria(state, kept, city, cuisine)
            if total := (yield from CountRestaurants(criteria)):
                return Page(criteria, [wish["label"] for wish in state.sought if wish not in kept], total)
    return None


def _ways(wishes: list[Wish]) -> Iterator[list[Wish]]:
    yield wishes
    yield from ([wish for wish in wishes if wish is not left_out] for left_out in reversed(wishes))
    if len(wishes) > 1:
        yield []


def _criteria(state: State, wishes: list[Wish], city: str | None, cuisine: str | None) -> Criteria:
    return Criteria(
        city, cuisine, state.street, excluding=frozenset(state.refused),
        price_levels=frozenset(level for wish in wishes for level in wish.get("levels", ())),
        features=tuple(frozenset(wish["words"]) for wish in wishes if "words" in wish),
        refused_cuisines=frozenset[str]().union(*map(cuisines_within, state.refused_cuisines)),
    )  # fmt: skip


def _list(turn: Turn, page: Page) -> Steps[Outcome]:
    listed = turn.state.listed
    found = yield from FindRestaurants(page.criteria, limit=_MOST_LISTED, offset=listed)
    options = [option_of(turn, restaurant) for restaurant in found]
    facts = {"what": _what(turn, page), "count": page.total, "wishes": turn.words.listed(page.dropped)}
    if not listed:
        response, more = yield from _first_page(turn, page)
        return turn.offer(response, options, **facts, **more)
    is_last = page.total <= listed + _MOST_LISTED
    return turn.offer("utter_restaurants_found_last" if is_last else "utter_restaurants_found_next", options, **facts)


def _first_page(turn: Turn, page: Page) -> Steps[tuple[str, dict[str, object]]]:
    """Return how the first of them are shown, with its facts: where they are too many to page through, it asks for more."""
    state, is_long = turn.state, page.total > _MANY
    if page.dropped:
        return "utter_restaurants_found_without", {}
    if is_long and state.city is None:
        return "utter_restaurants_found_in_cities", {}
    if is_long and state.city is not None and state.cuisine is None:
        kinds = yield from _cuisines_in(turn, state.city)
        return "utter_restaurants_found_of_kinds", {"cuisines": turn.words.listed(kinds[:_KINDS_NAMED])}
    return "utter_restaurants_found" if page.total <= _MOST_LISTED else "utter_restaurants_found_first", {}


def _what(turn: Turn, page: Page | None = None) -> str:
    """Return what is looked for: "Italian restaurants in Boston on main street (cheap, live music)"."""
    state, words = turn.state, turn.words
    what = words.render("utter_part_any_cuisine")
    if state.cuisine:
        what = words.render("utter_part_cuisine", cuisine=words.called("cuisines", state.cuisine))
    if city := page.criteria.city if page else state.city:
        what = words.render("utter_part_in_city", what=what, city=city)
    if state.street:
        what = words.render("utter_part_on_street", what=what, street=state.street)
    wishes = [wish["label"] for wish in state.sought if not page or wish["label"] not in page.dropped]
    refused = [words.called("cuisines", each) for each in state.refused_cuisines]
    wishes += [words.render("utter_part_not_cuisine", cuisine=each) for each in refused]
    return words.render("utter_part_with_wishes", what=what, wishes=words.listed(wishes)) if wishes else what
