"""Counters of the worker, kept in Redis, where every process that answers /metrics finds the same ones."""

from __future__ import annotations

from collections import Counter
from typing import cast

from redis import Redis

from bot.best_effort_redis import BestEffortRedis

_KEY = "tabletalk:counters"
_SEPARATOR = "|"

Labels = tuple[str, ...]


class Counters:
    """Counts what happens, by name and labels. Without Redis nothing is counted, and nobody waits."""

    def __init__(self, redis_address: str) -> None:
        self._redis = BestEffortRedis(redis_address, "the worker's counters stand still")

    def add(self, counts: Counter[Labels]) -> None:
        """Add to counters. The first label is the counter's name."""
        if counts:
            self._redis.ask(lambda redis: increase(redis, counts))

    def read(self) -> dict[Labels, int] | None:
        """Return all counters, or None without Redis."""
        stored = cast("dict[bytes, bytes] | None", self._redis.ask(lambda redis: redis.hgetall(_KEY)))
        if stored is None:
            return None
        return {tuple(key.decode().split(_SEPARATOR)): int(count) for key, count in stored.items()}


def increase(redis: Redis, counts: Counter[Labels]) -> None:
    """Add to counters.

    Raises:
        redis.exceptions.RedisError: Redis is away.
    """
    with redis.pipeline(transaction=False) as together:
        for labels, count in counts.items():
            together.hincrby(_KEY, _SEPARATOR.join(labels), count)
        together.execute()
