"""Chats and texts that request, ask for and type codes, without a dialogue."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from redis import Redis
from sqlalchemy import Engine, insert, text

from booking_engine import BookingEngine, Clock
from bot import conversations, schema, turn_store
from bot.conversations import Conversation, sms_thread
from bot.dialogue_client import DialogueClient
from bot.handoff import ConversationHandoff
from bot.messages import Answer, Inbound, Said, Verify
from bot.notifier import Notifier
from bot.phone_codes import PhoneCodes
from bot.rates import TextRates
from bot.text_budgets import TextBudgets
from bot.turn import TurnTaker
from bot.verification import Verification
from dialogue.words import Languages

from .conftest import OUR_NUMBER

ANA, BEN = "+12125550142", "+12125550143"
ASKED = Answer((Said("Noted."), Said("What is the code?")), expects="code")
TOO_MANY = "Too many codes were asked for lately"
AWAY = "127.0.0.1:1"


class Chats:
    """Chats that request and type codes, and phones that text us."""

    def __init__(self, database: Engine, codes: PhoneCodes, clock: Clock, redis: Redis) -> None:
        self.database, self.codes = database, codes
        rates = TextRates(
            codes_per_phone="3/hour",
            codes_per_phone_in_all="6/hour",
            codes_per_conversation="5/hour",
            codes_per_address="4/hour",
            codes_per_prefix="9/hour",
        )
        address = f"unix://{redis.connection_pool.connection_kwargs['path']}"
        budgets = TextBudgets(address, rates, lambda: {"US"})
        self.verification = Verification(codes, Languages(), clock, budgets, OUR_NUMBER)
        self.clock = clock
        handoff = ConversationHandoff(BookingEngine(database, clock), Languages(), codes, OUR_NUMBER, budgets)
        notifier, rasa = Notifier(f"redis://{AWAY}"), DialogueClient([f"http://{AWAY}"], "token")
        self.turns = TurnTaker(database, rasa, Languages(), clock, self.verification, handoff, notifier)

    def new(self, **more: Any) -> Conversation:
        """Return a chat that is expecting a code, not stored yet."""
        return Conversation(id=uuid.uuid4(), channel="chat", expects="code", **more)

    def open(self, **more: Any) -> Conversation:
        """Open a chat that is expecting a code."""
        chat = self.new(**more)
        with self.database.begin() as connection:
            conversations.remember(connection, chat)
            connection.execute(insert(schema.dialogue).values(id=chat.id, expects=chat.expects))
        return chat

    def ask(self, chat: Conversation, phone: str, *, address: str | None = None, anew: bool = True) -> Answer:
        """Have the dialogue request verification of a phone. Return the answer to the diner."""
        message = self._message(chat, "the number", address)
        with self.database.begin() as connection:
            wish = replace(ASKED, verify=Verify(phone, anew=anew))
            return self.verification.settle(connection, chat, message, wish)

    def type(self, chat: Conversation, words: str) -> tuple[str | None, str | None]:
        """Type a text. Return the outcome, and the conversation's phone afterwards."""
        message = self._message(chat, words, None)
        chat, message = self.verification.check(self.database, chat, message)
        return message.verified, chat.phone

    def text(self, sender: str, words: str, our_number: str = OUR_NUMBER) -> Answer:
        """Text us from a number while Rasa is away. Return what is said at once; codes come as a text of their own."""
        thread = sms_thread(sender, our_number)
        return self.turns.respond(thread, Inbound(thread.id, f"SM-{uuid.uuid4().hex}", words), seconds=9)

    def _message(self, chat: Conversation, words: str, address: str | None) -> Inbound:
        digest = self.verification.digest_of_address(address)
        message = Inbound(chat.id, uuid.uuid4().hex, words, address=digest)
        turn_store.receive(self.database, chat, message, now=self.clock.now(), take=False)
        return message

    def code(self, chat: Conversation) -> str:
        """Return the newest code of a chat."""
        query = "SELECT id FROM phone_code WHERE conversation_id = :id ORDER BY issued_at DESC LIMIT 1"
        with self.database.connect() as connection:
            return self.codes.code(connection.scalar(text(query), {"id": chat.id}))

    def count(self, table: str = "phone_code") -> int:
        """Number of rows in a table."""
        with self.database.connect() as connection:
            return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)
