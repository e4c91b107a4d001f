"""Turns: each message of a diner has one effect and one answer, despite repeats, crashes and hangs at any point.

The inbound message is stored first. Then whoever takes the dialogue handles its unanswered messages, oldest first. The
answer is stored together with what the dialogue carries on and the message's new status, and said only afterwards.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from booking_engine import Clock, TryAgain, outbox
from bot import conversations, diners, messages, silence, turn_store
from bot.conversations import Conversation
from bot.dialogue_client import DialogueClient, DialogueFailed, DialogueUnavailable, NoAnswerInTime
from bot.handoff import ConversationHandoff
from bot.keywords import keyword
from bot.messages import Answer, Inbound, Said
from bot.notifier import Notifier
from bot.outages import is_outage
from bot.rendering import sms_texts
from bot.responses import Languages
from bot.silence import Lately
from bot.turn_store import AnswerLate, LeaseKeeper, LeaseLost, Outcome, Turn
from bot.verification import Verification

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 5  # per message, counting only failures of a Rasa that is up
_SLOW_FOR = timedelta(minutes=30)  # a message that takes too long each time: it may as well be Rasa that hangs
LONGEST_TEXT = 1600  # characters; Twilio's own limit for an inbound message
THREAD_IS_COLD_AFTER = timedelta(hours=12)  # as in the dialogue's session_config
_RETRY_AFTER = (2, 5, 15, 30, 60)  # seconds
_STORE_SECONDS = 0.5  # reserved before the deadline to store and return the answer
_TURN_SECONDS, _WAIT_SECONDS = 10.0, 15.0  # of the worker: for one message, and until a dialogue is free
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.25  # seconds between looks whether a dialogue is free
_QUOTE = 60  # characters of a message that we quote back to the diner


class NotStored(Exception):
    """The database is away, so a message is not stored."""


class Unstorable(Exception):
    """The database refuses a message, however often it is tried; the cause is its error."""


@dataclass(frozen=True)
class Caller:
    """The HTTP request that brings a message, one of several if it is repeated. `has_hung_up`: whether nobody waits for its
    response any more.
    """

    id: UUID = field(default_factory=uuid4)
    has_hung_up: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class _Request:
    """What a turn is taken for.

    `sid`: the message whose HTTP response carries the answers, until `said_until` (UTC); None if the outbox sends them.
    `deadline`: by the monotonic clock. `answers`: those that the response carries, so far.
    """

    sid: str | None
    deadline: float
    said_until: datetime | None
    caller: Caller = field(default_factory=Caller)
    answers: list[Answer] = field(default_factory=list)

    def is_heard(self, conversation: Conversation) -> bool:
        """Return whether the response says the answers. In a chat nothing is lost: it shows its whole thread."""
        return self.sid is not None and not (conversation.channel == "sms" and self.caller.has_hung_up())

    def is_open_in(self, turn: Turn) -> bool:
        """Return whether the message waits for its answer."""
        return any(message.sid == self.sid for message in turn.open)


class TurnTaker:
    """Takes turns. Safe to share between threads."""

    def __init__(
        self,
        database: Engine,
        dialogue: DialogueClient,
        languages: Languages,
        clock: Clock,
        verification: Verification,
        handoff: ConversationHandoff,
        notifier: Notifier,
    ) -> None:
        self._database = database
        self._leases = LeaseKeeper(database)
        self._verification = verification
        self._handoff = handoff
        self._dialogue = dialogue
        self._languages = languages
        self._clock = clock
        self._notifier = notifier

    def receive(self, conversation: Conversation, message: Inbound) -> None:
        """Store the message. From here on it cannot be lost, and the worker answers it.

        Raises:
            TryAgain: the database is away, so nothing was stored.
        """
        self._receive(conversation, message, take=False)

    def note_promise(self, conversation_id: UUID, sid: str) -> None:
        """Record that the diner was already told an answer will follow, so that no second promise is sent."""
        self._promise(conversation_id, sid)

    def respond(
        self,
        conversation: Conversation,
        message: Inbound,
        *,
        seconds: float,
        caller: Caller | None = None,
    ) -> Answer:
        """Store a message and return its answer, or a promise of one if `seconds` are not enough.

        Repeating the call returns the same answer and has no second effect. An answer that no `caller` waits for any more is
        sent as a text.

        Raises:
            NotStored: the database is away, so the message is not stored.
            Unstorable: it refuses the message.
            TryAgain: the database went away since.
        """
        begun = time.monotonic()
        said_until = _real_now() + timedelta(seconds=seconds + 1)
        request = _Request(message.sid, begun + seconds - _STORE_SECONDS, said_until, caller or Caller())
        try:
            turn = self._receive(conversation, message, take=True)
        except (TryAgain, PoolTimeout) as error:
            raise NotStored from error
        except psycopg.Error as error:
            raise (NotStored if is_outage(error) else Unstorable) from error
        while (turn := turn or self._take(conversation.id, request.deadline, message.sid)) is not None:
            if not request.is_open_in(turn):
                turn_store.release(self._database, turn)
                return replace(self._carried_answer(conversation, request), is_repeat=not request.answers)
            first = turn.open[0]
            answer = self._deal_with(turn, first, request)
            if answer is None:
                break  # keep the order: later messages must wait for this one
            request.answers.append(answer)
            if first.sid == message.sid:
                # An attempt before, whose process died or froze, may have left more to say.
                return self._carried_answer(conversation, request) if turn.carries else _together(request.answers)
            turn = None
        self._promise(conversation.id, message.sid)
        return self._carried_answer(conversation, request)

    def finish(self, conversation_id: UUID, *, seconds: float) -> None:
        """Handle the conversation's pending messages. The answers go out as separate texts."""
        until = time.monotonic() + seconds
        while (turn := self._take(conversation_id, min(until, time.monotonic() + _WAIT_SECONDS))) is not None:
            if not turn.open:
                turn_store.release(self._database, turn)
                return
            request = _Request(None, time.monotonic() + _TURN_SECONDS, None)
            if self._deal_with(turn, turn.open[0], request) is None or time.monotonic() > until:
                return

    def say_later(self, conversation_id: UUID, sid: str, caller_id: UUID | None, *, is_owed: bool) -> None:
        """Send by the outbox what the response to this request should have said, since it came too late for that.

        What a repeat of it was given since is that one's to say. `is_owed`: also what no repeat was given.
        """
        with self._database.begin() as connection:
            conversation = conversations.find(connection, conversation_id)
            if conversation is None or conversation.channel != "sms":
                return  # a chat shows its whole thread
            late = messages.take_over(connection, conversation_id, sid, caller_id, is_owed=is_owed)
            if late:
                self._send_later(connection, conversation, late)

    def _receive(self, conversation: Conversation, message: Inbound, *, take: bool) -> Turn | None:
        message = replace(message, address=self._verification.digest_of_address(message.address))
        forgotten = self._verification.digests_of_thread(conversation.id) if conversation.channel == "sms" else []
        turn = turn_store.receive(
            self._database, conversation, message, forgotten=forgotten, now=self._clock.now(), take=take
        )
        self._notify(conversation)
        return turn

    def _take(self, conversation_id: UUID, deadline: float, sid: str | None = None) -> Turn | None:
        """Take the dialogue as soon as it is free; None if it is not until the deadline. `sid`: see `turn_store.take`."""
        pause = _FIRST_PAUSE
        while (left := deadline - time.monotonic()) > 0:
            turn = turn_store.take(self._database, conversation_id, sid)
            if turn is not None:
                return turn
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, _LONGEST_PAUSE)
        return None

    def _carried_answer(self, conversation: Conversation, request: _Request) -> Answer:
        """Return what stands in the thread for the response to say, and take it away from the requests before."""
        assert request.sid is not None
        with self._database.begin() as connection:
            if conversation.channel == "sms" and request.is_heard(conversation):
                messages.give_to(connection, conversation.id, request.sid, request.caller.id)
            return messages.carried_answer(connection, conversation.id, request.sid)

    def _deal_with(self, turn: Turn, message: Inbound, request: _Request) -> Answer | None:
        """Handle one message, and give the dialogue back. Return its answer; None if there is none for now."""
        with self._leases.keeping(turn):
            return self._try_to_answer(turn, message, request)

    def _try_to_answer(self, turn: Turn, message: Inbound, request: _Request) -> Answer | None:
        conversation, message = self._verification.check(self._database, turn.conversation, message)
        turn = replace(turn, conversation=conversation)
        try:
            answer = self._find_answer(turn, message, request.deadline)
            return self._stored(turn, message, answer, request, attempts=message.attempts)
        except DialogueUnavailable as error:
            logger.warning("dialogue unavailable: %s", error)
            self._put_off(turn, message, message.attempts)
        except NoAnswerInTime as error:
            logger.warning("no answer to %s: %s", message.sid, error)
            if _age(message) > _SLOW_FOR:
                return self._after_failure(turn, message, request, most=1)
            self._put_off(turn, message, message.attempts, _age(message) / 10)
        except DialogueFailed as error:
            logger.error("dialogue failed at %s (attempt %d): %s", message.sid, message.attempts + 1, error)
            return self._after_failure(turn, message, request)
        except (psycopg.Error, DBAPIError) as error:
            if is_outage(error):
                raise TryAgain("the database went away") from error
            logger.exception("the answer to %s cannot be stored", message.sid)
            return self._after_failure(turn, message, request)
        return None

    def _after_failure(
        self, turn: Turn, message: Inbound, request: _Request, most: int = MOST_ATTEMPTS
    ) -> Answer | None:
        """Put the message off. Only the worker gives up, because it backs off between attempts; then say so."""
        attempts = message.attempts + 1
        if request.sid is None and attempts >= most:
            answer = self._failure_answer(turn.conversation, message)
            return self._stored(turn, message, answer, request, attempts=attempts, is_given_up=True)
        self._put_off(turn, message, attempts)
        return None

    def _put_off(self, turn: Turn, message: Inbound, attempts: int, at_least: timedelta = timedelta(0)) -> None:
        wait = max(timedelta(seconds=_RETRY_AFTER[min(attempts, len(_RETRY_AFTER) - 1)]), at_least)
        # The worker runs on the service's clock.
        retry_at = self._clock.now() + wait
        turn_store.put_off(self._database, turn, message, attempts=max(attempts, 1), retry_at=retry_at)

    def _stored(
        self,
        turn: Turn,
        message: Inbound,
        answer: Answer,
        request: _Request,
        *,
        attempts: int,
        is_given_up: bool = False,
    ) -> Answer | None:
        """Store an answer and return it; None if the turn has lost the dialogue, and so stores nothing."""
        try:
            answer = self._store(turn, message, answer, request, attempts=attempts, is_given_up=is_given_up)
        except LeaseLost:
            logger.warning("another turn has taken the dialogue of %s", message.sid)
            return None
        self._notify(turn.conversation)
        return answer

    def _store(
        self, turn: Turn, message: Inbound, answer: Answer, request: _Request, *, attempts: int, is_given_up: bool
    ) -> Answer:
        """Store an answer and all that comes of it. Raises LeaseLost."""
        conversation = turn.conversation
        now = self._now(conversation)
        carried_by = request.sid if request.is_heard(conversation) else None
        if carried_by is not None and not answer.has_effects:
            concluded, outcome = self._conclude(conversation, message, answer, now, attempts, is_given_up=is_given_up)
            outcome = replace(outcome, carried_by=carried_by, said_until=request.said_until)
            try:
                return turn_store.finish(self._database, turn, message, concluded, outcome)
            except AnswerLate:
                carried_by = None
        with self._database.begin() as connection:
            answer = self._settle(connection, conversation, message, answer, now)
            answer, outcome = self._conclude(conversation, message, answer, now, attempts, is_given_up=is_given_up)
            outcome = replace(outcome, carried_by=carried_by)
            stored = turn_store.finish_within(connection, turn, message, answer, outcome)
            if carried_by is not None:
                return stored
            if conversation.channel == "sms" and (answer.opts_in or not conversation.opted_out):
                self._send_later(connection, conversation, stored.said)
        return replace(stored, said=())

    def _settle(
        self, connection: Connection, conversation: Conversation, message: Inbound, answer: Answer, now: datetime
    ) -> Answer:
        """Store the effects of an answer besides the answer, and return it with what comes of them."""
        if answer.opts_out:
            conversations.note(connection, conversation.id, opted_out=True)
        if answer.forgets:
            diners.request(connection, conversation.id, self._clock.now())
        answer = self._verification.settle(connection, conversation, message, answer)
        return self._handoff.settle(connection, conversation, message, answer, now)

    def _conclude(
        self,
        conversation: Conversation,
        message: Inbound,
        answer: Answer,
        now: datetime,
        attempts: int,
        *,
        is_given_up: bool,
    ) -> tuple[Answer, Outcome]:
        """Return the answer as it is said, and what is to be recorded with it. `now`: the conversation's clock."""
        answer, lately = _without_words_for_machines(conversation, message, answer, now)
        asked_at = now if answer.said else conversation.asked_at  # by saying nothing, nothing is asked anew
        return answer, Outcome(_status(answer, is_given_up=is_given_up), attempts, asked_at, lately)

    def _notify(self, conversation: Conversation) -> None:
        if conversation.channel == "chat":
            self._notifier.notify(conversation.id)

    def _now(self, conversation: Conversation) -> datetime:
        return self._clock.shifted(conversation.clock_shift).now()

    def _failure_answer(self, conversation: Conversation, message: Inbound) -> Answer:
        responses = self._languages.of(conversation.locale)
        return Answer((Said(responses.render("utter_bot_failed", text=message.text[:_QUOTE])),))

    def _send_later(self, connection: Connection, conversation: Conversation, said: tuple[Said, ...]) -> None:
        """Queue what stands in the thread already as texts. It is known by its place there, not by the message: a response
        can owe an older answer, and later on the message's own.
        """
        assert conversation.phone is not None
        now = self._now(conversation)
        for position, body in enumerate(sms_texts(said)):
            outbox.enqueue_text(
                connection,
                to_phone=conversation.phone,
                conversation_id=conversation.id,
                payload={"body": body},
                due_at=now + timedelta(milliseconds=position),  # texts are sent in order of due time
                shift=conversation.clock_shift,
                dedupe_id=f"answer:{conversation.id}:{said[0].seq}:{position}",
            )

    def _promise(self, conversation_id: UUID, sid: str) -> None:
        """Promise an answer, once, unless the message already has one."""
        with self._database.begin() as connection:
            message = messages.lock_inbound(connection, conversation_id, sid)
            conversation = conversations.find(connection, conversation_id)
            if conversation is None or message is None or message.status != "received":
                return
            soon = self._clock.now() + timedelta(seconds=_RETRY_AFTER[0])
            messages.set_status(connection, message, "promised", retry_at=soon)
            lately = Lately.read(conversation.lately)
            if lately.is_silent and silence.is_last(lately, message.text):
                return  # it will hardly be answered this time: a promise would only set the other machine off again
            words = self._languages.of(conversation.locale).render("utter_bot_later")
            promise = Answer((Said(words),), promised=True)
            messages.store_promise(connection, message, promise, carried_by=sid)
        self._notifier.notify(conversation_id)

    def _find_answer(self, turn: Turn, message: Inbound, deadline: float) -> Answer:
        conversation = turn.conversation
        if conversation.channel == "sms":
            word = keyword(message.text, message.opt_out_type)
            if word is not None:
                return self._after_keyword(conversation, word == "opt_out")
        code_word = self._verification.code_word(self._database, conversation, message)
        if code_word is not None:
            return Answer(expects=conversation.expects, code_word=code_word)
        text = message.text.strip()
        if not any(character.isprintable() and not character.isspace() for character in text):
            return self._reply(conversation, "utter_bot_picture" if message.media_count else "utter_bot_empty")
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            raise DialogueUnavailable("no time left")
        return self._ask_dialogue(turn, message, text, seconds)

    def _ask_dialogue(self, turn: Turn, message: Inbound, text: str, seconds: float) -> Answer:
        conversation, came_at = turn.conversation, None
        if conversation.asked_at and self._now(conversation) - conversation.asked_at > THREAD_IS_COLD_AFTER:
            conversation = replace(conversation, expects=None)  # "table for 2" does not answer yesterday's question
        if message.received_at is not None:
            # What was done about it before must not be decided on as if it had stood when the diner wrote.
            came_at = message.received_at + self._clock.shifted(conversation.clock_shift).offset
        is_retried = turn.is_retaken or message.attempts > 0
        answer = self._dialogue.take_turn(
            conversation, message, text, state=turn.state, came_at=came_at, is_retried=is_retried, seconds=seconds
        )
        if answer.left is None:
            return answer
        words = self._languages.of(conversation.locale).render("utter_bot_one_by_one", text=answer.left[:_QUOTE])
        return replace(answer, said=(Said(words), *answer.said))

    def _after_keyword(self, conversation: Conversation, is_opted_out: bool) -> Answer:
        with self._database.begin() as connection:
            conversations.note(connection, conversation.id, opted_out=is_opted_out)
        reply = self._reply(conversation, "utter_bot_opted_out" if is_opted_out else "utter_bot_opted_in")
        return replace(reply, opts_in=not is_opted_out)

    def _reply(self, conversation: Conversation, response: str) -> Answer:
        """Answer without Rasa. What the dialogue asked for remains open."""
        return Answer((Said(self._languages.of(conversation.locale).render(response)),), expects=conversation.expects)


def _status(answer: Answer, *, is_given_up: bool) -> messages.Status:
    if is_given_up:
        return "failed"
    return "answered" if answer.said else "silenced"


def _age(message: Inbound) -> timedelta:
    """Return for how long a message has waited, by the real clock."""
    return _real_now() - message.received_at if message.received_at is not None else timedelta(0)


def _real_now() -> datetime:
    """Return the time by which the database judges whether an answer is late: no test clock."""
    return datetime.now(UTC)


def _together(answers: list[Answer]) -> Answer:
    """Return one answer of several: all that is said, and the state after the last."""
    return replace(answers[-1], said=tuple(said for answer in answers for said in answer.said))


def _without_words_for_machines(
    conversation: Conversation, message: Inbound, answer: Answer, now: datetime
) -> tuple[Answer, dict[str, Any] | None]:
    """Return the answer to a text, or nothing where that is best, and what the thread remembers of it (`bot.silence`)."""
    if conversation.channel != "sms":
        return answer, conversation.lately
    before = Lately.read(conversation.lately)
    verdict = silence.judge(before, message.text, is_automatic=answer.is_automatic, is_idle=answer.is_idle, now=now)
    lately = verdict.lately.stored() if verdict.lately != before else conversation.lately
    if not verdict.is_silent:
        return answer, lately
    logger.info("message %s is answered by nothing", message.sid)
    return replace(answer, said=()), lately
