"""How a tester refers to a conversation: by the two numbers of an SMS thread, or by the id of a chat."""

from __future__ import annotations

from uuid import UUID

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Connection

from bot import conversations
from bot.conversations import Conversation, sms_thread
from webhooks.problems import Problem
from webhooks.simulator.testing.tools import Tools


class NamesConversation(BaseModel):
    """Fields that identify a conversation."""

    model_config = ConfigDict(extra="forbid")

    phone: str | None = Field(default=None, validation_alias=AliasChoices("phone", "from"), min_length=1, max_length=32)
    to: str | None = Field(default=None, min_length=1, max_length=32)
    conversation_id: UUID | None = None

    @model_validator(mode="after")
    def _names_one(self) -> NamesConversation:
        numbers = sum(number is not None for number in (self.phone, self.to))
        if (numbers, self.conversation_id is None) not in ((2, True), (0, False)):
            raise ValueError("name the conversation by the phone and the number it texts to, or by conversation_id")
        return self

    def find(self, connection: Connection, tools: Tools, *, make: bool = False) -> Conversation:
        """Return the conversation. With `make`, an SMS thread without messages is created first.

        Raises:
            Problem: 404, there is no such conversation.
        """
        thread = sms_thread(self.phone, self.to) if self.phone and self.to else None
        if thread is not None and make:
            conversations.remember(connection, thread)
        known = thread.id if thread else self.conversation_id
        found = conversations.find(connection, known) if known else None
        if found is None:
            raise Problem(404, "conversation_unknown", "There is no such conversation.")
        return found
