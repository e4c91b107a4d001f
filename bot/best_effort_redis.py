"""A client for optional uses of Redis: it fails fast and backs off after an error."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 0.2
_PAUSE_SECONDS = 15
_Found = TypeVar("_Found")


class BestEffortRedis:
    """A Redis client that never blocks or fails its caller. Safe to share between threads.

    After a timeout (0.2 s) or connection failure, it skips Redis for 15 s. Only the turn that hits the failure is
    delayed; the turns after it are not.
    """

    def __init__(self, address: str, loss: str) -> None:
        """`loss` describes, for the log, what is unavailable while Redis is skipped."""
        # Not the queues' connections: those wait for seconds and retry, because a job must not be lost.
        self._redis = Redis.from_url(
            address,
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._loss = loss
        self._retry_at = 0.0

    def ask(self, question: Callable[[Redis], _Found]) -> _Found | None:
        """Return the result of `question`, or None if Redis is unavailable."""
        if time.monotonic() < self._retry_at:
            return None
        try:
            return question(self._redis)
        except (RedisError, OSError) as error:
            logger.warning("Redis is left alone for %s s, until then %s: %s", _PAUSE_SECONDS, self._loss, error)
            self._retry_at = time.monotonic() + _PAUSE_SECONDS
            return None
