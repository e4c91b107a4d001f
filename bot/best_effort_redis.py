"""A Redis that is nice to have: asked briefly, and left alone for a while after it has failed."""

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

_PATIENCE_SECONDS = 0.2
_PAUSE_SECONDS = 15
_Found = TypeVar("_Found")


class BestEffortRedis:
    """Safe to share between threads.

    A Redis that does not answer within 0.2 s, or cannot be reached, is not asked again for 15 s: a turn that happens on a
    broken Redis takes a moment longer, and the turns after it do not.
    """

    def __init__(self, address: str, loss: str) -> None:
        """`loss`: what there is not while it is left alone, for the log."""
        # Its own connections: those of the queues wait for seconds and try again, as a job must not be lost.
        self._redis = Redis.from_url(
            address,
            socket_timeout=_PATIENCE_SECONDS,
            socket_connect_timeout=_PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._loss = loss
        self._left_alone_until = 0.0

    def ask(self, question: Callable[[Redis], _Found]) -> _Found | None:
        """What Redis says to it; None when it is not there."""
        if time.monotonic() < self._left_alone_until:
            return None
        try:
            return question(self._redis)
        except (RedisError, OSError) as error:
            logger.warning("Redis is left alone for %s s, until then %s: %s", _PAUSE_SECONDS, self._loss, error)
            self._left_alone_until = time.monotonic() + _PAUSE_SECONDS
            return None
