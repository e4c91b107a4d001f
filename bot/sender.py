"""Sending of the texts in the outbox: each one exactly once."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

import requests
from sqlalchemy import Engine
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from booking_engine import BookingEngine, Clock, outbox
from booking_engine.outbox import OutboxMessage
from bot import consents, conversations, messages
from bot.notification_texts import notification_text
from bot.phone_codes import PhoneCodes
from bot.responses import Languages

logger = logging.getLogger(__name__)

_OPTED_OUT = 21610  # Twilio's error code
_RETRY_AFTER = (5, 30, 120, 600, 1800, 3600)  # seconds
MOST_ATTEMPTS = 12
_IN_NO_THREAD = ("text", "phone_code")  # a late answer is in the thread already, and a code must be stored nowhere
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


class Sender:
    """Sends claimed messages through Twilio's REST API."""

    def __init__(
        self,
        database: Engine,
        engine: BookingEngine,
        twilio: Client,
        languages: Languages,
        clock: Clock,
        codes: PhoneCodes,
        *,
        our_number: str,
        status_callback: str,
    ) -> None:
        self._database = database
        self._engine = engine
        self._twilio = twilio
        self._languages = languages
        self._clock = clock
        self._codes = codes
        self._our_number = our_number
        self._status_callback = status_callback

    def send(self, message: OutboxMessage) -> None:
        """Send a claimed message, postpone it, or give it up. The outcome is always recorded in its row."""
        from_number, thread = self._route(message)
        to_number = thread.address or message.to_phone
        obstacle = self._obstacle(message, thread)
        if obstacle is not None:
            self._fail(message, obstacle, is_final=True)
            return
        body = notification_text(message.kind, message.payload, self._engine, self._languages, self._codes)
        with self._database.begin() as connection:
            if not outbox.mark_sending(connection, message, now=self._clock.now()):
                return
        sid = self._sid_on_record(message, to_number, from_number, body) if message.in_doubt else None
        try:
            if sid is None:
                sid = self._create(to_number, from_number, body)
        except TwilioRestException as error:
            self._refused(message, thread, error)
        except requests.exceptions.ConnectTimeout as error:  # never reached, so certainly not sent
            self._fail(message, str(error), is_final=False)
        except requests.exceptions.RequestException:
            # It may have been sent. The row stays "sending" until its claim expires; then the provider is asked first.
            logger.exception("no word on %s", message.id)
        else:
            self._record(message, thread, body, sid)

    def _route(self, message: OutboxMessage) -> tuple[str, conversations.Conversation]:
        """Return our number to send from, and the thread that the text belongs to."""
        from_number = message.payload.get("restaurant", {}).get("sms_number") or self._our_number
        thread = conversations.sms_thread(message.to_phone, from_number)
        with self._database.begin() as connection:
            told_in = conversations.find(connection, message.conversation_id) if message.conversation_id else None
            if told_in is not None:
                return told_in.our_number or from_number, told_in
            known = conversations.find(connection, thread.id)
            if known is None and consents.has_opted_out(connection, self._codes.digests_of_thread(thread.id)):
                return from_number, replace(thread, opted_out=True)
            return from_number, known or thread

    def _obstacle(self, message: OutboxMessage, thread: conversations.Conversation) -> str | None:
        """Return why the message must not be sent at all, or None."""
        if thread.opted_out:
            return "the diner has opted out"
        until = message.payload.get("until")
        if until is not None and datetime.fromisoformat(until) <= self._clock.now():
            return "too late to be of use"
        return None

    def _record(self, message: OutboxMessage, thread: conversations.Conversation, body: str, sid: str) -> None:
        with self._database.begin() as connection:
            outbox.mark_sent(connection, message.id, sid, now=self._clock.now())
            if message.kind not in _IN_NO_THREAD:
                conversations.remember(connection, thread)
                messages.store_notice(connection, thread.id, body, {"kind": message.kind}, sid)

    def _create(self, to: str, from_number: str, body: str) -> str:
        created = self._twilio.messages.create(
            to=to, from_=from_number, body=body, status_callback=self._status_callback
        )
        return str(created.sid)

    def _sid_on_record(self, message: OutboxMessage, to_number: str, from_number: str, body: str) -> str | None:
        """Return the sid of this text if the provider has it, in case we crashed between sending and recording it."""
        # The provider runs on real time, so take our clock's offset out again.
        since = message.next_attempt_at - self._clock.offset - timedelta(minutes=1)
        known = self._twilio.messages.list(to=to_number, from_=from_number, date_sent_after=since, limit=50)
        return next((str(m.sid) for m in known if m.body == body), None)

    def _refused(self, message: OutboxMessage, thread: conversations.Conversation, error: TwilioRestException) -> None:
        if error.code == _OPTED_OUT:
            with self._database.begin() as connection:
                conversations.remember(connection, thread)
                conversations.note(connection, thread.id, opted_out=True)
        passing = error.status == _TOO_MANY_REQUESTS or error.status >= _SERVER_ERROR
        self._fail(message, f"{error.code}: {error.msg}", is_final=not passing)

    def _fail(self, message: OutboxMessage, reason: str, *, is_final: bool) -> None:
        now = self._clock.now()
        retry_at: datetime | None = now + timedelta(seconds=_RETRY_AFTER[min(message.attempts, len(_RETRY_AFTER) - 1)])
        if is_final or message.attempts + 1 >= MOST_ATTEMPTS:
            logger.error("text %s to be given up: %s", message.id, reason)
            retry_at = None
        with self._database.begin() as connection:
            outbox.mark_failed(connection, message.id, reason, retry_at, now=now)
