"""Turns: each message of a diner has one effect and one answer, despite repeats and crashes at any point.

The inbound message is stored first. Then, with the conversation locked, all its unanswered messages are handled, oldest
first. The answer is stored in the same transaction as the message's new status, and sent only afterwards.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, Engine

from booking_engine import Clock, outbox
from bot import conversations, messages, silence
from bot.conversations import Conversation
from bot.dialogue_client import DialogueClient, DialogueFailed, DialogueUnavailable
from bot.handoff import ConversationHandoff
from bot.keywords import keyword
from bot.messages import Answer, Inbound, Said
from bot.notifier import Notifier
from bot.rendering import sms_texts
from bot.responses import Languages
from bot.silence import Lately
from bot.verification import Verification

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 5  # per message, counting only failures of a Rasa that is up
LONGEST_TEXT = 1600  # characters; Twilio's own limit for an inbound message
THREAD_IS_COLD_AFTER = timedelta(hours=12)  # as in the dialogue's session_config
_RETRY_AFTER = (2, 5, 15, 30, 60)  # seconds
_STORE_SECONDS = 0.5  # reserved before the deadline to store and return the answer
_QUOTE = 60  # characters of a message that we quote back to the diner


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
        self._verification = verification
        self._handoff = handoff
        self._dialogue = dialogue
        self._languages = languages
        self._clock = clock
        self._notifier = notifier

    def receive(self, conversation: Conversation, message: Inbound) -> None:
        """Store the message. From here on it cannot be lost.

        Raises:
            sqlalchemy.exc.OperationalError: the database is down, so nothing was stored.
        """
        message = replace(message, address=self._verification.digest_of_address(message.address))
        with self._database.begin() as connection:
            conversations.remember(connection, conversation)
            messages.store_inbound(connection, message, now=self._clock.now())
        self._notify(conversation)

    def note_promise(self, conversation_id: UUID, sid: str) -> None:
        """Record that the diner was already told an answer will follow, so that no second promise is sent."""
        with self._database.connect() as connection:
            self._promise(connection, conversation_id, sid)

    def answer(self, conversation_id: UUID, sid: str, *, seconds: float) -> Answer:
        """Return the answer to a stored message, or a promise of one if `seconds` are not enough.

        Repeating the call returns the same answer and has no second effect.
        """
        deadline = time.monotonic() + seconds - _STORE_SECONDS
        with (
            self._database.connect() as connection,
            conversations.alone(connection, conversation_id, seconds=deadline - time.monotonic()) as is_ours,
        ):
            if is_ours:
                self._deal_with_open(connection, conversation_id, deadline, carried_by=sid)
            else:
                self._promise(connection, conversation_id, sid)
            return messages.carried_answer(connection, conversation_id, sid)

    def finish(self, conversation_id: UUID, *, seconds: float) -> None:
        """Handle the conversation's pending messages. The answers go out as separate texts."""
        deadline = time.monotonic() + seconds
        with (
            self._database.connect() as connection,
            conversations.alone(connection, conversation_id, seconds=seconds) as is_ours,
        ):
            if is_ours:
                self._deal_with_open(connection, conversation_id, deadline, carried_by=None)

    def _deal_with_open(
        self,
        connection: Connection,
        conversation_id: UUID,
        deadline: float,
        *,
        carried_by: str | None,
    ) -> None:
        unanswered = messages.open_messages(connection, conversation_id)
        connection.commit()
        for message in unanswered:
            conversation = conversations.find(connection, conversation_id)
            messages.note_attempt(connection, message)
            connection.commit()
            if conversation is None:
                return
            if not self._deal_with(connection, conversation, message, deadline, carried_by=carried_by):
                break  # keep the order: later messages must wait for this one
            if message.sid == carried_by:
                return  # it is answered; later messages have their own request, which waits for the lock
        if carried_by is not None:
            self._promise(connection, conversation_id, carried_by)

    def _deal_with(
        self,
        connection: Connection,
        conversation: Conversation,
        message: Inbound,
        deadline: float,
        *,
        carried_by: str | None,
    ) -> bool:
        """Handle one message. Return whether it is answered now."""
        attempts, is_given_up = message.attempts, False
        answer: Answer | None
        conversation, message = self._verification.check(connection, conversation, message)
        try:
            answer = self._find_answer(connection, conversation, message, deadline)
        except DialogueUnavailable as error:
            logger.warning("dialogue unavailable: %s", error)
            answer = None
        except DialogueFailed as error:
            logger.error("dialogue failed at %s (attempt %d): %s", message.sid, attempts + 1, error)
            attempts += 1
            # Only the worker gives up, because it backs off between attempts.
            is_given_up = carried_by is None and attempts >= MOST_ATTEMPTS
            answer = self._failure_answer(conversation, message) if is_given_up else None
        with connection.begin():
            if answer is None:
                wait = timedelta(seconds=_RETRY_AFTER[min(attempts, len(_RETRY_AFTER) - 1)])
                # The worker runs on the service's clock.
                retry_at, attempts = self._clock.now() + wait, max(attempts, 1)
                messages.set_status(connection, message, message.status, attempts=attempts, retry_at=retry_at)
                return False
            now = self._now(conversation)
            if answer.opts_out:
                conversations.note(connection, conversation.id, opted_out=True)
            answer = self._verification.settle(connection, conversation, message, answer)
            answer = self._handoff.settle(connection, conversation, message, answer, now)
            answer = self._without_words_for_machines(connection, conversation, message, answer, now)
            messages.set_status(connection, message, _status(answer, is_given_up=is_given_up), attempts=attempts)
            messages.store_answer(connection, message, answer, carried_by=carried_by)
            asked_at = now if answer.said else conversation.asked_at  # by saying nothing, nothing is asked anew
            conversations.note_asked(connection, conversation, answer.expects, asked_at)
            if carried_by is None and conversation.channel == "sms" and not conversation.opted_out:
                self._send_later(connection, conversation, message, answer)
        self._notify(conversation)
        return True

    def _without_words_for_machines(
        self, connection: Connection, conversation: Conversation, message: Inbound, answer: Answer, now: datetime
    ) -> Answer:
        """Return the answer to a text, or nothing where that is best (`bot.silence`). In the answer's transaction."""
        if conversation.channel != "sms":
            return answer
        before = Lately.read(conversation.lately)
        verdict = silence.judge(before, message.text, is_automatic=answer.is_automatic, is_idle=answer.is_idle, now=now)
        if verdict.lately != before:
            conversations.note(connection, conversation.id, lately=verdict.lately.stored())
        if not verdict.is_silent:
            return answer
        logger.info("message %s is answered by nothing", message.sid)
        return replace(answer, said=())

    def _notify(self, conversation: Conversation) -> None:
        if conversation.channel == "chat":
            self._notifier.notify(conversation.id)

    def _now(self, conversation: Conversation) -> datetime:
        return self._clock.shifted(conversation.clock_shift).now()

    def _failure_answer(self, conversation: Conversation, message: Inbound) -> Answer:
        responses = self._languages.of(conversation.locale)
        return Answer((Said(responses.render("utter_bot_failed", text=message.text[:_QUOTE])),))

    def _send_later(self, connection: Connection, conversation: Conversation, message: Inbound, answer: Answer) -> None:
        assert conversation.phone is not None
        now = self._now(conversation)
        for position, body in enumerate(sms_texts(answer.said)):
            outbox.enqueue_text(
                connection,
                to_phone=conversation.phone,
                conversation_id=conversation.id,
                payload={"body": body},
                due_at=now + timedelta(milliseconds=position),  # texts are sent in order of due time
                shift=conversation.clock_shift,
                dedupe_id=f"answer:{conversation.id}:{message.sid}:{position}",
            )

    def _promise(self, connection: Connection, conversation_id: UUID, sid: str) -> None:
        """Promise an answer, once, unless the message already has one."""
        with connection.begin():
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
            messages.store_answer(connection, message, promise, carried_by=sid)
        self._notifier.notify(conversation_id)

    def _find_answer(
        self, connection: Connection, conversation: Conversation, message: Inbound, deadline: float
    ) -> Answer:
        if conversation.channel == "sms":
            word = keyword(message.text, message.opt_out_type)
            if word is not None:
                return self._after_keyword(connection, conversation, word == "opt_out")
        text = message.text.strip()
        if not text or not any(character.isprintable() and not character.isspace() for character in text):
            return self._reply(conversation, "utter_bot_picture" if message.media_count else "utter_bot_empty")
        if conversation.asked_at and self._now(conversation) - conversation.asked_at > THREAD_IS_COLD_AFTER:
            conversation = replace(conversation, expects=None)  # "table for 2" does not answer yesterday's question
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            raise DialogueUnavailable("no time left")
        answer = self._dialogue.take_turn(conversation, message, text, seconds=seconds)
        if answer.left is None:
            return answer
        words = self._languages.of(conversation.locale).render("utter_bot_one_by_one", text=answer.left[:_QUOTE])
        return replace(answer, said=(Said(words), *answer.said))

    def _after_keyword(self, connection: Connection, conversation: Conversation, is_opted_out: bool) -> Answer:
        with connection.begin():
            conversations.note(connection, conversation.id, opted_out=is_opted_out)
        return self._reply(conversation, "utter_bot_opted_out" if is_opted_out else "utter_bot_opted_in")

    def _reply(self, conversation: Conversation, response: str) -> Answer:
        """Answer without Rasa. What the dialogue asked for remains open."""
        return Answer((Said(self._languages.of(conversation.locale).render(response)),), expects=conversation.expects)


def _status(answer: Answer, *, is_given_up: bool) -> messages.Status:
    if is_given_up:
        return "failed"
    return "answered" if answer.said else "silenced"
