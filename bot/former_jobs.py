"""Jobs of earlier releases: pickles in Redis, whose arguments are numbers and words of diners. RQ keeps failed ones for a year."""

from __future__ import annotations

import json
import zlib
from contextlib import suppress
from typing import Any

from redis import Redis
from rq import Queue
from rq.job import Job
from rq.results import Result

from bot.jobs import turns_queue

_TEXTS = "texts"  # a queue that is no more: texts are rows of the outbox
_PER_SCAN = 1000
_LONGEST = 65_536  # bytes of a job's arguments; ours are an id


def delete_former_jobs(redis: Redis) -> int:
    """Delete what earlier releases have left, without reading any pickle. Return how many jobs that were.

    Nothing is lost, even if a worker of such a release still runs: rows say what is to be sent or answered, and jobs are made
    again. Running it at any time is safe.
    """
    prefix = Job.key_for("")
    found = redis.scan_iter(f"{prefix}*", count=_PER_SCAN, _type="HASH")
    former = [str(key, "utf-8") for key in found if not _is_ours(redis, key)]
    turns, texts = turns_queue(redis), Queue(_TEXTS, connection=redis)
    for key in former:
        _delete(redis, turns, key.removeprefix(prefix))
    texts.delete(delete_jobs=False)
    redis.delete(*(registry.key for registry in _registries(texts)), texts.registry_cleaning_key)
    return len(former)


def _is_ours(redis: Redis, key: bytes) -> bool:
    """Whether a job is one of this release: its call is JSON."""
    data = redis.hget(key, "data")
    if not isinstance(data, bytes):
        return False
    with suppress(zlib.error):
        data = zlib.decompressobj().decompress(data, _LONGEST)
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


def _delete(redis: Redis, turns: Queue, job_id: str) -> None:
    with redis.pipeline() as together:
        together.delete(Job.key_for(job_id), Job.dependents_key_for(job_id), Result.get_key(job_id))  # type: ignore[no-untyped-call]
        together.lrem(turns.key, 0, job_id)
        for registry in _registries(turns):
            together.zrem(registry.key, job_id)
        together.execute()


def _registries(queue: Queue) -> list[Any]:
    return [
        queue.failed_job_registry,
        queue.finished_job_registry,
        queue.started_job_registry,
        queue.deferred_job_registry,
        queue.scheduled_job_registry,
        queue.canceled_job_registry,
    ]
