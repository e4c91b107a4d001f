"""The circuit breaker: pauses grow while a service is away, and one request at a time tries whether it is back."""

from __future__ import annotations

import pytest

from bot.circuit_breaker import CircuitBreaker


def pause_after(breaker: CircuitBreaker, now: float) -> int:
    """Let one request begin and fail. Return the pause that follows, in whole seconds."""
    breaker.begin(now)
    breaker.fail(now, now)
    return pause_left(breaker, now)


def pause_left(breaker: CircuitBreaker, now: float) -> int:
    """Return the seconds until a request may begin."""
    return next(seconds for seconds in range(100) if breaker.allowance(1, now + seconds))


def test_while_all_goes_well_there_is_room_for_all() -> None:
    breaker = CircuitBreaker()
    breaker.begin(0)
    breaker.succeed()
    assert breaker.allowance(32, 0) == 32


def test_pauses_double_up_to_a_minute_and_begin_anew_after_a_success() -> None:
    breaker, now, pauses = CircuitBreaker(), 0.0, []
    for _ in range(9):
        pauses.append(pause_after(breaker, now))
        assert breaker.allowance(32, now + pauses[-1] - 0.01) == 0
        now += pauses[-1]
        assert breaker.allowance(32, now) == 1
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    breaker.begin(now)
    assert breaker.allowance(32, now) == 0, "one tries, the others wait for it"
    breaker.succeed()
    assert breaker.allowance(32, now) == 32
    assert pause_after(breaker, now) == 1


def test_many_failures_at_once_are_one() -> None:
    breaker = CircuitBreaker()
    for _ in range(32):
        breaker.begin(0)
    for n in range(32):
        breaker.fail(0, 1 + n / 100)
    assert (breaker.allowance(32, 1.6), breaker.allowance(32, 2.4)) == (0, 1)


@pytest.mark.parametrize(("asked", "pause"), [(30, 30), (0, 1), (None, 1)])
def test_the_service_is_left_alone_for_as_long_as_it_asks(asked: float | None, pause: float) -> None:
    breaker = CircuitBreaker()
    breaker.begin(0)
    breaker.fail(0, 0, asked)
    assert pause_left(breaker, 0) == pause


def test_a_single_request_without_an_answer_may_be_the_texts_fault() -> None:
    breaker = CircuitBreaker()
    for n in range(4):
        breaker.leave_unanswered(n, n)
        assert breaker.allowance(32, n) == 32
    breaker.leave_unanswered(5, 5)
    assert breaker.allowance(32, 5) == 0


def test_a_text_that_never_gets_an_answer_stops_nobody() -> None:
    breaker = CircuitBreaker()
    for n in range(20):
        breaker.leave_unanswered(n, n)
        breaker.succeed()
    assert breaker.allowance(32, 20) == 32


def test_a_trial_that_came_to_nothing_lets_another_begin() -> None:
    breaker = CircuitBreaker()
    pause_after(breaker, 0)
    breaker.begin(1)
    assert breaker.allowance(32, 1) == 0
    breaker.forget_trial()
    assert breaker.allowance(32, 1) == 1
