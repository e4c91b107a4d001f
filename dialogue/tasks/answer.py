"""What is not part of a task: questions and courtesies. Amid a task, its question follows by itself."""

from __future__ import annotations

from booking_engine import Restaurant
from dialogue.effects import GetRestaurant, Steps
from dialogue.hearing.criteria import looks_for_restaurant
from dialogue.hearing.restaurants import first_named, language_of
from dialogue.reasons import only_tells
from dialogue.state import Errand
from dialogue.tasks import about
from dialogue.tasks.asking import variant
from dialogue.tasks.bookings import recalled, show_upcoming, upcoming
from dialogue.tasks.gate import booking_in_mind, gate, leave_alone
from dialogue.tasks.identify import go_on_by_text
from dialogue.turn import DONE, Outcome, Turn
from nlu.cues import folded_words

DETAILS = frozenset(("party_size", "date", "time", "city", "cuisine", "street", "seating", "occasion", "diet"))
"""Entities of which a booking is made."""
_FEATURES = frozenset(("seating", "diet", "price"))
_ERRANDS: dict[str, Errand] = {"list_bookings": "show", "text_me": "text"}
"""What needs to know who it is."""
_SHORT = frozenset(("human", "insult", "greet", "repeat"))
"""What gets its answer in whatever language it is said."""
_BESIDE_THE_POINT = frozenset(("chitchat", "out_of_scope", "ask"))
_NOT_UNDERSTOOD = ("nlu_fallback", "out_of_scope")
_PLAIN = {
    "thank": "utter_thanks",
    "goodbye": "utter_goodbye",
    "help": "utter_help",
    "repeat": "utter_welcome",
    "text_me": "utter_texting_already",
    "chitchat": "utter_chitchat",
    "out_of_scope": "utter_out_of_scope",
    "ask": "utter_out_of_scope",
}
_UNDERSTOOD = frozenset((*_PLAIN, "list_bookings", "human", "greet")) - _BESIDE_THE_POINT


def answer(turn: Turn) -> Steps[Outcome | str]:
    """Answer by the way; returns the name of a task that the message rather belongs to."""
    named = yield from first_named(turn)
    language = yield from language_of(turn)
    if not turn.situation.is_open:
        elsewhere = yield from _belongs_elsewhere(turn, is_named=named is not None and language is None)
        if elsewhere is not None:
            return elsewhere
    if turn.intent in _ERRANDS and turn.situation.is_stranger:
        return _wait_until_known(turn)
    is_told = named is not None and _take_up(turn, named)
    restaurant = named or (yield from _restaurant_in_mind(turn))
    if is_told or (yield from _is_question(turn, restaurant)):
        return _answer(turn, restaurant)
    _count_misses(turn)
    yield from _say(turn, restaurant, language)
    return DONE


def _take_up(turn: Turn, named: Restaurant) -> bool:
    """Remember the restaurant that is named; returns whether that answers which one a question was about."""
    if turn.situation.is_open:
        return False
    turn.state.talked_of = named.slug
    waiting = recalled(turn) if turn.intent != "ask" else []
    turn.entities = [*waiting, *turn.entities]
    return bool(waiting)


def _count_misses(turn: Turn) -> None:
    """Count how often in a row nothing was understood; amid a task, it counts for itself."""
    if not turn.situation.is_open:
        turn.state.pending = None
        turn.state.misses = 0 if turn.intent in _UNDERSTOOD else turn.state.misses + 1


def _belongs_elsewhere(turn: Turn, *, is_named: bool) -> Steps[Outcome | str | None]:
    """Return where a message belongs that was read as a question or courtesy and, while nothing is asked, is none."""
    if (closed := (yield from gate(turn, "answer"))) is not None:
        return closed
    if not (yield from is_left_to_answer(turn)) and (yield from _is_rather_a_wish(turn, is_named=is_named)):
        return "pick_up"
    tells = turn.intent in _NOT_UNDERSTOOD and only_tells(turn.reading.acts)
    if not tells or not (yield from upcoming(turn)):
        return None
    yield from leave_alone(turn)
    return DONE


def is_left_to_answer(turn: Turn) -> Steps[bool]:
    """Return whether it is a question, or names the restaurant that one was about, however unsure the reading is."""
    if (yield from looks_for_restaurant(turn)):
        return False
    if (yield from _asks_for_a_feature(turn)):
        return True
    if not turn.state.pending or turn.has_kind(*DETAILS):
        return False
    return (yield from first_named(turn)) is not None


def _is_rather_a_wish(turn: Turn, *, is_named: bool) -> Steps[bool]:
    """Return whether a table is wanted, though the words were read as no such thing: "hi, anything on Saturday?"."""
    details = turn.has_kind(*DETAILS)
    if turn.intent == "ask":
        return (yield from looks_for_restaurant(turn))
    tells = {
        "nlu_fallback": details or is_named,
        "other_language": is_named,
        "greet": details,
        "out_of_scope": is_named and turn.reading.is_unsure,
    }
    return tells.get(turn.intent, False)


def _asks_for_a_feature(turn: Turn) -> Steps[bool]:
    """Return whether somebody who is booking nothing asks what a restaurant has: "Bird Dog: can we sit outside?"."""
    if not turn.has_cue("question_mark") or not turn.has_kind(*_FEATURES):
        return False
    named = yield from first_named(turn)
    # "Mezze Meridian: can we sit outside?" names no kind of food.
    name = set(folded_words(named.name)) if named else set()
    said = {entity.kind for entity in turn.entities if not set(folded_words(entity.text)) <= name}
    return bool(said & _FEATURES) and said <= _FEATURES | {"restaurant", "topic", "city"}


def _is_question(turn: Turn, restaurant: Restaurant | None) -> Steps[bool]:
    """Return whether it asks about a restaurant, or about something that one may have: the weather belongs to none."""
    is_of_one = turn.has_kind("topic", "restaurant", *_FEATURES) or turn.reading.is_unsure
    if turn.intent == "ask" and (restaurant is not None or is_of_one):
        return True
    return (yield from _asks_for_a_feature(turn))


def _answer(turn: Turn, restaurant: Restaurant | None) -> Outcome:
    """Answer a question; while nothing is open, it may be asked about which restaurant, and waits for that."""
    is_open = turn.situation.is_open
    if not is_open:
        turn.state.misses = 0
        turn.state.pending = None if restaurant else tuple(tuple(entity) for entity in turn.entities)
    if restaurant is not None:
        about.answer(turn, restaurant)
        return DONE
    turn.say("utter_which_restaurant_asked_about")
    return DONE if is_open else Outcome("restaurant")


def _wait_until_known(turn: Turn) -> Outcome | str:
    """Leave it to the open task as soon as it is known who asks; where none is open, to one that is opened for it."""
    turn.state.errand = _ERRANDS[turn.intent]
    return DONE if turn.situation.is_open else "sign_in"


def _restaurant_in_mind(turn: Turn) -> Steps[Restaurant | None]:
    """Return the restaurant that is being booked, or was asked about or booked last."""
    slug = turn.state.restaurant or turn.situation.own_restaurant or turn.state.talked_of
    if slug:
        return (yield from GetRestaurant(slug))
    booking = yield from booking_in_mind(turn)
    return booking.restaurant if booking else None


def _say(turn: Turn, restaurant: Restaurant | None, language: str | None) -> Steps[None]:
    """Say what fits: the bookings, where else to go on, a way to the people there, a courtesy."""
    is_open, intent = turn.situation.is_open, turn.intent
    if (yield from _asks_what_is_booked(turn)):
        turn.state.reservation = yield from show_upcoming(turn)
    elif intent == "text_me" and not turn.situation.is_by_sms:
        go_on_by_text(turn)
    elif language is not None and intent not in _SHORT:
        _say_only_english(turn, restaurant, language)
    elif intent in ("human", "insult"):
        _name_the_phone(turn, restaurant, "utter_human" if intent == "human" else "utter_insulted")
    elif intent == "greet":
        _greet(turn, restaurant)
    elif not (intent == "repeat" and is_open):  # then the open question follows
        _say_plain(turn)


def _asks_what_is_booked(turn: Turn) -> Steps[bool]:
    if turn.intent == "repeat" and not turn.situation.is_open:
        return bool((yield from upcoming(turn)))
    return turn.intent == "list_bookings"


def _name_the_phone(turn: Turn, restaurant: Restaurant | None, response: str) -> None:
    if restaurant is None:
        turn.say(f"{response}_nowhere")
    elif response == "utter_human" and restaurant.phone is None:
        turn.say("utter_human_no_phone", **turn.about(restaurant))
    else:
        turn.say(response, **turn.about(restaurant))


def _say_plain(turn: Turn) -> None:
    """Say a courtesy, or that it was not understood; what is beside the point twice running is not, either."""
    is_open, again = turn.situation.is_open, turn.state.misses > 1 and turn.intent in _BESIDE_THE_POINT
    if (again and not is_open) or turn.intent not in _PLAIN:
        turn.say("utter_not_understood" + variant(turn.state.misses - (not is_open)))
    elif is_open and turn.intent == "goodbye":
        turn.say("utter_goodbye_amid")
    elif not (is_open and turn.intent == "chitchat" and turn.state.misses):  # once is enough; the question follows
        turn.say(_PLAIN[turn.intent])


def _say_only_english(turn: Turn, restaurant: Restaurant | None, language: str) -> None:
    if restaurant is None or restaurant.phone is None:
        turn.say_in(language, "utter_only_english_nowhere")
    else:
        turn.say_in(language, "utter_only_english", **turn.about(restaurant))


def _greet(turn: Turn, restaurant: Restaurant | None) -> None:
    if turn.situation.is_open:
        turn.say("utter_hello")
    elif turn.situation.own_restaurant and restaurant:
        turn.say("utter_welcome_restaurant", **turn.about(restaurant))
    else:
        turn.say("utter_welcome")
