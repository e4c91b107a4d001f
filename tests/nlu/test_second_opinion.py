"""What the words around "cancel" tell of a wish for it."""

from __future__ import annotations

import pytest

from dialogue.reasons import Reason, reason_for
from nlu.second_opinion import Opinion, around, doubted
from tests.eval.reading import Reader
from tests.support.running import Stack

OPINION = Opinion({"-2:need": 3.0, "before:no": -5.0}, 0.0)


@pytest.fixture(scope="module")
def reader(stack: Stack) -> Reader:
    """What reads texts by the running service."""
    return Reader(stack)


def test_neighbors_are_seen_with_how_far_they_are() -> None:
    [place] = around(["no", "need", "to", "cancel", "please"])

    assert {"-0:to", "-1:need", "-2:no", "-3:<edge>", "+0:please", "+1:<edge>", "between:to please"} <= place


def test_each_place_counts_and_the_likeliest_decides() -> None:
    words = ["do", "cancel", "and", "never", "again", "cancel"]

    assert len(around(words)) == 2
    assert Opinion({"-0:do": 2.0, "-0:again": -2.0}, 0.0).share(words) == pytest.approx(0.881, abs=0.001)


def test_where_the_word_is_not_said_there_is_no_opinion() -> None:
    assert OPINION.share(["move", "it", "to", "seven"]) is None
    assert doubted({"cancel": 0.8, "mention": 0.1}, None) == {"cancel": 0.8, "mention": 0.1}


def test_two_opinions_meet_halfway_between_their_odds() -> None:
    acts = doubted({"cancel": 0.64, "mention": 0.6}, 0.36)

    assert acts == {"mention": 0.6, "cancel": 0.5}
    assert list(acts) == ["mention", "cancel"]


@pytest.mark.parametrize(("told", "share", "left"), [(0.8, 0.01, 0.3), (0.8, 0.29, 0.3), (0.5, 0.0001, 0.01)])
def test_what_was_sure_and_is_none_here_is_asked_about(told: float, share: float, left: float) -> None:
    assert doubted({"cancel": told}, share)["cancel"] == pytest.approx(left, abs=0.001)


def test_a_second_opinion_makes_no_wish_likelier() -> None:
    assert doubted({"cancel": 0.1, "mention": 0.6}, 0.99) == {"cancel": 0.1, "mention": 0.6}


@pytest.mark.parametrize(
    "text",
    [
        "there's no need to cancel, we'll manage without him",
        "please do not cancel us, we're on our way",
        "the other place cancelled on us so we really need this one",
        "nobody wants to cancel lol",
    ],
)
def test_what_denies_a_cancellation_is_no_sure_wish_for_it(reader: Reader, text: str) -> None:
    assert reason_for("cancel", reader.acts(text, None)) is not Reason.CERTAIN


@pytest.mark.parametrize(
    "text", ["cancel it", "sorry, gotta cancel", "can't come, cancel", "we don't need the table anymore, please cancel"]
)
def test_what_wishes_for_one_stays_sure(reader: Reader, text: str) -> None:
    assert reason_for("cancel", reader.acts(text, None)) is Reason.CERTAIN
