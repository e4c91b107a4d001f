"""Which texts are answered by nothing. Pure: no database, no dialogue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.silence import Lately, digest, judge

BEGIN = datetime(2026, 12, 2, 15, 0, tzinfo=UTC)
AWAY = "I'm driving and will see your message later."
OTHER = "Out of office until Monday the 7th."
LIKED = "Liked “Your table is booked: 4 people, Friday”"
MUDDLE = "the blue one with the wheels"
SHORT = "the blue one"

Text = tuple[float, str, str]
"""Minutes after the first one, the text, and what the dialogue made of it."""

WHAT = {"machine": (True, True), "idle": (False, True), "acted": (False, False), "machine, acted": (True, False)}
"""By name, whether a text is automatic, and whether it is idle."""


def answered(texts: list[Text]) -> list[bool]:
    """Return of each text whether it got an answer."""
    lately, found = Lately(), []
    for minutes, text, what in texts:
        is_automatic, is_idle = WHAT[what]
        now = BEGIN + timedelta(minutes=minutes)
        verdict = judge(lately, text, is_automatic=is_automatic, is_idle=is_idle, now=now)
        lately = Lately.read(verdict.lately.stored())
        assert lately == verdict.lately, "what is stored is all that there is to remember"
        found.append(not verdict.is_silent)
    return found


YES, NO = True, False


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param([(0, AWAY, "machine"), (1, AWAY, "machine")], [YES, NO], id="a machine is answered once"),
        pytest.param([(0, AWAY, "machine"), (1, OTHER, "machine"), (2, LIKED, "machine")], [YES, NO, NO], id="whatever it says"),
        pytest.param(
            [(0, AWAY, "machine"), (59.9, OTHER, "machine"), (60, LIKED, "machine"), (119, AWAY, "machine")],
            [YES, NO, YES, NO],
            id="once an hour since it was last answered, not since it last texted",
        ),
        pytest.param(
            [(0, AWAY, "machine"), (1, "Y", "acted"), (2, MUDDLE, "idle"), (3, OTHER, "machine")],
            [YES, YES, YES, NO],
            id="what a person says in between is answered, and gives the machine no second answer",
        ),
        pytest.param([(0, LIKED, "machine"), (1, LIKED, "machine, acted")], [YES, YES], id="what has an effect is answered"),
        pytest.param([(0, "Liked an image", "machine")] * 4, [YES] * 4, id="three words are always answered"),
        pytest.param(
            [(0, "Liked an image", "machine"), (1, AWAY, "machine")], [YES, NO], id="though that was the one answer in an hour"
        ),
        pytest.param([(n, MUDDLE, "idle") for n in range(6)], [YES, YES, NO, NO, NO, NO], id="the third time it is a loop"),
        pytest.param(
            [(0, MUDDLE, "idle"), (1, "The  BLUE one\nwith the wheels ", "idle"), (2, MUDDLE.upper(), "idle")],
            [YES, YES, NO],
            id="case and white space make no difference",
        ),
        pytest.param([(n, SHORT, "idle") for n in range(6)], [YES] * 6, id="a short text is no loop"),
        pytest.param([(n, "1 2 - ?! ...", "idle") for n in range(6)], [YES] * 6, id="signs are no words"),
        pytest.param([(n, MUDDLE, "acted") for n in range(6)], [YES] * 6, id="what is acted on is no loop"),
        pytest.param(
            [(0, MUDDLE, "idle"), (1, MUDDLE, "idle"), (2, MUDDLE, "acted"), (3, MUDDLE, "idle"), (4, MUDDLE, "idle")],
            [YES] * 5,
            id="the count begins anew where something was done",
        ),
        pytest.param([(31 * n, MUDDLE, "idle") for n in range(6)], [YES] * 6, id="three times in more than an hour are no loop"),
        pytest.param(
            [(0, MUDDLE, "idle"), (50, MUDDLE, "idle"), (70, MUDDLE, "idle"), (100, MUDDLE, "idle")],
            [YES, YES, YES, NO],
            id="any three within an hour are one",
        ),
        pytest.param(
            [(0, MUDDLE, "idle"), (1, MUDDLE, "idle"), (2, MUDDLE, "idle"), (500, MUDDLE, "idle")],
            [YES, YES, NO, NO],
            id="a loop is one until something else comes",
        ),
        pytest.param(
            [(0, MUDDLE, "idle"), (1, MUDDLE, "idle"), (2, MUDDLE, "idle"), (3, "hello", "idle"), (4, MUDDLE, "idle")],
            [YES, YES, NO, YES, YES],
            id="something else is answered and ends it",
        ),
        pytest.param(
            [(0, MUDDLE, "idle"), (1, AWAY, "idle"), (2, MUDDLE, "idle"), (3, AWAY, "idle"), (4, MUDDLE, "idle")],
            [YES] * 5,
            id="two texts by turns are no loop",
        ),
        pytest.param(
            [(20 * n, AWAY, "machine") for n in range(9)],
            [YES, *[NO] * 8],
            id="a machine in a loop is not answered every hour either",
        ),
        pytest.param(
            [(0, AWAY, "machine"), (-90, AWAY, "machine"), (-89, OTHER, "machine")], [YES, YES, NO], id="a clock that was set back"
        ),
        pytest.param([(0, "", "idle"), (1, "", "idle"), (2, "", "idle")], [YES] * 3, id="no words at all"),
        pytest.param([(0, "\ud800 a b c d", "machine")] * 2, [YES, NO], id="half a character"),
    ],
)  # fmt: skip
def test_what_is_answered(texts: list[Text], expected: list[bool]) -> None:
    assert answered(texts) == expected


def test_the_text_itself_is_not_kept() -> None:
    lately = judge(Lately(), AWAY, is_automatic=True, is_idle=True, now=BEGIN).lately
    assert "driving" not in str(lately.stored())
    assert lately.words == digest(AWAY)


def test_a_thread_that_has_heard_nothing_remembers_nothing() -> None:
    assert Lately.read(None) == Lately()
    assert Lately.read({}) == Lately()
