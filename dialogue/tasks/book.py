"""Booking: from whatever was said to a table that is held, named and confirmed."""

from __future__ import annotations

from datetime import datetime, time

from booking_engine import (
    HoldExpired,
    NoTableAvailable,
    Opening,
    Refusal,
    Restaurant,
    Search,
    SeatingPreferences,
)
from dialogue.effects import ConfirmHold, FindOpenings, NameOf, PlaceHold, ReleaseHold, Steps
from dialogue.hearing.criteria import SEARCHED, looks_for_restaurant
from dialogue.hearing.hear import hear
from dialogue.hearing.restaurants import in_hand, names_any
from dialogue.hearing.wishes import say_noted
from dialogue.reasons import Reason, may_be_yes, reason_for
from dialogue.state import Held
from dialogue.tasks import about, search
from dialogue.tasks.asking import (
    ask,
    ask_another_date,
    ask_date,
    ask_heard_options,
    ask_party_size,
    ask_restaurant,
    ask_time,
    ask_to_pick,
)
from dialogue.tasks.bookings import named_in, upcoming
from dialogue.tasks.form import Form, follow
from dialogue.tasks.identify import identify
from dialogue.tasks.offering import direction, offer_again, offer_beside, offer_times, refuse
from dialogue.times import PRESUMED_PARTY, Meant, certain, meant_starts, presumed_day, seating_spans
from dialogue.turn import DONE, Heard, Outcome, Turn

_EVENING = time(19)
_WHO = {"name", "phone", "code"}
_WISHES = {"seating", "notes", "sought"}
_NAMED_IN_QUESTION = {
    "party_size": {"restaurant"},
    "date": {"restaurant", "party_size"},
    "time": {"restaurant", "party_size", "date"},
}
"""What a question names: when that has changed, it is asked in the words that show it."""


def _begin(turn: Turn) -> Steps[None]:
    """Forget an older draft; "do they have a patio?" - "ok, book us in" is about the restaurant that was asked about."""
    state, talked_of, own = turn.state, turn.state.talked_of, turn.situation.own_restaurant
    state.forget_draft()
    state.restaurant = own
    if own is None and not (yield from _says_where(turn)):
        state.restaurant = talked_of


def _says_where(turn: Turn) -> Steps[bool]:
    if turn.has_kind("restaurant", *SEARCHED) or (yield from looks_for_restaurant(turn)):
        return True
    return (yield from names_any(turn))


def _hear(turn: Turn) -> Steps[None]:
    return hear(turn, _held_start(turn))


def _held_start(turn: Turn) -> datetime | None:
    return turn.state.hold.starts_at if turn.state.hold else None


def _takes(turn: Turn) -> Steps[bool | None]:
    """Take what is about the table in hand, which comes first unless the message says that one which stands is meant."""
    if turn.intent == "cancel":
        bookings = yield from upcoming(turn)
        if not bookings:
            return True
        return turn.state.hold is not None and not (yield from named_in(turn, bookings))
    if turn.intent == "change" and (yield from upcoming(turn)):
        return bool(turn.heard or turn.state.hold) and not turn.has_cue("names_booking")
    return True if search.wants_more(turn) or about.only_asks(turn) else None


# --- what is done before anything more is asked ---


def _dropped(turn: Turn) -> Steps[Outcome | None]:
    """Let the table go where that is wished; a cancellation that is only mentioned is none."""
    is_mentioned = turn.intent == "cancel" and reason_for("cancel", turn.reading.acts) is Reason.NONE
    gives_up = turn.intent == "stop_booking" and not turn.heard.fields and not turn.heard.took_choice
    if not (gives_up or (turn.intent == "cancel" and not is_mentioned)):
        return None
    return (yield from _drop(turn))


def _drop(turn: Turn) -> Steps[Outcome]:
    yield from _release(turn)
    turn.state.forget_draft()
    bookings = yield from upcoming(turn)
    if bookings:
        turn.tell("utter_let_go_but_kept", bookings[0])
    else:
        turn.say("utter_nothing_booked_now")
    return DONE


def _release(turn: Turn) -> Steps[None]:
    if turn.state.hold is not None:
        yield from ReleaseHold(turn.state.hold.id)
        turn.state.hold = None


def _accepted_too_late(turn: Turn) -> Steps[Outcome | None]:
    """A yes to what was held half a day ago: offer it again."""
    over = turn.state.over
    if over is None or turn.asked is not None or turn.intent != "affirm" or turn.heard.fields:
        return None
    return (yield from offer_again(turn, over))


def _only_asked(turn: Turn) -> Steps[Outcome | None]:
    """Let go what nobody wanted, and answer the question."""
    restaurant = yield from in_hand(turn)
    if restaurant is None or not about.only_asks(turn):
        return None
    yield from _release(turn)
    turn.state.forget_draft()
    turn.state.talked_of = restaurant.slug
    about.answer(turn, restaurant)
    return DONE


def _others_wanted(turn: Turn) -> Steps[Outcome | None]:
    if not search.wants_more(turn):
        return None
    return (yield from search.find_more(turn)) or (yield from ask_restaurant(turn))


def _beside(turn: Turn) -> Steps[Outcome | None]:
    """ "Anything earlier?": other times beside the table that is held."""
    way, held = direction(turn), _held_start(turn)
    if way is None or turn.asked not in ("name", "phone", "confirmation"):
        return None
    restaurant = yield from in_hand(turn)
    offered = None
    if restaurant is not None and held is not None:
        offered = yield from offer_beside(turn, restaurant, held, way)
    return offered or (yield from follow(_WHAT_IS_MISSING, turn))


def _refused(turn: Turn) -> Steps[Outcome | None]:
    """A no to the table or the options in hand: ask what instead; to a second one leave it."""
    state, says_no = turn.state, turn.intent == "deny" or turn.heard.refused_choices
    if not says_no or turn.heard.news or turn.follows_reply:
        return None
    if turn.asked not in ("confirmation", "choice", "name", "time"):
        return None
    had_something = state.hold is not None or state.choices
    yield from _release(turn)
    state.choices = ()
    if not had_something and turn.asked == "time":
        return (yield from _drop(turn))
    turn.say("utter_what_instead")
    return Outcome("time")


def _accepted(turn: Turn) -> Steps[Outcome | None]:
    """Book it, at a clear yes to the summary just shown."""
    says_yes = turn.intent == "affirm" and not turn.heard.news and may_be_yes(turn.reading.acts)
    if not says_yes or turn.asked != "confirmation" or turn.follows_reply or turn.state.name is None:
        return None
    return DONE if (yield from _confirm(turn)) else None


def _confirm(turn: Turn) -> Steps[bool]:
    """Make the booking; False where the table has gone meanwhile."""
    state = turn.state
    hold, phone = state.hold, turn.situation.phone or state.phone
    if hold is None or state.name is None or phone is None:
        return False
    try:
        booking = yield from ConfirmHold(hold.id, state.name, phone, state.notes or "", turn.situation.locale)
    except HoldExpired as expired:
        turn.met(expired)
        _say_lapsed(turn, hold, is_still_free=False)
        state.hold = None
        return False
    if state.has_lapsed(turn.situation.now):
        _say_lapsed(turn, hold, is_still_free=True)
    turn.reply.hold = None
    turn.tell("utter_booked", booking)
    state.forget_draft()
    state.reservation = booking.code
    return True


# --- what is missing ---


def _noted(turn: Turn) -> Steps[Outcome | None]:
    if turn.asked is not None and turn.heard.noted and turn.heard.news <= _WISHES:
        say_noted(turn, (yield from in_hand(turn)))
    return None


def _unclear_day(turn: Turn) -> Steps[Outcome | None]:
    if turn.heard.problem != "no_such_date":
        return None
    return ask_another_date(turn, (yield from in_hand(turn)))


def _not_picked(turn: Turn) -> Outcome | None:
    """Ask again which of the options; of several restaurants the only one is taken as soon as more is told."""
    state = turn.state
    if turn.asked == "choice" and state.choices and not turn.heard.fields and not turn.heard.took_choice:
        return ask_to_pick(turn)
    if turn.asked == "choice" and state.restaurant is None and search.tells_more(turn):
        if len(state.choices) > 1:
            return search.ask_which(turn)
        state.take(state.choices[0])  # there is but one, and nothing was said against it
    state.choices = ()
    if turn.heard.news & _NAMED_IN_QUESTION.get(turn.asked or "", set()):
        turn.asked = None
    return None


def _restaurant(turn: Turn) -> Steps[Outcome | None]:
    """Find the restaurant where there is only one that can be meant, else ask."""
    state = turn.state
    if state.restaurant is not None:
        return None
    if not (yield from search.is_looking(state)):
        return (yield from ask_restaurant(turn, is_unknown=turn.heard.problem == "restaurant_unknown"))
    yield from _release(turn)  # "somewhere else" than the one in hand
    found = yield from search.find(turn, may_take=True)
    if found is not None:
        state.restaurant = found.slug
        return None
    # A diner who books in a city has a restaurant in mind, which a part of a long list may not show.
    is_a_part = turn.intent == "book" and (yield from search.shows_a_part(state))
    return Outcome("choice" if state.choices and not is_a_part else "restaurant")


def _party_and_day(turn: Turn) -> Steps[Outcome | None]:
    """Ask for what was asked for and not answered; else it is presumed aloud."""
    restaurant = yield from in_hand(turn)
    assert restaurant is not None
    if turn.state.party_size is None and (turn.asked == "party_size" or turn.heard.problem == "no_such_party"):
        return ask_party_size(turn, restaurant)
    if turn.state.date is None and turn.asked == "date":
        return ask_date(turn, restaurant)
    return None


def _table(turn: Turn) -> Steps[Outcome | None]:
    """Ask for the time, or hold a table at the time that is meant."""
    state, now = turn.state, turn.situation.now
    restaurant = yield from in_hand(turn)
    assert restaurant is not None
    day = state.date or presumed_day(restaurant, state.time, now)
    if state.time is None or _is_only_a_meal(turn):
        is_too_large = (state.party_size or 0) > restaurant.largest_party
        if seating_spans(restaurant, day) and not is_too_large:
            return ask_time(turn, restaurant, day)
        # That much is told before anything is asked.
        return (yield from _hold(turn, restaurant, Meant([datetime.combine(day, _EVENING, restaurant.zone)])))
    meant = meant_starts(restaurant, day, state.time, now, near=_held_start(turn))
    if len(meant.starts) > 1:
        return offer_times(turn, "utter_choose_time", restaurant, meant.starts)
    return (yield from _hold(turn, restaurant, meant))


def _is_only_a_meal(turn: Turn) -> bool:
    """Return whether "dinner" is all that is told: with the day and the party untold it is no time to hold a table at."""
    state = turn.state
    return turn.asked != "time" and state.date is None and state.party_size is None and "part" in (state.time or {})


def _hold(turn: Turn, restaurant: Restaurant, meant: Meant) -> Steps[Outcome | None]:
    """Hold a table at the time, unless just that is held; where there is none, say so with the nearest ones."""
    state, now, [start] = turn.state, turn.situation.now, meant.starts
    party_size = state.party_size or PRESUMED_PARTY
    if state.holds(restaurant, start, party_size, now) and "seating" not in turn.heard.fields:
        return None
    lapsed = state.hold if state.has_lapsed(now) else None
    yield from _release(turn)
    found = yield from FindOpenings(restaurant, start, party_size, preferences=state.preferences())
    opening = found.exact or next(iter(found.openings if meant.is_window else ()), None)
    if lapsed is not None:
        is_still_free = lapsed.is_of(restaurant, start, party_size) and opening is not None
        _say_lapsed(turn, lapsed, is_still_free=is_still_free)
    if opening is None:
        return (yield from _refuse(turn, restaurant, found))
    try:
        yield from _place(turn, restaurant, opening, party_size)
    except NoTableAvailable as gone:  # another diner was quicker since the search
        return (yield from _refuse(turn, restaurant, gone.search))
    _ask_anew(turn)
    return None


def _ask_anew(turn: Turn) -> None:
    """Another table is another question, unless who it is for was asked and answered."""
    if turn.heard.fields - _WHO or turn.asked not in _WHO:
        turn.asked = None


def _say_lapsed(turn: Turn, hold: Held, *, is_still_free: bool) -> None:
    turn.say("utter_hold_lapsed_still_free" if is_still_free else "utter_hold_lapsed", minutes=hold.minutes)


def _place(turn: Turn, restaurant: Restaurant, opening: Opening, party_size: int) -> Steps[None]:
    """Hold the table and take its day and time into the state. Raises NoTableAvailable."""
    state = turn.state
    phone = turn.situation.phone or state.phone
    hold = yield from PlaceHold(restaurant, opening.starts_at, party_size, phone, state.preferences())
    state.hold = Held.of(hold)
    yield from _say_if_area_taken(turn, restaurant, state.hold)
    start = opening.starts_at.astimezone(restaurant.zone)
    state.presumes_day = state.presumes_day or state.date is None
    state.date, state.time = restaurant.schedule.service_date_of(start), certain(start)


def area_to_tell(turn: Turn, restaurant: Restaurant, hold: Held) -> str | None:
    """Return where they asked to sit, if the table in hand is there."""
    return turn.state.area if turn.state.preferences().seats_in(hold.areas, restaurant) else None


def _say_if_area_taken(turn: Turn, restaurant: Restaurant, hold: Held) -> Steps[None]:
    """Tell that the table in hand is elsewhere than asked, where the restaurant has such a place, and when that is free."""
    state = turn.state
    if area_to_tell(turn, restaurant, hold) or not state.preferences().bookable_at(restaurant, hold.party_size):
        return
    there = SeatingPreferences(state.area, must=True)
    found = yield from FindOpenings(restaurant, hold.starts_at, hold.party_size, limit=1, preferences=there)
    wish = words_of_area(turn)
    if found.openings:
        turn.say("utter_area_taken_but_at", wish=wish, clock=turn.clock(restaurant, found.openings[0].starts_at))
    else:
        turn.say("utter_area_taken", wish=wish)


def words_of_area(turn: Turn) -> str:
    """Return the area that was asked for: in the diner's own words if they have just said it, else in ours."""
    said = (entity.text for entity in turn.entities if entity.kind == "seating" and entity.value == turn.state.area)
    return next(said, turn.words.area(turn.state.area or ""))


def _refuse(turn: Turn, restaurant: Restaurant, found: Search) -> Steps[Outcome]:
    """Say no with the nearest yes; where there is none, what stands in the way is asked for anew."""
    state = turn.state
    is_elsewhere = turn.situation.own_restaurant is None
    party_size = state.party_size or PRESUMED_PARTY
    if (yield from refuse(turn, restaurant, found, party_size, elsewhere=is_elsewhere)):
        return Outcome("choice")
    if found.refusal is Refusal.PARTY_TOO_LARGE:
        state.party_size = None
        turn.say("utter_how_many_instead")
        return Outcome("party_size")
    wanted_day = restaurant.schedule.service_date_of(found.wanted.astimezone(restaurant.zone))
    is_shut = found.refusal is Refusal.CLOSED and not seating_spans(restaurant, wanted_day)
    if not is_shut and found.refusal is not Refusal.TOO_FAR:
        state.time = None
        return Outcome("time")
    state.date = None
    if found.refusal is Refusal.TOO_FAR:
        turn.say("utter_which_day_instead")
    return Outcome("date")


def _who(turn: Turn) -> Steps[Outcome | None]:
    """Ask for the name, then for what shows who it is."""
    state, situation = turn.state, turn.situation
    facts = yield from _summary(turn)
    if state.name is None:
        known = situation.known_name or ((yield from NameOf(situation.phone)) if situation.phone else None)
        if known is None:
            return ask(turn, "name", "utter_which_name", facts)
        state.name = known
    facts |= {"name": state.name}
    asks = identify(turn, "utter_which_phone", ask_code="utter_which_code_held", **facts)
    if (
        asks is None and situation.phone is None and state.phone is None
    ):  # texted from what is no phone, like a short code
        return ask(turn, "phone", "utter_which_phone", facts)
    return asks


def _summary(turn: Turn) -> Steps[dict[str, object]]:
    """Show the hold, and return the facts that tell of it."""
    restaurant = yield from in_hand(turn)
    assert restaurant is not None
    assert turn.state.hold is not None
    hold = turn.state.hold
    turn.show_hold(restaurant, hold)
    area = area_to_tell(turn, restaurant, hold)
    return turn.seating(restaurant, hold.starts_at, turn.state.party_size or PRESUMED_PARTY, area)


def _named(turn: Turn) -> Steps[Outcome | None]:
    """Book it where the last question named the table and asked only who it is for: the answer is the yes.

    What nobody has said, the day or the party, needs a yes of its own.
    """
    state, fields = turn.state, turn.heard.fields
    told_who = fields & _WHO and not fields - _WHO
    is_known_now = (turn.asked in _WHO and told_who) or (turn.asked == "code" and turn.situation.verified == "right")
    if not is_known_now or state.party_size is None or state.presumes_day:
        return None
    if (yield from _confirm(turn)):
        return DONE
    turn.asked, turn.heard = None, Heard()
    return (yield from follow(_WHAT_IS_MISSING, turn))


def _ask_to_confirm(turn: Turn) -> Steps[Outcome]:
    """Show all of it, and ask for a yes."""
    facts = yield from _summary(turn)
    first = "utter_confirm" if turn.state.party_size else "utter_confirm_presumed"
    return ask(turn, "confirmation", "utter_confirm", {**facts, "name": turn.state.name}, first=first)


_WHAT_IS_MISSING = (
    _noted,
    _unclear_day,
    ask_heard_options,
    _not_picked,
    _restaurant,
    _party_and_day,
    _table,
    _who,
    _named,
    _ask_to_confirm,
)
BOOK = Form(
    "book",
    frozenset(("undo", "opt_out")),
    _begin,
    _hear,
    (
        _dropped,
        _accepted_too_late,
        _only_asked,
        _others_wanted,
        _beside,
        _refused,
        _accepted,
        *_WHAT_IS_MISSING,
    ),
    takes=_takes,
)
