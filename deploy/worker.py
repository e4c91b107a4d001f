"""The worker process: lanes that send texts, the relay, and RQ's loop, which answers conversations. None waits for another."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable
from types import FrameType

from prometheus_client import start_http_server
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine
from werkzeug.datastructures import MultiDict

from booking_engine import outbox
from bot import deliveries, jobs, twilio_rest
from bot.context import AppContext
from bot.counters import Counters
from bot.diners import Diners
from bot.housekeeping import Housekeeping
from bot.inbox_spool import is_heard, is_report, request_of
from bot.jobs import TurnsWorker
from bot.relay import Relay
from bot.retention import Retention
from bot.send_rate import SendRate
from bot.sender import Sender
from bot.sending_lane import SendingLane
from bot.settings import Settings
from bot.turn import TurnTaker
from deploy.memory import collect_rarely
from dialogue.rasa import logs
from webhooks.twilio import read_form, read_report

logger = logging.getLogger(__name__)

_PAUSE = 5.0  # seconds until RQ's loop is started again after Redis went away


def run_worker(context: AppContext) -> None:
    """Run until the process is signaled to stop. Several workers can run in parallel."""
    logs.configure()
    settings = context.settings
    counters = Counters(settings.redis_address)
    jobs.configure(context.turns)

    relay = Relay(context.database, context.redis, context.clock, counters, replay_to(context.turns, context.database))
    lanes = sending_lanes(context, counters)
    diners = Diners(context.database, context.engine, context.redis, context.clock, settings.for_digests)
    retention = Retention(context.database, context.engine, context.redis, settings.for_digests, settings.periods)
    housekeeping = Housekeeping(retention, diners)
    if (port := settings.metrics_listen_on(2)) is not None:
        start_http_server(port, settings.metrics_host)
    collect_rarely()
    relay.start()
    housekeeping.start()
    for lane in lanes:
        lane.start()
    try:
        _answer_conversations(settings)
    finally:
        for lane in lanes:
            lane.close()
        relay.stop()
        housekeeping.stop()
        for lane in lanes:
            lane.stop()


def replay_to(turns: TurnTaker, database: Engine) -> Callable[[dict[str, str]], None]:
    """Return what stores the fields of a webhook later on. The diner was told something already, so is not told to wait."""

    def replay(form: dict[str, str]) -> None:
        if is_report(form):
            deliveries.record(database, *read_report(MultiDict(form)))
            return
        thread, message = read_form(MultiDict(form))
        turns.receive(thread, message)
        turns.note_promise(thread.id, message.sid)
        # An answer to an older one, which the response was to say besides.
        turns.say_later(thread.id, message.sid, request_of(form), is_owed=is_heard(form))

    return replay


def sending_lanes(context: AppContext, counters: Counters) -> list[SendingLane]:
    """Return the two lanes of a worker: one for texts that somebody waits for, one for all others."""
    settings = context.settings
    at_once = {"answers": settings.send_answers_at_once, "notices": settings.send_at_once}
    priorities = {"answers": (outbox.ANSWER,), "notices": (outbox.CONFIRMATION, outbox.REMINDER)}
    sender = Sender(
        context.database,
        context.engine,
        twilio_rest.connect(settings, connections=sum(at_once.values())),
        context.languages,
        context.clock,
        context.codes,
        our_number=settings.twilio_number,
        status_callback=f"{settings.public_address}/webhooks/twilio/status",
    )
    return [
        SendingLane(
            name,
            priorities[name],
            context.database,
            sender,
            context.clock,
            SendRate(settings.send_rate, settings.redis_address),
            counters,
            at_once[name],
        )
        for name in at_once
    ]


def _answer_conversations(settings: Settings) -> None:
    """Run RQ's loop until the process is signaled. Without Redis, texts are sent nevertheless."""
    # RQ needs its own connection pool, because it blocks for jobs longer than the other clients' socket timeout. With
    # their connections it would treat every idle period as an error and back off.
    waiting = Redis.from_url(settings.redis_address, socket_connect_timeout=2)
    while True:
        signal.signal(signal.SIGTERM, _end)  # while RQ does not handle it
        try:
            worker = TurnsWorker.on(waiting)
            worker.work(logging_level="WARNING")
            if worker.is_asked_to_stop:
                return
        except RedisError as error:
            logger.warning("conversations are not answered: Redis is away (%s)", type(error).__name__)
        time.sleep(_PAUSE)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
