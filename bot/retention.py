"""Retention: what is kept for how long, and the deletion of what is older.

It runs in small batches beside the service, each in a transaction of its own that skips rows in use. Running it twice, or on
two machines at once, deletes nothing that running it once would not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine, text

from booking_engine import BookingEngine
from bot import consents, inbox_spool
from bot.former_jobs import delete_former_jobs
from bot.periods import Periods
from bot.secret_keys import KeyRing

logger = logging.getLogger(__name__)

_BATCH = 1000  # rows
_MOST_BATCHES = 1000  # of one kind in one run, so that a run ends
PHONE_CODES = timedelta(days=1)
"""A code is good for ten minutes, and the limits of the last hour are counted by them."""


# Instants that the database sets itself (`received_at`, `created_at`, `asked_at`, `kept_at`) are compared with its clock.
_MESSAGES = """
    DELETE FROM inbound WHERE (conversation_id, sid) IN (
        SELECT conversation_id, sid FROM inbound
        WHERE received_at < now() - :keep AND status NOT IN ('received', 'promised') LIMIT :most FOR UPDATE SKIP LOCKED)
"""
_REPLIES = """
    DELETE FROM outbound WHERE (conversation_id, seq) IN (
        SELECT conversation_id, seq FROM outbound WHERE created_at < now() - :keep LIMIT :most FOR UPDATE SKIP LOCKED)
"""
_DELIVERIES = """
    DELETE FROM delivery WHERE (provider_sid, status) IN (
        SELECT provider_sid, status FROM delivery WHERE received_at < now() - :keep LIMIT :most FOR UPDATE SKIP LOCKED)
"""
_ANSWERS = """
    DELETE FROM kept_answer WHERE key_digest IN (
        SELECT key_digest FROM kept_answer WHERE asked_at < now() - :keep LIMIT :most FOR UPDATE SKIP LOCKED)
"""
_CODES = """
    DELETE FROM phone_code WHERE (conversation_id, id) IN (
        SELECT conversation_id, id FROM phone_code WHERE issued_at < now() + :shift - :keep LIMIT :most
        FOR UPDATE SKIP LOCKED)
"""
_HOLD_CODES = """
    DELETE FROM hold_code WHERE hold_id IN (
        SELECT hold_id FROM hold_code WHERE issued_at < now() + :shift - :keep LIMIT :most FOR UPDATE SKIP LOCKED)
"""
_CONSENTS = """
    DELETE FROM text_consent WHERE thread_digest IN (
        SELECT thread_digest FROM text_consent
        WHERE kept_at < now() - :keep AND NOT opted_out LIMIT :most FOR UPDATE SKIP LOCKED)
"""
# A turn notes the real time, ahead by what the clock of the conversation is.
_DIALOGUES = """
    DELETE FROM dialogue WHERE id IN (
        SELECT id FROM dialogue WHERE leased_until IS NULL
          AND coalesce(to_timestamp((state ->> 'heard_at')::float), asked_at - :shift, '-infinity') < now() - :keep
        LIMIT :most FOR UPDATE SKIP LOCKED)
"""
_IDLE = """
    SELECT * FROM conversation AS c
    WHERE created_at < now() - :keep AND forget_at IS NULL
      AND coalesce(token_used_at, created_at) < now() + :shift - :keep
      AND NOT EXISTS (SELECT FROM inbound i WHERE i.conversation_id = c.id)
      AND NOT EXISTS (SELECT FROM outbound o WHERE o.conversation_id = c.id)
      AND NOT EXISTS (SELECT FROM outbox x WHERE x.conversation_id = c.id)
      AND NOT EXISTS (SELECT FROM conversation other WHERE other.dialogue_id = c.id)
    LIMIT :most FOR UPDATE SKIP LOCKED
"""


class Retention:
    """Deletes what is older than it has to be. Safe to share between threads."""

    def __init__(self, database: Engine, engine: BookingEngine, redis: Redis, keys: KeyRing, periods: Periods) -> None:
        self._database = database
        self._engine = engine
        self._keys = keys
        keep, by_age = periods, self._delete
        # In this order: a message goes before its answer, so that none looks unanswered, and a thread when it is empty.
        self._rules: dict[str, Callable[[], int]] = {
            "holds": lambda: engine.delete_stale_holds(keep=keep.holds),
            "hold_history": lambda: engine.delete_hold_history(keep=keep.answers),
            "idempotency_keys": lambda: by_age(_ANSWERS, keep.answers),
            "phone_codes": lambda: by_age(_CODES, PHONE_CODES),
            "hold_codes": lambda: by_age(_HOLD_CODES, PHONE_CODES),
            "dialogues": lambda: by_age(_DIALOGUES, keep.dialogue),
            "messages": lambda: by_age(_MESSAGES, keep.messages),
            "replies": lambda: by_age(_REPLIES, keep.messages),
            "texts": lambda: engine.delete_finished_texts(keep=keep.texts),
            "deliveries": lambda: by_age(_DELIVERIES, keep.deliveries),
            "conversations": lambda: self._delete_idle(keep.messages),
            "past_diners": lambda: engine.erase_past_diners(keep=keep.diners),
            "consents": lambda: by_age(_CONSENTS, keep.consents),
            "put_aside": lambda: _if_redis_is_there(lambda: _delete_put_aside(redis, keep.messages)),
            "former_jobs": lambda: _if_redis_is_there(lambda: delete_former_jobs(redis)),
        }

    def tidy(self, *, is_stopped: Callable[[], bool] = lambda: False) -> dict[str, int]:
        """Delete all that is too old, and return how much of each kind. Several processes may be at it.

        `is_stopped` is asked between two batches.
        """
        done: dict[str, int] = {}
        for kind, rule in self._rules.items():
            done[kind] = _repeat(rule, is_stopped)
        self._warn_of_lost_keys()
        return done

    def _delete(self, statement: str, keep: timedelta) -> int:
        values = {"keep": keep, "most": _BATCH}
        if ":shift" in statement:
            values["shift"] = self._engine.clock.offset
        with self._database.begin() as connection:
            return connection.execute(text(statement), values).rowcount

    def _delete_idle(self, keep: timedelta) -> int:
        """Delete conversations without any message left. Of a text thread, an opt-out and the consent stay."""
        values = {"keep": keep, "most": _BATCH, "shift": self._engine.clock.offset}
        with self._database.begin() as connection:
            idle = connection.execute(text(_IDLE), values).all()
            for row in idle:
                if row.channel == "sms":
                    consents.keep(connection, self._keys, row)
            ids = [row.id for row in idle]
            connection.execute(text("DELETE FROM conversation WHERE id = ANY (:ids)"), {"ids": ids})
        return len(idle)

    def _warn_of_lost_keys(self) -> None:
        lost = "SELECT count(*) FROM text_consent WHERE key_id <> ALL (:ids)"
        with self._database.connect() as connection:
            count = connection.scalar(text(lost), {"ids": list(self._keys.ids)})
        if count:
            logger.warning("%d opt-outs or consents are under keys that DIGESTS_SECRET_PREVIOUS has no more", count)


def _delete_put_aside(redis: Redis, keep: timedelta) -> int:
    return inbox_spool.drop(redis, inbox_spool.before(redis, datetime.now(timezone.utc) - keep))


def _if_redis_is_there(rule: Callable[[], int]) -> int:
    try:
        return rule()
    except RedisError as error:  # the next run will do
        logger.warning("what is old in Redis stays for now: %s", type(error).__name__)
        return 0


def _repeat(rule: Callable[[], int], is_stopped: Callable[[], bool]) -> int:
    done = 0
    for _ in range(_MOST_BATCHES):
        batch = rule()
        done += batch
        if batch < _BATCH or is_stopped():
            break
    return done
