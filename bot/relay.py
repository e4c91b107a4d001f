"""The relay from rows to jobs: whatever is due in the database becomes an RQ job.

The rows are authoritative. If Redis loses a job, the claim on its row expires and the row is enqueued again.
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

_EVERY = 0.5  # seconds between polls
_BATCH = 100
_LEASE = timedelta(seconds=60)
_HANDLER_IS_DEAD_AFTER = timedelta(seconds=20)  # no request lives longer than Twilio's 15 seconds


class Relay:
    """Polls for due rows for as long as the worker runs."""

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
        """Start polling in a background thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop polling and wait up to 5 s for the thread to end."""
        self._stopped.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopped.wait(_EVERY):
            try:
                self.look()
            except Exception:  # a worker that stopped polling would stay silent forever
                logger.exception("relay could not look")

    def look(self) -> int:
        """Enqueue everything that is due. Return the number of jobs."""
        for form in inbox_spool.drain(self._redis):
            self._replay(form)
        now = self._clock.now()
        with self._database.begin() as connection:
            due = outbox.claim_due(connection, now, _BATCH, _LEASE)
            # The real clock, because received_at is set by the database.
            crashed_before = datetime.now(timezone.utc) - _HANDLER_IS_DEAD_AFTER
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
