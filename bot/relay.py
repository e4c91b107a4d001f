"""The relay looks at what waits in the database and in Redis: open messages become jobs, set-aside texts are stored, and
failed deliveries are dealt with. The rows are authoritative: a job that Redis loses is made again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from redis import Redis
from sqlalchemy import Engine

from booking_engine import Clock
from bot import deliveries, inbox_spool, jobs, messages
from bot.background_loop import BackgroundLoop
from bot.counters import Counters

_EVERY = 0.5  # seconds between looks
_LONGEST_PAUSE = 5.0  # seconds between looks that fail
_BATCH = 40  # messages of a kind; so a look reads few pages, however many wait
_HANDLER_IS_DEAD_AFTER = timedelta(seconds=20)  # no request lives longer than Twilio's 15 seconds


class Relay(BackgroundLoop):
    """Looks for as long as the worker runs."""

    def __init__(
        self,
        database: Engine,
        redis: Redis,
        clock: Clock,
        counters: Counters,
        replay: Callable[[dict[str, str]], None],
    ) -> None:
        super().__init__("relay")
        self._database = database
        self._redis = redis
        self._clock = clock
        self._counters = counters
        self._replay = replay
        self._turns = jobs.turns_queue(redis)
        self._pause = _EVERY

    def once(self) -> float:
        """Look. Return the seconds until the next look: more after each that failed."""
        self._pause = _EVERY if self.look() else min(_LONGEST_PAUSE, self._pause * 2)
        return self._pause

    def look(self) -> bool:
        """Look at everything once. Return whether all went well."""
        went_well = [self.tried(look) for look in (self._store_set_aside, self._queue_turns, self._follow_up)]
        return all(went_well)

    def _store_set_aside(self) -> None:
        inbox_spool.drain(self._redis, self._replay)

    def _queue_turns(self) -> None:
        # The real clock, because received_at is set by the database.
        crashed_before = datetime.now(timezone.utc) - _HANDLER_IS_DEAD_AFTER
        with self._database.connect() as connection:
            waiting = messages.waiting_conversations(connection, self._clock.now(), crashed_before, _BATCH)
        if not waiting:
            return
        known = set(self._turns.job_ids)
        for conversation_id in waiting:
            if jobs.turns_job_id(conversation_id) not in known:
                jobs.enqueue_turns(self._turns, conversation_id)

    def _follow_up(self) -> None:
        self._counters.add(deliveries.follow_up(self._database, self._clock))
