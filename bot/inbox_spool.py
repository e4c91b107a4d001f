"""Where a text waits while the database is away: a Redis list, emptied by the worker."""

from __future__ import annotations

import json
from collections.abc import Iterator

from redis import Redis

_KEY = "tabletalk:stash"


def put(redis: Redis, form: dict[str, str]) -> None:
    """Keep the fields of a webhook.

    Raises:
        redis.exceptions.RedisError: Redis is away too.
    """
    redis.rpush(_KEY, json.dumps(form))


def drain(redis: Redis) -> Iterator[dict[str, str]]:
    """The kept messages, oldest first. One is forgotten only when the next is asked for, so a crash loses none."""
    while True:
        raw = redis.lindex(_KEY, 0)
        if raw is None:
            return
        yield json.loads(raw)
        redis.lpop(_KEY)
