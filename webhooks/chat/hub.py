"""The watchers of conversations in one process, all served by one subscription to Redis.

A watcher costs one event object. A notification from Redis wakes the watchers of its conversation. Because Redis
guarantees no delivery, the database is polled every minute, for all watchers at once, for missed messages.
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

_POLL_INTERVAL = 60.0  # seconds
_RETRY_AFTER = 2.0  # seconds, while Redis is down
_POLL_BATCH = 500
_MOST_PER_CONVERSATION = 8
_MOST_PER_ADDRESS = 500
_watching = Gauge("tabletalk_chat_watchers", "Visitors who wait for news of their conversation")


class TooManyWatchers(Exception):
    """Too many watchers from this address or in this process."""


class Watcher:
    """A visitor waiting for new messages. `seen` is the last message it received; `is_over` tells it to disconnect."""

    def __init__(self, seen: int) -> None:
        self.seen = seen
        self.is_over = False
        self._wake = threading.Event()

    def wake(self) -> None:
        """Wake the watcher."""
        self._wake.set()

    def wait(self, seconds: float) -> bool:
        """Wait for news. Return whether there was any within `seconds`; news during the next wait counts anew."""
        came = self._wake.wait(seconds)
        self._wake.clear()
        return came


class Hub:
    """Wakes watchers. Safe to share between threads or gevent greenlets."""

    def __init__(self, database: Engine, redis_address: str, most: int) -> None:
        self._database = database
        self._redis_address = redis_address
        self._most = most
        self._watchers: defaultdict[UUID, dict[Watcher, None]] = defaultdict(dict)  # oldest first
        self._of_address: Counter[str] = Counter()
        self._count = 0
        self._lock = threading.Lock()
        self._is_listening = False

    @contextmanager
    def watching(self, conversation_id: UUID, address: str, seen: int) -> Iterator[Watcher]:
        """Register a watcher of the conversation for the duration of the context.

        A ninth watcher of a conversation displaces the oldest one, which has most likely left without closing.

        Raises:
            TooManyWatchers: the limit is reached.
        """
        watcher = Watcher(seen)
        with self._lock:
            if self._count >= self._most or self._of_address.get(address, 0) >= _MOST_PER_ADDRESS:
                raise TooManyWatchers
            present = [other for other in self._watchers[conversation_id] if not other.is_over]
            for oldest in present[: max(0, len(present) - _MOST_PER_CONVERSATION + 1)]:
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
        """Start listening with the first watcher: by then, gunicorn has forked this worker."""
        if not self._is_listening:
            self._is_listening = True
            for work in (self._subscribe, self._poll_forever):
                threading.Thread(target=work, daemon=True).start()

    def _subscribe(self) -> None:
        redis = Redis.from_url(self._redis_address, socket_connect_timeout=2, health_check_interval=30)
        while True:
            with suppress(RedisError, OSError):
                self._receive_notifications(redis)
            time.sleep(_RETRY_AFTER)

    def _receive_notifications(self, redis: Redis) -> None:
        with redis.pubsub() as channel:  # type: ignore[no-untyped-call]
            channel.subscribe(CHANNEL)
            for message in channel.listen():
                if message["type"] == "subscribe":
                    self._poll()  # catch up on what was published before the subscription
                elif message["type"] == "message" and len(message["data"]) == len(UUID(int=0).bytes):
                    self._wake(UUID(bytes=message["data"]))

    def _wake(self, conversation_id: UUID) -> None:
        for watcher in tuple(self._watchers.get(conversation_id, ())):
            watcher.wake()

    def _poll_forever(self) -> None:
        while True:
            time.sleep(_POLL_INTERVAL)
            self._poll()

    def _poll(self) -> None:
        """Wake watchers that have missed a message in the database."""
        try:
            watched = tuple(self._watchers)
            for start in range(0, len(watched), _POLL_BATCH):
                self._poll_for(watched[start : start + _POLL_BATCH])
        except SQLAlchemyError as error:
            logger.warning("the database cannot be asked for news: %s", type(error).__name__)

    def _poll_for(self, conversation_ids: Sequence[UUID]) -> None:
        with self._database.connect() as connection:
            newest = messages.newest(connection, conversation_ids)
        for conversation_id, seq in newest.items():
            if any(watcher.seen < seq for watcher in tuple(self._watchers.get(conversation_id, ()))):
                self._wake(conversation_id)
