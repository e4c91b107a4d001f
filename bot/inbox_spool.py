"""Fallback queue for incoming texts while the database is down: a Redis list, drained by the worker."""

from __future__ import annotations

import json
from collections.abc import Iterator

from redis import Redis

_KEY = "tabletalk:stash"


def put(redis: Redis, form: dict[str, str]) -> None:
    """Queue the fields of a webhook.

    Raises:
        redis.exceptions.RedisError: Redis is down too.
    """
    redis.rpush(_KEY, json.dumps(form))


def drain(redis: Redis) -> Iterator[dict[str, str]]:
    """Yield the queued messages, oldest first. Each is removed only when the next is requested, so a crash loses none."""
    while True:
        raw = redis.lindex(_KEY, 0)
        if raw is None:
            return
        yield json.loads(raw)
        redis.lpop(_KEY)
