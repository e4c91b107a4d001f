"""Into a conversation: with the token that opens it, and from a site that may."""

from __future__ import annotations

from uuid import UUID

from flask import g
from sqlalchemy import Engine

from booking_engine import Clock
from bot import tokens
from bot.conversations import Conversation
from webhooks.access import bearer_token
from webhooks.chat.origins import Origins
from webhooks.problems import Problem


class ConversationAuth:
    """Lets requests in."""

    def __init__(self, database: Engine, clock: Clock, origins: Origins) -> None:
        self._database = database
        self._clock = clock
        self._origins = origins

    def authorize(self, conversation_id: UUID) -> Conversation:
        """The conversation that the present request may use; it is in Flask's `g.conversation` then.

        Raises:
            Problem: 401, the token opens nothing, or no longer; 403, not from this site.
        """
        try:
            with self._database.begin() as connection:
                found = tokens.open_with(connection, conversation_id, bearer_token(), self._clock.now())
        except tokens.TokenExpired:
            raise Problem(401, "token_expired", "The token has ended. Please open another conversation.") from None
        if found is None:
            raise Problem(401, "wrong_token", "There is no such conversation, or the token does not open it.")
        self._origins.check_use(found)
        g.conversation = found
        return found
