"""What the act of a message allows. Pure: no Rasa, no database."""

from __future__ import annotations

import pytest

from dialogue.reasons import (
    Reason,
    is_clear_yes,
    is_no_name,
    is_pause,
    may_be_yes,
    no_wish,
    only_tells,
    reason_for,
)

CERTAIN, UNSURE, NONE = Reason.CERTAIN, Reason.UNSURE, Reason.NONE


@pytest.mark.parametrize(
    ("act", "acts", "reason"),
    [
        ("change", {"change": 0.9, "mention": 0.1}, CERTAIN),
        ("change", {"change": 0.65, "mention": 0.3}, CERTAIN),
        ("change", {"change": 0.45, "answer": 0.5}, CERTAIN),  # nothing speaks against it
        ("change", {"change": 0.45, "mention": 0.2}, UNSURE),
        ("change", {"answer": 0.8, "change": 0.1}, UNSURE),  # a bare "8pm" while nothing was asked
        ("change", {"mention": 0.4, "change": 0.45, "late": 0.05}, UNSURE),
        ("change", {"mention": 0.9, "change": 0.1}, NONE),
        ("change", {"aside": 0.4, "mention": 0.35, "change": 0.25}, NONE),
        ("change", {"show": 0.7, "change": 0.3}, NONE),
        ("change", {"late": 0.8, "change": 0.2}, NONE),
        ("cancel", {"cancel": 0.7, "mention": 0.3}, CERTAIN),
        ("cancel", {"change": 0.9, "cancel": 0.1}, NONE),  # a wish, but another one
        ("cancel", {"answer": 0.9, "cancel": 0.1}, NONE),
        ("cancel", {"ask": 0.6, "show": 0.2, "cancel": 0.2}, NONE),
        ("cancel", {"aside": 1.0}, NONE),
        ("cancel", {"machine": 1.0}, NONE),
        ("change", {"machine": 0.3, "aside": 0.25, "change": 0.45}, NONE),
        ("change", {}, CERTAIN),  # nothing was read: a digit that was offered
    ],
)
def test_a_booked_table_is_touched_only_for_a_reason(act: str, acts: dict[str, float], reason: Reason) -> None:
    assert reason_for(act, acts) is reason


@pytest.mark.parametrize(
    ("acts", "is_none"),
    [
        ({"yes": 0.9}, False),
        ({"yes_but": 0.7, "yes": 0.3}, True),
        ({"ask": 0.4, "yes_but": 0.3, "yes": 0.3}, True),
        ({"pause": 0.8}, True),
        ({"yes": 0.5, "pause": 0.3, "yes_but": 0.2}, True),
        ({"yes": 0.2, "other": 0.4, "pause": 0.4}, True),
        ({"yes": 0.45, "change": 0.3, "other": 0.2}, True),  # "ok, then rather there"
        ({"thanks": 0.9}, False),
        ({}, False),
    ],
)
def test_what_looks_like_a_yes_may_be_none(acts: dict[str, float], is_none: bool) -> None:
    assert may_be_yes(acts, 2) is not is_none


def test_a_long_text_needs_more_to_be_a_yes() -> None:
    assert may_be_yes({"yes": 0.66}, 3)
    assert not may_be_yes({"yes": 0.66}, 7)
    assert may_be_yes({"yes": 0.5, "thanks": 0.3}, 7)


@pytest.mark.parametrize(
    ("acts", "is_none"),
    [
        ({"name": 0.9}, False),
        ({"no_name": 0.8}, True),
        ({"pause": 0.5, "ask": 0.2}, True),
        ({"name": 0.5, "no_name": 0.5}, False),
    ],
)
def test_what_is_said_for_a_name_may_be_none(acts: dict[str, float], is_none: bool) -> None:
    assert is_no_name(acts) is is_none


def test_the_likeliest_of_what_wants_nothing_is_answered() -> None:
    assert no_wish({"change": 0.3, "late": 0.4, "mention": 0.3}) == "late"
    assert no_wish({"machine": 0.4, "aside": 0.2, "mention": 0.3}) == "aside"
    assert no_wish({"machine": 0.3, "aside": 0.2, "mention": 0.4}) == "mention", "only where that is certain"
    assert no_wish({"machine": 0.9}) == "aside"
    assert only_tells({"mention": 0.4, "late": 0.2, "change": 0.3})
    assert only_tells({"mention": 0.2, "machine": 0.4, "change": 0.4})
    assert not only_tells({"mention": 0.4, "change": 0.5})
    assert is_pause({"pause": 0.4, "other": 0.3})
    assert not is_pause({"pause": 0.4, "other": 0.3}, again=True)


def test_what_was_proposed_out_of_doubt_needs_a_clear_yes() -> None:
    assert is_clear_yes({"yes": 0.8})
    assert is_clear_yes({})
    assert not is_clear_yes({"thanks": 0.9, "yes": 0.1})
