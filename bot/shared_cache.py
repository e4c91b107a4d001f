"""The booking engine's shared cache on Redis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from redis import Redis

from bot.best_effort_redis import BestEffortRedis

KEPT_SECONDS = 3600
"""Time to live of a value. It also clears out what an import made obsolete."""
_PREFIX = "tabletalk:catalogue:"


class RedisSharedCache:
    """Redis implementation of `booking_engine.SharedCache`. Safe to share between threads."""

    def __init__(self, address: str) -> None:
        self._redis = BestEffortRedis(address, "it keeps no restaurants")

    def get_many(self, keys: Sequence[str]) -> list[bytes | None]:
        """Return the value of each key, in order; None for a miss."""
        found = self._redis.ask(lambda redis: redis.mget([_PREFIX + key for key in keys])) if keys else []
        return cast("list[bytes | None]", found) if found is not None else [None] * len(keys)

    def put_many(self, values: Mapping[str, bytes]) -> None:
        """Store values for an hour."""

        def put(redis: Redis) -> list[Any]:
            pipeline = redis.pipeline(transaction=False)
            for key, value in values.items():
                pipeline.set(_PREFIX + key, value, ex=KEPT_SECONDS)
            return pipeline.execute()

        if values:
            self._redis.ask(put)
