"""The booking engine's shelf on Redis: asked briefly, and left alone for a while after it has failed."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from typing import cast

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger(__name__)

KEPT_SECONDS = 3600
"""How long a value is kept; with it goes what nobody will ask for again, the restaurants before an import."""
_PATIENCE_SECONDS = 0.2
_PAUSE_SECONDS = 15
_PREFIX = "tabletalk:catalogue:"


class RedisShelf:
    """See `booking_engine.Shelf`. Safe to share between threads.

    A Redis that does not answer within 0.2 s, or cannot be reached, is not asked again for 15 s: a turn that happens on a
    broken Redis takes a moment longer, and the turns after it do not.
    """

    def __init__(self, address: str) -> None:
        # Its own connections: those of the queues wait for seconds and try again, as a job must not be lost.
        self._redis = Redis.from_url(
            address,
            socket_timeout=_PATIENCE_SECONDS,
            socket_connect_timeout=_PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._left_alone_until = 0.0

    def get_many(self, keys: Sequence[str]) -> list[bytes | None]:
        """What lies under each key, in their order; None where nothing does."""
        if keys and not self._left_alone:
            try:
                return cast("list[bytes | None]", self._redis.mget([_PREFIX + key for key in keys]))
            except (RedisError, OSError) as error:
                self._leave_alone(error)
        return [None] * len(keys)

    def put_many(self, values: Mapping[str, bytes]) -> None:
        """Lay down values for an hour."""
        if values and not self._left_alone:
            pipeline = self._redis.pipeline(transaction=False)
            for key, value in values.items():
                pipeline.set(_PREFIX + key, value, ex=KEPT_SECONDS)
            try:
                pipeline.execute()
            except (RedisError, OSError) as error:
                self._leave_alone(error)

    @property
    def _left_alone(self) -> bool:
        return time.monotonic() < self._left_alone_until

    def _leave_alone(self, error: Exception) -> None:
        log.warning("Redis keeps no restaurants for the next %s s: %s", _PAUSE_SECONDS, error)
        self._left_alone_until = time.monotonic() + _PAUSE_SECONDS
