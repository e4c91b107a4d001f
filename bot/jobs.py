"""The jobs that RQ runs: functions of a fixed list, called by name, with arguments in JSON.

RQ's own jobs are pickles that name any function: whoever writes to Redis runs code in the worker. Ours cannot.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from redis import Redis
from rq import Queue, SimpleWorker
from rq.exceptions import InvalidJobOperation
from rq.job import Job
from rq.serializers import JSONSerializer

from bot.turn import TurnTaker

logger = logging.getLogger(__name__)

TURNS = "turns"
_FINISH_SECONDS = 60.0
_JOB_SECONDS = 120


@dataclass
class _WorkerContext:
    turns: TurnTaker | None = None


_context = _WorkerContext()


def configure(turns: TurnTaker) -> None:
    """Set the services that this process's jobs use. The worker calls this before it takes its first job."""
    _context.turns = turns


def finish_turns(conversation_id: str) -> None:
    """Answer the pending messages of a conversation."""
    assert _context.turns is not None
    _context.turns.finish(UUID(conversation_id), seconds=_FINISH_SECONDS)


ALLOWED: dict[str, Callable[..., None]] = {"finish_turns": finish_turns}


class NotAllowed(Exception):
    """The job names a function that is not on the list."""


class AllowedJob(Job):
    """A job that runs nothing but a function of the list, and calls nobody back."""

    @property
    def func(self) -> Callable[..., None]:
        """The function of that name.

        Raises:
            NotAllowed: it is not on the list.
        """
        try:
            return ALLOWED[self.func_name or ""]
        except (KeyError, TypeError):
            raise NotAllowed(str(self.func_name)) from None

    success_callback = failure_callback = stopped_callback = None

    def restore(self, raw_data: Any) -> None:
        """Read the job from Redis, without the addresses that RQ would report to."""
        super().restore(raw_data)
        self.webhooks = []


def turns_queue(redis: Redis) -> Queue:
    """Return the queue of conversations to be answered."""
    return Queue(TURNS, connection=redis, serializer=JSONSerializer, job_class=AllowedJob)


def enqueue_turns(queue: Queue, conversation_id: UUID) -> None:
    """Queue a conversation to be answered. It must not be queued already."""
    queue.enqueue(
        "finish_turns",
        str(conversation_id),
        job_id=turns_job_id(conversation_id),
        result_ttl=0,
        failure_ttl=0,
        job_timeout=_JOB_SECONDS,
    )


def turns_job_id(conversation_id: UUID) -> str:
    """Return the name of the job, one for each conversation."""
    return f"finish-{conversation_id}"


class TurnsWorker(SimpleWorker):
    """Runs the jobs in this process. `is_asked_to_stop`: it was signaled, and did not end because of Redis."""

    is_asked_to_stop = False
    max_connection_wait_time = 5.0  # seconds between tries while Redis is away

    @classmethod
    def on(cls, redis: Redis) -> TurnsWorker:
        """Return a worker for the queue. `redis` needs a connection pool of its own, without a timeout for reading."""
        return cls(
            [turns_queue(redis)],
            connection=redis,
            serializer=JSONSerializer,
            job_class=AllowedJob,
            exception_handlers=[_log_failure],
        )

    def perform_job(self, job: Job, queue: Queue, execution: Any) -> bool:
        """Run a job. Another worker may have run it at the same time, and have deleted it: that must not end the loop."""
        try:
            return super().perform_job(job, queue, execution)
        except InvalidJobOperation:
            logger.info("job %s is gone: another worker has done it, too", job.id)
            return False

    def request_stop(self, signum: Any, frame: Any) -> None:
        """Handle the signal."""
        self.is_asked_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def _log_failure(job: Job, kind: Any, error: BaseException, where: Any) -> bool:
    """Log why a job failed. RQ does so too, but puts the error's message into its own, which is withheld."""
    logger.error("job %s failed", job.id, exc_info=(kind, error, where))
    return True
