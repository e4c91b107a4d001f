"""Access to a conversation: requires its token and an allowed site."""

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
    """Authorizes requests to conversations."""

    def __init__(self, database: Engine, clock: Clock, origins: Origins) -> None:
        self._database = database
        self._clock = clock
        self._origins = origins

    def authorize(self, conversation_id: UUID) -> Conversation:
        """Return the conversation of the current request and set Flask's `g.conversation` to it.

        Raises:
            Problem: 401 for a wrong or expired token; 403 for a site that is not allowed.
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
