"""Fallback queue for incoming texts while the database is down: a Redis list, drained by the workers in its order.

A text is taken off the list, by its value, only when it is stored. So a crash loses none, and neither do several workers: at
worst they store the same text, which the database stores once. What cannot be stored is put aside with the reason, in a list
of its own.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, cast

from redis import Redis

from booking_engine.phones import canonical_phone
from bot.counters import increase
from bot.outages import is_outage

logger = logging.getLogger(__name__)

_KEY = "tabletalk:stash"
_PUT_ASIDE = "tabletalk:stash:aside"
_MOST_ASIDE = 1000
_MOST_AT_ONCE = 1000


def put(redis: Redis, form: dict[str, str]) -> None:
    """Queue the fields of a webhook.

    Raises:
        redis.exceptions.RedisError: Redis is down too.
    """
    redis.rpush(_KEY, json.dumps(form))


def drain(redis: Redis, store: Callable[[dict[str, str]], None]) -> None:
    """Store the queued texts, oldest first, 1000 at most. Put those aside that cannot be stored.

    Raises:
        Exception: whatever `store` raised because the database is away; that text and those after it stay queued.
    """
    for _ in range(_MOST_AT_ONCE):
        raw = cast("bytes | None", redis.lindex(_KEY, 0))
        if raw is None:
            break
        try:
            store(json.loads(raw))
        except Exception as error:
            if is_outage(error):
                raise
            put_aside(redis, raw.decode("utf-8", "replace"), error, stored=raw)
        else:
            redis.lrem(_KEY, 1, cast(Any, raw))


def put_aside(redis: Redis, form: str, error: BaseException, *, stored: bytes | None = None) -> None:
    """Keep a text that cannot be stored, with the reason, among the last 1000 such. `stored`: its entry in the queue."""
    logger.error("a text cannot be stored and is put aside: %s", type(error).__name__)
    kept = {"form": form, "reason": type(error).__name__, "at": datetime.now(timezone.utc).isoformat()}
    with redis.pipeline() as together:
        if stored is not None:
            together.lrem(_KEY, 1, cast(Any, stored))
        together.rpush(_PUT_ASIDE, json.dumps(kept))
        together.ltrim(_PUT_ASIDE, -_MOST_ASIDE, -1)
        together.execute()
    increase(redis, Counter({("messages_put_aside",): 1}))


def aside(redis: Redis) -> list[dict[str, str]]:
    """Return the texts that were put aside, oldest first: `form` (JSON), `reason`, and `at` (ISO 8601, UTC)."""
    return [json.loads(raw) for raw in _raw_aside(redis)]


def aside_of(redis: Redis, phone: str) -> list[dict[str, str]]:
    """Return those that came from a phone (canonical)."""
    return [kept for kept in aside(redis) if _is_of(kept, phone)]


def forget(redis: Redis, phone: str) -> int:
    """Delete the texts of a phone (canonical) that were put aside. Return how many."""
    return _delete_aside(redis, lambda kept: _is_of(kept, phone))


def delete_aside_before(redis: Redis, instant: datetime) -> int:
    """Delete the texts that were put aside before an instant (real time, not that of a test clock). Return how many."""
    return _delete_aside(redis, lambda kept: datetime.fromisoformat(kept["at"]) < instant)


def _delete_aside(redis: Redis, is_meant: Callable[[dict[str, str]], bool]) -> int:
    meant = [raw for raw in _raw_aside(redis) if is_meant(json.loads(raw))]
    return sum(int(redis.lrem(_PUT_ASIDE, 1, cast(Any, raw))) for raw in meant)


def _raw_aside(redis: Redis) -> list[bytes]:
    return cast("list[bytes]", redis.lrange(_PUT_ASIDE, 0, -1))


def _is_of(kept: dict[str, str], phone: str) -> bool:
    try:
        return canonical_phone(json.loads(kept["form"])["From"]) == phone
    except (ValueError, LookupError, TypeError):  # no form of a text, but a number may be in it
        return phone in kept["form"]
