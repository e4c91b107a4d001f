"""Changing: another day, time, party, place, name or note for a booking that stands until the new table is taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from booking_engine import (
    ChangeTooLate,
    NoTableAvailable,
    Refusal,
    Reservation,
    ReservationOver,
    Restaurant,
    Search,
    SeatingPreferences,
)
from booking_engine.values import LONGEST_NOTES
from dialogue.effects import ChangeReservation, FindOpenings, GetReservation, GetRestaurant, MatchNames, Steps
from dialogue.hearing.hear import hear
from dialogue.hearing.who import NAME_PARTS
from dialogue.hearing.wishes import with_notes, without_areas
from dialogue.reasons import is_clear_yes, is_wished
from dialogue.state import Before
from dialogue.tasks import search
from dialogue.tasks.asking import ask, ask_another_date, ask_heard_options, ask_restaurant, ask_to_pick
from dialogue.tasks.book import words_of_area
from dialogue.tasks.bookings import find_target, names_start, pick_booking, recalled
from dialogue.tasks.form import Form
from dialogue.tasks.identify import WHO, gives_up, know_whose_booking
from dialogue.tasks.offering import refuse, time_option
from dialogue.times import Meant, certain, lies_within, meant_starts
from dialogue.turn import DONE, Heard, Outcome, Turn

_LEAVE_IT = ("deny", "stop_booking", "undo")  # "leave it as it was": nothing has changed yet that could be taken back
_OTHERS = 3
_OF_TABLE = ("restaurant", "date", "time", "party_size", "seating")
_WHEREABOUTS = {"city", "cuisine", "street", "refused_cuisines"}


def _begin(turn: Turn) -> None:
    turn.state.forget_draft()


def _hear(turn: Turn) -> Steps[None]:
    """Hear what is to be different, once it is known which booking it is about."""
    state = turn.state
    if state.has_target and state.reservation:
        booking = yield from GetReservation(state.reservation)
        _start_from(turn, booking)
        yield from hear(turn, booking.starts_at)
        return
    if state.choices:
        yield from pick_booking(turn)
    if turn.heard.took_choice:  # what the opening message wanted is still wanted
        turn.entities = [*recalled(turn), *turn.entities]


def _start_from(turn: Turn, booking: Reservation) -> None:
    """Take over from the booking what is not said anew."""
    state = turn.state
    state.restaurant = state.restaurant or booking.restaurant.slug
    state.party_size = state.party_size or booking.party_size
    state.date = state.date or booking.restaurant.schedule.service_date_of(booking.starts_at)
    state.time = state.time or certain(booking.starts_at)


def says_yes_to_proposal(turn: Turn) -> bool:
    """Return whether a message says yes, and nothing else, to what was asked about before doing it."""
    return turn.asked == "confirmation" and turn.intent == "affirm" and is_clear_yes(turn.reading.acts)


# --- which booking ---


def _left(turn: Turn) -> Steps[Outcome | None]:
    """Leave the booking as it is, where that is said."""
    state = turn.state
    says_no = turn.intent in _LEAVE_IT
    if not state.has_target:
        if not (says_no and turn.asked == "choice") and not gives_up(turn):
            return None
        turn.say("utter_thanks")
        return DONE
    if turn.heard.fields or not (says_no or turn.heard.refused_choices):
        return None
    booking = yield from _booking(turn)
    turn.say("utter_booking_kept", **turn.show_booking(booking))
    state.forget_draft()
    return DONE


def _target(turn: Turn) -> Steps[Outcome | None]:
    """Find the booking that is meant, and hear the opening message again, now that it is known what it is about."""
    state = turn.state
    if state.has_target:
        return None
    asks = know_whose_booking(turn)
    if asks is not None:
        return asks
    found = yield from find_target(turn)
    if isinstance(found, Outcome):
        return found
    state.choices = ()
    state.reservation, state.has_target = found.code, True
    _start_from(turn, found)
    _drop_what_names_it(turn, found)
    turn.asked, turn.heard, asked = None, Heard(picked=turn.heard.picked), turn.asked
    yield from hear(turn, found.starts_at)
    turn.asked = asked
    return None


def _drop_what_names_it(turn: Turn, booking: Reservation) -> None:
    """In "move Friday's table to Saturday" the day that the booking has names it, and the other one is news."""
    for kind in ("date", "time"):
        said = [entity for entity in turn.entities if entity.kind == kind]
        old = [entity for entity in said if names_start(turn, entity, booking)]
        if len(said) > len(old):
            turn.entities = [entity for entity in turn.entities if entity not in old]


def _booking(turn: Turn) -> GetReservation:
    return GetReservation(turn.state.reservation or "")


def _weigh(turn: Turn) -> None:
    """An answer to what was asked leaves no doubt that a change is wished."""
    is_asked = turn.asked not in (None, "confirmation", *WHO) or is_wished("change", turn.reading.acts)
    answers = is_asked and bool(turn.heard.news or turn.heard.took_choice)
    agrees = says_yes_to_proposal(turn)
    turn.state.is_unsure = turn.state.is_unsure and not (answers or agrees)
    picks_table = turn.heard.picked is not None and "time" in turn.heard.picked.fills  # of those offered there
    if agrees or picks_table:
        turn.state.agreed = turn.state.restaurant


# --- what of it ---


def _name(turn: Turn) -> Steps[Outcome | None]:
    """Put the booking under another name; where that may not be wished, the name waits in the state until it is agreed to."""
    state = turn.state
    is_of_table = not turn.heard.fields.isdisjoint(_OF_TABLE)
    if not (turn.has_cue("renaming") or state.new_name or (turn.asked == "name" and not is_of_table)):
        return None
    booking = yield from _booking(turn)
    if _tells_name(turn):
        state.new_name = state.name or booking.diner_name
    if state.new_name is None:
        facts = {**turn.about(booking.restaurant), **turn.show_booking(booking)}
        return ask(turn, "name", "utter_which_name", facts, first="utter_which_new_name")
    if state.is_unsure:
        state.name = booking.diner_name
        return None
    is_renamed = yield from _rename(turn, booking, state.new_name)
    if is_of_table or (is_renamed and says_yes_to_proposal(turn)):
        return None
    state.forget_draft()
    return DONE


def _rename(turn: Turn, booking: Reservation, name: str) -> Steps[bool]:
    turn.state.name, turn.state.new_name = name, None
    renamed = yield from _written(turn, booking, ChangeReservation(booking.code, f"rename:{name}", name=name))
    if renamed is not None:
        turn.say("utter_renamed", **turn.show_booking(renamed))
    return renamed is not None


def _tells_name(turn: Turn) -> bool:
    """Return whether a diner's name is told, be it the one that is known; a part of a restaurant's name is none."""
    told = [str(entity.value) for entity in turn.entities if entity.kind in NAME_PARTS]
    return "name" in turn.heard.fields or any(part in (turn.state.name or "").split() for part in told)


def _unclear(turn: Turn) -> Steps[Outcome | None]:
    """Ask for what was not understood."""
    state, heard = turn.state, turn.heard
    booking = yield from _booking(turn)
    is_elsewhere = state.restaurant != booking.restaurant.slug
    if heard.problem == "no_such_date":
        restaurant = yield from GetRestaurant(state.restaurant or booking.restaurant.slug)
        return ask_another_date(turn, restaurant)
    if heard.options:
        return ask_heard_options(turn)
    if turn.asked == "choice" and state.choices and not heard:
        return ask_to_pick(turn)
    is_lost = (yield from _goes_to_unknown(turn)) or (turn.asked == "restaurant" and not heard.news)
    return (yield from ask_restaurant(turn, is_unknown=True)) if is_lost and not is_elsewhere else None


def _goes_to_unknown(turn: Turn) -> Steps[bool]:
    """Return whether the table is to go to a restaurant that is none of ours: "move it to the Blue Moon on Friday"."""
    for name in turn.reading.destinations:
        if not (yield from MatchNames(name)):
            return True
    return False


def _table(turn: Turn) -> Steps[Outcome | None]:
    """Move it, where day, time, party or restaurant are not what they are now."""
    state = turn.state
    booking = yield from _booking(turn)
    restaurant = yield from GetRestaurant(state.restaurant or booking.restaurant.slug)
    assert state.date is not None
    assert state.time is not None
    meant = meant_starts(restaurant, state.date, state.time, turn.situation.now, near=booking.starts_at)
    if len(meant.starts) > 1:
        return turn.offer("utter_choose_time", [time_option(turn, restaurant, start) for start in meant.starts])
    party_size = state.party_size or booking.party_size
    now_is = (booking.restaurant.slug, booking.starts_at, booking.party_size)
    if (restaurant.slug, meant.starts[0], party_size) == now_is:
        return None
    return (yield from _move(turn, booking, restaurant, meant, party_size))


def _move(turn: Turn, booking: Reservation, restaurant: Restaurant, meant: Meant, party_size: int) -> Steps[Outcome]:
    if meant.is_window and (others := (yield from _others(turn, booking, restaurant, party_size))):
        return others
    start = meant.starts[0]
    found = yield from FindOpenings(restaurant, start, party_size, excluding=booking.code)
    if found.exact is None and not (meant.is_window and found.openings):
        return (yield from _refuse(turn, booking, restaurant, found, party_size))
    if found.exact is None:
        start = found.openings[0].starts_at
    if _has_to_ask(turn, booking, restaurant):
        return _propose(turn, booking, restaurant, start, party_size)
    try:
        yield from _take(turn, booking, restaurant, start, party_size)
    except NoTableAvailable as gone:
        return (yield from _refuse(turn, booking, restaurant, gone.search, party_size))
    return DONE


def _has_to_ask(turn: Turn, booking: Reservation, restaurant: Restaurant) -> bool:
    """Return whether a yes is needed first: where it may not be wished, and where it cannot be taken back."""
    is_elsewhere = restaurant.slug != booking.restaurant.slug
    return turn.state.is_unsure or (is_elsewhere and turn.state.agreed != restaurant.slug)


def _propose(turn: Turn, booking: Reservation, restaurant: Restaurant, start: datetime, party_size: int) -> Outcome:
    """Ask whether it is to be changed so: the table, where the party sits, and under which name."""
    wishes = _wishes(turn, booking, restaurant, party_size)
    facts = turn.seating(restaurant, start, party_size, wishes.area if wishes else None)
    response = "utter_propose_name" if turn.state.new_name else "utter_propose_change"
    turn.say(response, name=turn.state.new_name, **facts)
    return Outcome("confirmation")


def _others(turn: Turn, booking: Reservation, restaurant: Restaurant, party_size: int) -> Steps[Outcome | None]:
    """Offer times beside the one that is booked, where only the part of the day was told in which the table is already."""
    state = turn.state
    assert state.time is not None
    day = restaurant.schedule.service_date_of(booking.starts_at)
    is_same = (restaurant.slug, party_size, state.date) == (booking.restaurant.slug, booking.party_size, day)
    if not is_same or not lies_within(booking.starts_at, state.time, turn.situation.now):
        return None
    found = yield from FindOpenings(
        restaurant, booking.starts_at, party_size, excluding=booking.code, limit=_OTHERS + 1
    )
    free = [opening.starts_at for opening in found.openings if opening.starts_at != booking.starts_at]
    if not free:
        return None
    options = [time_option(turn, restaurant, start) for start in sorted(free[:_OTHERS])]
    return turn.offer("utter_other_times", options, **turn.show_booking(booking))


def _refuse(turn: Turn, booking: Reservation, restaurant: Restaurant, found: Search, party_size: int) -> Steps[Outcome]:
    has_options = yield from refuse(turn, restaurant, found, party_size)
    turn.say("utter_still_yours" if has_options else "utter_booking_kept", **turn.show_booking(booking))
    if has_options:
        return Outcome("choice")
    turn.state.date = turn.state.time = turn.state.party_size = None
    return Outcome("time")


def _elsewhere(turn: Turn) -> Steps[Outcome | None]:
    """Look for another restaurant, where one is wanted without a word of which: "change the place", "Italian instead"."""
    booking = yield from _booking(turn)
    if not _wants_another(turn, booking):
        return None
    if not (yield from search.is_looking(turn.state)):
        return (yield from ask_restaurant(turn))
    yield from search.find(turn, may_take=False)
    return Outcome("choice" if turn.state.choices else "restaurant")


def _wants_another(turn: Turn, booking: Reservation) -> bool:
    fields, state, place = turn.heard.fields, turn.state, booking.restaurant
    return (
        ("city" in fields and (state.city or "").casefold() != place.city.casefold())
        or ("cuisine" in fields and state.cuisine not in place.cuisines)
        or not fields.isdisjoint(("street", "refused_cuisines"))
        or turn.has_cue("another_place")
    )


def _seat_and_note(turn: Turn) -> Steps[Outcome | None]:
    """Seat the party elsewhere in the restaurant, or tell the staff, which touches no table and needs no yes."""
    booking = yield from _booking(turn)
    wishes = _wishes(turn, booking, booking.restaurant, booking.party_size)
    if turn.state.is_unsure and turn.state.new_name:
        return _propose(turn, booking, booking.restaurant, booking.starts_at, booking.party_size)
    if wishes is not None:
        return (yield from _reseat(turn, booking, wishes))
    if "notes" in turn.heard.fields:
        yield from _note(turn, booking)
        return DONE
    return None


def _ask_what(turn: Turn) -> Steps[Outcome]:
    """Tell that it is so already, or ask what is to be different."""
    booking = yield from _booking(turn)
    facts = turn.show_booking(booking)
    if says_yes_to_proposal(turn) and turn.reply.lines:  # to another name, and nothing else
        turn.state.forget_draft()
        return DONE
    if turn.heard.fields - _WHEREABOUTS:
        turn.say("utter_already_so", **facts)
        turn.state.forget_draft()
        return DONE
    return ask(turn, "time", "utter_what_to_change", facts)


# --- writing it ---


def _wishes(turn: Turn, booking: Reservation, restaurant: Restaurant, party_size: int) -> SeatingPreferences | None:
    """Return the seating that is asked for as far as it can be booked there; anything else is a note for the staff."""
    is_bookable = turn.state.preferences().bookable_at(restaurant, party_size)
    return replace(booking.preferences, area=turn.state.area) if is_bookable else None


def _take(turn: Turn, booking: Reservation, restaurant: Restaurant, start: datetime, party_size: int) -> Steps[None]:
    """Change the booking to this. Raises NoTableAvailable; where it is too late, that is said."""
    state = turn.state
    wishes = _wishes(turn, booking, restaurant, party_size)
    area = wishes.area if wishes else None
    verb = f"change:{restaurant.slug}:{start.isoformat()}:{party_size}:{area}"
    changed = yield from _written(
        turn,
        booking,
        ChangeReservation(
            booking.code, verb, restaurant, start, party_size, notes=_notes_with(turn, booking), preferences=wishes
        ),
    )
    if changed is None:
        state.forget_draft()
        return
    if wishes and not wishes.seats_in(changed.areas, restaurant):
        turn.say("utter_area_taken", wish=words_of_area(turn))
    is_same = replace(changed, notes=booking.notes) == booking
    turn.say("utter_already_so" if is_same else "utter_changed", **turn.show_booking(changed))
    state.forget_draft()
    state.reservation = changed.code


def _written(turn: Turn, booking: Reservation, change: ChangeReservation) -> Steps[Reservation | None]:
    """Return the booking as changed, and keep what it was; None where it is too late, which is said."""
    try:
        changed = yield from change
    except (ChangeTooLate, ReservationOver) as late:
        turn.met(late)
        turn.say("utter_change_too_late", **turn.show_booking(booking))
        return None
    is_first = turn.state.before is None or turn.state.before.at != turn.situation.now  # of this message
    if changed.code == booking.code and changed != booking and is_first:
        turn.state.before = Before.of(booking, turn.situation.now)
    return changed


def _reseat(turn: Turn, booking: Reservation, wishes: SeatingPreferences) -> Steps[Outcome]:
    """Another part of the restaurant at the same time; the table stays and the staff is told where there is none free."""
    there = SeatingPreferences(wishes.area, must=True)
    found = yield from FindOpenings(
        booking.restaurant, booking.starts_at, booking.party_size, excluding=booking.code, preferences=there
    )
    if found.refusal is Refusal.NO_TABLE:
        turn.say("utter_area_taken_at_all", wish=words_of_area(turn))
        yield from _note(turn, booking)
        return DONE
    if turn.state.is_unsure:
        return _propose(turn, booking, booking.restaurant, booking.starts_at, booking.party_size)
    try:
        yield from _take(turn, booking, booking.restaurant, booking.starts_at, booking.party_size)
    except NoTableAvailable:
        yield from _note(turn, booking)
    return DONE


def _note(turn: Turn, booking: Reservation) -> Steps[None]:
    """Tell the staff more about a booking whose table stays; where no more fits into its notes, tell whom to call."""
    told, notes = turn.state.notes, _notes_with(turn, booking)
    if notes is None:
        turn.say("utter_notes_full", **turn.about(booking.restaurant))
    else:
        noted = yield from _written(turn, booking, ChangeReservation(booking.code, "note", notes=notes))
        if noted is not None:
            turn.say("utter_noted", **turn.show_booking(noted), note=told)
    turn.state.forget_draft()


def _notes_with(turn: Turn, booking: Reservation) -> str | None:
    """Return the booking's notes and what is new of those told now; None where that is more than notes may hold."""
    known = without_areas(booking.notes) if turn.state.area else booking.notes
    notes = with_notes(known, turn.state.notes)
    return notes if len(notes) <= LONGEST_NOTES else None


CHANGE = Form(
    "change",
    frozenset(("book", "find", "cancel", "opt_out")),
    _begin,
    _hear,
    (_left, _target, _weigh, _name, _unclear, _table, _elsewhere, _seat_and_note, _ask_what),
)
