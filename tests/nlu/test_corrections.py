"""Texts that only set right what was just done, and texts that say more than that."""

from __future__ import annotations

import pytest

from nlu.cues import surface
from nlu.reading import read


def _cues(text: str) -> set[str]:
    return {"correcting", "renaming"}.intersection(surface(text, read(text)).cues)


@pytest.mark.parametrize(
    "text",
    [
        "lol no wait 7 of us", "no wait 8", "sorry i meant saturday", "wait, make that 5", "scratch that, 8pm", "whoops 7:30",
        "*saturday", "saturday*", "sorry, 5 not 4", "not friday, saturday", "wrong day, thursday", "typo, 7pm not 6pm", "8 sorry",
        "Wait no, we're 5!", "oh wait there's 6 of us", "hmm no, an hour later", "sorry meant to say two people",
    ],
)  # fmt: skip
def test_one_thing_beside_words_of_correction_is_a_correction(text: str) -> None:
    assert _cues(text) == {"correcting"}


@pytest.mark.parametrize("text", ["oops, under Smith", "sorry wrong name, it's Priya Patel"])
def test_so_is_a_name(text: str) -> None:
    assert _cues(text) == {"correcting", "renaming"}


@pytest.mark.parametrize(
    "text",
    [
        "no wait, does it have parking?", "wait, is it 8?", "sorry, 7?", "sorry, 7 of my friends are vegan", "8", "Smith",
        "actually my flight lands at 6", "sorry we were 7 last time", "oh wait my mum is 70 on saturday",
        "no rush, we're there at 7",         "sorry, thought it was 9", "sorry 10 min late", "sorry running late, 7:20",
        "oops wrong chat, see you at 8 babe",
        "no, thanks",         "no need for 8 chairs", "wait, for 5 on friday", "oops wrong number", "actually i'm bringing Ana",
    ],
)  # fmt: skip
def test_any_other_word_or_thing_makes_it_none(text: str) -> None:
    assert _cues(text) == set()
