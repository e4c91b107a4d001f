"""A lane of the sender, run step by step."""

from __future__ import annotations

from bot.circuit_breaker import CircuitBreaker
from bot.sending_lane import SendingLane


def send_due(lane: SendingLane) -> int:
    """Send everything that is due, whatever the provider did before. Return the number of attempts."""
    lane.breaker = CircuitBreaker()
    return finish(lane, lane.step(0))


def finish(lane: SendingLane, attempts: int = 0) -> int:
    """Wait until nothing is being sent. Return the number of attempts, with those given."""
    while lane.is_busy:
        attempts += lane.step(30)
    return attempts
