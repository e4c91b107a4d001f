"""Carrier keywords have their special meaning only when they are the whole message."""

from __future__ import annotations

import pytest

from bot.keywords import OPT_IN, OPT_OUT, keyword


@pytest.mark.parametrize("word", sorted(OPT_OUT))
@pytest.mark.parametrize("form", ["{}", " {} ", "{}.", "{}!", "\n{}\n"])
def test_a_bare_opt_out_word_is_one(word: str, form: str) -> None:
    assert keyword(form.format(word), None) == "opt_out"
    assert keyword(form.format(word.upper()), None) == "opt_out"
    assert keyword(form.format(word.title()), None) == "opt_out"


def test_every_word_that_twilio_takes_for_an_opt_out_is_known() -> None:
    assert {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"} <= OPT_OUT


@pytest.mark.parametrize("word", sorted(OPT_IN))
def test_a_bare_opt_in_word_is_one(word: str) -> None:
    assert keyword(word.upper(), None) == "opt_in"


@pytest.mark.parametrize(
    "text",
    [
        "cancel my booking",
        "please stop",
        "at the end",
        "",
        "  ",
        "...",
        "yes",
        "y",
        "unstoppable",
        "start at 7",
        "ending",
    ],
)
def test_anything_else_is_for_the_dialogue(text: str) -> None:
    assert keyword(text, None) is None


@pytest.mark.parametrize(
    ("verdict", "meant"), [("STOP", "opt_out"), ("stop", "opt_out"), ("START", "opt_in"), ("HELP", None), ("", None)]
)
def test_twilios_own_verdict_counts(verdict: str, meant: str | None) -> None:
    assert keyword("arr\u00eat", verdict) == meant
