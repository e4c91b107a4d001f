"""Hearing which restaurant is meant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from booking_engine import Criteria, Restaurant
from booking_engine.restaurants.streets import street_words
from dialogue.effects import FindRestaurants, GetRestaurant, MatchNames, ReservationsOf, Steps
from dialogue.reading import kinds_of
from dialogue.state import Option
from dialogue.turn import Turn
from nlu.cues import folded_words
from nlu.lexicon import COMMON

Match = tuple[Restaurant, float]

_LEAVES_NO_DOUBT = 90.0  # points
_TELLING = 4  # letters of a word that may stand for a name
_MOST_WORDS, _MOST_EACH, _MOST_OFFERED = 3, 5, 5
_AS_GOOD = 2.0  # points between two matches that cannot be told apart
_OF_PLACE = ("restaurant", "city", "cuisine", "street")


def in_hand(turn: Turn) -> Steps[Restaurant | None]:
    """Return the restaurant that the state is about, if any."""
    return (yield from GetRestaurant(turn.state.restaurant)) if turn.state.restaurant else None


def hear_restaurant(turn: Turn) -> Steps[None]:
    """Take the restaurant that is named into the state; what only belongs to its name is dropped."""
    known = yield from in_hand(turn)
    named = [entity.text for entity in turn.entities if entity.kind == "restaurant"]
    # Any restaurant may be the answer; asked for a name, only an objection comes here: "no, Bird Dog".
    if known is None or named or turn.asked in ("restaurant", "name"):
        found = yield from _matches(turn, named)
    else:
        found = yield from _instead_of(turn, known)
        if not found:
            drop_name_said_again(turn, known)
            return
    candidates = _candidates(turn, found)
    if known is None and not candidates:
        candidates = yield from _by_a_word(turn)
    if candidates:
        _take(turn, candidates)
    elif named and known is None:
        turn.heard.problem = "restaurant_unknown"


def _take(turn: Turn, candidates: Sequence[Restaurant]) -> None:
    """Take the only one that can be meant, or have it asked which."""
    state, heard, restaurant = turn.state, turn.heard, candidates[0]
    if len(candidates) > 1:
        heard.options = tuple(option_of(turn, each) for each in candidates[:_MOST_OFFERED])
        heard.ask_options = "utter_choose_restaurant"
        return
    if state.restaurant != restaurant.slug:
        state.restaurant, state.found = restaurant.slug, False
        heard.fields.add("restaurant")
    drop_words_of(turn, restaurant)


def _instead_of(turn: Turn, known: Restaurant) -> Steps[list[Match]]:
    """Return what takes the place of the restaurant in hand, unasked: one named as a whole in an objection ("No, I want 1760
    in San Francisco"), or one of its name in another city that is said.
    """
    if turn.has_cue("objection"):
        said = yield from MatchNames()
        if others := [match for match in said if match[0].slug != known.slug and is_named(turn, match[0])]:
            return others
    if "city" not in turn.heard.fields:
        return []
    there = yield from MatchNames(f"{known.name} {turn.state.city}")
    return [match for match in there if _is_in(match[0], turn.state.city)]


def _matches(turn: Turn, named: Sequence[str]) -> Steps[list[Match]]:
    """Return the restaurants that the message may name."""
    found: list[Match] = []
    for piece in (*named, None):
        found += yield from MatchNames(piece)
    is_beside = turn.state.restaurant is not None and turn.asked not in (None, "restaurant")
    if is_beside and not any(" " in name for name in named):  # "Suunday", asked for the day, is no Sunday Porch
        found = [match for match in found if match[1] >= _LEAVES_NO_DOUBT]
    return [match for match in found if turn.asked != "name" or is_named(turn, match[0])]  # "actually Rose" is a diner


def _candidates(turn: Turn, found: Sequence[Match]) -> list[Restaurant]:
    """Return those that cannot be told apart by what the message says of name, street and city."""
    alike = _beside(turn.state.restaurant, _alike(found, turn.state.city, sure=turn.has_kind("city")))
    street = next((street_words(str(entity.value)) for entity in turn.entities if entity.kind == "street"), None)
    ways: tuple[Callable[[Restaurant], bool], ...] = (
        # "Golden Harvest" is not Harvest Table.
        lambda each: is_named(turn, each),
        # "Nonna Brunella on Smith Street", "Golden Harvest in St. Helena", whatever that is called.
        lambda each: street is not None and street <= street_words(each.street or ""),
        lambda each: _says(turn, each.city),
    )
    for tells in ways if len(alike) > 1 else ():
        alike = list(filter(tells, alike)) or alike
    return alike


def option_of(turn: Turn, restaurant: Restaurant) -> Option:
    """Return a restaurant to pick, with its city."""
    name = turn.words.name(restaurant.name)
    label = turn.words.render("utter_part_place", restaurant=name, city=restaurant.city)
    return Option(label, {"restaurant": restaurant.slug})


def recall_last_time(turn: Turn) -> Steps[None]:
    """Take "same as last time": the restaurant where this phone booked last, and for as many, as far as nothing else is said."""
    state, phone = turn.state, turn.situation.phone
    if phone is None or state.restaurant is not None or not turn.has_cue("last_time"):
        return
    for booking in reversed((yield from ReservationsOf(phone, upcoming=False))):  # soonest first
        if booking.status == "confirmed":
            state.restaurant = booking.restaurant.slug
            turn.heard.fields |= {"restaurant"} if state.party_size else {"restaurant", "party_size"}
            state.party_size = state.party_size or booking.party_size
            return


def first_named(turn: Turn) -> Steps[Restaurant | None]:
    """Return the restaurant that the message names best, if any."""
    found = yield from MatchNames()
    return found[0][0] if found else None


def language_of(turn: Turn) -> Steps[str | None]:
    """Return the language that the message is in, if it is not English; a restaurant's name alone is in none."""
    if turn.intent != "other_language":
        return None
    found = yield from MatchNames()
    names = {word for restaurant, _ in found for word in folded_words(restaurant.name)}
    names |= {word for entity in turn.reading.entities if entity.kind == "city" for word in folded_words(entity.text)}
    return turn.reading.language if set(turn.reading.words) - names - COMMON or not found else None


def is_named(turn: Turn, restaurant: Restaurant) -> bool:
    """Return whether the whole name of the restaurant is said."""
    return _says(turn, restaurant.name)


def _says(turn: Turn, name: str) -> bool:
    return f" {' '.join(folded_words(name))} " in f" {' '.join(turn.reading.words)} "


def drop_name_said_again(turn: Turn, restaurant: Restaurant) -> None:
    """Drop what is only a part of the restaurant's whole name, if that is said: "Seven Sisters" is no party of seven."""
    if is_named(turn, restaurant):
        drop_words_of(turn, restaurant)


def drop_words_of(turn: Turn, restaurant: Restaurant, *, of: Collection[str] | None = None) -> None:
    """Drop entities that are parts of the restaurant's name: those `of` some kinds, else all but those of a place."""
    name = set(folded_words(restaurant.name))
    droppable = of or kinds_of(turn.entities) - set(_OF_PLACE)
    turn.entities = [e for e in turn.entities if e.kind not in droppable or not set(folded_words(e.text)) <= name]


def _alike(found: Sequence[Match], city: str | None, *, sure: bool) -> list[Restaurant]:
    """Return the best matches that cannot be told apart by the name; the city decides where it was said.

    `sure`: it was said in the same breath. "Celia's in Denver" may be short for a longer name there.
    """
    if sure:
        found = [match for match in found if _is_in(match[0], city)] or found
    best = max((points for _, points in found), default=0.0)
    alike = list({restaurant.slug: restaurant for restaurant, points in found if points >= best - _AS_GOOD}.values())
    return [restaurant for restaurant in alike if _is_in(restaurant, city)] or alike


def _beside(slug: str | None, alike: list[Restaurant]) -> list[Restaurant]:
    """Prefer what is named beside the restaurant in hand: "move my Bird Dog table to Old Siam".

    Alone, the one in hand is meant itself, not another one of its name.
    """
    known = next((restaurant for restaurant in alike if restaurant.slug == slug), None)
    return [restaurant for restaurant in alike if restaurant.name != known.name] or [known] if known else alike


def _by_a_word(turn: Turn) -> Steps[list[Restaurant]]:
    """Return what "Village in San Jose" names: one uncommon word is name enough where the city is known."""
    if turn.state.city is None or turn.asked != "restaurant":
        return []
    told = {word for entity in turn.entities for word in folded_words(entity.text)}
    telling = [word for word in turn.reading.words if len(word) >= _TELLING and word not in told | COMMON]
    found: dict[str, Restaurant] = {}
    for word in telling[:_MOST_WORDS]:
        like = yield from FindRestaurants(Criteria(turn.state.city), q=word, limit=_MOST_EACH)
        found |= {restaurant.slug: restaurant for restaurant in like}
    return [r for r in found.values() if not set(telling).isdisjoint(folded_words(r.name))]


def _is_in(restaurant: Restaurant, city: str | None) -> bool:
    return city is not None and restaurant.city.casefold() == city.casefold()
