"""The worker process: RQ's loop, which runs jobs, and the relay, which enqueues due rows as jobs."""

from __future__ import annotations

import logging
from typing import Any

from prometheus_client import start_http_server
from redis import Redis
from rq import Queue, SimpleWorker
from rq.job import Job
from werkzeug.datastructures import MultiDict

from bot import jobs
from bot.context import AppContext
from bot.diners import Diners
from bot.housekeeping import Housekeeping
from bot.relay import Relay
from bot.retention import Retention
from bot.sender import Sender
from bot.twilio_rest import create_client
from deploy.memory import collect_rarely
from dialogue.rasa import logs
from webhooks.twilio import read_form

logger = logging.getLogger(__name__)


def run_worker(context: AppContext) -> None:
    """Run until the process is signaled to stop. Several workers can run in parallel."""
    logs.configure()
    settings = context.settings
    sender = Sender(
        context.database,
        context.engine,
        create_client(settings),
        context.languages,
        context.clock,
        context.codes,
        our_number=settings.twilio_number,
        status_callback=f"{settings.public_address}/webhooks/twilio/status",
    )
    jobs.configure(sender, context.turns)

    def replay(form: dict[str, str]) -> None:
        thread, message = read_form(MultiDict(form))
        context.turns.receive(thread, message)
        context.turns.note_promise(thread.id, message.sid)

    relay = Relay(context.database, context.redis, context.clock, replay)
    diners = Diners(context.database, context.engine, context.clock, settings.for_digests)
    retention = Retention(context.database, context.engine, settings.for_digests, settings.periods)
    housekeeping = Housekeeping(retention, diners)
    if (port := settings.metrics_listen_on(2)) is not None:
        start_http_server(port, settings.metrics_host)
    relay.start()
    housekeeping.start()
    collect_rarely()
    try:
        # RQ needs its own connection pool, because it blocks for jobs longer than the other clients' socket timeout. With
        # their connections it would treat every idle period as an error and back off for up to a minute.
        waiting = Redis.from_url(settings.redis_address, socket_connect_timeout=2)
        queues = [Queue(name, connection=waiting) for name in (jobs.TEXTS, jobs.TURNS)]
        SimpleWorker(queues, connection=waiting, exception_handlers=[_log_failure]).work(logging_level="WARNING")
    finally:
        relay.stop()
        housekeeping.stop()


def _log_failure(job: Job, kind: Any, error: BaseException, where: Any) -> bool:
    """Log why a job failed. RQ does so too, but puts the error's message into its own, which is withheld."""
    logger.error("job %s failed", job.id, exc_info=(kind, error, where))
    return True
