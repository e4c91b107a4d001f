"""The next question: one at a time, never one that has been answered, and not twice in the same words."""

from __future__ import annotations

from datetime import date, timedelta

from booking_engine import Restaurant
from dialogue.actions.finding import some_cities
from dialogue.actions.memory import Memory
from dialogue.actions.times import PRESUMED_PARTY, seating_spans
from dialogue.actions.turn import Turn, country_of

_FURTHER = ("_again", "_last")
_WAY_OUT_AFTER = 3


def ask(turn: Turn, memory: Memory, asked: str | None, expects: str, response: str, **facts: object) -> str:
    """Ask for what is in `expects`, each time in other words while it was what was asked last; gives `expects`.

    Whoever has not answered three times is told a way out instead.
    """
    return ask_first(turn, memory, asked, expects, (response, response), **facts)


def ask_first(
    turn: Turn, memory: Memory, asked: str | None, expects: str, responses: tuple[str, str], **facts: object
) -> str:
    """The same, where the first time is worded by a response of its own: `responses` are that one and the usual one."""
    first, usual = responses
    times = memory.misses + 1 if asked == expects else 0
    if times and times % _WAY_OUT_AFTER == 0:
        turn.say("utter_way_out" if "restaurant" in facts else "utter_way_out_nowhere", **facts)
    else:
        turn.say(usual + variant(times % _WAY_OUT_AFTER) if times else first, **facts)
    return expects


def variant(times_before: int) -> str:
    """How the name of a response ends that has been given so many times running: no two in a row are alike."""
    return _FURTHER[(times_before - 1) % len(_FURTHER)] if times_before else ""


def ask_to_pick(turn: Turn, memory: Memory) -> str:
    """Show the options again that the message did not pick from, in other words each time."""
    turn.say("utter_choice_unknown" + ("", *_FURTHER)[memory.misses % _WAY_OUT_AFTER], memory.options())
    return "choice"


def ask_restaurant(turn: Turn, memory: Memory, asked: str | None, *, is_unknown: bool) -> str:
    """Which restaurant, where nothing is known to look for one by."""
    cities = turn.engine.cities()
    facts = {"city": cities[0] if cities else "", "cities": some_cities(turn)}
    response = "utter_restaurant_unknown" if is_unknown else "utter_which_restaurant"
    return ask(turn, memory, asked, "restaurant", response, **facts)


def ask_party_size(turn: Turn, memory: Memory, asked: str | None, restaurant: Restaurant) -> str:
    return ask(turn, memory, asked, "party_size", "utter_which_party_size", **turn.about(restaurant))


def ask_date(turn: Turn, memory: Memory, asked: str | None, restaurant: Restaurant) -> str:
    return ask(turn, memory, asked, "date", "utter_which_date", **_booking_so_far(turn, memory, restaurant))


def ask_time(turn: Turn, memory: Memory, asked: str | None, restaurant: Restaurant, day: date) -> str:
    """Ask for the time; what else was not told yet is presumed aloud, so that one answer can set it right."""
    country = country_of(restaurant)
    facts = _booking_so_far(turn, memory, restaurant)
    hours = turn.words.spans(seating_spans(restaurant, day), country)
    facts |= {"day": turn.words.day(day, country), "hours": hours}
    first = _PRESUMING[memory.date is None, memory.party_size is None]
    return ask_first(turn, memory, asked, "time", (first, "utter_which_time"), **facts)


_PRESUMING = {
    (False, False): "utter_which_time",
    (True, False): "utter_which_time_or_day",
    (False, True): "utter_which_time_or_party",
    (True, True): "utter_which_time_or_both",
}
"""By whether the day and the party are presumed."""


_QUOTED = 40


def ask_another_date(turn: Turn, restaurant: Restaurant | None, unclear: str | None) -> str:
    """For which day, since there is none such as was said, or what was said (`unclear`) is none in particular."""
    example = example_day(turn, restaurant)
    if unclear is None:
        turn.say("utter_no_such_date", example=example)
    else:
        turn.say("utter_which_day_is", unclear=unclear[:_QUOTED], example=example)
    return "date"


def example_day(turn: Turn, restaurant: Restaurant | None) -> str:
    """A day next week in the way the restaurant's country writes it."""
    day = turn.now(turn.zone(restaurant)).date() + timedelta(days=9)
    return turn.words.day(day, country_of(restaurant) if restaurant else "US")


def _booking_so_far(turn: Turn, memory: Memory, restaurant: Restaurant) -> dict[str, object]:
    return {
        **turn.about(restaurant),
        "party": turn.words.party(memory.party_size or PRESUMED_PARTY),
        "example": example_day(turn, restaurant),
    }
