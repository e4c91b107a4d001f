"""The booking form: from whatever was said to a table that is held, named and confirmed."""

from __future__ import annotations

import re
from datetime import datetime, time

from booking_engine import NoTableAvailable, Refusal, Restaurant, Search
from dialogue.actions import about, asking, beside, finding
from dialogue.actions.areas import area_to_tell, say_if_taken
from dialogue.actions.confirming import NOT_CONFIRMED, confirm
from dialogue.actions.criteria import SEARCHED, looks_for_a_house
from dialogue.actions.forms import FormValidation
from dialogue.actions.hearing import hear
from dialogue.actions.identifying import identify
from dialogue.actions.memory import Memory
from dialogue.actions.noting import say_noted
from dialogue.actions.offering import offer_again, refuse, time_option
from dialogue.actions.picking import Heard
from dialogue.actions.reasons import is_no_yes
from dialogue.actions.reservations import named_in, upcoming
from dialogue.actions.times import PRESUMED_PARTY, certain, meant_starts, presumed_day, seating_spans
from dialogue.actions.turn import Turn


class ValidateBookingForm(FormValidation):
    """Hears the message, moves the booking on as far as it goes, and asks for what is missing."""

    form = "booking_form"
    task = "booking"
    leaves_for = frozenset({"undo", "opt_out"})

    def begin(self, turn: Turn, memory: Memory) -> None:
        talked_of = memory.talked_of
        memory.forget_draft()
        memory.restaurant = turn.own_restaurant
        if turn.own_restaurant is None and not _says_where(turn):  # "do they have a patio? - ok, book us in"
            memory.restaurant = talked_of

    def takes(self, turn: Turn, memory: Memory, asked: str | None, heard: Heard) -> bool:
        if turn.intent == "cancel":  # the table in hand, unless it says that one which stands is meant
            bookings = upcoming(turn)
            return not bookings or (memory.hold is not None and not named_in(turn, bookings))
        if turn.intent == "change" and upcoming(turn):  # likewise
            return bool(heard or memory.hold) and not _NAMES_A_BOOKING.search(turn.text)
        if finding.wants_more(turn, memory, heard, asked) or about.is_all_that_is_wanted(turn):
            return True
        return super().takes(turn, memory, asked, heard)

    def hear(self, turn: Turn, memory: Memory, asked: str | None) -> Heard:
        return hear(turn, memory, asked=asked, anchor=memory.held_start())

    def go_on(self, turn: Turn, memory: Memory, asked: str | None, heard: Heard) -> str | None:
        if turn.intent == "cancel" or (turn.intent == "stop_booking" and not heard.fields and not heard.took_choice):
            self._drop(turn, memory)
            return None
        if asked is None and turn.intent == "affirm" and memory.over and not heard.fields:
            return offer_again(turn, memory, memory.over)
        if memory.restaurant and about.is_all_that_is_wanted(turn):
            self._only_answer(turn, memory, turn.engine.restaurant(memory.restaurant))
            return None
        if finding.wants_more(turn, memory, heard, asked):
            expects = finding.find_more(turn, memory, asked)
            return expects or asking.ask_restaurant(turn, memory, asked, is_unknown=False)
        if asked in ("name", "phone", "confirmation") and (way := beside.asks_beside(turn, heard)):
            expects = beside.offer(turn, memory, way)
            return expects or self._next(turn, memory, asked, heard)
        says_no = turn.intent == "deny" or heard.refused_choices
        if (
            says_no
            and not heard.news
            and asked in ("confirmation", "choice", "name", "time")
            and not turn.follows_reply
        ):
            return self._what_instead(turn, memory, asked)
        if (
            turn.intent == "affirm"
            and not heard.news
            and not turn.follows_reply
            and asked == "confirmation"
            and memory.name
            and not is_no_yes(turn.acts)
        ):
            confirmed = confirm(turn, memory)
            if confirmed is not NOT_CONFIRMED:
                return None
        return self._next(turn, memory, asked, heard)

    def _only_answer(self, turn: Turn, memory: Memory, restaurant: Restaurant) -> None:
        """Let go what nobody wanted, and answer the question."""
        self._release(turn, memory)
        memory.forget_draft()
        memory.talked_of = restaurant.slug
        about.answer(turn, restaurant)

    def _drop(self, turn: Turn, memory: Memory) -> None:
        self._release(turn, memory)
        memory.forget_draft()
        bookings = upcoming(turn)
        if bookings:
            turn.say("utter_let_go_but_kept", **turn.show_reservation(bookings[0]))
        else:
            turn.say("utter_nothing_booked_now")

    def _what_instead(self, turn: Turn, memory: Memory, asked: str) -> str | None:
        had_something = memory.hold is not None or memory.choices
        self._release(turn, memory)
        memory.choices = None
        if not had_something and asked == "time":  # a second no
            self._drop(turn, memory)
            return None
        turn.say("utter_what_instead")
        return "time"

    def _release(self, turn: Turn, memory: Memory) -> None:
        if memory.hold is not None:
            turn.engine.release_hold(memory.hold["id"], command_id=turn.command_id("release"), channel=turn.channel)
            memory.hold = None

    def _next(self, turn: Turn, memory: Memory, asked: str | None, heard: Heard) -> str | None:
        """Ask for the first thing that is missing; hold the table when nothing is; book it when it has been said yes to."""
        restaurant = turn.engine.restaurant(memory.restaurant) if memory.restaurant else None
        if asked is not None and heard.noted and heard.news <= _WISHES:
            say_noted(turn, memory, restaurant, heard)
        if heard.problem == "no_such_date":
            return asking.ask_another_date(turn, restaurant, heard.unclear)
        if heard.options and heard.ask_options:
            if asked == "choice" and heard.options == memory.options():
                return asking.ask_to_pick(turn, memory)  # not in the same words again
            memory.offer(heard.options)
            facts = {"low": heard.options[0].label, "high": heard.options[-1].label}
            turn.say(heard.ask_options, heard.options, **facts)
            return "choice"
        if asked == "choice" and memory.choices and not heard.fields and not heard.took_choice:
            return asking.ask_to_pick(turn, memory)
        if asked == "choice" and restaurant is None and finding.tells_more(turn, memory, heard):
            if len(memory.options()) > 1:
                return finding.ask_which(turn, memory)
            memory.take(memory.options()[0])  # there is but one, and nothing was said against it
            restaurant = turn.engine.restaurant(memory.restaurant or "")
        memory.choices = None
        if asked in _NAMED_IN_QUESTION and heard.news & _NAMED_IN_QUESTION[asked]:
            asked = None  # asked in the words that show what was changed
        if restaurant is None:
            found = self._find(turn, memory, asked, heard)
            if isinstance(found, str):
                return found
            restaurant = found
        if memory.party_size is None and (asked == "party_size" or heard.problem == "no_such_party"):
            return asking.ask_party_size(turn, memory, asked, restaurant)
        if memory.date is None and asked == "date":
            return asking.ask_date(turn, memory, asked, restaurant)
        return self._seat(turn, memory, restaurant, asked, heard)

    def _seat(self, turn: Turn, memory: Memory, restaurant: Restaurant, asked: str | None, heard: Heard) -> str | None:
        """Ask for the time, or offer a table at the time that is meant."""
        day = memory.wanted_date() or presumed_day(restaurant, memory.time, turn.engine.clock.now())
        # "Dinner" alone, with the day and the party untold as well, is no time to hold a table at.
        is_only_a_meal = (
            asked != "time" and memory.date is None and memory.party_size is None and "part" in (memory.time or {})
        )
        if memory.time is None or is_only_a_meal:
            is_too_large = (memory.party_size or 0) > restaurant.largest_party  # to be told before anything is asked
            if is_too_large or not seating_spans(restaurant, day):
                return self._offer(
                    turn, memory, restaurant, datetime.combine(day, _EVENING, restaurant.zone), asked, heard
                )
            return asking.ask_time(turn, memory, asked, restaurant, day)
        meant = meant_starts(restaurant, day, memory.time, turn.engine.clock.now(), near=memory.held_start())
        if len(meant.starts) > 1:
            options = [time_option(turn, restaurant, start) for start in meant.starts]
            memory.offer(options)
            turn.say("utter_choose_time", options)
            return "choice"
        return self._offer(turn, memory, restaurant, meant.starts[0], asked, heard, is_window=meant.is_window)

    def _find(self, turn: Turn, memory: Memory, asked: str | None, heard: Heard) -> Restaurant | str:
        """The restaurant where there is only one that can be meant, else what is asked for."""
        if not finding.is_looking(turn, memory):
            return asking.ask_restaurant(turn, memory, asked, is_unknown=heard.problem == "restaurant_unknown")
        self._release(turn, memory)  # "somewhere else" than the one in hand
        restaurant = finding.find(turn, memory, may_take=True)
        if restaurant is None:
            # Who books in a city has a restaurant in mind, which a part of a long list may not show.
            is_a_part = turn.intent == "book" and finding.shows_a_part(turn, memory)
            return "choice" if memory.choices and not is_a_part else "restaurant"
        memory.restaurant = restaurant.slug
        return restaurant

    def _offer(
        self,
        turn: Turn,
        memory: Memory,
        restaurant: Restaurant,
        start: datetime,
        asked: str | None,
        heard: Heard,
        *,
        is_window: bool = False,
    ) -> str | None:
        party_size = memory.party_size or PRESUMED_PARTY
        is_held = memory.holds(restaurant, start, party_size, turn.engine.clock.now()) and "seating" not in heard.fields
        if not is_held:
            minutes = memory.hold["minutes"] if memory.hold and memory.has_lapsed(turn.engine.clock.now()) else None
            is_same = memory.is_about(restaurant, start, party_size)
            self._release(turn, memory)
            wishes = memory.wishes()
            search = turn.engine.find_openings(restaurant, starts_at=start, party_size=party_size, preferences=wishes)
            opening = search.exact or (search.openings[0] if is_window and search.openings else None)
            if minutes is not None:
                still_free = is_same and opening is not None
                turn.say("utter_hold_lapsed_still_free" if still_free else "utter_hold_lapsed", minutes=minutes)
            if opening is None:
                return self._refuse(turn, memory, restaurant, search)
            try:
                hold = turn.engine.place_hold(
                    restaurant,
                    starts_at=opening.starts_at,
                    party_size=party_size,
                    command_id=turn.command_id(f"hold:{opening.starts_at.isoformat()}:{party_size}"),
                    channel=turn.channel,
                    diner_phone=turn.phone or memory.phone,
                    preferences=wishes,
                )
            except NoTableAvailable as gone:  # somebody was quicker since the search
                return self._refuse(turn, memory, restaurant, gone.search)
            memory.keep_hold(hold)
            say_if_taken(turn, memory, restaurant)
            start = opening.starts_at
            memory.date = restaurant.schedule.service_date_of(start).isoformat()
            memory.time = certain(start.astimezone(restaurant.zone))
            if heard.fields - _WHO or asked not in _WHO:
                asked = None  # another table is another question
        return self._ask_to_confirm(turn, memory, restaurant, start, asked, heard)

    def _refuse(self, turn: Turn, memory: Memory, restaurant: Restaurant, search: Search) -> str:
        """Say no with the nearest yes; where there is none, what stands in the way is asked for anew."""
        if refuse(
            turn, memory, restaurant, search, memory.party_size or PRESUMED_PARTY, elsewhere=turn.own_restaurant is None
        ):
            return "choice"
        if search.refusal is Refusal.PARTY_TOO_LARGE:
            memory.party_size = None
            turn.say("utter_how_many_instead")
            return "party_size"
        wanted_day = restaurant.schedule.service_date_of(search.wanted.astimezone(restaurant.zone))
        is_shut = search.refusal is Refusal.CLOSED and not seating_spans(restaurant, wanted_day)
        if is_shut or search.refusal is Refusal.TOO_FAR:
            memory.date = None
            if search.refusal is Refusal.TOO_FAR:
                turn.say("utter_which_day_instead")
            return "date"
        memory.time = None
        return "time"

    def _ask_to_confirm(
        self, turn: Turn, memory: Memory, restaurant: Restaurant, start: datetime, asked: str | None, heard: Heard
    ) -> str | None:
        assert memory.hold is not None
        turn.show_hold(restaurant, memory.hold)
        area = area_to_tell(memory, restaurant)
        facts = turn.seating(restaurant, start, memory.party_size or PRESUMED_PARTY, area)
        if memory.name is None:
            memory.name = turn.known_name or (turn.engine.diner_name(turn.phone) if turn.phone else None)
        if memory.name is None:
            return asking.ask(turn, memory, asked, "name", "utter_which_name", **facts)
        facts |= {"name": memory.name}
        asks = identify(turn, memory, asked, "utter_which_phone", ask_code="utter_which_code_held", **facts)
        if asks is not None:
            return asks
        if turn.phone is None and memory.phone is None:  # texted from what is no phone, such as a short code
            return asking.ask(turn, memory, asked, "phone", "utter_which_phone", **facts)
        told_who = heard.fields & _WHO and not heard.fields - _WHO
        is_known_now = (asked in _WHO and told_who) or (asked == "code" and turn.verified == "right")
        if is_known_now and memory.party_size:
            # The last question named the table and asked only this: the answer is the yes.
            if confirm(turn, memory) is not NOT_CONFIRMED:
                return None
            return self._next(turn, memory, None, Heard())
        first = "utter_confirm" if memory.party_size else "utter_confirm_presumed"
        return asking.ask_first(turn, memory, asked, "confirmation", (first, "utter_confirm"), **facts)


def _says_where(turn: Turn) -> bool:
    is_said = any(e.kind in ("restaurant", *SEARCHED) for e in turn.entities)
    return is_said or looks_for_a_house(turn) or bool(turn.engine.match_restaurant_name(turn.text))


_NAMES_A_BOOKING = re.compile(r"\b(booking|reservation|appointment)\b", re.IGNORECASE)
_EVENING = time(19)
_WHO = {"name", "phone", "code"}
_NAMED_IN_QUESTION = {
    "party_size": {"restaurant"},
    "date": {"restaurant", "party_size"},
    "time": {"restaurant", "party_size", "date"},
}
_WISHES = {"seating", "notes", "sought"}
