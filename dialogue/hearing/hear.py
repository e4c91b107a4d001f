"""Taking a whole message into the state, in the order in which one thing decides what another means."""

from __future__ import annotations

from datetime import datetime

from booking_engine import Restaurant
from dialogue.effects import Steps
from dialogue.hearing.criteria import REFUSED, hear_criteria, looks_elsewhere
from dialogue.hearing.days import hear_date, hear_time
from dialogue.hearing.party import as_correction, hear_bare_number, hear_party, rather_guests, replacing
from dialogue.hearing.picking import pick
from dialogue.hearing.restaurants import drop_words_of, hear_restaurant, in_hand, is_named, recall_last_time
from dialogue.hearing.who import NAME_PARTS, hear_who
from dialogue.hearing.wishes import TO_NOTE, hear_wishes
from dialogue.reading import Entity, kinds_of
from dialogue.reasons import is_answer, is_name, is_no_name, may_correct, may_tell_name, only_corrects
from dialogue.times import presumed_day
from dialogue.turn import Turn

_WORDS_ASKED = ("name", "confirmation", "phone", "code")
_NUMBERS = {"number", "time", "party_size", "date", "choice"}


def hear(turn: Turn, anchor: datetime | None) -> Steps[None]:
    """Take the entities of the message. `anchor`: the start that "half an hour later" and "same time" refer to."""
    said, aside = turn.entities, _beside_the_point(turn)
    corrected = (as_correction(turn, entity) for entity in said)
    turn.entities = [entity for entity in corrected if entity.kind not in aside and not _is_in_note(turn, entity)]
    pick(turn)
    turn.entities = replacing(turn, anchor)
    restaurant = yield from _hear_place(turn)
    presumed = None
    if restaurant and turn.asked == "time" and turn.state.task == "book":
        presumed = presumed_day(restaurant, None, turn.situation.now)
        turn.entities = [rather_guests(turn, entity, restaurant, presumed) for entity in turn.entities]
    hear_party(turn)
    hear_date(turn, restaurant, presumed)
    hear_time(turn, restaurant, anchor)
    hear_bare_number(turn, restaurant, anchor)
    yield from hear_who(turn)
    hear_wishes(turn)
    told = turn.heard.fields & {"time", "party_size"}
    if turn.heard.fields:
        turn.state.said_last = told.pop() if len(told) == 1 else None
    turn.entities = said


def _hear_place(turn: Turn) -> Steps[Restaurant | None]:
    """Take restaurant and search; asked for a name, only an objection or another search is about a restaurant.

    The restaurant's own name is dropped: nobody is called so in "move my Bird Dog table".
    """
    objects = turn.has_cue("objection", "another_restaurant") or turn.has_kind(*REFUSED)
    searches = looks_elsewhere(turn) and not is_name(turn.reading.acts)
    if turn.asked != "name" or objects or searches:
        yield from hear_criteria(turn)
        yield from hear_restaurant(turn)
    if turn.state.task == "book":
        yield from recall_last_time(turn)
    restaurant = yield from in_hand(turn)
    if restaurant is not None and turn.asked != "name":
        drop_words_of(turn, restaurant, of=NAME_PARTS)
    elif restaurant is not None and is_named(turn, restaurant):  # "Seven Sisters" is no party of seven
        drop_words_of(turn, restaurant)
    return restaurant


def _beside_the_point(turn: Turn) -> set[str]:
    """Return the kinds of entities that mean nothing in such a message."""
    kinds: set[str] = set()
    if turn.has_cue("noise"):  # "hmm", "blah blah": neither a restaurant nor a diner
        kinds |= {*NAME_PARTS, "restaurant"}
    if turn.asked in _WORDS_ASKED and turn.state.party_size and "".join(turn.reading.words).isdecimal():
        kinds |= _NUMBERS  # a bare digit counts only for what was asked, or told as presumed
    if turn.asked in _WORDS_ASKED and turn.state.hold is not None and not may_correct(turn.reading.acts):
        kinds |= {*_NUMBERS, "vague_date"}
    return kinds | _beside_a_name(turn) if turn.asked == "name" else kinds


def _is_in_note(turn: Turn, entity: Entity) -> bool:
    """Return whether the diner's own words for the staff hold it; where to sit counts for a new table all the same."""
    kinds = TO_NOTE - {"note", "seating"} if turn.state.task == "book" else TO_NOTE - {"note"}
    return entity.kind in kinds and any(each.kind == "note" and entity.text in each.text for each in turn.entities)


def _beside_a_name(turn: Turn) -> set[str]:
    """Return the kinds of entities that mean nothing as the answer to the question for a name."""
    acts = turn.reading.acts
    kinds = set() if is_answer(acts) else {"number"}  # "the wifi password is tournesol8"
    kinds |= _beside_no_name(turn)
    if is_name(acts):  # "Anna Ten Brink" brings no ten people
        name = turn.reading.whole_name or ""
        of_name = (entity for entity in turn.entities if entity.kind not in TO_NOTE or entity.text in name)
        kinds |= kinds_of(of_name) - {*NAME_PARTS, "phone"}
    return kinds - {"restaurant"} if turn.has_cue("objection") else kinds  # "no, Old Siam"


def _beside_no_name(turn: Turn) -> set[str]:
    acts = turn.reading.acts
    typed = [entity.text for entity in turn.entities if entity.kind in NAME_PARTS]
    is_other_wish = only_corrects(acts) and all(
        map(str.islower, typed)
    )  # "babysitter cant do 6 so can we have 7 instead"
    tells_none = turn.has_cue("no_name") or is_no_name(acts) or not may_tell_name(acts)  # "can we do Satrday instead?"
    kinds = set(NAME_PARTS) if tells_none or is_other_wish else set()
    return kinds | {"vague_date"} if is_no_name(acts) else kinds  # "I told you last week"
