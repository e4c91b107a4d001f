"""What is not part of a task: questions and courtesies. Amid a task, its question follows by itself."""

from __future__ import annotations

from booking_engine import Restaurant
from dialogue.effects import GetRestaurant, Steps
from dialogue.hearing.criteria import looks_for_restaurant
from dialogue.hearing.picking import asked_about
from dialogue.hearing.restaurants import first_named, language_of, names_restaurant
from dialogue.hearing.who import NAME_PARTS
from dialogue.reading import OF_TABLE, kinds_of
from dialogue.reasons import is_wished, only_tells, wishes_new_name
from dialogue.state import Errand
from dialogue.tasks import about
from dialogue.tasks.asking import variant
from dialogue.tasks.bookings import recalled, show_upcoming, upcoming
from dialogue.tasks.gate import booking_in_mind, gate, leave_alone
from dialogue.tasks.identify import go_on_by_text
from dialogue.turn import DONE, Outcome, Turn

DETAILS = frozenset((*OF_TABLE, "tables", "city", "cuisine", "street", "seating", "occasion", "diet"))
"""Entities of which a booking is made."""
_FEATURES = frozenset(("seating", "diet", "price"))
_ERRANDS: dict[str, Errand] = {"list_bookings": "show", "text_me": "text"}
"""What needs to know who it is."""
_BESIDE_THE_POINT = frozenset(("chitchat", "out_of_scope", "ask"))
_NOT_UNDERSTOOD = ("nlu_fallback", "out_of_scope")
_PLAIN = {
    "greet": "utter_welcome",
    "human": "utter_human_nowhere",
    "insult": "utter_insulted_nowhere",
    "thank": "utter_thanks",
    "goodbye": "utter_goodbye",
    "help": "utter_help",
    "repeat": "utter_welcome",
    "text_me": "utter_texting_already",
    "chitchat": "utter_chitchat",
    "out_of_scope": "utter_out_of_scope",
    "ask": "utter_out_of_scope",
}
_AMID = {"greet": "utter_hello", "goodbye": "utter_goodbye_amid", "repeat": None}
"""What is said instead amid a task, whose question follows."""
_UNDERSTOOD = frozenset((*_PLAIN, "list_bookings")) - {*_BESIDE_THE_POINT, "insult"}


def answer(turn: Turn) -> Steps[Outcome]:
    """Answer by the way, or say to which task the message rather belongs."""
    is_open = turn.situation.is_open
    named = yield from first_named(turn)
    language = language_of(turn)
    if not is_open and (elsewhere := (yield from _belongs_elsewhere(turn, named if language is None else None))):
        return elsewhere
    if (served := (yield from _serve(turn))) is not None:
        return served
    is_told = _take_up(turn, named)
    restaurant = named or (yield from _restaurant_in_mind(turn))
    if is_told or _is_question(turn, restaurant):
        return _answer(turn, restaurant)
    if not is_open:  # a task counts for itself how often in a row nothing was understood
        turn.state.pending = None
        turn.state.misses = 0 if turn.intent in _UNDERSTOOD else turn.state.misses + 1
    yield from _say(turn, restaurant, language)
    return DONE


def _serve(turn: Turn) -> Steps[Outcome | None]:
    """Tell the table on hold, or who it is for, if that is asked; a stranger who asks for bookings has to show first who it is.

    While the held table still needs a name, it is the one that is asked about: "is that for 5 people?".
    """
    if _asks_name(turn) and turn.state.hold is not None:
        if turn.state.name is not None:  # else the question for it follows by itself
            turn.say("utter_held_for", name=turn.state.name)
        return DONE
    hold = turn.state.hold if turn.state.name is None else None
    if turn.intent == "list_bookings" and hold is not None:
        restaurant = yield from GetRestaurant(hold.restaurant)
        turn.say("utter_held", **turn.seating(restaurant, hold.starts_at, hold.party_size))
        return DONE
    if turn.intent not in _ERRANDS or not turn.situation.is_stranger:
        return None
    # Left to the open task as soon as it is known who asks; where none is open, to one that is opened for it.
    turn.state.errand = _ERRANDS[turn.intent]
    return DONE if turn.situation.is_open else Outcome(follow="sign_in")


def _asks_name(turn: Turn) -> bool:
    return turn.intent == "list_bookings" and turn.has_cue("asks_name")


def _take_up(turn: Turn, named: Restaurant | None) -> bool:
    """Remember the restaurant that is named; returns whether that answers which one a question was about."""
    if turn.situation.is_open or named is None:
        return False
    turn.state.talked_of = named.slug
    waiting = recalled(turn) if turn.intent != "ask" else []
    turn.entities = [*waiting, *turn.entities]
    return bool(waiting)


def _belongs_elsewhere(turn: Turn, named: Restaurant | None) -> Steps[Outcome | None]:
    """Return where a message belongs that was read as a question or courtesy and, while nothing is asked, is none."""
    if (closed := (yield from gate(turn, "answer"))) is not None:
        return closed
    if is_wished("change", turn.reading.acts) and turn.has_kind("number", *OF_TABLE) and (yield from upcoming(turn)):
        return Outcome(follow="change")
    if not is_left_to_answer(turn) and _is_rather_a_wish(turn, is_named=named is not None):
        return Outcome(follow="pick_up")
    tells = turn.intent in _NOT_UNDERSTOOD and only_tells(turn.reading.acts)
    if not tells or not (yield from upcoming(turn)):
        return None
    return (yield from leave_alone(turn))


def is_left_to_answer(turn: Turn) -> bool:
    """Return whether it is a question, or names the restaurant that one was about, however unsure the reading is."""
    if looks_for_restaurant(turn):
        return False
    if _asks_for_a_feature(turn):
        return True
    is_waiting = turn.state.pending and not turn.has_kind(*DETAILS)
    return bool(is_waiting) and names_restaurant(turn)


def _is_rather_a_wish(turn: Turn, *, is_named: bool) -> bool:
    """Return whether a table is wanted, though the words were read as no such thing: "hi, anything on Saturday?"."""
    details = turn.has_kind(*DETAILS)
    tells = {
        "ask": turn.intent == "ask" and looks_for_restaurant(turn),
        "nlu_fallback": details or is_named or (turn.has_kind(*NAME_PARTS) and wishes_new_name(turn.reading.acts)),
        "other_language": is_named,
        "greet": details,
        "out_of_scope": is_named and turn.reading.is_unsure,
    }
    return tells.get(turn.intent, False)


def _asks_for_a_feature(turn: Turn) -> bool:
    """Return whether somebody who is booking nothing asks what a restaurant has: "Bird Dog: can we sit outside?"."""
    said = kinds_of(turn.entities)
    return (
        turn.has_cue("question_mark") and bool(said & _FEATURES) and said <= _FEATURES | {"restaurant", "topic", "city"}
    )


def _is_question(turn: Turn, restaurant: Restaurant | None) -> bool:
    """Return whether it asks about a restaurant, or about something that one may have: the weather belongs to none."""
    is_of_one = restaurant is not None or turn.has_kind("topic", "restaurant", *_FEATURES) or turn.reading.is_unsure
    return (turn.intent == "ask" and is_of_one) or _asks_for_a_feature(turn)


def _answer(turn: Turn, restaurant: Restaurant | None) -> Outcome:
    """Answer a question; while nothing is open, it may be asked about which restaurant, and waits for that."""
    is_open = turn.situation.is_open
    if not is_open:
        turn.state.misses = 0
        turn.state.pending = None if restaurant else tuple(turn.entities)
    if restaurant is not None:
        about.answer(turn, restaurant)
        return DONE
    turn.say("utter_which_restaurant_asked_about")
    return DONE if is_open else Outcome("restaurant")


def _restaurant_in_mind(turn: Turn) -> Steps[Restaurant | None]:
    """Return the restaurant that is pointed to in a list or being booked, or was asked about or booked last."""
    pointed = asked_about(turn)
    of_list = pointed.fills.get("restaurant") if pointed else None
    slug = of_list or turn.state.restaurant or turn.situation.own_restaurant or turn.state.talked_of
    if slug:
        return (yield from GetRestaurant(slug))
    booking = yield from booking_in_mind(turn)
    return booking.restaurant if booking else None


def _say(turn: Turn, restaurant: Restaurant | None, language: str | None) -> Steps[None]:
    """Say what fits: the bookings, where else to go on, a way to the people there, a courtesy."""
    intent, facts = turn.intent, turn.about(restaurant)
    asks_again = intent == "repeat" and not turn.situation.is_open
    if intent == "list_bookings" or (asks_again and (yield from upcoming(turn))):
        yield from _show(turn)
    elif intent == "text_me" and not turn.situation.is_by_sms:
        go_on_by_text(turn)
    elif language is not None:
        has_phone = restaurant is not None and restaurant.phone is not None
        turn.say_in(language, "utter_only_english" if has_phone else "utter_only_english_nowhere", **facts)
    elif response := _courtesy(turn, restaurant):
        yield from _say_courtesy(turn, response, facts)


def _say_courtesy(turn: Turn, response: str, facts: dict[str, object]) -> Steps[None]:
    """Say it; what was not understood is likely about the booking, if there is one."""
    may_be_of_booking = response == "utter_not_understood" and not turn.situation.is_open
    booked = (yield from booking_in_mind(turn)) if may_be_of_booking else None
    if booked is not None:
        turn.tell("utter_not_understood_booked", booked)
    else:
        turn.say(response, **facts)


def _of_restaurant(turn: Turn, restaurant: Restaurant) -> str | None:
    if turn.intent == "human":
        return "utter_human" if restaurant.phone else "utter_human_no_phone"
    if turn.intent == "greet" and turn.situation.own_restaurant and not turn.situation.is_open:
        return "utter_welcome_restaurant"
    return "utter_insulted" if turn.intent == "insult" else None


def _show(turn: Turn) -> Steps[None]:
    """Say what is booked; of several bookings the one in mind, where its name is asked, which no list tells."""
    booking = (yield from booking_in_mind(turn)) if _asks_name(turn) else None
    if booking is not None:
        turn.tell("utter_one_booking", booking)
        turn.state.reservation = booking.code
    else:
        yield from show_upcoming(turn)


def _courtesy(turn: Turn, restaurant: Restaurant | None) -> str | None:
    """Return a courtesy, or that it was not understood; what is beside the point twice running is not, either."""
    is_open, misses = turn.situation.is_open, turn.state.misses
    if restaurant and (named := _of_restaurant(turn, restaurant)):
        return named
    if is_open and turn.intent in _AMID:
        return _AMID[turn.intent]
    if is_open and turn.intent == "chitchat" and misses:  # once is enough; the question follows
        return None
    again = misses > 1 and turn.intent in _BESIDE_THE_POINT and not is_open
    if again or turn.intent not in _PLAIN:
        return "utter_not_understood" + variant(misses - (not is_open))
    return _PLAIN[turn.intent]
