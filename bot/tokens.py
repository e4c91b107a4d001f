"""The secret that opens one conversation of the chat API: only its digest is kept, and it ends."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from bot import schema
from bot.conversations import Conversation, from_row

ENDS_UNUSED = timedelta(hours=24)
ENDS = timedelta(days=30)
_NOTED_EVERY = timedelta(minutes=10)  # that it is in use, so that not every message writes it down


class TokenExpired(Exception):
    """The token is right, but has not been used for a day, or is a month old."""


def issue(connection: Connection, conversation_id: uuid.UUID, now: datetime) -> str:
    """A new token for a conversation, instead of any that it had. `now` by the service's clock, here and below."""
    token = secrets.token_urlsafe(32)
    _set(connection, conversation_id, token_digest=_digest(token), token_used_at=now, token_ends_at=now + ENDS)
    return token


def revoke(connection: Connection, conversation_id: uuid.UUID) -> None:
    """From now on nothing opens the conversation."""
    _set(connection, conversation_id, token_digest=None)


def open_with(connection: Connection, conversation_id: uuid.UUID, token: str, now: datetime) -> Conversation | None:
    """The conversation of that id, if the token opens it; it is good for another day then.

    Raises:
        TokenExpired: it did open it.
    """
    row = connection.execute(select(schema.conversation).where(schema.conversation.c.id == conversation_id)).first()
    if row is None or not row.token_digest or not secrets.compare_digest(row.token_digest, _digest(token)):
        return None
    if now >= min(row.token_ends_at, row.token_used_at + ENDS_UNUSED):
        raise TokenExpired
    if now >= row.token_used_at + _NOTED_EVERY:
        _set(connection, conversation_id, token_used_at=now)
    return from_row(row)


def _set(connection: Connection, conversation_id: uuid.UUID, **values: object) -> None:
    connection.execute(update(schema.conversation).where(schema.conversation.c.id == conversation_id).values(**values))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
