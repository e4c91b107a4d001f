"""Handoff of a chat to SMS: both threads continue as one, backed by one dialogue."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from booking_engine import BookingEngine, outbox
from bot import conversations, messages
from bot.conversations import Conversation
from bot.messages import Answer, Inbound, Said
from bot.phone_codes import PhoneCodes
from bot.rendering import sms_texts
from bot.responses import Languages
from bot.text_budgets import Caller, TextBudgets


class ConversationHandoff:
    """Moves chats to SMS. Safe to share between threads."""

    def __init__(
        self, engine: BookingEngine, languages: Languages, codes: PhoneCodes, our_number: str, budgets: TextBudgets
    ) -> None:
        self._budgets = budgets
        self._engine = engine
        self._languages = languages
        self._codes = codes
        self._our_number = our_number

    def settle(
        self, connection: Connection, conversation: Conversation, message: Inbound, answer: Answer, now: datetime
    ) -> Answer:
        """Start the SMS thread that an answer promises, in the answer's transaction, and text the open question there.

        Return what to say in the chat: the answer, or a refusal if the phone has opted out of texts or gets too many. `now`
        is the conversation's clock.
        """
        if not answer.moves or conversation.channel == "sms" or conversation.phone is None:
            return answer
        thread = self._thread(conversation, conversation.phone)
        conversations.remember(connection, thread, self._codes.digests_of_thread(thread.id))
        known = conversations.find(connection, thread.id)
        refused = None
        if known is not None and known.opted_out:
            refused = "utter_bot_move_opted_out"
        elif not self._budgets.take_notification(conversation.phone, Caller(message.address)):
            refused = "utter_bot_move_too_many"
        if refused is not None:
            facts = {"phone": conversation.phone, "our_number": thread.our_number}
            refusal = Said(self._languages.of(conversation.locale).render(refused, **facts))
            return replace(answer, said=(refusal, *answer.said[1:]))
        conversations.note(
            connection, thread.id, dialogue_id=conversation.dialogue, clock_shift=conversation.clock_shift
        )
        first = replace(
            answer,
            said=(
                Said(self._languages.of(conversation.locale).render("utter_sms_moved")),
                *answer.said[1:],
            ),
        )
        messages.store_greeting(connection, thread.id, first)
        for position, body in enumerate(sms_texts(first.said)):
            outbox.enqueue_text(
                connection,
                to_phone=conversation.phone,
                conversation_id=thread.id,
                payload={"body": body},
                due_at=now + timedelta(milliseconds=position),
                shift=conversation.clock_shift,
                dedupe_id=f"moved:{conversation.id}:{message.sid}:{position}",
            )
        return answer

    def _thread(self, conversation: Conversation, phone: str) -> Conversation:
        """Return the SMS thread with the restaurant's own number if it has one, else the service's."""
        own = self._engine.restaurant(conversation.restaurant).sms_number if conversation.restaurant else None
        return replace(conversations.sms_thread(phone, own or self._our_number), address=None)  # nobody has texted yet
