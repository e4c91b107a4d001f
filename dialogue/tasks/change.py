"""Changing: another day, time, party, place, name or note for a booking that stands until the new table is taken."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from booking_engine import ChangeTooLate, NoTableAvailable, Refusal, Reservation, ReservationOver, Restaurant, Search
from booking_engine import SeatingPreferences as Seating
from booking_engine.values import LONGEST_NOTES
from dialogue.effects import ChangeReservation, FindOpenings, GetReservation, GetRestaurant, Steps
from dialogue.hearing.hear import hear
from dialogue.hearing.restaurants import names_restaurant
from dialogue.hearing.who import NAME_PARTS
from dialogue.hearing.wishes import shortly, with_notes, without_areas
from dialogue.reasons import is_clear_yes, is_wished, may_take_back, wishes_new_name
from dialogue.state import Before, State
from dialogue.tasks import search
from dialogue.tasks.asking import ask, ask_heard_options, ask_restaurant, ask_to_pick, ask_unclear_day
from dialogue.tasks.book import words_of_area
from dialogue.tasks.bookings import find_target, is_its_party, names_start, pick_booking, recalled
from dialogue.tasks.form import Form
from dialogue.tasks.identify import WHO, gives_up, know_whose_booking
from dialogue.tasks.offering import offer_times, refuse
from dialogue.times import Meant, certain, lies_within, meant_starts
from dialogue.turn import DONE, Heard, Outcome, Turn

LEAVE_IT = frozenset(("deny", "stop_booking", "undo"))
"""Intents that leave a booking as it is: with "leave it as it was", nothing has changed yet that could be taken back."""
_OTHERS = 3
_OF_TABLE = ("restaurant", "date", "time", "party_size", "seating")
_WHEREABOUTS = {"city", "cuisine", "street", "refused_cuisines"}


def _hear(turn: Turn) -> Steps[None]:
    """Hear what is to be different, once it is known which booking it is about."""
    state = turn.state
    if state.has_target and state.reservation:
        booking = yield from GetReservation(state.reservation)
        _start_from(state, booking)
        yield from hear(turn, booking.starts_at)
        return
    yield from pick_booking(turn)
    if turn.heard.picked:  # what the opening message wanted is still wanted
        turn.entities = [*recalled(turn), *turn.entities]


def _start_from(state: State, booking: Reservation) -> None:
    """Take over from the booking what is not said anew."""
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
    state, says_no = turn.state, turn.intent in LEAVE_IT
    if not state.has_target:
        if not (says_no and turn.asked == "choice") and not gives_up(turn):
            return None
        turn.say("utter_thanks")
        return DONE
    if turn.heard.fields or not (says_no or turn.heard.refused_choices):
        return None
    turn.tell("utter_booking_kept", (yield from _booking(state)))
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
    _start_from(state, found)
    _drop_what_it_is(turn, found)
    turn.asked, turn.heard, asked = None, Heard(picked=turn.heard.picked), turn.asked
    yield from hear(turn, found.starts_at)
    turn.asked = asked
    _put_back_if_meant(turn, found)
    return None


def _drop_what_it_is(turn: Turn, booking: Reservation) -> None:
    """In "move Friday's table to Saturday" the day that it has only names it, and the other is news."""
    for kind in ("date", "time", "party_size"):
        said = turn.of_kind(kind)
        old = [entity for entity in said if names_start(turn, entity, booking) or is_its_party(entity, booking)]
        if len(said) > len(old):
            turn.entities = [entity for entity in turn.entities if entity not in old]


def _put_back_if_meant(turn: Turn, booking: Reservation) -> None:
    """Wish for what the booking had before its last change, where that may be all that is meant; then it is asked."""
    state, before = turn.state, turn.undoable
    if before is None or turn.heard.fields or not may_take_back(turn.reading.acts):
        return
    state.date = booking.restaurant.schedule.service_date_of(before.starts_at)
    state.time = certain(before.starts_at)
    state.party_size, state.is_unsure = before.party_size, True
    state.new_name = before.name if before.name != booking.diner_name else None


def _booking(state: State) -> GetReservation:
    return GetReservation(state.reservation or "")


def _weigh(turn: Turn) -> None:
    """An answer to what was asked leaves no doubt that a change is wished."""
    state, picked = turn.state, turn.heard.picked
    is_asked = turn.asked not in (None, "confirmation", *WHO) or is_wished("change", turn.reading.acts)
    answers = is_asked and bool(turn.heard.news or picked)
    agrees = says_yes_to_proposal(turn)
    state.is_unsure = state.is_unsure and not (answers or agrees)
    if agrees or (picked is not None and "time" in picked.fills):  # of the tables offered there
        state.agreed = state.restaurant


# --- what of it ---


def _name(turn: Turn) -> Steps[Outcome | None]:
    """Put the booking under another name; where that may not be wished, the name waits in the state until it is agreed to."""
    state = turn.state
    is_of_table = not turn.heard.fields.isdisjoint(_OF_TABLE)
    if not (_may_rename(turn) or state.new_name or (turn.asked == "name" and not is_of_table)):
        return None
    booking = yield from _booking(state)
    if _tells_name(turn):
        state.new_name = state.name
    if state.new_name is None:
        return ask(turn, "name", "utter_which_name", turn.show_booking(booking), first="utter_which_new_name")
    if not _is_certain_name(turn):
        state.name, state.is_unsure = booking.diner_name, True
        return None
    state.name, state.new_name = state.new_name, None
    renamed = yield from _written(
        turn, booking, ChangeReservation(booking.code, f"rename:{state.name}", name=state.name)
    )
    if renamed is not None:
        turn.tell("utter_renamed", renamed)
    if is_of_table or (renamed and says_yes_to_proposal(turn)):
        return None
    state.forget_draft()
    return DONE


def _is_certain_name(turn: Turn) -> bool:
    """Return whether another name is certainly wished: by a certain change, or by words that speak of one and tell it."""
    if turn.asked == "name" or says_yes_to_proposal(turn):
        return True
    tells = wishes_new_name(turn.reading.acts) and not turn.reading.is_contested
    return turn.has_cue("renaming") and (tells or not turn.state.is_unsure)


def _may_rename(turn: Turn) -> bool:
    """Return whether names are spoken of, or one is all that a wish tells: "you spelled it wrong, it's Thomas Rae"."""
    is_all = "name" in turn.heard.fields and turn.heard.fields.isdisjoint(_OF_TABLE)
    return turn.has_cue("renaming") or (is_all and wishes_new_name(turn.reading.acts))


def _tells_name(turn: Turn) -> bool:
    """Return whether a diner's name is told, be it the one that is known; a part of a restaurant's name is none."""
    told = [str(entity.value) for entity in turn.entities if entity.kind in NAME_PARTS]
    return "name" in turn.heard.fields or any(part in (turn.state.name or "").split() for part in told)


def _anything_else(turn: Turn) -> Steps[Outcome]:
    """Do to the booking, or ask about it, what the first of these steps finds to be wished."""
    booking = yield from _booking(turn.state)
    for step in (_unclear, _elsewhere_first, _table, _elsewhere, _seat_and_note):
        outcome: Outcome | None = yield from step(turn, booking)
        if outcome is not None:
            return outcome
    is_renamed = says_yes_to_proposal(turn) and turn.reply.lines  # then that was all there was to agree to
    facts = turn.show_booking(booking)
    if not is_renamed and not turn.heard.fields - _WHEREABOUTS:
        return ask(turn, "time", "utter_what_to_change", facts)
    if not is_renamed:
        turn.say("utter_already_so", **facts)
    turn.state.forget_draft()
    return DONE


def _unclear(turn: Turn, booking: Reservation) -> Steps[Outcome | None]:
    state, heard = turn.state, turn.heard
    if (asks := (yield from ask_unclear_day(turn))) is not None:
        return asks
    if heard.options:
        return ask_heard_options(turn)
    if turn.asked == "choice" and state.choices and not heard:
        return ask_to_pick(turn)
    return None if state.restaurant != booking.restaurant.slug else (yield from _lost(turn))


def _lost(turn: Turn) -> Steps[Outcome | None]:
    """Ask for the other restaurant that is wished, where it is none of ours or still not told: nothing moves without it.

    "Move it to the Blue Moon on Friday", and then "we're five".
    """
    if search.tells_more(turn):  # while some are shown
        return search.ask_which(turn)
    is_awaited = turn.asked == "restaurant" and not names_restaurant(turn) and not _tells_whereabouts(turn)
    if not is_awaited and not turn.reading.lost:
        return None
    return (yield from ask_restaurant(turn, is_unknown=bool(turn.reading.lost) or not turn.heard.news))


def _elsewhere_first(turn: Turn, booking: Reservation) -> Steps[Outcome | None]:
    """Look for the other restaurant that is certainly wanted before anything moves: "somewhere in Boston on Saturday"."""
    state, place = turn.state, booking.restaurant
    if state.restaurant != place.slug:
        return None
    says_other = turn.has_cue("another_restaurant") and turn.has_cue("another_place")  # no "anything else?"
    is_kind = turn.has_cue("some_restaurant", "rather") and _is_other_kind(turn, place)
    is_wanted = (turn.asked == "restaurant" and _tells_whereabouts(turn)) or _is_other_city(turn, place)
    return (yield from _look_elsewhere(turn)) if is_wanted or says_other or is_kind else None


def _tells_whereabouts(turn: Turn) -> bool:
    return not turn.heard.fields.isdisjoint(_WHEREABOUTS)


def _is_other_city(turn: Turn, place: Restaurant) -> bool:
    return "city" in turn.heard.fields and (turn.state.city or "").casefold() != place.city.casefold()


def _is_other_kind(turn: Turn, place: Restaurant) -> bool:
    return "cuisine" in turn.heard.fields and turn.state.cuisine not in place.cuisines


def _table(turn: Turn, booking: Reservation) -> Steps[Outcome | None]:
    """Move it, where day, time, party or restaurant are not what they are now."""
    state = turn.state
    restaurant = yield from GetRestaurant(state.restaurant or booking.restaurant.slug)
    assert state.date is not None
    assert state.time is not None
    meant = meant_starts(restaurant, state.date, state.time, turn.situation.now, near=booking.starts_at)
    party_size = state.party_size or booking.party_size
    now_is = (booking.restaurant.slug, booking.starts_at, booking.party_size)
    if (restaurant.slug, meant.starts[0], party_size) == now_is:
        return None
    return (yield from _move(turn, booking, restaurant, meant, party_size))


def _move(turn: Turn, booking: Reservation, restaurant: Restaurant, meant: Meant, party_size: int) -> Steps[Outcome]:
    if meant.is_window and (others := (yield from _others(turn, booking, restaurant, party_size))):
        return others
    found = yield from FindOpenings(restaurant, meant.starts[0], party_size, excluding=booking.code)
    opening = found.exact or next(iter(found.openings if meant.is_window else ()), None)
    if opening is None:
        return (yield from _refuse(turn, booking, restaurant, found, party_size))
    start = opening.starts_at
    # What may not be wished needs a yes first, and so does what cannot be taken back.
    is_elsewhere = restaurant.slug != booking.restaurant.slug
    if turn.state.is_unsure or (is_elsewhere and turn.state.agreed != restaurant.slug):
        return _propose(turn, booking, restaurant, start, party_size)
    try:
        yield from _take(turn, booking, restaurant, start, party_size)
    except NoTableAvailable as gone:
        return (yield from _refuse(turn, booking, restaurant, gone.search, party_size))
    return DONE


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
    start = booking.starts_at
    found = yield from FindOpenings(restaurant, start, party_size, excluding=booking.code, limit=_OTHERS + 1)
    free = [opening.starts_at for opening in found.openings if opening.starts_at != start][:_OTHERS]
    if not free:
        return None
    return offer_times(turn, "utter_other_times", restaurant, sorted(free), **turn.show_booking(booking))


def _refuse(turn: Turn, booking: Reservation, restaurant: Restaurant, found: Search, party_size: int) -> Steps[Outcome]:
    has_options = yield from refuse(turn, restaurant, found, party_size)
    turn.tell("utter_still_yours" if has_options else "utter_booking_kept", booking)
    if has_options:
        return Outcome("choice")
    turn.state.date = turn.state.time = turn.state.party_size = None
    return Outcome("time")


def _elsewhere(turn: Turn, booking: Reservation) -> Steps[Outcome | None]:
    """Look for another restaurant, where one may be wanted and nothing else is: "change the place", "Italian"."""
    tells_where = not turn.heard.fields.isdisjoint(("street", "refused_cuisines"))
    is_wanted = tells_where or turn.has_cue("another_place") or _is_other_kind(turn, booking.restaurant)
    return (yield from _look_elsewhere(turn)) if is_wanted else None


def _look_elsewhere(turn: Turn) -> Steps[Outcome]:
    if not (yield from search.is_looking(turn.state)):
        return (yield from ask_restaurant(turn))
    yield from search.find(turn, may_take=False)
    return Outcome("choice" if turn.state.choices else "restaurant")


def _seat_and_note(turn: Turn, booking: Reservation) -> Steps[Outcome | None]:
    """Seat the party elsewhere in the restaurant at the same time, or tell the staff, which touches no table.

    Where there is no table free, the party stays where it is, and the staff is told too.
    """
    table = (booking.restaurant, booking.starts_at, booking.party_size)
    wishes = _wishes(turn, booking, booking.restaurant, booking.party_size)
    if turn.state.is_unsure and turn.state.new_name:
        return _propose(turn, booking, *table)
    if wishes is None and "notes" not in turn.heard.fields:
        return None
    if wishes is not None:
        there = Seating(wishes.area, must=True)
        found = yield from FindOpenings(*table, excluding=booking.code, preferences=there)
        if found.refusal is Refusal.NO_TABLE:
            turn.say("utter_area_taken_at_all", wish=words_of_area(turn))
        elif turn.state.is_unsure:
            return _propose(turn, booking, *table)
        else:
            with suppress(NoTableAvailable):
                yield from _take(turn, booking, *table)
                return DONE
    yield from _note(turn, booking)
    return DONE


# --- writing it ---


def _wishes(turn: Turn, booking: Reservation, restaurant: Restaurant, party_size: int) -> Seating | None:
    """Return the seating that is asked for as far as it can be booked there; anything else is a note for the staff."""
    is_bookable = turn.state.preferences().bookable_at(restaurant, party_size)
    return replace(booking.preferences, area=turn.state.area) if is_bookable else None


def _take(turn: Turn, booking: Reservation, restaurant: Restaurant, start: datetime, party_size: int) -> Steps[None]:
    """Change the booking to this. Raises NoTableAvailable; where it is too late, that is said."""
    wishes = _wishes(turn, booking, restaurant, party_size)
    verb = f"change:{restaurant.slug}:{start.isoformat()}:{party_size}:{wishes.area if wishes else None}"
    notes = _notes_with(turn, booking)
    change = ChangeReservation(booking.code, verb, restaurant, start, party_size, notes=notes, preferences=wishes)
    changed = yield from _written(turn, booking, change)
    if changed is not None:
        if wishes and not wishes.seats_in(changed.areas, restaurant):
            turn.say("utter_area_taken", wish=words_of_area(turn))
        is_same = replace(changed, notes=booking.notes) == booking
        turn.tell("utter_already_so" if is_same else "utter_changed", changed)
        turn.state.reservation = changed.code
    turn.state.forget_draft()


def _written(turn: Turn, booking: Reservation, change: ChangeReservation) -> Steps[Reservation | None]:
    """Return the booking as changed, and keep what it was; None where it is too late, which is said."""
    try:
        changed = yield from change
    except (ChangeTooLate, ReservationOver) as late:
        turn.met(late)
        turn.tell("utter_change_too_late", booking)
        return None
    is_first = turn.state.before is None or turn.state.before.at != turn.situation.now  # of this message
    if changed != booking and is_first:
        turn.state.before = Before.of(booking, turn.situation.now)
    return changed


def _note(turn: Turn, booking: Reservation) -> Steps[None]:
    """Tell the staff more about a booking whose table stays; where no more fits into its notes, tell whom to call."""
    told, notes = turn.state.notes, _notes_with(turn, booking)
    if notes is None:
        turn.say("utter_notes_full", **turn.about(booking.restaurant))
    else:
        noted = yield from _written(turn, booking, ChangeReservation(booking.code, "note", notes=notes))
        if noted is not None:
            turn.tell("utter_noted", noted, note=shortly(told or ""))
    turn.state.forget_draft()


def _notes_with(turn: Turn, booking: Reservation) -> str | None:
    """Return the booking's notes and what is new of those told now; None where that is more than notes may hold."""
    known = without_areas(booking.notes) if turn.state.area else booking.notes
    notes = with_notes(known, turn.state.notes)
    return notes if len(notes) <= LONGEST_NOTES else None


CHANGE = Form(
    "change",
    leaves_for=frozenset(("book", "find", "cancel", "opt_out", "forget_me")),
    begin=lambda turn: turn.state.forget_draft(),
    hear=_hear,
    steps=(_left, _target, _weigh, _name, _anything_else),
)
