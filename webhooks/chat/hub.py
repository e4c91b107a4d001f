"""Who watches which conversation, in one process: one ear on Redis for all of them.

A watcher costs an event to wait for and nothing else. News by Redis wakes those who watch that conversation; as Redis
promises nothing, the database is asked every minute, for all watchers at once, who has missed something.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from uuid import UUID

from prometheus_client import Gauge
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot import messages
from bot.notifier import CHANNEL

logger = logging.getLogger(__name__)

_LOOKS_EVERY = 60.0  # seconds
_TRIES_AGAIN = 2.0  # seconds, when Redis is away
_LOOKED_AT_ONCE = 500
_OF_A_CONVERSATION = 8
_OF_AN_ADDRESS = 500
_watching = Gauge("tabletalk_chat_watchers", "Visitors who wait for news of their conversation")


class TooManyWatchers(Exception):
    """From this address, or in this process at all."""


class Watcher:
    """Somebody who waits for news; `seen` is the last message that they have got, `is_over` that they are to go."""

    def __init__(self, seen: int) -> None:
        self.seen = seen
        self.is_over = False
        self._wake = threading.Event()

    def wake(self) -> None:
        self._wake.set()

    def wait(self, seconds: float) -> bool:
        """Whether there was news within the time; what comes after is news again."""
        came = self._wake.wait(seconds)
        self._wake.clear()
        return came


class Hub:
    """Wakes watchers. Safe to share between threads, or gevent's greenlets."""

    def __init__(self, database: Engine, redis_address: str, most: int) -> None:
        self._database = database
        self._redis_address = redis_address
        self._most = most
        self._watchers: defaultdict[UUID, dict[Watcher, None]] = defaultdict(dict)  # the oldest first
        self._of_address: Counter[str] = Counter()
        self._count = 0
        self._lock = threading.Lock()
        self._is_listening = False

    @contextmanager
    def watching(self, conversation_id: UUID, address: str, seen: int) -> Iterator[Watcher]:
        """A watcher of that conversation, for as long as the context lasts.

        Of a conversation's watchers the oldest gives way to the ninth: it has most likely left without a word.

        Raises:
            TooManyWatchers: there is no room for another.
        """
        watcher = Watcher(seen)
        with self._lock:
            if self._count >= self._most or self._of_address.get(address, 0) >= _OF_AN_ADDRESS:
                raise TooManyWatchers
            present = [other for other in self._watchers[conversation_id] if not other.is_over]
            for oldest in present[: max(0, len(present) - _OF_A_CONVERSATION + 1)]:
                oldest.is_over = True
                oldest.wake()
            self._watchers[conversation_id][watcher] = None
            self._of_address[address] += 1
            self._count += 1
            self._listen()
        _watching.inc()
        try:
            yield watcher
        finally:
            _watching.dec()
            with self._lock:
                self._count -= 1
                self._of_address[address] -= 1
                if not self._of_address[address]:
                    del self._of_address[address]
                del self._watchers[conversation_id][watcher]
                if not self._watchers[conversation_id]:
                    del self._watchers[conversation_id]

    def _listen(self) -> None:
        """Begin with the first watcher: by then the process is the one that stays."""
        if not self._is_listening:
            self._is_listening = True
            for work in (self._hear, self._look_now_and_then):
                threading.Thread(target=work, daemon=True).start()

    def _hear(self) -> None:
        redis = Redis.from_url(self._redis_address, socket_connect_timeout=2, health_check_interval=30)
        while True:
            with suppress(RedisError, OSError):
                self._hear_until_it_breaks(redis)
            time.sleep(_TRIES_AGAIN)

    def _hear_until_it_breaks(self, redis: Redis) -> None:
        with redis.pubsub() as channel:  # type: ignore[no-untyped-call]
            channel.subscribe(CHANNEL)
            for message in channel.listen():
                if message["type"] == "subscribe":
                    self._look()  # for what was told while nobody heard
                elif message["type"] == "message" and len(message["data"]) == len(UUID(int=0).bytes):
                    self._wake(UUID(bytes=message["data"]))

    def _wake(self, conversation_id: UUID) -> None:
        for watcher in tuple(self._watchers.get(conversation_id, ())):
            watcher.wake()

    def _look_now_and_then(self) -> None:
        while True:
            time.sleep(_LOOKS_EVERY)
            self._look()

    def _look(self) -> None:
        """Wake those for whom there is something in the database that they have not got."""
        try:
            watched = tuple(self._watchers)
            for start in range(0, len(watched), _LOOKED_AT_ONCE):
                self._look_for(watched[start : start + _LOOKED_AT_ONCE])
        except SQLAlchemyError as error:
            logger.warning("the database cannot be asked for news: %s", type(error).__name__)

    def _look_for(self, conversation_ids: Sequence[UUID]) -> None:
        with self._database.connect() as connection:
            newest = messages.newest(connection, conversation_ids)
        for conversation_id, seq in newest.items():
            if any(watcher.seen < seq for watcher in tuple(self._watchers.get(conversation_id, ()))):
                self._wake(conversation_id)
