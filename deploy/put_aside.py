"""What `tabletalk inbox` does, for those who run the service. No numbers or words of diners are shown."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator

from redis import Redis

from bot import inbox_spool
from bot.inbox_spool import PutAside
from bot.settings import Settings


def lines(settings: Settings) -> Iterator[str]:
    """Yield a line for each text that was put aside, oldest first."""
    yield from map(_line, inbox_spool.aside(_redis(settings)))


def _line(text: PutAside) -> str:
    return f"{text.id}  {text.at:%Y-%m-%d %H:%M} UTC  {_sid(text.form)}  {text.reason}"


def _sid(form: str) -> str:
    try:
        return str(json.loads(form)["MessageSid"])
    except (ValueError, KeyError, TypeError):
        return "unreadable"


def retry(settings: Settings, ids: Collection[str] | None) -> int:
    """Queue texts again: these, or all. Returns their number."""
    redis = _redis(settings)
    return inbox_spool.retry(redis, _chosen(redis, ids))


def drop(settings: Settings, ids: Collection[str] | None) -> int:
    """Delete texts: these, or all. Returns their number."""
    redis = _redis(settings)
    return inbox_spool.drop(redis, _chosen(redis, ids))


def _redis(settings: Settings) -> Redis:
    return Redis.from_url(settings.redis_address, socket_timeout=5, socket_connect_timeout=2)


def _chosen(redis: Redis, ids: Collection[str] | None) -> list[PutAside]:
    return [text for text in inbox_spool.aside(redis) if ids is None or text.id in ids]
