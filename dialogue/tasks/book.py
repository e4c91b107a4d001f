"""Booking: from whatever was said to a table that is held, named and confirmed."""

from __future__ import annotations

from datetime import datetime, time

from booking_engine import (
    HoldExpired,
    NoTableAvailable,
    Opening,
    Refusal,
    Reservation,
    Restaurant,
    Search,
    SeatingPreferences,
)
from dialogue.effects import ConfirmHold, FindOpenings, GetRestaurant, NameOf, PlaceHold, ReleaseHold, Steps
from dialogue.hearing.criteria import SEARCHED, looks_for_restaurant
from dialogue.hearing.further import hear_details, set_further_aside
from dialogue.hearing.hear import hear
from dialogue.hearing.restaurants import in_hand
from dialogue.hearing.who import speaks_of_another
from dialogue.hearing.wishes import say_noted
from dialogue.reasons import Reason, declines, is_clear_no, is_no_refusal, may_be_yes, reason_for, refuses_name
from dialogue.state import Held
from dialogue.tasks import about, doubles, search
from dialogue.tasks.asking import (
    ask,
    ask_booking_part,
    ask_heard_options,
    ask_restaurant,
    ask_to_pick,
    ask_unclear_day,
)
from dialogue.tasks.bookings import named_in, upcoming
from dialogue.tasks.form import Form, follow
from dialogue.tasks.identify import identify
from dialogue.tasks.offering import direction, free_that_day, offer_again, offer_beside, offer_times, refuse
from dialogue.times import Meant, certain, meant_starts, presumed_day, seating_spans
from dialogue.turn import DONE, Heard, Outcome, Turn

_EVENING = time(19)
_WHO = {"name", "phone", "code"}
_WISHES = {"seating", "notes", "sought"}
_TOUCHES_NO_TABLE = {"notes"}
_OF_EVERY_TABLE = ("area", "features", "notes")


def _begin(turn: Turn) -> None:
    """Forget an older draft; "do they have a patio?" - "ok, book us in" is about the restaurant that was asked about."""
    state, talked_of, own = turn.state, turn.state.talked_of, turn.situation.own_restaurant
    state.forget_draft()
    says_where = turn.has_kind("restaurant", *SEARCHED) or looks_for_restaurant(turn)
    state.restaurant = own or (None if says_where else talked_of)


def _held_start(turn: Turn) -> datetime | None:
    return turn.state.hold.starts_at if turn.state.hold else None


def _hear(turn: Turn) -> Steps[None]:
    """Hear the message; where both or one of two tables was asked about, what names the other one is no wish for another time."""
    is_both_asked = doubles.is_asked(turn)
    names_other = is_both_asked and (yield from doubles.set_aside_other(turn))
    if not is_both_asked and set_further_aside(turn):
        turn.say("utter_one_at_a_time")
    yield from hear(turn, _held_start(turn))
    if is_both_asked:
        doubles.hear_answer(turn, names_other=names_other)


def _takes(turn: Turn) -> Steps[bool | None]:
    """Take what is about the table in hand, which comes first unless the message says that one which stands is meant."""
    if doubles.takes(turn) or _keeps_what_is_in_hand(turn):
        return True
    bookings = (yield from upcoming(turn)) if turn.intent in ("cancel", "change") else []
    if turn.intent == "cancel":
        return not bookings or (turn.state.hold is not None and not named_in(turn, bookings))
    if bookings:
        return bool(turn.heard or turn.state.hold) and not turn.has_cue("names_booking")
    return True if search.wants_more(turn) or about.only_asks(turn) else None


def _keeps_what_is_in_hand(turn: Turn) -> bool:
    """Return whether a table on hold is to stay as it is, or no other is wanted beside it. Only the word that we offer ourselves,
    UNDO, brings back another booking meanwhile.
    """
    keeps = turn.intent == "undo" and turn.asked in ("confirmation", "name") and not turn.has_cue("undoes")
    return keeps or _is_enough(turn)


# --- what is done before anything more is asked ---


def _dropped(turn: Turn) -> Steps[Outcome | None]:
    """Let the table go where that is wished; a cancellation that is only mentioned is none."""
    cancels = turn.intent == "cancel" and reason_for("cancel", turn.reading.acts) is not Reason.NONE
    gives_up = turn.intent == "stop_booking" and not is_no_refusal(turn.reading.acts)
    gives_up = gives_up and not turn.heard.fields and not turn.heard.picked
    return (yield from _drop(turn)) if cancels or gives_up else None


def _drop(turn: Turn) -> Steps[Outcome]:
    yield from let_go(turn)
    bookings = yield from upcoming(turn)
    if bookings:
        turn.tell("utter_let_go_but_kept", bookings[0])
    else:
        turn.say("utter_nothing_booked_now")
    return DONE


def let_go(turn: Turn) -> Steps[None]:
    """Forget the draft, and give the table on hold back, if there is one."""
    yield from _release(turn)
    turn.state.forget_draft()


def _release(turn: Turn) -> Steps[None]:
    if turn.state.hold is not None:
        yield from ReleaseHold(turn.state.hold.id)
        turn.state.hold = None


def _accepted_too_late(turn: Turn) -> Steps[Outcome | None]:
    """A yes to what was held half a day ago: offer it again."""
    over = turn.state.over
    if over is None or turn.intent != "affirm" or turn.heard.fields:
        return None
    return (yield from offer_again(turn, over))


def _only_asked(turn: Turn) -> Steps[Outcome | None]:
    """Let go what nobody wanted, and answer the question."""
    restaurant = yield from in_hand(turn)
    if restaurant is None or not about.only_asks(turn):
        return None
    yield from let_go(turn)
    turn.state.talked_of = restaurant.slug
    about.answer(turn, restaurant)
    return DONE


def _others_wanted(turn: Turn) -> Steps[Outcome | None]:
    if not search.wants_more(turn):
        return None
    return (yield from search.find_more(turn)) or (yield from ask_restaurant(turn))


def _both_or_instead(turn: Turn) -> Steps[Outcome | None]:
    """Book the table in hand beside another one or instead of it, as answered; at a clear no only the other one stays."""
    if turn.follows_reply or turn.heard.news:
        return None
    if turn.heard.picked and "keeps_other" in turn.heard.picked.fills:
        return (yield from _book(turn))
    if not doubles.is_asked(turn):
        return None
    says_no = turn.intent in ("deny", "stop_booking") and is_clear_no(turn.reading.acts)
    return (yield from _drop(turn)) if says_no or turn.heard.refused_choices else ask_to_pick(turn)


def _beside(turn: Turn) -> Steps[Outcome | None]:
    """ "Anything earlier?": other times beside the table that is held."""
    way, held = direction(turn), _held_start(turn)
    if way is None or turn.asked not in ("name", "phone", "confirmation"):
        return None
    restaurant = yield from in_hand(turn)
    offered = (yield from offer_beside(turn, restaurant, held, way)) if restaurant and held else None
    return offered or (yield from follow(_WHAT_IS_MISSING, turn))


def _is_enough(turn: Turn) -> bool:
    """Return whether no further table is wanted, though it is no plain no: "that was all, thanks"."""
    return turn.state.is_further and turn.asked == "confirmation" and turn.has_cue("enough") and not turn.heard.news


def _refused(turn: Turn) -> Steps[Outcome | None]:
    """A no to the table or the options in hand: ask what instead; to a second one leave it."""
    state, says_no = turn.state, turn.intent == "deny" or turn.heard.refused_choices or _is_enough(turn)
    if not says_no or not _may_refuse(turn) or turn.heard.news or turn.follows_reply:
        return None
    is_proposed = _is_proposed(turn)
    if state.is_further:
        return (yield from _drop(turn))
    yield from _release(turn)
    state.choices = ()
    if not is_proposed:
        return (yield from _drop(turn))
    turn.say("utter_what_instead")
    return Outcome("time")


def _may_refuse(turn: Turn) -> bool:
    """Return whether a no is to the table or the options in hand, and not to the question for a name.

    Where none is on hold it has to be a clear one: "hmm, not sure" refuses no list, and "not 8" no table.
    """
    is_to_name = turn.asked == "name" and refuses_name(turn.reading.acts)
    is_clear = turn.state.hold is not None or turn.heard.refused_choices or declines(turn.reading.acts)
    return turn.asked in ("confirmation", "choice", "name", "time") and not is_to_name and is_clear


def _is_proposed(turn: Turn) -> bool:
    """Return whether there was anything to refuse but a question for the time."""
    return turn.asked != "time" or turn.state.hold is not None or bool(turn.state.choices)


def _accepted(turn: Turn) -> Steps[Outcome | None]:
    """Book it, at a clear yes to the summary just shown."""
    notes = (entity for entity in turn.reading.entities if entity.kind == "note")
    length = turn.reading.length - sum(len(note.text.split()) for note in notes)
    is_yes = turn.intent == "affirm" and may_be_yes(turn.reading.acts, length)
    says_yes = is_yes and turn.heard.news <= _TOUCHES_NO_TABLE
    if not says_yes or turn.asked != "confirmation" or turn.follows_reply or (yield from doubles.own_nearby(turn)):
        return None
    yield from _noted(turn)
    return (yield from _book(turn))


def _book(turn: Turn) -> Steps[Outcome | None]:
    """Make the booking, and take up the next table where several were asked for; None where the table has gone meanwhile."""
    state = turn.state
    further, wishes = state.further, {name: getattr(state, name) for name in _OF_EVERY_TABLE}
    booking = yield from _confirm(turn)
    if booking is None or not further:
        return DONE if booking else None
    place, start = booking.restaurant, booking.starts_at
    state.task, state.restaurant, state.party_size = "book", place.slug, booking.party_size
    state.date, state.time = place.schedule.service_date_of(start), certain(start)
    for name, wish in wishes.items():
        setattr(state, name, wish)
    state.is_further, state.keeps_other, state.further = True, True, further[1:]
    turn.asked = None
    hear_details(turn, further[0], place)
    turn.say("utter_now_the_next")
    return (yield from follow(_WHAT_IS_MISSING, turn))


def _confirm(turn: Turn) -> Steps[Reservation | None]:
    """Make the booking; None where the table has gone meanwhile."""
    state = turn.state
    hold, phone = state.hold, turn.situation.phone  # never under a number that was only named
    replaces = hold.nearby if hold and state.keeps_other is False else None
    if hold is None or state.name is None or phone is None:
        return None
    try:
        booking = yield from ConfirmHold(hold.id, state.name, phone, state.notes or "", turn.situation.locale)
    except HoldExpired as expired:
        turn.met(expired)
        _say_lapsed(turn, hold, is_still_free=False)
        state.hold = state.keeps_other = None
        return None
    if state.has_lapsed(turn.situation.now):
        _say_lapsed(turn, hold, is_still_free=True)
    turn.reply.hold = None
    yield from doubles.settle_booked(turn, booking, replaces)
    state.forget_draft()
    state.reservation = booking.code
    return booking


# --- what is missing ---


def _noted(turn: Turn) -> Steps[Outcome | None]:
    """Acknowledge what only comes for the staff, and always what is kept in the diner's own words."""
    noted, is_all = turn.heard.noted, turn.asked is not None and turn.heard.news <= _WISHES
    turn.heard.noted = noted if is_all else [each for each in noted if each.kind == "note"]
    if turn.heard.noted:
        say_noted(turn, (yield from in_hand(turn)))
    return None


def _not_picked(turn: Turn) -> Outcome | None:
    """Ask again which of the options, also after a note; of several restaurants the only one is taken as soon as more is told."""
    state = turn.state
    if turn.asked == "choice" and state.choices and turn.heard.fields <= _TOUCHES_NO_TABLE and not turn.heard.picked:
        return ask_to_pick(turn)
    if turn.asked == "choice" and state.restaurant is None and search.tells_more(turn):
        if len(state.choices) > 1:
            return search.ask_which(turn)
        state.take(state.choices[0])  # there is but one, and nothing was said against it
    state.choices = ()
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


def _asked_too(turn: Turn) -> Steps[None]:
    """Answer what is asked besides: "do you have parking, and can I book for 2 tomorrow?"."""
    if turn.follows_reply or not (turn.has_kind("topic") and turn.has_cue("question_mark") and turn.heard.news):
        return
    about.answer_beside(turn, (yield from _place(turn)))


def _party_and_day(turn: Turn) -> Steps[Outcome | None]:
    """Ask for what was asked for and not answered; else it is presumed aloud."""
    state, restaurant = turn.state, (yield from _place(turn))
    is_untold = turn.asked == "party_size" or turn.heard.problem == "no_such_party" or state.is_group
    if state.party_size is None and is_untold:
        return ask_booking_part(turn, "party_size", restaurant)
    if state.date is None and (turn.asked == "date" or state.awaits_day):
        return ask_booking_part(turn, "date", restaurant)
    return None


def _table(turn: Turn) -> Steps[Outcome | None]:
    """Ask for the time, or hold a table at the time that is meant."""
    state, now = turn.state, turn.situation.now
    restaurant = yield from _place(turn)
    day = state.date or presumed_day(restaurant, state.time, now)
    if state.time is None or _is_only_a_meal(turn):
        is_too_large = (state.party_size or 0) > restaurant.largest_party
        if seating_spans(restaurant, day) and not is_too_large:
            free = (yield from free_that_day(turn, restaurant, day)) if turn.asked == "time" else ()
            if free or turn.asked != "time":
                return ask_booking_part(turn, "time", restaurant, day, free)
        # That much is told before anything is asked.
        return (yield from _hold(turn, restaurant, Meant([datetime.combine(day, _EVENING, restaurant.zone)])))
    meant = meant_starts(restaurant, day, state.time, now, near=_held_start(turn))
    if len(meant.starts) > 1:
        return offer_times(turn, "utter_choose_time", restaurant, meant.starts)
    return (yield from _hold(turn, restaurant, meant))


def _place(turn: Turn) -> GetRestaurant:
    return GetRestaurant(turn.state.restaurant or "")


def _is_only_a_meal(turn: Turn) -> bool:
    """Return whether "dinner" is all that is told: with the day and the party untold it is no time to hold a table at.

    As the answer to the question for the time it is.
    """
    state, is_answer = turn.state, turn.asked == "time" and not turn.heard.fields.isdisjoint(("time", "time_same"))
    return not is_answer and state.date is None and state.party_size is None and "part" in (state.time or {})


def _hold(turn: Turn, restaurant: Restaurant, meant: Meant) -> Steps[Outcome | None]:
    """Hold a table at the time, unless just that is held; where there is none, say so with the nearest ones."""
    state, now, [start] = turn.state, turn.situation.now, meant.starts
    party_size = state.presumed_party
    is_held = state.hold is not None and state.hold.is_of(restaurant, start, party_size)
    if is_held and not state.has_lapsed(now) and "seating" not in turn.heard.fields:
        return None
    lapsed = state.hold if state.has_lapsed(now) else None
    yield from _release(turn)
    found = yield from FindOpenings(restaurant, start, party_size, preferences=state.preferences())
    opening = found.exact or next(iter(found.openings if meant.is_window else ()), None)
    if lapsed is not None:
        _say_lapsed(turn, lapsed, is_still_free=is_held and opening is not None)
    if opening is None:
        return (yield from _refuse(turn, restaurant, found))
    try:
        yield from _take(turn, restaurant, opening, party_size)
    except NoTableAvailable as gone:  # another diner was quicker since the search
        return (yield from _refuse(turn, restaurant, gone.search))
    return None


def _say_lapsed(turn: Turn, hold: Held, *, is_still_free: bool) -> None:
    turn.say("utter_hold_lapsed_still_free" if is_still_free else "utter_hold_lapsed", minutes=hold.minutes)


def _take(turn: Turn, restaurant: Restaurant, opening: Opening, party_size: int) -> Steps[None]:
    """Hold the table and take its day and time into the state. Raises NoTableAvailable.

    Where it is elsewhere in the restaurant than asked, that is told, and when a table there is free.
    """
    state, wishes = turn.state, turn.state.preferences()
    phone = turn.situation.phone or state.phone
    hold = state.hold = Held.of((yield from PlaceHold(restaurant, opening.starts_at, party_size, phone, wishes)))
    if not wishes.seats_in(hold.areas, restaurant) and wishes.bookable_at(restaurant, party_size):
        there = SeatingPreferences(state.area, must=True)
        found = yield from FindOpenings(restaurant, hold.starts_at, party_size, limit=1, preferences=there)
        wish = words_of_area(turn)
        if found.openings:
            turn.say("utter_area_taken_but_at", wish=wish, clock=turn.clock(restaurant, found.openings[0].starts_at))
        else:
            turn.say("utter_area_taken", wish=wish)
    state.presumes_day = state.presumes_day or state.date is None
    state.date, state.time = restaurant.schedule.service_date_of(opening.starts_at), certain(opening.starts_at)
    if turn.heard.fields - _WHO or turn.asked not in _WHO:
        turn.asked = None  # another table is another question, unless who it is for was asked and answered


def words_of_area(turn: Turn) -> str:
    """Return the area that was asked for: in the diner's own words if they have just said it, else in ours."""
    said = (entity.text for entity in turn.entities if entity.kind == "seating" and entity.value == turn.state.area)
    return next(said, turn.words.area(turn.state.area or ""))


def _refuse(turn: Turn, restaurant: Restaurant, found: Search) -> Steps[Outcome]:
    """Say no with the nearest yes; where there is none, what stands in the way is asked for anew."""
    state, is_elsewhere = turn.state, turn.situation.own_restaurant is None
    if (yield from refuse(turn, restaurant, found, state.presumed_party, elsewhere=is_elsewhere)):
        return Outcome("choice")
    if found.refusal is Refusal.PARTY_TOO_LARGE:
        state.party_size = None
        turn.say("utter_how_many_instead")
        return Outcome("party_size")
    wanted_day = restaurant.schedule.service_date_of(found.wanted)
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
        state.name = situation.known_name or ((yield from NameOf(situation.phone)) if situation.phone else None)
    if state.name is None:
        doubles.has_none(turn)  # who has booked before has a name
        return ask(turn, "name", "utter_which_name", facts)
    facts |= {"name": state.name}
    return identify(turn, "utter_which_phone", ask_code="utter_which_code_held", **facts)


def _summary(turn: Turn) -> Steps[dict[str, object]]:
    """Show the hold, and return the facts that tell of it; where they asked to sit, if the table is there."""
    restaurant, state = (yield from _place(turn)), turn.state
    assert state.hold is not None
    turn.show_hold(restaurant, state.hold)
    area = state.area if state.preferences().seats_in(state.hold.areas, restaurant) else None
    return turn.seating(restaurant, state.hold.starts_at, state.presumed_party, area)


def _named(turn: Turn) -> Steps[Outcome | None]:
    """Book it where the last question named the table and asked only who it is for: the answer is the yes.

    What nobody has said, the day or the party, needs a yes of its own; so does another table that is spoken of besides.
    """
    state, fields = turn.state, turn.heard.fields
    told_who = fields & _WHO and not fields - _WHO - _TOUCHES_NO_TABLE
    is_known_now = (turn.asked in _WHO and told_who) or (turn.asked == "code" and turn.situation.verified == "right")
    if not is_known_now or state.party_size is None or state.presumes_day:
        return None
    if speaks_of_another(turn, (yield from _place(turn)).zone) or (yield from doubles.own_nearby(turn)):
        return None
    if (done := (yield from _book(turn))) is not None:
        return done
    turn.asked, turn.heard = None, Heard()
    return (yield from follow(_WHAT_IS_MISSING, turn))


def _ask_to_confirm(turn: Turn) -> Steps[Outcome]:
    """Show all of it, and ask for a yes; where the diner has a table about then, which of them it shall be."""
    facts = {**(yield from _summary(turn)), "name": turn.state.name}
    if (other := (yield from doubles.own_nearby(turn))) is not None:
        return doubles.ask_both_or_instead(turn, other, facts)
    first = "utter_confirm" if turn.state.party_size else "utter_confirm_presumed"
    return ask(turn, "confirmation", "utter_confirm", facts, first=first)


_AT_ONCE = (_both_or_instead, _dropped, _accepted_too_late, _only_asked, _others_wanted, _beside, _refused, _accepted)
_WHAT_IS_MISSING = (
    _noted, ask_unclear_day, ask_heard_options, _not_picked, _restaurant, _asked_too, _party_and_day, _table, _who, _named,
    _ask_to_confirm,
)  # fmt: skip
BOOK = Form(
    "book",
    leaves_for=frozenset(("undo", "opt_out", "forget_me")),
    begin=_begin,
    hear=_hear,
    steps=(*_AT_ONCE, *_WHAT_IS_MISSING),
    takes=_takes,
)
