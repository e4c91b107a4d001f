"""A circuit breaker with growing pauses, for callers that work on many requests at once.

Source of the pattern: M. Nygard, Release It!. The common libraries wrap a single call: pybreaker holds a lock while it lasts,
so that 32 at once would wait for each other, and neither it nor circuitbreaker lets pauses grow or obeys a Retry-After.
"""

from __future__ import annotations

from dataclasses import dataclass

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds
_MOST_IN_A_ROW = 5
"""Requests without an answer, one after another, that open the circuit. A single one may be the text's own fault."""


@dataclass
class CircuitBreaker:
    """Says how many requests may begin. Times are seconds of a monotonic clock. Not safe to share between threads.

    While the circuit is closed, as many as there is room for. When the service fails, none for a second. Then one, to try:
    if it succeeds, the circuit is closed; if it fails, the next pause is twice as long, up to a minute.
    """

    _opened_at: float = float("-inf")
    _open_until: float = float("-inf")
    _pauses: int = 0  # since the last success
    _unanswered: int = 0
    _trial: float | None = None  # when the one request began that is to show whether the service is back

    @property
    def is_open(self) -> bool:
        """Whether the service failed last and has not succeeded since."""
        return self._pauses > 0

    def allowance(self, room: int, now: float) -> int:
        """Return how many of `room` requests may begin now."""
        if not self.is_open:
            return room
        if now < self._open_until or self._trial is not None:
            return 0
        return min(room, 1)

    def begin(self, now: float) -> None:
        """Note that a request begins."""
        if self.is_open:
            self._trial = now

    def succeed(self) -> None:
        """Note that the service answered."""
        self._pauses, self._unanswered, self._trial = 0, 0, None

    def leave_unanswered(self, begun: float, now: float) -> None:
        """Note that a request which began then had no answer."""
        self._unanswered += 1
        if self.is_open or self._unanswered >= _MOST_IN_A_ROW:
            self.fail(begun, now)

    def fail(self, begun: float, now: float, seconds: float | None = None) -> None:
        """Note that the service took nothing, and how long it asked to be left alone.

        What had begun before the circuit opened makes the pause no longer: 32 failures at once are one.
        """
        if begun >= self._opened_at or not self.is_open:
            self._opened_at, self._trial = now, None
            self._open_until = now + min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**self._pauses)
            self._pauses += 1
        if seconds is not None:
            self._open_until = max(self._open_until, now + seconds)

    def forget_trial(self) -> None:
        """Note that the request which was to try the service came to nothing: there was none to make."""
        self._trial = None
