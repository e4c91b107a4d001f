"""From rows to jobs: what is due in the database becomes an RQ job.

The rows are the truth. Should Redis lose a job, its row's claim runs out and it becomes a job again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from redis import Redis
from rq import Queue
from sqlalchemy import Engine

from booking_engine import Clock, outbox
from bot import inbox_spool, jobs, messages

logger = logging.getLogger(__name__)

_EVERY = 0.5  # seconds between two looks
_BATCH = 100
_LEASE = timedelta(seconds=60)
_HANDLER_IS_DEAD_AFTER = timedelta(seconds=20)  # no request lives longer than Twilio's 15 seconds


class Relay:
    """Looks for what is due, for as long as the worker lives."""

    def __init__(self, database: Engine, redis: Redis, clock: Clock, replay: Callable[[dict[str, str]], None]) -> None:
        self._database = database
        self._redis = redis
        self._clock = clock
        self._replay = replay
        self._texts = Queue(jobs.TEXTS, connection=redis)
        self._turns = Queue(jobs.TURNS, connection=redis)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopped.wait(_EVERY):
            try:
                self.look()
            except Exception:  # whatever it is, a worker that no longer looks would be silent for good
                logger.exception("relay could not look")

    def look(self) -> int:
        """Pass on all that is due; the number of jobs made."""
        for form in inbox_spool.drain(self._redis):
            self._replay(form)
        now = self._clock.now()
        with self._database.begin() as connection:
            due = outbox.claim_due(connection, now, _BATCH, _LEASE)
            crashed_before = (
                datetime.now(timezone.utc) - _HANDLER_IS_DEAD_AFTER
            )  # received_at is the database's own time
            waiting = messages.waiting_conversations(connection, now, crashed_before, _BATCH)
        for message in due:
            self._texts.enqueue(jobs.send_text, message, result_ttl=0, failure_ttl=86400, job_timeout=120)
        known = set(self._turns.job_ids)
        for conversation_id in waiting:
            job_id = f"finish-{conversation_id}"
            if job_id not in known:
                self._turns.enqueue(
                    jobs.finish_turns, conversation_id, job_id=job_id, result_ttl=0, failure_ttl=0, job_timeout=120
                )
        return len(due) + len(waiting)
