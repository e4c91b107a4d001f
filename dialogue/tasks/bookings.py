"""Which of a diner's bookings a message is about, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from booking_engine import Reservation, ReservationOver, ReservationUnknown
from dialogue.effects import CancelReservation, GetReservation, ReservationsOf, Steps
from dialogue.hearing.picking import pick, take
from dialogue.hearing.who import NAME_PARTS
from dialogue.reading import OF_TABLE, Entity
from dialogue.reasons import is_answer
from dialogue.state import Option
from dialogue.tasks.asking import ask_to_pick
from dialogue.turn import DONE, Outcome, Turn, writes_day_first
from nlu.cues import folded_words
from nlu.lexicon import COMMON
from nlu.reading.clock import clock_time
from nlu.resolving import resolve_dates, resolve_times

_MOST_LISTED = 5
_POINTERS = frozenset(("the", "my", "our", "that", "this"))


def upcoming(turn: Turn) -> Steps[list[Reservation]]:
    """Return the bookings that this diner may see: those of the phone that is known to be theirs, soonest first."""
    return (yield from ReservationsOf(turn.situation.phone)) if turn.situation.phone else []


def show_upcoming(turn: Turn) -> Steps[None]:
    """Say what this diner has booked; if it is a single booking, that is what was talked about last."""
    bookings = yield from upcoming(turn)
    turn.state.reservation = bookings[0].code if len(bookings) == 1 else None
    if not bookings:
        turn.say("utter_nothing_booked_yet" if turn.state.task == "book" else "utter_nothing_booked")
    elif len(bookings) == 1:
        turn.tell("utter_one_booking", bookings[0])
    else:
        render = turn.words.render
        parts = [render("utter_part_booking", **turn.booked(each), code=each.code) for each in bookings[:_MOST_LISTED]]
        turn.say("utter_bookings", list="; ".join(parts))


def corrects_booking(turn: Turn) -> Steps[bool]:
    """Return whether a message that answers nothing only sets right what was booked or changed last: "no wait, 8"."""
    if not turn.has_cue("correcting") or turn.situation.was_asked:
        return False
    return any(booking.code == turn.state.reservation for booking in (yield from upcoming(turn)))


def with_code(turn: Turn, code: str) -> Steps[Reservation | None]:
    """Return the booking with this code, if it is one that this diner may see."""
    try:
        found = yield from GetReservation(code)
    except ReservationUnknown as unknown:
        turn.met(unknown)
        return None
    return found if turn.situation.phone and found.diner_phone == turn.situation.phone else None


def give_back(turn: Turn, code: str) -> Steps[Reservation | None]:
    """Cancel a booking; None where it has just come to its end, so that there is nothing to cancel."""
    try:
        return (yield from CancelReservation(code))
    except ReservationOver as over:
        turn.met(over)
        return None


def named_in(turn: Turn, bookings: list[Reservation]) -> list[Reservation]:
    """Return those that the message names by code or restaurant, else those it names by day or time, or, to
    cancel it, by how many come.
    """
    codes, told = set(_codes(turn)), set(turn.reading.words) - COMMON  # "cancel the gannet one", of Gannet Larder
    named = {slug for entity in turn.reading.entities for slug in entity.slugs}
    old = [entity for entity in turn.entities if entity.kind.startswith("previous_")]  # "move Saturday to 8pm"
    ways: tuple[Callable[[Reservation], bool], ...] = (
        lambda booking: booking.code in codes,
        lambda booking: booking.restaurant.slug in named,
        lambda booking: not told.isdisjoint(folded_words(booking.restaurant.name)),
        lambda booking: any(names_start(turn, entity, booking) for entity in old or turn.entities),
        lambda booking: _may_name_party(turn) and any(is_its_party(entity, booking) for entity in turn.entities),
    )
    return next((found for way in ways if (found := list(filter(way, bookings)))), [])


def _may_name_party(turn: Turn) -> bool:
    """Return whether how many come tells which booking is meant, and not what one is to become: "cancel the one for 6"."""
    return turn.intent == "cancel" or (turn.state.task == "cancel" and turn.asked == "choice")


def names_another(turn: Turn, booking: Reservation) -> bool:
    """Return whether a message tells which booking it is about, and this is not that one: it must not be taken instead.

    It tells so by a restaurant, by a day or time that a booking has, or as "the cedar one".
    """
    if named_in(turn, [booking]):
        return False
    has_named = any(entity.slugs for entity in turn.reading.entities)
    has_dated = any(entity.kind in ("date", "previous_date", "previous_time") for entity in turn.reading.entities)
    return has_named or has_dated or _refers_to_one(turn.reading.words)


def tells_more(turn: Turn, booking: Reservation) -> bool:
    """Return whether a message that picks this booking tells something else for it too: "make the Saturday one 7 people"."""
    return any(
        entity.kind in OF_TABLE and not (is_its_party(entity, booking) or names_start(turn, entity, booking))
        for entity in turn.entities
    )


def is_its_party(entity: Entity, booking: Reservation) -> bool:
    """Return whether as many are told as the booking is for now."""
    return entity.kind == "party_size" and entity.value.get("count") == booking.party_size


def _refers_to_one(words: tuple[str, ...]) -> bool:
    """Return whether words speak of one of several by a word of its own: "the cedar one"."""
    return any(
        pointer in _POINTERS and word not in COMMON and one == "one"
        for pointer, word, one in zip(words, words[1:], words[2:], strict=False)
    )


def _codes(turn: Turn) -> list[str]:
    return [str(entity.value) for entity in turn.entities if entity.kind == "code"]


def names_start(turn: Turn, entity: Entity, booking: Reservation) -> bool:
    """Return whether a date or time in the message is the one that the booking has now."""
    start, now = booking.starts_at, turn.here(booking.restaurant)
    if entity.kind in ("date", "previous_date"):
        day_first = writes_day_first(booking.restaurant)
        return start.date() in resolve_dates(entity.value, today=now.date(), day_first=day_first)
    if entity.kind in ("time", "previous_time") and not {"shift_minutes", "same"} & set(entity.value):
        return start.time() in resolve_times(entity.value, now=now).candidates
    return False


def tells_former(turn: Turn) -> Steps[bool]:
    """Return whether a message tells what the booking had until the change just made, and has no longer: "lol jk, 7"."""
    before = turn.undoable
    booking = (yield from with_code(turn, before.code)) if before else None
    if before is None or booking is None:
        return False
    former = replace(booking, starts_at=before.starts_at, party_size=before.party_size, diner_name=before.name)
    told = [each for entity in turn.entities for each in _meanings(entity)]
    return any(_is_of(turn, each, former) and not _is_of(turn, each, booking) for each in told)


def _is_of(turn: Turn, entity: Entity, booking: Reservation) -> bool:
    is_name = entity.kind in NAME_PARTS and str(entity.value) in booking.diner_name.split()
    return is_name or is_its_party(entity, booking) or names_start(turn, entity, booking)


def _meanings(entity: Entity) -> Sequence[Entity]:
    """Return what an entity may mean: a bare number is an hour or a count."""
    if entity.kind != "number":
        return [entity]
    count = Entity("party_size", entity.text, {"count": entity.value})
    hour = clock_time(entity.value, 0) if entity.value > 0 else None
    return [count, Entity("time", entity.text, hour)] if hour else [count]


def find_target(turn: Turn) -> Steps[Reservation | Outcome]:
    """Return the one booking that is meant, or what was asked instead: a pick among several, or nothing, as there is none."""
    state = turn.state
    if state.reservation and (turn.heard.picked or state.has_target):
        found = yield from with_code(turn, state.reservation)
        if found is not None:
            return found
    if codes := _codes(turn):
        found = yield from with_code(turn, codes[0])
        if found is None:
            turn.say("utter_code_unknown", code=codes[0])
        return found or DONE
    bookings = yield from upcoming(turn)
    if not bookings:
        turn.say("utter_nothing_booked")
        return DONE
    meant = _meant(turn, bookings) or bookings
    return meant[0] if len(meant) == 1 else _ask_which(turn, meant)


def _meant(turn: Turn, bookings: list[Reservation]) -> list[Reservation]:
    """Return those that the message names; asked which one, only an answer does: "saturday i'm flying to Rome" is none."""
    may_name = turn.asked != "choice" or is_answer(turn.reading.acts)
    return named_in(turn, bookings) if may_name else []


def _ask_which(turn: Turn, meant: list[Reservation]) -> Outcome:
    """Ask which booking; what the message wants is kept until that is clear."""
    labels = {each.code: turn.words.render("utter_part_seating", **turn.booked(each)) for each in meant[:_MOST_LISTED]}
    options = tuple(Option(label, {"reservation": code}) for code, label in labels.items())
    if options == turn.state.choices:
        return ask_to_pick(turn)
    if turn.state.pending is None:
        turn.state.pending = tuple(turn.entities)
    return turn.offer("utter_which_booking", options)


def pick_booking(turn: Turn) -> Steps[None]:
    """Take the booking that an answer to "Which booking?" picks: by its digit, or as one names it, "the Saturday one"."""
    pick(turn)
    if turn.heard or not is_answer(turn.reading.acts):  # "saturday i'm flying to Rome" picks no table
        return
    options = {option.fills["reservation"]: option for option in turn.state.choices}
    bookings: list[Reservation] = []
    for code in options:
        found = yield from with_code(turn, code)
        bookings += [found] if found else []
    meant = named_in(turn, bookings)
    if len(meant) == 1:
        take(turn, options[meant[0].code])
        turn.entities = [entity for entity in turn.entities if not names_start(turn, entity, meant[0])]


def recalled(turn: Turn) -> list[Entity]:
    """Return what the message said that opened the task, before it was asked what it was about."""
    return [Entity(*parts) for parts in turn.state.pending or ()]
