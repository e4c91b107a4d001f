"""Keywords that carriers and Twilio handle themselves, before any dialogue.

Source: Twilio's default opt-out keywords. After an opt-out every send fails with error 21610 until START.
"""

from __future__ import annotations

from typing import Literal

OPT_OUT = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
OPT_IN = frozenset({"start", "unstop"})

Keyword = Literal["opt_out", "opt_in"]


def keyword(text: str, opt_out_type: str | None) -> Keyword | None:
    """Return the carrier keyword that a text message consists of, or None.

    `opt_out_type` is Twilio's own classification (STOP, START or HELP), sent when it handles opt-outs for the account.
    """
    verdict = (opt_out_type or "").upper()
    word = text.strip().strip(".!").lower()
    if verdict == "STOP" or word in OPT_OUT:
        return "opt_out"
    if verdict == "START" or word in OPT_IN:
        return "opt_in"
    return None
