"""Who it is, where nobody vouches for the diner: the phone is asked for, and then the code that was texted to it.

Whether the code is right the bot knows, which texts it; here it is only asked for.
"""

from __future__ import annotations

from dialogue.effects import Steps
from dialogue.tasks.asking import ask, variant
from dialogue.tasks.bookings import recalled, show_upcoming
from dialogue.turn import Outcome, Turn

WHO = frozenset(("phone", "code"))
"""What is asked for to know who it is."""
_SEND_AGAIN = "repeat"
"""The intent of "send it again" and of "I didn't get it"."""


def is_about_code(turn: Turn) -> bool:
    """Return whether the message is, or wants, the code that was asked for, whatever else it may look like."""
    return turn.situation.verified is not None or (turn.asked == "code" and turn.intent == _SEND_AGAIN)


def gives_up(turn: Turn) -> bool:
    """Return whether the diner does not want to say who it is."""
    if turn.follows_reply or turn.asked not in WHO:
        return False
    return turn.intent == "stop_booking" or (turn.asked == "phone" and turn.intent == "deny")


def identify(turn: Turn, ask_phone: str, *, ask_code: str = "utter_which_code", **facts: object) -> Outcome | None:
    """Ask for what is missing until it is known who it is; None once it is. The responses are how it is asked the first time."""
    state, asks_code = turn.state, turn.asked == "code"
    if not turn.situation.is_stranger:
        return None
    if asks_code and turn.intent == "deny" and not turn.follows_reply:  # that number is the wrong one
        state.phone = None
        turn.say("utter_which_phone_instead")
        return Outcome("phone")
    if state.phone is None:
        return ask(turn, "phone", ask_phone, facts)
    # Once the last code is void, a yes is enough for another one.
    says_so = turn.intent == _SEND_AGAIN or (state.code_is_void and turn.intent == "affirm")
    wants_another = asks_code and not turn.follows_reply and says_so
    state.code_is_void = turn.situation.verified == "void"
    turn.say(_about_code(turn, ask_code, wants_another=wants_another), phone=state.phone, **facts)
    if not state.code_is_void:  # then none is texted before the diner says so
        turn.reply.verify = {"phone": state.phone, "anew": wants_another or turn.situation.verified == "lapsed"}
    return Outcome("code")


def _about_code(turn: Turn, first: str, *, wants_another: bool) -> str:
    wrong = "utter_code_wrong_again" if turn.state.misses % 2 else "utter_code_wrong"
    told = {"wrong": wrong, "void": "utter_code_void", "lapsed": "utter_code_lapsed"}
    if turn.situation.verified in told:
        return told[turn.situation.verified]
    if wants_another:
        return "utter_code_sent_again"
    return "utter_which_code" + variant(turn.state.misses + 1) if turn.asked == "code" else first


def know_whose_booking(turn: Turn) -> Outcome | None:
    """Ask who it is before anything is told of a booking; what messages want meanwhile is kept, and heard after that."""
    asks = identify(turn, "utter_which_phone_to_find")
    if asks is not None:
        turn.state.pending = (*turn.entities, *(turn.state.pending or ()))
    elif turn.situation.verified == "right":
        turn.entities, turn.state.pending = recalled(turn), None
    return asks


def do_errand(turn: Turn) -> Steps[Outcome | None]:
    """Do what was asked for by the way, once it is known who asks; None when it is done."""
    state, is_to_show = turn.state, turn.state.errand == "show"
    if not gives_up(turn):
        asks = identify(turn, "utter_which_phone_to_find" if is_to_show else "utter_which_phone_to_text")
        if asks is not None:
            return asks
        if is_to_show:
            yield from show_upcoming(turn)
        else:
            go_on_by_text(turn)
    state.errand = None
    return None


def go_on_by_text(turn: Turn) -> None:
    """Say that the conversation goes on by text, and have the bot do so."""
    assert turn.situation.phone is not None
    turn.say("utter_moved", phone=turn.situation.phone)
    turn.reply.moves = True
