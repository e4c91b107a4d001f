"""What is not part of a booking: questions, courtesies, and where a message without a question belongs."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from booking_engine import BookingEngine, Restaurant
from dialogue.actions import about
from dialogue.actions.asking import variant
from dialogue.actions.criteria import looks_for_a_house
from dialogue.actions.hearing import NAME_PARTS, TO_NOTE
from dialogue.actions.houses import other_language
from dialogue.actions.identifying import go_on_by_text
from dialogue.actions.leaving import leave_alone, takes_back
from dialogue.actions.memory import Memory
from dialogue.actions.picking import words_of
from dialogue.actions.reasons import only_tells
from dialogue.actions.rebooking import is_renaming
from dialogue.actions.reservations import recalled, show_upcoming, upcoming, with_code
from dialogue.actions.turn import Turn
from dialogue.words import Languages

_ERRANDS = {"list_bookings": "show", "text_me": "text"}
"""What needs to know who it is."""
_SHORT = frozenset(("human", "insult", "greet", "repeat"))
"""What gets its answer in whatever language it is said."""
_BESIDE_THE_POINT = frozenset({"chitchat", "out_of_scope", "ask"})
_DETAILS = frozenset({"party_size", "date", "time", "city", "cuisine", "street", "seating", "occasion", "diet"})
_FEATURES = frozenset({"seating", "diet", "price"})
_OF_A_BOOKING = frozenset({"party_size", "date", "time", "number"})
_THAT_IS_ALL = FollowupAction("action_listen")
"""Without it Rasa, which has no rule for what another action led to, would take back all that the message has told."""
_CHANGES = re.compile(r"\b(make (it|that)|instead|rather|actually|change|move|now|earlier|later)\b", re.IGNORECASE)


class Reply(Action):
    """Answers by the way. Amid a form, the form's question follows by itself."""

    _PLAIN: ClassVar[dict[str, str]] = {
        "thank": "utter_thanks",
        "goodbye": "utter_goodbye",
        "help": "utter_help",
        "repeat": "utter_welcome",
        "text_me": "utter_texting_already",
        "chitchat": "utter_chitchat",
        "out_of_scope": "utter_out_of_scope",
        "ask": "utter_out_of_scope",
    }

    def __init__(self, engine: BookingEngine, languages: Languages) -> None:
        self._engine = engine
        self._languages = languages

    def name(self) -> str:
        return "action_reply"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(self._engine, self._languages, dispatcher, tracker)
        memory = Memory.of(turn)
        in_form = bool((tracker.active_loop or {}).get("name"))
        named = next((found for found, _ in turn.engine.match_restaurant_name(turn.text)), None)
        language = other_language(turn)
        is_named = named is not None and language is None
        if not in_form and not _is_left_to_reply(turn, memory) and _is_rather_a_wish(turn, is_named=is_named):
            return [FollowupAction("action_pick_up")]
        if not in_form and turn.intent in _NOT_UNDERSTOOD and only_tells(turn.acts) and upcoming(turn):
            leave_alone(turn, memory)
            turn.finish(None)
            return [SlotSet("replied_to", turn.message_id), _THAT_IS_ALL]
        if turn.intent in _ERRANDS and turn.is_stranger:
            return _wait_until_known(turn, in_form=in_form)
        restaurant = named or self._restaurant_in_mind(turn, memory)
        if named and not in_form:
            memory.talked_of = named.slug
        asked_before = recalled(memory) if named and not in_form and turn.intent != "ask" else []
        is_question = turn.intent == "ask" and (restaurant is not None or _is_of_a_house(turn))
        asks = is_question or bool(asked_before) or _asks_for_a_feature(turn)
        if asks:
            turn.entities = [*asked_before, *turn.entities]
            self._answer(turn, restaurant)
        elif turn.intent == "list_bookings" or (turn.intent == "repeat" and not in_form and upcoming(turn)):
            memory.reservation = show_upcoming(turn)
        elif turn.intent == "text_me" and not turn.is_by_sms:
            go_on_by_text(turn)
        elif language is not None and turn.intent not in _SHORT:
            self._say_only_english(turn, restaurant, language)
        else:
            self._say_shortly(turn, memory, restaurant, in_form=in_form)
        understood = asks or turn.intent in {*self._PLAIN, "list_bookings", "human", "greet"} - _BESIDE_THE_POINT
        asks_which = asks and restaurant is None and not in_form
        turn.finish("restaurant" if asks_which else None)
        if not in_form:
            memory.pending = [list(entity) for entity in turn.entities] if asks_which else None
        misses = memory.misses if in_form else 0 if understood else memory.misses + 1
        replied = SlotSet("replied_to", turn.message_id)
        names = ("reservation", "talked_of", "pending")
        told = [replied, SlotSet("misses", misses), *(SlotSet(name, getattr(memory, name)) for name in names)]
        return told if in_form else [*told, _THAT_IS_ALL]

    def _say_shortly(self, turn: Turn, memory: Memory, restaurant: Restaurant | None, *, in_form: bool) -> None:
        if turn.intent == "human":
            self._name_the_phone(turn, restaurant, "utter_human")
        elif turn.intent == "insult":
            self._name_the_phone(turn, restaurant, "utter_insulted")
        elif turn.intent == "greet":
            self._greet(turn, restaurant, in_form=in_form)
        elif turn.intent == "repeat" and in_form:
            pass  # the form's question follows
        else:
            self._say_plain(turn, memory, in_form=in_form)

    def _restaurant_in_mind(self, turn: Turn, memory: Memory) -> Restaurant | None:
        """The restaurant that is being booked, or was asked about or booked last."""
        slug = memory.restaurant or turn.own_restaurant or memory.talked_of
        if slug:
            return turn.engine.restaurant(slug)
        booking = with_code(turn, memory.reservation) if memory.reservation else next(iter(upcoming(turn)), None)
        return booking.restaurant if booking else None

    def _answer(self, turn: Turn, restaurant: Restaurant | None) -> None:
        if restaurant is None:
            turn.say("utter_which_restaurant_asked_about")
            return
        about.answer(turn, restaurant)

    def _name_the_phone(self, turn: Turn, restaurant: Restaurant | None, response: str) -> None:
        if restaurant is None:
            turn.say(f"{response}_nowhere")
        elif response == "utter_human" and restaurant.phone is None:
            turn.say("utter_human_no_phone", **turn.about(restaurant))
        else:
            turn.say(response, **turn.about(restaurant))

    def _say_plain(self, turn: Turn, memory: Memory, *, in_form: bool) -> None:
        """A courtesy, or that it was not understood; what is beside the point twice running is not, either."""
        again = memory.misses and not in_form and turn.intent in _BESIDE_THE_POINT
        if again or turn.intent not in self._PLAIN:
            turn.say("utter_not_understood" + variant(memory.misses))
        elif in_form and turn.intent == "goodbye":
            turn.say("utter_goodbye_amid")
        elif in_form and turn.intent == "chitchat" and memory.misses:
            pass  # once is enough; the form's question follows
        else:
            turn.say(self._PLAIN[turn.intent])

    def _say_only_english(self, turn: Turn, restaurant: Restaurant | None, language: str) -> None:
        if restaurant is None or restaurant.phone is None:
            turn.say_in(language, "utter_only_english_nowhere")
        else:
            turn.say_in(language, "utter_only_english", **turn.about(restaurant))

    def _greet(self, turn: Turn, restaurant: Restaurant | None, *, in_form: bool) -> None:
        if in_form:
            turn.say("utter_hello")
        elif turn.own_restaurant and restaurant:
            turn.say("utter_welcome_restaurant", **turn.about(restaurant))
        else:
            turn.say("utter_welcome")


_NOT_UNDERSTOOD = ("nlu_fallback", "out_of_scope")


def _wait_until_known(turn: Turn, *, in_form: bool) -> list[EventType]:
    """The form that is open does the errand as soon as it is known who asks; where none is, one is opened for it."""
    wanted = SlotSet("errand", _ERRANDS[turn.intent])
    if in_form:
        return [wanted, SlotSet("replied_to", turn.message_id)]
    return [wanted, FollowupAction("sign_in_form")]


def _is_left_to_reply(turn: Turn, memory: Memory) -> bool:
    """Whether it is a question, or names the house that one was about, however unsure the reading is."""
    if looks_for_a_house(turn):
        return False
    if _asks_for_a_feature(turn):
        return True
    has_details = not _DETAILS.isdisjoint(entity.kind for entity in turn.entities)
    return bool(memory.pending) and not has_details and bool(turn.engine.match_restaurant_name(turn.text))


def _is_rather_a_wish(turn: Turn, *, is_named: bool) -> bool:
    """Whether a table is wanted, though the words were read as no such thing: "hi, anything on Saturday?", a bare name."""
    details = not _DETAILS.isdisjoint(entity.kind for entity in turn.entities)
    if turn.intent == "ask":
        return looks_for_a_house(turn)
    if turn.intent == "nlu_fallback":
        return details or is_named
    if turn.intent == "other_language":
        return is_named
    return details if turn.intent == "greet" else is_named and turn.intent == "out_of_scope" and turn.is_unsure


def _is_of_a_house(turn: Turn) -> bool:
    """Whether a question is about something that a restaurant may have, or names one: the weather is of no house."""
    return bool({"topic", "restaurant", *_FEATURES} & {entity.kind for entity in turn.entities}) or turn.is_unsure


def _asks_for_a_feature(turn: Turn) -> bool:
    """Whether somebody who is booking nothing asks what a house has: "Bird Dog: can we sit outside?"."""
    if "?" not in turn.text or _FEATURES.isdisjoint(entity.kind for entity in turn.entities):
        return False
    named = next((found for found, _ in turn.engine.match_restaurant_name(turn.text)), None)
    # "Mezze Meridian: can we sit outside?" names no kind of food.
    house = set(words_of(named.name)) if named else set()
    said = {entity.kind for entity in turn.entities if not set(words_of(entity.text)) <= house}
    return bool(said & _FEATURES) and said <= _FEATURES | {"restaurant", "topic", "city"}


class PickUp(Action):
    """Details, a yes or a no while nothing is asked: they belong to what was talked about last."""

    def __init__(self, engine: BookingEngine, languages: Languages) -> None:
        self._engine = engine
        self._languages = languages

    def name(self) -> str:
        return "action_pick_up"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(self._engine, self._languages, dispatcher, tracker)
        memory = Memory.of(turn)
        said = {entity.kind for entity in turn.entities}
        if takes_back(turn, memory):
            return [FollowupAction("action_undo")]
        bookings = {booking.code: booking for booking in upcoming(turn)}
        if bookings and only_tells(turn.acts) and not said & TO_NOTE:
            leave_alone(turn, memory)
            turn.finish(None)
            return [_THAT_IS_ALL]
        booking = bookings.get(memory.reservation or "")
        is_named = bool(turn.engine.match_restaurant_name(turn.text))
        is_renamed = bool(said) and said <= set(NAME_PARTS) and is_renaming(turn.text)
        if booking and (is_renamed or said & (_OF_A_BOOKING | TO_NOTE)) and not is_named:
            return [FollowupAction("change_form")]
        if bookings and "note" in said:
            return [FollowupAction("change_form")]
        if bookings and said & _OF_A_BOOKING and _CHANGES.search(turn.text):
            return [FollowupAction("change_form")]  # confirmations and reminders of other threads invite to it
        if _is_left_to_reply(turn, memory):
            return [FollowupAction("action_reply")]
        if said & _DETAILS or is_named:
            return [FollowupAction("booking_form")]
        if "restaurant" in said:  # words that name none of ours
            return [FollowupAction("action_reply")]
        if turn.intent == "affirm" and memory.over:  # to what was offered long ago
            return [FollowupAction("booking_form")]
        if turn.intent in ("deny", "stop_booking"):
            turn.say("utter_nothing_booked_now" if not memory.reservation else "utter_thanks")
        elif booking and turn.intent == "affirm":  # one more yes to what is booked
            turn.say("utter_one_booking", **turn.show_reservation(booking))
        else:
            turn.say("utter_welcome")
        turn.finish(None)
        return [_THAT_IS_ALL]
