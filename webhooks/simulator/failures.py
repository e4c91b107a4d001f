"""Planned failures of the simulated Twilio."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from redis import Redis

_KEPT = 24 * 3600  # seconds

Kind = Literal["refused", "undelivered"]


class Failure(NamedTuple):
    """How a text fails. `refused`: Twilio rejects it; `undelivered`: the carrier does. `code` is Twilio's error code."""

    kind: Kind
    code: int


class Failures:
    """Planned failures of texts per phone, shared by all processes."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def plan(self, phone: str, failure: Failure, times: int) -> None:
        """Make the next `times` texts to the phone fail. Replaces any earlier plan."""
        key = _key(phone)
        with self._redis.pipeline() as together:
            together.delete(key)
            if times:
                together.rpush(key, *[f"{failure.kind} {failure.code}"] * times)
                together.expire(key, _KEPT)
            together.execute()

    def next_for(self, phone: str) -> Failure | None:
        """Return the planned failure for the text now being sent to this phone, if any, and consume it."""
        planned: Any = self._redis.lpop(_key(phone))
        if planned is None:
            return None
        kind, code = planned.decode().split()
        return Failure(kind, int(code))


def _key(phone: str) -> str:
    return f"simulator:failures:{phone}"
