"""What the tasks have in common that ask and are answered: a table of steps, the first of which that ends the turn does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from booking_engine import HoldExpired, HoldExtensionsUsed
from dialogue import pickers
from dialogue.effects import ExtendHold, GetRestaurant, Steps, settle
from dialogue.hearing.criteria import REFUSED
from dialogue.hearing.restaurants import language_of, names_restaurant
from dialogue.hearing.who import hear_phone
from dialogue.hearing.wishes import TO_NOTE
from dialogue.reading import Reading
from dialogue.reasons import Reason, is_pause, may_be_noted, only_tells, reason_for
from dialogue.state import Held, TaskName
from dialogue.tasks.gate import gate, is_unsure
from dialogue.tasks.identify import do_errand, is_about_code
from dialogue.turn import Heard, Outcome, Turn

_NEVER_AN_ANSWER = frozenset(("ask", "list_bookings", "help", "human", "repeat", "text_me"))
_BY_THE_WAY = _NEVER_AN_ANSWER | {"greet", "thank", "goodbye", "insult", "chitchat", "out_of_scope"}
"""Intents that are answered amid a task, which then asks its question again."""
_TO_BE_BOOKED = ("name", "confirmation")
_FACTS = {
    "party_size": {"restaurant"},
    "date": {"restaurant", "party_size"},
    "time": {"restaurant", "party_size", "date"},
    "confirmation": {"name"},
    "code": {"restaurant", "party_size", "date", "time", "name", "phone"},
}
"""What the first wording of a question tells of the booking so far: when that is corrected, it is told anew."""

Step = Callable[[Turn], "Outcome | Steps[Outcome | None] | None"]
"""Ends the turn with an outcome, or leaves it to the next step."""


@dataclass(frozen=True)
class Form:
    """A task as data: how it begins, what it hears, which messages are for it, and its steps in their order."""

    task: TaskName
    leaves_for: frozenset[str]
    """intents that have tasks of their own"""
    steps: Sequence[Step]
    begin: Callable[[Turn], Steps[None] | None] = lambda turn: None
    hear: Callable[[Turn], Steps[None] | None] = lambda turn: None
    takes: Callable[[Turn], Steps[bool | None]] | None = None
    """whether a message is for the task, where it says so itself; None leaves it to what all tasks take"""


def follow(steps: Sequence[Step], turn: Turn) -> Steps[Outcome]:
    """Take one step after the other until one ends the turn, as the last one always does."""
    for step in steps:
        outcome: Outcome | None = yield from settle(step(turn))
        if outcome is not None:
            return outcome
    raise AssertionError("the last step ends the turn")


def run(form: Form, turn: Turn) -> Steps[Outcome | None]:
    """Conduct a task for one turn; None where the message is not for it."""
    state, has_begun = turn.state, turn.state.task == form.task
    if not has_begun:
        turn.asked = None
        if (closed := (yield from gate(turn, form.task))) is not None:
            return closed
        yield from settle(form.begin(turn))
        state.task, state.is_unsure = form.task, is_unsure(turn, form.task)
    elif (yield from _waits(turn)):
        return Outcome(turn.asked)
    else:
        _ignore_what_is_only_told(form, turn)
    said = list(turn.entities)
    if not turn.follows_reply:
        yield from settle(form.hear(turn))
    if turn.situation.is_stranger:
        yield from hear_phone(turn, said)
    if has_begun and not turn.follows_reply and not (yield from _takes(form, turn)):
        return None
    return (yield from _go_on(turn, form.steps))


def _go_on(turn: Turn, steps: Sequence[Step]) -> Steps[Outcome]:
    """Take the steps, do what was asked for by the way before them, and count how often a question was not answered."""
    state, news, booked = turn.state, turn.heard.news, turn.state.reservation
    if news & _FACTS.get(turn.asked or "", set()):
        turn.asked = None  # the same question about something else is a new one
    asked, outcome = turn.asked, None
    if state.errand is not None:
        outcome = yield from do_errand(turn)
        turn.asked, turn.heard = None, Heard()
    outcome = outcome or (yield from follow(steps, turn))
    state.misses = (
        state.misses + 1 if asked and outcome.asks == asked and not news and state.reservation == booked else 0
    )
    state.task = state.task if outcome.asks else None
    turn.reply.asks = yield from pickers.fitting(turn, outcome.asks)
    return outcome


def _ignore_what_is_only_told(form: Form, turn: Turn) -> None:
    """Drop what is only told amid a task: it answers nothing. What the staff should know is kept.

    Which restaurant is looked for may be told in a story, too: "my wife loves Thai food".
    """
    acts, is_sought = turn.reading.acts, form.task == "book" and turn.asked == "restaurant"
    if not only_tells(acts) or is_sought or names_restaurant(turn):
        return
    is_by_the_way = turn.intent in _BY_THE_WAY
    turn.reading = Reading(turn.intent if is_by_the_way else "inform", acts=acts)
    if not is_by_the_way:
        kept = TO_NOTE if may_be_noted(acts) else {"note"}
        turn.entities = [entity for entity in turn.entities if entity.kind in kept]


def _waits(turn: Turn) -> Steps[bool]:
    """Say until when the table waits, where the diner asks for time; for more time, hold it longer as far as the policy allows."""
    state = turn.state
    hold = state.hold if turn.asked in _TO_BE_BOOKED else None
    if turn.follows_reply or not is_pause(turn.reading.acts, again=hold is None or state.misses > 0):
        return False
    if turn.has_kind(*REFUSED):  # "wait, anywhere but there" asks for another place, not for time
        return False
    if hold is None:
        turn.say("utter_take_your_time_again" if state.misses % 2 else "utter_take_your_time")
        state.misses += 1
        return True
    return (yield from _hold_waits(turn, hold))


def _hold_waits(turn: Turn, hold: Held) -> Steps[bool]:
    state, response = turn.state, "utter_hold_waits"
    if turn.has_cue("longer"):
        try:
            extended = Held.of((yield from ExtendHold(hold.id)))
            state.hold = hold = replace(hold, expires_at=extended.expires_at, areas=extended.areas)
        except HoldExtensionsUsed as used:
            turn.met(used)
            response = "utter_hold_waits_no_longer"
        except HoldExpired:
            return False  # the task says so, and looks for a table anew
        else:
            response = "utter_hold_extended"
    state.misses += 1
    restaurant = yield from GetRestaurant(hold.restaurant)
    turn.show_hold(restaurant, hold)
    turn.say(response, clock=turn.clock(restaurant, hold.expires_at), **turn.about(restaurant))
    return True


def _takes(form: Form, turn: Turn) -> Steps[bool]:
    """Return whether the message is for the open task; if not, a rule for its intent is."""
    own = (yield from form.takes(turn)) if form.takes else None
    if own is not None or is_about_code(turn):
        return own is not False
    if turn.intent == "other_language":
        return language_of(turn) is None
    if turn.intent in _NEVER_AN_ANSWER:
        return False
    if turn.intent in _BY_THE_WAY:
        return bool(turn.heard)
    # "Did you cancel my booking?" is no reason to leave for a cancellation.
    wishes = turn.intent not in ("change", "cancel") or reason_for(turn.intent, turn.reading.acts) is not Reason.NONE
    return turn.intent not in form.leaves_for or not wishes
