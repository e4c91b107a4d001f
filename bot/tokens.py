"""Tokens that open a conversation of the chat API. Only a digest is stored, and they expire."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import Connection, update

from bot import schema
from bot.conversations import Conversation, from_row, select_conversations

ENDS_UNUSED = timedelta(hours=24)
ENDS = timedelta(days=30)
_NOTED_EVERY = timedelta(minutes=10)  # last use is recorded at most this often, to save a write per message


class TokenExpired(Exception):
    """The token is correct, but was not used for a day or is 30 days old."""


def issue(connection: Connection, conversation_id: uuid.UUID, now: datetime) -> str:
    """Issue a new token for a conversation, replacing any old one. `now` is the service's clock, here and below."""
    token = secrets.token_urlsafe(32)
    _set(connection, conversation_id, token_digest=_digest(token), token_used_at=now, token_ends_at=now + ENDS)
    return token


def revoke(connection: Connection, conversation_id: uuid.UUID) -> None:
    """Revoke the conversation's token, so that nothing opens the conversation any more."""
    _set(connection, conversation_id, token_digest=None)


def open_with(connection: Connection, conversation_id: uuid.UUID, token: str, now: datetime) -> Conversation | None:
    """Return the conversation if the token opens it, and keep the token alive for another day.

    Raises:
        TokenExpired: the token has expired.
    """
    row = connection.execute(select_conversations().where(schema.conversation.c.id == conversation_id)).first()
    if row is None or not row.token_digest or not secrets.compare_digest(row.token_digest, _digest(token)):
        return None
    if now >= min(row.token_ends_at, row.token_used_at + ENDS_UNUSED):
        raise TokenExpired
    if now >= row.token_used_at + _NOTED_EVERY:
        _set(connection, conversation_id, token_used_at=now)
    return from_row(row._mapping)


def _set(connection: Connection, conversation_id: uuid.UUID, **values: object) -> None:
    connection.execute(update(schema.conversation).where(schema.conversation.c.id == conversation_id).values(**values))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
