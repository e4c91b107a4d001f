"""Who it is, where nobody vouches for the diner: the phone is asked for, and then the code that was texted to it.

Whether the code is right the bot knows, which texts it; here it is only asked for.
"""

from __future__ import annotations

from dialogue.actions.asking import ask, variant
from dialogue.actions.memory import Memory
from dialogue.actions.reservations import recalled, show_upcoming
from dialogue.actions.turn import Turn

WHO = frozenset({"phone", "code"})
"""What is asked for to know who it is."""
_SEND_AGAIN = "repeat"
"""The intent of "send it again" and of "I didn't get it"."""


def is_about_code(turn: Turn, asked: str | None) -> bool:
    """Whether the message is, or wants, the code that was asked for, whatever else it may look like."""
    return turn.verified is not None or (asked == "code" and turn.intent == _SEND_AGAIN)


def gives_up(turn: Turn, asked: str | None) -> bool:
    """Whether the diner does not want to say who it is."""
    if turn.follows_reply:
        return False
    return asked in WHO and (turn.intent == "stop_booking" or (asked == "phone" and turn.intent == "deny"))


def identify(
    turn: Turn,
    memory: Memory,
    asked: str | None,
    ask_phone: str,
    *,
    ask_code: str = "utter_which_code",
    **facts: object,
) -> str | None:
    """Ask for what is missing until it is known who it is; None once it is. The responses are how it is asked the first time."""
    if not turn.is_stranger:
        return None
    if asked == "code" and turn.intent == "deny" and not turn.follows_reply:  # that number is the wrong one
        memory.phone = None
        turn.say("utter_which_phone_instead")
        return "phone"
    if memory.phone is None:
        return ask(turn, memory, asked, "phone", ask_phone, **facts)
    wants = {_SEND_AGAIN, "affirm"} if memory.code_is_void else {_SEND_AGAIN}
    wants_another = asked == "code" and turn.intent in wants and not turn.follows_reply
    memory.code_is_void = turn.verified == "void"
    is_anew = wants_another or turn.verified == "lapsed"
    if turn.verified == "wrong":
        turn.say("utter_code_wrong" + ("_again" if memory.misses % 2 else ""), phone=memory.phone)
    elif turn.verified == "void":
        turn.say("utter_code_void", phone=memory.phone)
        return "code"  # and none is texted before the diner says so
    elif turn.verified == "lapsed":
        turn.say("utter_code_lapsed", phone=memory.phone)
    elif wants_another:
        turn.say("utter_code_sent_again", phone=memory.phone)
    elif asked == "code":
        turn.say("utter_which_code" + variant(memory.misses + 1), phone=memory.phone)
    else:
        turn.say(ask_code, phone=memory.phone, **facts)
    turn.verify = {"phone": memory.phone, "anew": is_anew}
    return "code"


def know_whose_booking(turn: Turn, memory: Memory, asked: str | None) -> str | None:
    """Ask who it is before anything is told of a booking; what the messages meanwhile want is kept, and heard after that."""
    asks = identify(turn, memory, asked, "utter_which_phone_to_find")
    if asks is not None:
        memory.pending = [*map(list, turn.entities), *(memory.pending or [])]
    elif turn.verified == "right":
        turn.entities, memory.pending = recalled(memory), None
    return asks


def do_errand(turn: Turn, memory: Memory, asked: str | None) -> str | None:
    """Do what was asked for by the way, once it is known who asks; gives what is asked for before, None when it is done."""
    if gives_up(turn, asked):
        memory.errand = None
        return None
    is_to_show = memory.errand == "show"
    asks = identify(turn, memory, asked, "utter_which_phone_to_find" if is_to_show else "utter_which_phone_to_text")
    if asks is not None:
        return asks
    if is_to_show:
        memory.reservation = show_upcoming(turn)
    else:
        go_on_by_text(turn)
    memory.errand = None
    return None


def go_on_by_text(turn: Turn) -> None:
    """Say that the thread goes on by text, and have the bot do so."""
    assert turn.phone is not None
    turn.say("utter_moved", phone=turn.phone)
    turn.moves = True
