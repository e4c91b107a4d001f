"""A diner who wants no more texts, in whatever words."""

from __future__ import annotations

from dialogue.turn import DONE, Outcome, Turn


def opt_out(turn: Turn) -> Outcome:
    """Have the bot send nothing more to this number. Source: 47 CFR 64.1200(a)(10), any reasonable means of revocation."""
    turn.reply.opts_out = turn.situation.is_by_sms
    turn.say("utter_bot_opted_out" if turn.reply.opts_out else "utter_opt_out_by_text")
    return DONE
