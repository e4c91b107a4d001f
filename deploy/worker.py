"""The worker process: RQ's own loop for the jobs, and the relay that makes jobs of due rows."""

from __future__ import annotations

import logging

from redis import Redis
from rq import Queue, SimpleWorker
from werkzeug.datastructures import MultiDict

from bot import jobs
from bot.context import AppContext
from bot.relay import Relay
from bot.sender import Sender
from bot.twilio_rest import create_client
from deploy.memory import collect_rarely
from webhooks.twilio import receive_form


def run_worker(context: AppContext) -> None:
    """Work until told to end. Several workers may run side by side."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
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
        thread, message = receive_form(MultiDict(form), context.engine, context.turns)
        context.turns.note_promise(thread.id, message.sid)

    relay = Relay(context.database, context.redis, context.clock, replay)
    relay.start()
    collect_rarely()
    try:
        # A pool of its own: RQ waits for jobs much longer than the others may wait for an answer. On a connection that was
        # made for them it would take each quiet spell for a fault, and stay away from the next jobs for up to a minute.
        waiting = Redis.from_url(settings.redis_address, socket_connect_timeout=2)
        queues = [Queue(name, connection=waiting) for name in (jobs.TEXTS, jobs.TURNS)]
        SimpleWorker(queues, connection=waiting).work(logging_level="WARNING")
    finally:
        relay.stop()
