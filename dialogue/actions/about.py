"""Answers about a restaurant, from its own data and nothing else."""

from __future__ import annotations

import re
from datetime import date, timedelta

from booking_engine import Restaurant, SeatingPreferences
from booking_engine.restaurants.features import telling_words
from dialogue.actions.houses import besides_name
from dialogue.actions.times import seating_spans, usual_spans
from dialogue.actions.turn import Entity, Turn, country_of
from nlu.resolving import resolve_dates

_ONLY_ASKING = re.compile(
    r"\b(?:just|only|simply) (?:want(?:ed)? to know|wonder(?:ed|ing)|ask(?:ed|ing)|curious)\b", re.IGNORECASE
)
_ASKED_ABOUT = frozenset(("topic", "seating", "diet", "price"))


def is_all_that_is_wanted(turn: Turn) -> bool:
    """Whether a question is all there is to the message, and no table is wanted: "no, I just want to know: is there parking?"."""
    asks = "?" in turn.text or turn.intent == "ask"
    return asks and _ONLY_ASKING.search(turn.text) is not None and any(e.kind in _ASKED_ABOUT for e in turn.entities)


def answer(turn: Turn, restaurant: Restaurant) -> None:
    """Say what the restaurant's data tell about what is asked, or that they tell nothing."""
    turn.entities = besides_name(turn.entities, restaurant, turn.text)  # "Gochu Garden" is no wish to sit outside
    topics = [str(entity.value) for entity in turn.entities if entity.kind == "topic"]
    topics += [entity.kind for entity in turn.entities if entity.kind == "price"]  # "is it expensive?"
    today = turn.now(restaurant.zone).date()
    days = [d for e in turn.entities if e.kind == "date" for d in resolve_dates(e.value, today=today)]
    _answer(turn, restaurant, next(iter(topics), None), next(iter(days), None))


def _answer(turn: Turn, restaurant: Restaurant, topic: str | None, asked_day: date | None) -> None:
    facts = turn.about(restaurant)
    told = _told_of_wish(turn, restaurant)
    if told is not None:
        turn.say("utter_about_other", fact=told, **facts)
        return
    said = {entity.kind: entity for entity in turn.entities}
    diet = str(said["diet"].value) if "diet" in said else None
    if "seating" in said:
        seat = said["seating"]
        listed = _feature(restaurant, seat.text, str(seat.value))
        called = turn.words.feature(listed) if listed else seat.text
        turn.say(
            "utter_about_feature_yes" if offers(restaurant, seat) else "utter_about_unknown", feature=called, **facts
        )
    elif diet is not None:
        has = any(diet.casefold().replace(" ", "_") in feature for feature in restaurant.features)
        turn.say("utter_about_feature_yes" if has else "utter_about_unknown", feature=turn.words.diet(diet), **facts)
    elif topic == "hours":
        turn.say("utter_about_hours", hours=_hours(turn, restaurant, asked_day), **facts)
    elif topic == "address" and restaurant.street:
        turn.say("utter_about_address", address=_address(turn, restaurant), **facts)
    elif topic == "phone" and restaurant.phone:
        turn.say("utter_about_phone", **facts)
    elif topic == "price" and restaurant.price_level:
        turn.say("utter_about_price", level=restaurant.price_level, **facts)
    elif topic == "cuisine" and restaurant.cuisines:
        turn.say(
            "utter_about_cuisine", cuisines=turn.words.listed(map(turn.words.cuisine, restaurant.cuisines)), **facts
        )
    elif topic and topic in restaurant.about:
        turn.say("utter_about_other", fact=restaurant.about[topic], **facts)
    elif topic and (feature := _feature(restaurant, topic)):
        turn.say("utter_about_feature_yes", feature=turn.words.feature(feature), **facts)
    else:
        turn.say("utter_about_unknown", **facts)


def offers(restaurant: Restaurant, seat: Entity) -> bool:
    """Whether the restaurant's data tell of such a place to sit: a feature of the house or of a table, or a part of the house."""
    is_listed = _feature(restaurant, seat.text, str(seat.value)) is not None
    return (
        is_listed
        or restaurant.has_feature(str(seat.value))
        or bool(SeatingPreferences(str(seat.value)).areas_at(restaurant))
    )


def _feature(restaurant: Restaurant, *said: str) -> str | None:
    """The first of the house's features that shares a telling word with what was said."""
    words = telling_words(said)
    return next((feature for feature in restaurant.features if words & telling_words([feature])), None)


def _address(turn: Turn, restaurant: Restaurant) -> str:
    return turn.words.render("utter_part_address", street=restaurant.street, city=restaurant.city)


def _hours(turn: Turn, restaurant: Restaurant, asked_day: date | None) -> str:
    today = turn.now(restaurant.zone).date()
    if asked_day is not None:
        return _hours_on(turn, restaurant, asked_day)
    country = country_of(restaurant)
    runs: list[tuple[int, int, str]] = []
    for weekday in range(7):
        day = today + timedelta(days=weekday - today.weekday())
        spans = turn.words.spans(usual_spans(restaurant, day), country)
        if runs and runs[-1][2] == spans:
            runs[-1] = (runs[-1][0], weekday, spans)
        else:
            runs.append((weekday, weekday, spans))
    parts = [_hours_of(turn, turn.words.weekdays(first, last), spans) for first, last, spans in runs]
    # Whoever asks comes soon: what is otherwise in the next days belongs to the answer.
    for day in restaurant.schedule.unusual_dates():
        is_soon = today <= day < today + timedelta(days=7)
        if is_soon and seating_spans(restaurant, day) != usual_spans(restaurant, day):
            parts.append(_hours_on(turn, restaurant, day))
    return turn.words.listed(parts, apart=True)


def _hours_on(turn: Turn, restaurant: Restaurant, day: date) -> str:
    country = country_of(restaurant)
    spans = turn.words.spans(seating_spans(restaurant, day), country)
    return _hours_of(turn, turn.words.day(day, country), spans)


def _hours_of(turn: Turn, days: str, spans: str) -> str:
    return turn.words.render("utter_part_day_hours", days=days, hours=spans or turn.words.render("utter_part_closed"))


_TOPICS_OF_WISHES = {"dog": "pets", "high_chair": "kids", "stroller": "kids", "step_free": "accessibility"}


def _told_of_wish(turn: Turn, restaurant: Restaurant) -> str | None:
    """What the house itself tells about something that a table may be wished with: "can I bring my dog?"."""
    wishes = (str(entity.value) for entity in turn.entities if entity.kind == "seating")
    topics = (_TOPICS_OF_WISHES.get(wish, "") for wish in wishes)
    return next((restaurant.about[topic] for topic in topics if topic in restaurant.about), None)
