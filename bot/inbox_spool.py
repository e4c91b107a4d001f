"""Fallback queues while the database is down, for incoming texts and for reports on deliveries: Redis lists, each drained by
the workers in its order.

A text is taken off the list, by its value, only when it is stored. So a crash loses none, and neither do several workers: at
worst they store the same text, which the database stores once. What cannot be stored is put aside with the reason, in a list
of its own, until somebody retries or drops it.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, cast
from uuid import UUID

from redis import Redis

from booking_engine.phones import canonical_phone
from bot.counters import increase
from bot.outages import is_outage

logger = logging.getLogger(__name__)

_KEY = "tabletalk:stash"
_REPORTS = "tabletalk:stash:reports"
_PUT_ASIDE = "tabletalk:stash:aside"
_MOST_ASIDE = 1000
_MOST_AT_ONCE = 1000
_DIGITS_OF_ID = 12
_HUNG_UP, _REQUEST = "HungUp", "Request"
"""Fields of our own beside Twilio's."""
_WAITS = 1.0  # seconds


def connect(address: str) -> Redis:
    """Return a client for webhooks, which have waited for the database already: it gives Redis up after a second."""
    return Redis.from_url(address, socket_timeout=_WAITS, socket_connect_timeout=_WAITS)


def put(redis: Redis, form: dict[str, str], request_id: UUID | None = None, *, is_heard: bool = True) -> None:
    """Queue the fields of a webhook.

    `request_id`: what answers are given to. `is_heard`: whether somebody waits for the response, which then says less than it
    owes.

    Raises:
        redis.exceptions.RedisError: Redis is down too.
    """
    request = {} if request_id is None else {_REQUEST: str(request_id)}
    fields = form | request | ({} if is_heard else {_HUNG_UP: "1"})
    redis.rpush(_REPORTS if is_report(form) else _KEY, json.dumps(fields))


def request_of(form: Mapping[str, str]) -> UUID | None:
    """Return the id of the request that brought these fields; None if an earlier release queued them."""
    return UUID(form[_REQUEST]) if _REQUEST in form else None


def is_heard(form: Mapping[str, str]) -> bool:
    """Return whether somebody waited for the response. If not, a repeat of the request may have told all of it."""
    return _HUNG_UP not in form


def is_report(form: Mapping[str, str]) -> bool:
    """Return whether a webhook's fields report on a delivery. Otherwise they are a text."""
    return "MessageStatus" in form and "Body" not in form


def drain(redis: Redis, store: Callable[[dict[str, str]], None]) -> None:
    """Store what is queued, texts first, oldest first, 1000 at most of both. Put those aside that cannot be stored.

    Raises:
        Exception: whatever `store` raised because the database is away; that one and those after it stay queued.
    """
    for key in (_KEY, _REPORTS):
        _drain(redis, key, store)


def _drain(redis: Redis, key: str, store: Callable[[dict[str, str]], None]) -> None:
    for _ in range(_MOST_AT_ONCE):
        raw = cast("bytes | None", redis.lindex(key, 0))
        if raw is None:
            break
        try:
            store(json.loads(raw))
        except Exception as error:
            if is_outage(error):
                raise
            put_aside(redis, raw.decode("utf-8", "replace"), error, stored=(key, raw))
        else:
            redis.lrem(key, 1, cast(Any, raw))


def put_aside(redis: Redis, form: str, error: BaseException, *, stored: tuple[str, bytes] | None = None) -> None:
    """Keep a text that cannot be stored, with the reason, among the last 1000 such. `stored`: its queue, and its entry there."""
    logger.error("a text cannot be stored and is put aside: %s", type(error).__name__)
    kept = {"form": form, "reason": type(error).__name__, "at": datetime.now(timezone.utc).isoformat()}
    with redis.pipeline() as together:
        if stored is not None:
            key, entry = stored
            together.lrem(key, 1, cast(Any, entry))
        together.rpush(_PUT_ASIDE, json.dumps(kept))
        together.ltrim(_PUT_ASIDE, -_MOST_ASIDE, -1)
        together.execute()
    increase(redis, Counter({("messages_put_aside",): 1}))


@dataclass(frozen=True)
class PutAside:
    """A text that cannot be stored. `id`: a digest. `form`: the webhook's fields in JSON. `reason`: the kind of the error."""

    id: str
    form: str
    reason: str
    at: datetime
    kept: bytes
    """the entry itself"""


def aside(redis: Redis) -> list[PutAside]:
    """Return the texts that were put aside, oldest first. `at` is in UTC."""
    return [_read(kept) for kept in cast("list[bytes]", redis.lrange(_PUT_ASIDE, 0, -1))]


def _read(kept: bytes) -> PutAside:
    told = json.loads(kept)
    digest = hashlib.sha256(kept).hexdigest()[:_DIGITS_OF_ID]
    return PutAside(digest, told["form"], told["reason"], datetime.fromisoformat(told["at"]), kept)


def retry(redis: Redis, chosen: Iterable[PutAside]) -> int:
    """Queue texts again that were put aside. Returns their number. Done twice at a time, they are still stored once."""
    return sum(_taken_off(redis, one, queue=True) for one in chosen)


def drop(redis: Redis, chosen: Iterable[PutAside]) -> int:
    """Delete texts that were put aside. Returns their number."""
    return sum(_taken_off(redis, one, queue=False) for one in chosen)


def _taken_off(redis: Redis, one: PutAside, *, queue: bool) -> bool:
    with redis.pipeline() as together:
        together.lrem(_PUT_ASIDE, 1, cast(Any, one.kept))
        if queue:
            together.rpush(_queue_of(one), one.form)
        return bool(together.execute()[0])


def _queue_of(one: PutAside) -> str:
    try:
        return _REPORTS if is_report(json.loads(one.form)) else _KEY
    except (ValueError, TypeError):  # it is no JSON, and will be put aside again
        return _KEY


def of(redis: Redis, phone: str) -> list[PutAside]:
    """Return the texts and reports put aside that came from a phone or went there (canonical)."""
    return [one for one in aside(redis) if _is_of(one, phone)]


def before(redis: Redis, instant: datetime) -> list[PutAside]:
    """Return those that were put aside before an instant (real time, not that of a test clock)."""
    return [one for one in aside(redis) if one.at < instant]


def _is_of(one: PutAside, phone: str) -> bool:
    try:
        form = json.loads(one.form)
        return phone in (canonical_phone(form["From"]), canonical_phone(form.get("To", "")))
    except (ValueError, LookupError, TypeError, AttributeError):  # no form of a text, but a number may be in it
        return phone in one.form
