"""The rate at which texts leave from each of our numbers, counted in Redis for all workers together."""

from __future__ import annotations

import logging
import time
from typing import Any

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

logger = logging.getLogger(__name__)

_PREFIX = "tabletalk:sent"
_SHORTEST_WAIT, _LONGEST_WAIT = 0.05, 60.0  # seconds
_PAUSE = 15.0  # seconds for which a Redis that fails is left alone
_KEPT_FREE = 10
"""Of so many texts, one is left to those that somebody waits for."""


class SendRate:
    """Texts per sending number. Not safe to share between threads.

    Without Redis, each worker counts for itself.
    """

    def __init__(self, rate: str, redis_address: str) -> None:
        """`rate`: such as `10/second` or `1/second;3000/day`; empty for no limit."""
        self._items: list[RateLimitItem] = parse_many(rate) if rate else []
        address = redis_address.replace("unix://", "redis+unix://", 1)
        timeouts: dict[str, Any] = {"socket_timeout": 1, "socket_connect_timeout": 1}
        self._shared = MovingWindowRateLimiter(storage_from_string(address, **timeouts)) if rate else None
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._next: dict[str, float] = {}
        self._counts_alone_until = 0.0

    def wait(self, number: str, *, is_urgent: bool) -> float:
        """Return 0 if a text may leave from this number now, and count it; otherwise the seconds to wait.

        Those who are sent away are told different times, so that they do not all come back at once.
        """
        if self._shared is None:
            return 0.0
        if time.monotonic() < self._counts_alone_until:
            return self._ask(self._own, number, is_urgent=is_urgent)
        try:
            return self._ask(self._shared, number, is_urgent=is_urgent)
        except Exception as error:  # whatever the storage raises; a rate is no reason to send nothing
            logger.warning("for %s s texts are counted by this worker alone: %s", _PAUSE, type(error).__name__)
            self._counts_alone_until = time.monotonic() + _PAUSE
            return self._ask(self._own, number, is_urgent=is_urgent)

    def _ask(self, limiter: MovingWindowRateLimiter, number: str, *, is_urgent: bool) -> float:
        for item in self._items:
            window = limiter.get_window_stats(item, _PREFIX, number)
            if window.remaining <= (0 if is_urgent else item.amount // _KEPT_FREE):
                return self._turn(item, number, window.reset_time - time.time())
        for item in self._items:
            limiter.hit(item, _PREFIX, number)
        return 0.0

    def _turn(self, item: RateLimitItem, number: str, reset: float) -> float:
        now = time.monotonic()
        turn = max(self._next.get(number, now), now + reset) + item.get_expiry() / item.amount
        self._next[number] = min(turn, now + _LONGEST_WAIT)
        return max(_SHORTEST_WAIT, self._next[number] - now)
