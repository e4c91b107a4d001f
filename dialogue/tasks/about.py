"""Answers about a restaurant, from its own data and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from itertools import groupby

from booking_engine import Restaurant
from dialogue.hearing.wishes import feature_like, offers
from dialogue.reading import ASKED_ABOUT, Entity
from dialogue.times import seating_spans
from dialogue.turn import Turn, country_of, writes_day_first
from nlu.resolving import resolve_dates

_TOPICS_OF_WISHES = {"dog": "pets", "high_chair": "kids", "stroller": "kids", "step_free": "accessibility"}
_WEEK = timedelta(days=7)


Told = tuple[str, dict[str, object]]
"""A response by its name, and the facts that it fills in."""


def only_asks(turn: Turn) -> bool:
    """Return whether a question is all there is, and no table is wanted: "no, I just want to know: is there parking?"."""
    asks = turn.has_cue("question_mark") or turn.intent == "ask"
    return asks and turn.has_cue("only_asking") and turn.has_kind(*ASKED_ABOUT)


def answer(turn: Turn, restaurant: Restaurant) -> None:
    """Say what the restaurant's data tell of everything that is asked about, and of what they tell nothing."""
    asked = [entity for entity in turn.entities if entity.kind in ASKED_ABOUT] or turn.of_kind("cuisine")
    told = {entity.text: _told(turn, restaurant, entity) for entity in asked}
    facts = turn.about(restaurant)
    if not _say_known(turn, restaurant, told):
        turn.say("utter_about_unknown", **facts)
    elif unknown := [text for text, found in told.items() if found is None]:
        turn.say("utter_about_unknown_too", what=turn.words.listed(unknown), **facts)


def answer_beside(turn: Turn, restaurant: Restaurant) -> None:
    """Say what the data tell of what a request for a table asks besides; a story has many words, and may have asked nothing."""
    _say_known(turn, restaurant, {each.text: _told(turn, restaurant, each) for each in turn.of_kind("topic")})


def _say_known(turn: Turn, restaurant: Restaurant, told: Mapping[str, Told | None]) -> bool:
    known = list(filter(None, told.values()))
    for place, (response, more) in enumerate(known):
        if (response, more) not in known[:place]:  # "is there a ramp? I have a walker"
            turn.say(response, **more, **turn.about(restaurant))
    return bool(known)


def _told(turn: Turn, restaurant: Restaurant, asked: Entity) -> Told | None:
    """Return what the data tell of one thing that is asked about; None where they tell nothing of it."""
    value = str(asked.value)
    topic = _TOPICS_OF_WISHES.get(value, "") if asked.kind == "seating" else value
    if asked.kind == "seating" and topic in restaurant.about:  # "can I bring my dog?"
        return "utter_about_other", {"fact": restaurant.about[topic]}
    if asked.kind in ("seating", "diet"):
        has, called = _feature(turn, restaurant, asked)
        return ("utter_about_feature_yes", {"feature": called}) if has else None
    return _told_of_topic(turn, restaurant, asked.kind if asked.kind in ("price", "cuisine") else topic)


def _feature(turn: Turn, restaurant: Restaurant, wish: Entity) -> tuple[bool, str]:
    """Return whether there is such a place to sit or such food, and what it is called."""
    value = str(wish.value)
    if wish.kind == "diet":
        has = any(value.casefold().replace(" ", "_") in feature for feature in restaurant.features)
        return has, turn.words.called("diets", value)
    listed = feature_like(restaurant, wish.text, value)
    return offers(restaurant, wish), turn.words.called("features", listed) if listed else wish.text


def _told_of_topic(turn: Turn, restaurant: Restaurant, topic: str) -> Told | None:
    if facts := _fact(turn, restaurant, topic):
        return f"utter_about_{topic}", facts
    if topic in restaurant.about:
        return "utter_about_other", {"fact": restaurant.about[topic]}
    if topic == "cancellation":
        return "utter_about_cancellation", {"until": _last_change(turn, restaurant.policy.change_cutoff_minutes)}
    feature = feature_like(restaurant, topic)
    return ("utter_about_feature_yes", {"feature": turn.words.called("features", feature)}) if feature else None


def _fact(turn: Turn, restaurant: Restaurant, topic: str) -> dict[str, object]:
    """Return the facts of the response `utter_about_<topic>`; empty where the data have none."""
    if topic == "hours":
        return {"hours": _hours(turn, restaurant)}
    if topic == "address" and restaurant.street:
        return {"address": turn.words.render("utter_part_address", street=restaurant.street, city=restaurant.city)}
    if topic == "phone" and restaurant.phone:
        return {"phone": restaurant.phone}
    if topic == "price" and restaurant.price_level:
        return {"level": restaurant.price_level}
    if topic == "cuisine" and restaurant.cuisines:
        return {"cuisines": turn.words.listed(turn.words.called("cuisines", each) for each in restaurant.cuisines)}
    return {}


def _last_change(turn: Turn, minutes: int) -> str:
    if minutes == 0:
        return turn.words.render("utter_part_until_start")
    return turn.words.render("utter_part_until_before", duration=turn.words.duration(minutes))


def _hours(turn: Turn, restaurant: Restaurant) -> str:
    """Tell the hours of the day that is asked about, else those of a week, weekdays in a row with the same ones together."""
    words, today, country = turn.words, turn.here(restaurant).date(), country_of(restaurant)

    def hours(days: str, spans: list[tuple[time, time]]) -> str:
        told = words.spans(spans, country) or words.render("utter_part_closed")
        return words.render("utter_part_day_hours", days=days, hours=told)

    told, day_first = turn.of_kind("date"), writes_day_first(restaurant)
    asked = [day for each in told for day in resolve_dates(each.value, today=today, day_first=day_first)]
    if asked:
        return hours(words.day(asked[0], country), seating_spans(restaurant, asked[0]))
    monday = today - timedelta(days=today.weekday())
    usual = [seating_spans(restaurant, monday + timedelta(days=weekday), usual=True) for weekday in range(7)]
    runs = [list(run) for _, run in groupby(range(7), key=usual.__getitem__)]
    parts = [hours(words.weekdays(run[0], run[-1]), usual[run[0]]) for run in runs]
    # A diner who asks comes soon: what is otherwise in the next days belongs to the answer.
    for day in restaurant.schedule.unusual_dates():
        spans = seating_spans(restaurant, day)
        if today <= day < today + _WEEK and spans != seating_spans(restaurant, day, usual=True):
            parts.append(hours(words.day(day, country), spans))
    return words.listed(parts, apart=True)
