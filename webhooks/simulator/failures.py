"""Trouble that the simulated Twilio has with the next texts to a phone."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from redis import Redis

_KEPT = 24 * 3600  # seconds

Kind = Literal["refused", "undelivered"]


class Failure(NamedTuple):
    """`refused`: Twilio does not take the text; `undelivered`: it takes it, and the carrier gives it up. Twilio's code."""

    kind: Kind
    code: int


class Failures:
    """What is to befall the next texts, phone by phone, in all processes."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def plan(self, phone: str, failure: Failure, times: int) -> None:
        """The next `times` texts fail like this, and those after them do not; whatever was planned before is forgotten."""
        key = _key(phone)
        with self._redis.pipeline() as together:
            together.delete(key)
            if times:
                together.rpush(key, *[f"{failure.kind} {failure.code}"] * times)
                together.expire(key, _KEPT)
            together.execute()

    def next_for(self, phone: str) -> Failure | None:
        """What befalls the text that is being sent to this phone now."""
        planned: Any = self._redis.lpop(_key(phone))
        if planned is None:
            return None
        kind, code = planned.decode().split()
        return Failure(kind, int(code))


def _key(phone: str) -> str:
    return f"simulator:failures:{phone}"
