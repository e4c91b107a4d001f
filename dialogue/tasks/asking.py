"""The next question: one at a time, never one that has been answered, and not twice in the same words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from booking_engine import Restaurant
from dialogue.effects import ListCities, Steps
from dialogue.hearing.restaurants import in_hand
from dialogue.times import seating_spans
from dialogue.turn import Outcome, Turn, country_of

_FURTHER = ("_again", "_last")
_WAY_OUT_AFTER = 3
_CITIES_NAMED = 6
_LONGEST_QUOTE = 40
_EXAMPLE_AHEAD = timedelta(days=9)  # next week, whatever today is
_PARTS = {"party_size": "utter_which_party_size", "date": "utter_which_date", "time": "utter_which_time"}
_PRESUMING = {
    (False, False): "utter_which_time",
    (True, False): "utter_which_time_or_day",
    (False, True): "utter_which_time_or_party",
    (True, True): "utter_which_time_or_both",
}
"""By whether the day and the party are presumed."""


def ask(turn: Turn, expects: str, response: str, facts: Mapping[str, object], *, first: str | None = None) -> Outcome:
    """Ask for what is in `expects`, each time in other words while it is what was asked last.

    `first` is how it is worded the first time, if by a response of its own. A diner who has not answered three times is told
    a way out instead.
    """
    times = turn.state.misses + 1 if turn.asked == expects else 0
    if times and times % _WAY_OUT_AFTER == 0:
        turn.say("utter_way_out_nowhere" if "cities" in facts else "utter_way_out", **{"or_call": "", **facts})
    else:
        turn.say(response + variant(times % _WAY_OUT_AFTER) if times else first or response, **facts)
    return Outcome(expects)


def variant(times_before: int) -> str:
    """Return how the name of a response ends that has been given so many times running: no two in a row are alike."""
    return _FURTHER[(times_before - 1) % len(_FURTHER)] if times_before else ""


def ask_to_pick(turn: Turn) -> Outcome:
    """Show the options again that the message did not pick from, in other words each time."""
    return turn.offer("utter_choice_unknown" + variant(turn.state.misses % _WAY_OUT_AFTER), turn.state.choices)


def ask_heard_options(turn: Turn) -> Outcome | None:
    """Ask which is meant, where what was heard means several things."""
    heard = turn.heard
    if not heard.options:
        return None
    if turn.asked == "choice" and heard.options == turn.state.choices:
        return ask_to_pick(turn)  # not in the same words again
    return turn.offer(heard.ask_options, heard.options, low=heard.options[0].label, high=heard.options[-1].label)


def ask_restaurant(turn: Turn, *, is_unknown: bool = False) -> Steps[Outcome]:
    """Ask which restaurant, where nothing is known to look for one by."""
    cities = yield from ListCities()
    facts = {"city": cities[0] if cities else "", "cities": turn.words.listed(cities[:_CITIES_NAMED])}
    return ask(turn, "restaurant", "utter_restaurant_unknown" if is_unknown else "utter_which_restaurant", facts)


def some_cities(turn: Turn) -> Steps[str]:
    """Return a few of the cities where there is a restaurant."""
    return turn.words.listed((yield from ListCities())[:_CITIES_NAMED])


def ask_booking_part(
    turn: Turn, part: str, restaurant: Restaurant, day: date | None = None, free: Sequence[datetime] = ()
) -> Outcome:
    """Ask for the party size, the date or the time on a `day` of a new booking.

    With the time, what else was not told yet is presumed aloud, so that one answer can set it right. Who is asked for it again
    is told some that are `free`: that answers "what is there?" and "whenever", too.
    """
    state, country, first = turn.state, country_of(restaurant), None
    party, example = turn.words.party(state.presumed_party), _example_day(turn, restaurant)
    facts = {**turn.about(restaurant), "party": party, "example": example}
    if day is not None:
        hours = turn.words.spans(seating_spans(restaurant, day), country)
        times = turn.words.listed(turn.clock(restaurant, start) for start in free)
        facts |= {"day": turn.words.day(day, country), "hours": hours, "times": times}
        first = _PRESUMING[state.date is None, state.party_size is None]
    return ask(turn, part, _PARTS[part], facts, first=first)


def ask_unclear_day(turn: Turn) -> Steps[Outcome | None]:
    """Ask for which day, where there is none such as was said, or what was said is none in particular."""
    if turn.heard.problem != "no_such_date":
        return None
    restaurant = yield from in_hand(turn)
    response, unclear = "utter_which_day_is" if turn.heard.unclear else "utter_no_such_date", turn.heard.unclear or ""
    turn.say(response, unclear=unclear[:_LONGEST_QUOTE], example=_example_day(turn, restaurant))
    return Outcome("date")


def _example_day(turn: Turn, restaurant: Restaurant | None) -> str:
    return turn.words.day(turn.here(restaurant).date() + _EXAMPLE_AHEAD, country_of(restaurant))
