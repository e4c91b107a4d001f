"""One attempt to send a text: what stands in its way, what it says, and what comes of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from sqlalchemy import Connection, Engine

from booking_engine import BookingEngine, Clock, Restaurant, dead_letters, outbox
from booking_engine.outbox import Ended, OutboxMessage, Outcome, Postponed, Sent
from bot import consents, conversations, messages, schema
from bot.conversations import Conversation
from bot.messages import Notice
from bot.notification_texts import notification_text
from bot.outages import is_outage
from bot.phone_codes import PhoneCodes
from bot.responses import Languages
from bot.twilio_rest import FateUnknown, Refused, Throttled, TwilioRest, Unavailable

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
_PAUSES = (10, 30, 120, 600, 1800, 3600)  # seconds after each attempt of which no word came back
_ANSWERS_ARE_OF_USE_FOR = timedelta(hours=6)
_RESTAURANTS_KEPT = 5.0  # seconds
_LOOK_BACK = timedelta(minutes=1)  # clocks differ
_OPTED_OUT = 21610  # Twilio's error code
_IN_NO_THREAD = ("text", "phone_code")  # a late answer is in the thread already, and a code must be stored nowhere


@dataclass(frozen=True)
class Routed:
    """A claimed text, the thread that it belongs to, and the number of ours that it is sent from."""

    message: OutboxMessage
    thread: Conversation
    from_number: str
    is_new_thread: bool

    @property
    def to_number(self) -> str:
        """The number as its carrier writes it."""
        return self.thread.address or self.message.to_phone


class Provider(Enum):
    """How the provider did in an attempt."""

    ANSWERED = "answered"
    SILENT = "silent"
    AWAY = "away"
    NOT_ASKED = "not asked"


@dataclass(frozen=True)
class Attempt:
    """What came of an attempt. `pause`: the seconds for which the provider asked to be left alone."""

    routed: Routed
    outcome: Outcome
    provider: Provider
    label: str
    body: str = ""
    pause: float | None = None
    opts_out: bool = False


class Sender:
    """Sends claimed messages through Twilio's REST API. Safe to share between threads."""

    def __init__(
        self,
        database: Engine,
        engine: BookingEngine,
        twilio: TwilioRest,
        languages: Languages,
        clock: Clock,
        codes: PhoneCodes,
        *,
        our_number: str,
        status_callback: str,
    ) -> None:
        self._database = database
        self._engine = engine
        self._restaurants: dict[str, tuple[float, Restaurant | None]] = {}
        self._twilio = twilio
        self._languages = languages
        self._clock = clock
        self._codes = codes
        self._our_number = our_number
        self._status_callback = status_callback

    def route(self, connection: Connection, claimed: Sequence[OutboxMessage]) -> list[Routed]:
        """Find the thread and the number of ours for each message."""
        guesses = {message.id: self._thread_by_number(message) for message in claimed}
        wanted = {thread.id for thread in guesses.values()}
        wanted |= {message.conversation_id for message in claimed if message.conversation_id}
        query = conversations.select_conversations().where(schema.conversation.c.id.in_(wanted))
        known = {row.id: conversations.from_row(row._mapping) for row in connection.execute(query)}
        guesses = self._with_opt_outs(connection, guesses, known)
        return [self._routed(message, guesses[message.id], known) for message in claimed]

    def _with_opt_outs(
        self, connection: Connection, guesses: dict[UUID, Conversation], known: Mapping[UUID, Conversation]
    ) -> dict[UUID, Conversation]:
        """Return the threads with the opt-outs of those that were forgotten since."""
        digests = {id: self._codes.digests_of_thread(each.id) for id, each in guesses.items() if each.id not in known}
        opted_out = consents.opted_out_of(connection, [digest for found in digests.values() for digest in found])
        return {
            id: replace(each, opted_out=True) if not opted_out.isdisjoint(digests.get(id, ())) else each
            for id, each in guesses.items()
        }

    def _routed(self, message: OutboxMessage, guess: Conversation, known: Mapping[UUID, Conversation]) -> Routed:
        told_in = known.get(message.conversation_id) if message.conversation_id else None
        thread = told_in or known.get(guess.id) or guess
        number = (told_in or guess).our_number or self._our_number
        return Routed(message, thread, number, thread.id not in known)

    def _thread_by_number(self, message: OutboxMessage) -> Conversation:
        # A row that makes no sense must not fail here, where all that were claimed would fail with it.
        restaurant = message.payload.get("restaurant")
        own = restaurant.get("sms_number") if isinstance(restaurant, dict) else None
        return conversations.sms_thread(message.to_phone, own or self._our_number)

    def attempt(self, routed: Routed, may_send: Callable[[], bool]) -> Attempt:
        """Send a text unless something stands in its way. Nothing is recorded yet.

        `may_send`: whether the claim still holds, asked at the last moment before anything is sent.
        """
        message = routed.message
        if message.attempts > MOST_ATTEMPTS:  # each ended with the worker
            ended = Ended(message.id, f"begun {message.attempts - 1} times and never finished")
            return Attempt(routed, ended, Provider.NOT_ASKED, "given_up")
        obstacle = None if message.in_doubt else self._obstacle(routed)
        if obstacle is not None:
            return Attempt(routed, Ended(message.id, obstacle, is_dropped=True), Provider.NOT_ASKED, "dropped")
        try:
            body = notification_text(message.kind, message.payload, self._restaurant, self._languages, self._codes)
        except Exception as error:  # of any kind: a text that cannot be worded must not stop the others
            return self._without_words(routed, error)
        try:
            return self._ask_provider(routed, body, may_send)
        except Throttled as error:
            outcome = Postponed(message.id, str(error), in_doubt=message.in_doubt, counts=False)
            return Attempt(routed, outcome, Provider.AWAY, "throttled", pause=error.seconds or 0)
        except Unavailable as error:
            outcome = Postponed(message.id, f"unavailable: {error}", in_doubt=message.in_doubt, counts=False)
            return Attempt(routed, outcome, Provider.AWAY, "unavailable")
        except FateUnknown as error:
            return self._without_word_back(routed, str(error))
        except Refused as error:
            logger.error("text %s is refused for good, as %s", message.id, error.code)
            opts_out = error.code == _OPTED_OUT
            ended = Ended(message.id, str(error), is_dropped=opts_out)
            label = "dropped" if opts_out else "refused"
            return Attempt(routed, ended, Provider.ANSWERED, label, opts_out=opts_out)

    def _restaurant(self, slug: str) -> Restaurant:
        """Return a restaurant as of the last seconds, so that an evening's reminders do not each ask the database."""
        now = time.monotonic()
        found_at, restaurant = self._restaurants.get(slug, (float("-inf"), None))
        if restaurant is None or now - found_at > _RESTAURANTS_KEPT:
            restaurant = self._engine.restaurant(slug)
            self._restaurants[slug] = now, restaurant
        return restaurant

    def _ask_provider(self, routed: Routed, body: str, may_send: Callable[[], bool]) -> Attempt:
        message = routed.message
        if message.in_doubt:
            sid = self._sid_on_record(routed, body)
            if sid is not None:
                return Attempt(routed, Sent(message.id, sid), Provider.ANSWERED, "found", body)
            obstacle = self._obstacle(routed)
            if obstacle is not None:
                return Attempt(routed, Ended(message.id, obstacle, is_dropped=True), Provider.ANSWERED, "dropped")
        sid = self._twilio.create(
            to=routed.to_number,
            from_number=routed.from_number,
            body=body,
            status_callback=self._status_callback,
            may_send=may_send,
        )
        return Attempt(routed, Sent(message.id, sid), Provider.ANSWERED, "sent", body)

    def _sid_on_record(self, routed: Routed, body: str) -> str | None:
        """Return the sid of this text if the provider has it, and not for another text that says the same."""
        # The provider runs on real time, so take our clock's offset out again.
        since = routed.message.sending_at - self._clock.offset - _LOOK_BACK
        listed = self._twilio.sent_since(since, to=routed.to_number, from_number=routed.from_number)
        alike = [text.sid for text in listed if text.body.split() == body.split()]
        if not alike:
            return None
        with self._database.begin() as connection:
            others = outbox.sids_on_record(connection, alike)
        return next((sid for sid in alike if sid not in others), None)

    def _obstacle(self, routed: Routed) -> str | None:
        """Return why the message must not be sent at all, or None."""
        if routed.thread.opted_out:
            return "the diner has opted out"
        if routed.message.resend_of is not None and self._is_outdated(routed.message):
            return "not delivered, and the booking has changed since"
        return loss_of_use(routed.message, self._clock.now())

    def _is_outdated(self, message: OutboxMessage) -> bool:
        with self._database.connect() as connection:
            return dead_letters.is_outdated(connection, message.id)

    def _without_words(self, routed: Routed, error: Exception) -> Attempt:
        message = routed.message
        if is_outage(error):
            retry_at = self._clock.now() + timedelta(seconds=_PAUSES[0])
            outcome: Outcome = Postponed(message.id, _told(error), retry_at, in_doubt=message.in_doubt, counts=False)
            return Attempt(routed, outcome, Provider.NOT_ASKED, "postponed")
        logger.exception("text %s cannot be worded", message.id)
        return Attempt(routed, Ended(message.id, f"cannot be worded: {_told(error)}"), Provider.NOT_ASKED, "unworded")

    def after_fault(self, routed: Routed, error: Exception) -> Attempt:
        """Return what comes of an attempt that ended in a fault of ours or of the database."""
        if is_outage(error):
            retry_at = self._clock.now() + timedelta(seconds=_PAUSES[0])
            outcome = Postponed(routed.message.id, _told(error), retry_at, in_doubt=True, counts=False)
            return Attempt(routed, outcome, Provider.NOT_ASKED, "postponed")
        return self._without_word_back(routed, _told(error), Provider.NOT_ASKED)

    def _without_word_back(self, routed: Routed, reason: str, provider: Provider = Provider.SILENT) -> Attempt:
        message = routed.message
        if message.attempts >= MOST_ATTEMPTS:
            ended = Ended(message.id, f"fate unknown after {message.attempts} attempts: {reason}")
            return Attempt(routed, ended, provider, "given_up")
        pause = timedelta(seconds=_PAUSES[min(message.attempts, len(_PAUSES)) - 1])
        outcome = Postponed(message.id, f"fate unknown: {reason}", self._clock.now() + pause, in_doubt=True)
        return Attempt(routed, outcome, provider, "unknown")

    def record(self, connection: Connection, attempts: Sequence[Attempt]) -> None:
        """Store what belongs to the threads: notices that were sent, and opt-outs; nothing of diners forgotten meanwhile."""
        attempts = _of_those_known(connection, attempts)
        notices = [notice for attempt in attempts if (notice := _notice(attempt)) is not None]
        told = {notice.conversation_id for notice in notices} | {a.routed.thread.id for a in attempts if a.opts_out}
        new = {a.routed.thread.id: a.routed.thread for a in attempts if a.routed.is_new_thread}
        self._remember(connection, [thread for thread in new.values() if thread.id in told])
        messages.store_notices(connection, notices)
        for attempt in attempts:
            if attempt.opts_out:
                conversations.note(connection, attempt.routed.thread.id, opted_out=True)

    def _remember(self, connection: Connection, threads: Sequence[Conversation]) -> None:
        # Nobody has texted in them yet, so they have no address.
        unheard = [(replace(thread, address=None), self._codes.digests_of_thread(thread.id)) for thread in threads]
        conversations.remember_threads(connection, unheard)


def _of_those_known(connection: Connection, attempts: Sequence[Attempt]) -> list[Attempt]:
    """Leave out the texts that were deleted with their diner while they were sent."""
    known = outbox.on_record(connection, [attempt.routed.message.id for attempt in attempts])
    return [attempt for attempt in attempts if attempt.routed.message.id in known]


def _notice(attempt: Attempt) -> Notice | None:
    """Return what is added to the thread: a text that was sent, unless it stands there already or must not."""
    message, outcome = attempt.routed.message, attempt.outcome
    if not isinstance(outcome, Sent) or message.kind in _IN_NO_THREAD or message.resend_of is not None:
        return None
    return Notice(attempt.routed.thread.id, attempt.body, message.kind, outcome.provider_sid)


def loss_of_use(message: OutboxMessage, now: datetime) -> str | None:
    """Return why a text is of no more use, or None. `now`: by the clock of the service.

    A code is of use until it expires, a text about a booking until the party sits down, a late answer for six hours.
    """
    late = now - message.next_attempt_at
    until, starts_at = message.payload.get("until"), message.payload.get("starts_at")
    if until is not None:
        return "too late to be of use" if datetime.fromisoformat(until) <= now else None
    if starts_at is not None:
        # By the clock of the conversation, which `due_at` goes by.
        return "the booking has begun" if datetime.fromisoformat(starts_at) <= message.due_at + late else None
    return "too late to be of use" if late > _ANSWERS_ARE_OF_USE_FOR else None


def _told(error: Exception) -> str:
    """Return an error for the record; those of the database have a statement with a diner's data in their text."""
    orig = getattr(error, "orig", None)
    return f"{type(error).__name__}: {type(orig).__name__ if orig is not None else error}"
