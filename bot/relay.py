"""The relay looks at what waits in the database and in Redis: open messages become jobs, set-aside texts are stored, and
failed deliveries are dealt with. The rows are authoritative: a job that Redis loses is made again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from redis import Redis
from sqlalchemy import Engine

from booking_engine import Clock
from bot import deliveries, inbox_spool, jobs, messages
from bot.counters import Counters

logger = logging.getLogger(__name__)

_EVERY = 0.5  # seconds between looks
_LONGEST_PAUSE = 5.0  # seconds between looks that fail
_BATCH = 40  # messages of a kind; so a look reads few pages, however many wait
_HANDLER_IS_DEAD_AFTER = timedelta(seconds=20)  # no request lives longer than Twilio's 15 seconds


class Relay:
    """Looks for as long as the worker runs."""

    def __init__(
        self,
        database: Engine,
        redis: Redis,
        clock: Clock,
        counters: Counters,
        replay: Callable[[dict[str, str]], None],
    ) -> None:
        self._database = database
        self._redis = redis
        self._clock = clock
        self._counters = counters
        self._replay = replay
        self._turns = jobs.turns_queue(redis)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def start(self) -> None:
        """Start looking in a background thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking and wait up to 5 s for the thread to end."""
        self._stopped.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        pause = _EVERY
        while not self._stopped.wait(pause):
            pause = _EVERY if self.look() else min(_LONGEST_PAUSE, pause * 2)

    def look(self) -> bool:
        """Look at everything once. What goes wrong in one place stops nothing in the others. Return whether all went well."""
        went_well = [self._tried(look) for look in (self._store_set_aside, self._queue_turns, self._follow_up)]
        return all(went_well)

    def _tried(self, look: Callable[[], None]) -> bool:
        try:
            look()
        except Exception:  # a worker that stopped looking would stay silent forever
            logger.exception("the relay could not look (%s)", look.__name__)
            return False
        return True

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
