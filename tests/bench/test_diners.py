"""What diners check of every answer, and what counts as a failure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from math import isnan

import pytest

from bench.diners import BOOKING, Load, Say, Talk, fault, filled_in, load

ANSWERS = {
    "Hi, I'd like to book a table at Brasserie Tournesol": "For how many people?",
    "for 3 people": "For which day?",
    "December 3": "At what time?",
    "5pm": "What name is it under?",
    "Ann Lee": "Your table is booked.\nBrasserie Tournesol, December 3, 5pm, party of 3, Ann Lee.",
}


@dataclass
class Bot:
    """A service that answers what it is told to."""

    answer: Callable[[str], list[str]]
    name: str = "stock"
    is_ours: bool = False

    def caller(self, _: int) -> Say:
        """Return what answers."""
        return self.answer

    def processes(self) -> dict[str, int]:
        """It has none."""
        return {}


def talk_to(answer: Callable[[str], list[str]]) -> Talk:
    talk = Talk()
    talk.converse(Bot(answer), answer, BOOKING, 0)
    return talk


def test_a_whole_booking_without_a_fault() -> None:
    talk = talk_to(lambda text: ANSWERS[text].split("\n"))
    assert (len(talk.waits), talk.faults) == (5, [])


def test_another_day_in_the_last_answer_is_a_fault() -> None:
    talk = talk_to(lambda text: [ANSWERS[text].replace("December 3", "December 4")])
    assert len(talk.faults) == 1
    assert "December 4" in talk.faults[0]


def test_a_conversation_ends_with_its_first_fault() -> None:
    talk = talk_to(lambda text: [] if text == "for 3 people" else [ANSWERS[text]])
    assert (len(talk.waits), len(talk.faults)) == (2, 1)


def test_no_answer_is_a_fault() -> None:
    def refuse(_: str) -> list[str]:
        raise ConnectionRefusedError

    assert "ConnectionRefusedError" in talk_to(refuse).faults[0]


def test_a_promise_is_a_fault_whatever_is_expected() -> None:
    promise = "One moment please. We answer as soon as we can."
    assert fault(".*", [promise]) == "only a promise"
    assert fault(".*", ["Booked!", promise]) == "only a promise"
    assert fault(".*", ["Booked!"]) is None


@pytest.mark.parametrize("answers", [[], [""], ["At what time? "], ["At what time?", "At what time?"]])
def test_the_whole_answer_has_to_match(answers: list[str]) -> None:
    assert fault(r"At what time\?", answers)


def test_bookings_go_through_all_days_before_they_share_one() -> None:
    days_and_hours = [(filled_in(BOOKING[2], number).text, filled_in(BOOKING[3], number).text) for number in range(174)]
    assert len(set(days_and_hours)) == 174
    assert len({day for day, _ in days_and_hours[:58]}) == 58
    assert filled_in(BOOKING[2], 57).ours == r"Brasserie Tournesol, \w+, Jan 31, 3 people: at what time\? .*"


def test_diners_book_one_after_the_other_each_as_somebody_new() -> None:
    told: list[str] = []

    def answer(text: str) -> list[str]:
        told.append(text)
        return ["no idea"]

    numbers = count()
    done = load(Bot(answer), 4, 3, numbers)
    assert len(told) == done.turns == len(done.faults) == 12
    assert next(numbers) == 12


def test_a_load_without_any_answer_can_be_shown() -> None:
    def refuse(_: str) -> list[str]:
        raise ConnectionRefusedError

    done = load(Bot(refuse), 2, 1, count())
    assert (done.turns, done.rate, len(done.faults)) == (0, 0.0, 2)
    assert isnan(done.p50)
    assert isnan(done.client)


def test_loads_add_up() -> None:
    both = Load([1.0, 3.0], [], 2.0, 0.5) + Load([2.0], ["wrong"], 1.0, 0.25)
    assert (both.turns, both.rate, both.p50, both.faults, both.client) == (3, 1.0, 2.0, ["wrong"], 250.0)
