"""The change form: another day, time, party or restaurant for a reservation that stands until the new table is locked."""

from __future__ import annotations

import re
from dataclasses import replace

from booking_engine import (
    NoTableAvailable,
    Reservation,
    Restaurant,
    Search,
    SeatingPreferences,
)
from dialogue.actions import asking, finding
from dialogue.actions.forms import FormValidation
from dialogue.actions.hearing import NAME_PARTS, hear
from dialogue.actions.identifying import gives_up, know_whose_booking
from dialogue.actions.leaving import keeps_light_news, says_yes_to_proposal
from dialogue.actions.memory import Memory
from dialogue.actions.offering import refuse, time_option
from dialogue.actions.picking import Heard
from dialogue.actions.rebooking import is_renaming, note, rename, reseat, take
from dialogue.actions.reservations import find_target, names_start, pick_booking, recalled
from dialogue.actions.times import Meant, certain, lies_within, meant_starts
from dialogue.actions.turn import Option, Turn


class ValidateChangeForm(FormValidation):
    """Finds the reservation that is meant, hears what shall be different, and moves it."""

    form = "change_form"
    task = "change"
    leaves_for = frozenset({"book", "find", "cancel", "opt_out"})

    def begin(self, turn: Turn, memory: Memory) -> None:
        memory.forget_draft()

    def hear(self, turn: Turn, memory: Memory, asked: str | None) -> Heard:
        if memory.task_has_target and memory.reservation:
            booking = turn.engine.reservation(memory.reservation)
            self._start_from(memory, booking)
            return hear(turn, memory, asked=asked, anchor=booking.starts_at)
        heard = Heard()
        if memory.choices:
            pick_booking(turn, memory, heard)
        if heard.took_choice:  # what the opening message wanted is still wanted
            turn.entities = [*recalled(memory), *turn.entities]
        return heard

    def may_begin(self, turn: Turn) -> bool:
        """Return whether the message wishes for a change, or tells what touches no table."""
        return super().may_begin(turn) or keeps_light_news(turn, renames=is_renaming(turn.text))

    def go_on(self, turn: Turn, memory: Memory, asked: str | None, heard: Heard) -> str | None:
        if memory.task_has_target and (turn.intent in _LEAVE_IT or heard.refused_choices) and not heard.fields:
            self._keep(turn, memory)
            return None
        if not memory.task_has_target:
            if (turn.intent in _LEAVE_IT and asked == "choice") or gives_up(turn, asked):
                turn.say("utter_thanks")
                return None
            asks = know_whose_booking(turn, memory, asked)
            if asks is not None:
                return asks
            target = find_target(turn, memory, heard)
            if isinstance(target, str):
                return "choice" if target == "choice" else None
            memory.choices = None
            memory.reservation, memory.task_has_target = target.code, True
            heard = self._hear_new_values(turn, memory, target)
        memory.is_unsure = memory.is_unsure and not _shows_wish(turn, asked, heard)
        booking = turn.engine.reservation(memory.reservation or "")
        is_of_table = not heard.fields.isdisjoint(_OF_TABLE)
        if is_renaming(turn.text) or (asked == "name" and not is_of_table):
            if not _tells_name(turn, memory, heard):
                facts = {**turn.about(booking.restaurant), **turn.show_reservation(booking)}
                return asking.ask_first(
                    turn, memory, asked, "name", ("utter_which_new_name", "utter_which_name"), **facts
                )
            booking = rename(turn, booking, memory.name or booking.diner_name)
            if not is_of_table:
                memory.forget_draft()
                return None
        return self._change(turn, memory, booking, asked, heard)

    def _start_from(self, memory: Memory, booking: Reservation) -> None:
        """What is not said anew stays as it is booked."""
        memory.restaurant = memory.restaurant or booking.restaurant.slug
        memory.party_size = memory.party_size or booking.party_size
        memory.date = memory.date or booking.restaurant.schedule.service_date_of(booking.starts_at).isoformat()
        memory.time = memory.time or certain(booking.starts_at)

    def _hear_new_values(self, turn: Turn, memory: Memory, booking: Reservation) -> Heard:
        """Hear the opening message again, now that it is known what it is about.

        In "move Friday's table to Saturday" the day that the booking has names it, and the other one is news.
        """
        self._start_from(memory, booking)
        for kind in ("date", "time"):
            said = [entity for entity in turn.entities if entity.kind == kind]
            old = [entity for entity in said if names_start(turn, entity, booking)]
            if len(said) > len(old):
                turn.entities = [entity for entity in turn.entities if entity not in old]
        return hear(turn, memory, asked=None, anchor=booking.starts_at)

    def _keep(self, turn: Turn, memory: Memory) -> None:
        booking = turn.engine.reservation(memory.reservation or "")
        turn.say("utter_booking_kept", **turn.show_reservation(booking))
        memory.forget_draft()

    def _change(self, turn: Turn, memory: Memory, booking: Reservation, asked: str | None, heard: Heard) -> str | None:
        restaurant = turn.engine.restaurant(memory.restaurant or booking.restaurant.slug)
        is_elsewhere = restaurant.slug != booking.restaurant.slug
        if heard.problem == "no_such_date":
            return asking.ask_another_date(turn, restaurant, heard.unclear)
        if heard.options and heard.ask_options:
            memory.offer(heard.options)
            turn.say(heard.ask_options, heard.options, low=heard.options[0].label, high=heard.options[-1].label)
            return "choice"
        if asked == "choice" and memory.choices and not heard:
            return asking.ask_to_pick(turn, memory)
        if not is_elsewhere and (_goes_to_unknown(turn) or (asked == "restaurant" and not heard.news)):
            return asking.ask_restaurant(turn, memory, asked, is_unknown=True)
        start = self._new_start(turn, memory, booking, restaurant)
        if len(start.starts) > 1:
            options = [time_option(turn, restaurant, s) for s in start.starts]
            memory.offer(options)
            turn.say("utter_choose_time", options)
            return "choice"
        party_size = memory.party_size or booking.party_size
        # Only what can be booked there; anything else is a note for the staff.
        can_sit_there = memory.wishes().bookable_at(restaurant, party_size)
        wishes = replace(booking.preferences, area=memory.area) if can_sit_there else None
        if is_elsewhere or start.starts[0] != booking.starts_at or party_size != booking.party_size:
            return self._move(turn, memory, booking, restaurant, start, party_size, wishes)
        if _wants_another(turn, memory, booking, heard):
            if not finding.is_looking(turn, memory):
                return asking.ask_restaurant(turn, memory, asked, is_unknown=False)
            finding.find(turn, memory, may_take=False)
            return "choice" if memory.choices else "restaurant"
        if wishes is not None:
            reseat(turn, memory, booking, wishes)
            return None
        if "notes" in heard.fields:
            note(turn, memory, booking)
            return None
        facts = turn.show_reservation(booking)
        if heard.fields - _WHEREABOUTS:  # said, and already so
            turn.say("utter_already_so", **facts)
            memory.forget_draft()
            return None
        return asking.ask(turn, memory, asked, "time", "utter_what_to_change", **facts)

    def _new_start(self, turn: Turn, memory: Memory, booking: Reservation, restaurant: Restaurant) -> Meant:
        day = memory.wanted_date()
        assert day is not None
        assert memory.time is not None
        return meant_starts(restaurant, day, memory.time, turn.engine.clock.now(), near=booking.starts_at)

    def _move(
        self,
        turn: Turn,
        memory: Memory,
        booking: Reservation,
        restaurant: Restaurant,
        meant: Meant,
        party_size: int,
        wishes: SeatingPreferences | None,
    ) -> str | None:
        if meant.is_window and (others := self._others(turn, memory, booking, restaurant, party_size)):
            memory.offer(others)
            turn.say("utter_other_times", others, **turn.show_reservation(booking))
            return "choice"
        start = meant.starts[0]
        search = turn.engine.find_openings(restaurant, starts_at=start, party_size=party_size, excluding=booking.code)
        if search.exact is None and meant.is_window and search.openings:
            start = search.openings[0].starts_at
        elif search.exact is None:
            return self._refuse(turn, memory, booking, restaurant, search, party_size)
        if memory.is_unsure:
            turn.say("utter_propose_change", **turn.seating(restaurant, start, party_size))
            return "confirmation"
        try:
            take(turn, memory, booking, restaurant, start, party_size, wishes)
        except NoTableAvailable as gone:
            return self._refuse(turn, memory, booking, restaurant, gone.search, party_size)
        return None

    def _others(
        self, turn: Turn, memory: Memory, booking: Reservation, restaurant: Restaurant, party_size: int
    ) -> list[Option]:
        """Times beside the one that is booked, when only the part of the day was told in which the table is already."""
        assert memory.time is not None
        day = restaurant.schedule.service_date_of(booking.starts_at)
        same = (restaurant.slug, party_size, memory.wanted_date()) == (booking.restaurant.slug, booking.party_size, day)
        if not same or not lies_within(booking.starts_at, memory.time, turn.engine.clock.now()):
            return []
        search = turn.engine.find_openings(
            restaurant, starts_at=booking.starts_at, party_size=party_size, excluding=booking.code, limit=_OTHERS + 1
        )
        free = [opening.starts_at for opening in search.openings if opening.starts_at != booking.starts_at]
        return [time_option(turn, restaurant, start) for start in sorted(free[:_OTHERS])]

    def _refuse(
        self,
        turn: Turn,
        memory: Memory,
        booking: Reservation,
        restaurant: Restaurant,
        search: Search,
        party_size: int,
    ) -> str | None:
        has_options = refuse(turn, memory, restaurant, search, party_size)
        facts = turn.show_reservation(booking)
        turn.say("utter_still_yours" if has_options else "utter_booking_kept", **facts)
        if has_options:
            return "choice"
        memory.date = memory.time = memory.party_size = None
        return "time"


_LEAVE_IT = ("deny", "stop_booking", "undo")  # "leave it as it was": nothing has changed yet that could be taken back
_OTHERS = 3
_OF_TABLE = ("restaurant", "date", "time", "party_size", "seating")
_WHEREABOUTS = {"city", "cuisine", "street", "refused_cuisines"}
_ANOTHER = re.compile(r"\b(restaurants?|place|venue|somewhere else)\b", re.IGNORECASE)


def _shows_wish(turn: Turn, asked: str | None, heard: Heard) -> bool:
    """Whether an answer to what was asked leaves no doubt that a change is wished."""
    answers = asked not in (None, "confirmation") and bool(heard.news or heard.took_choice)
    return answers or says_yes_to_proposal(turn, asked)


def _tells_name(turn: Turn, memory: Memory, heard: Heard) -> bool:
    """Whether a diner's name is told, be it the one that is known; what was read of a restaurant's name is none."""
    told = [str(entity.value) for entity in turn.entities if entity.kind in NAME_PARTS]
    return "name" in heard.fields or any(part in (memory.name or "").split() for part in told)


def _goes_to_unknown(turn: Turn) -> bool:
    """Whether the table shall go to a restaurant that is none of ours: "move it to the Blue Moon on Friday".

    Only after "to" or "at": elsewhere a name may be anybody's.
    """
    said = [e.text for e in turn.entities if e.kind == "restaurant" and not turn.engine.match_restaurant_name(e.text)]
    return any(re.search(rf"\b(to|at)\s+(the\s+)?{re.escape(name)}", turn.text, re.IGNORECASE) for name in said)


def _wants_another(turn: Turn, memory: Memory, booking: Reservation, heard: Heard) -> bool:
    """Whether another restaurant is wanted, without a word of which: "change the place", "Italian instead"."""
    city, cuisines = booking.restaurant.city.casefold(), booking.restaurant.cuisines
    return (
        ("city" in heard.fields and (memory.city or "").casefold() != city)
        or ("cuisine" in heard.fields and memory.cuisine not in cuisines)
        or not heard.fields.isdisjoint(("street", "refused_cuisines"))
        or _ANOTHER.search(turn.text) is not None
    )
