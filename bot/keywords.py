"""Words that carriers and Twilio give a meaning of their own, before any dialogue.

Source: Twilio's default opt-out keywords; after an opt-out every send fails with error 21610 until START.
"""

from __future__ import annotations

from typing import Literal

OPT_OUT = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
OPT_IN = frozenset({"start", "unstop"})

Keyword = Literal["opt_out", "opt_in"]


def keyword(text: str, opt_out_type: str | None) -> Keyword | None:
    """What a text message means to the carrier, if it is one of its words and nothing else.

    `opt_out_type` is Twilio's own verdict (STOP, START or HELP), sent along when it handles opt-outs for the account.
    """
    verdict = (opt_out_type or "").upper()
    word = text.strip().strip(".!").lower()
    if verdict == "STOP" or word in OPT_OUT:
        return "opt_out"
    if verdict == "START" or word in OPT_IN:
        return "opt_in"
    return None
