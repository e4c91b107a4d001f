"""Idempotency keys of the REST API: a repeated request gets the response to the first one.

The booking engine ensures, by command id, that a request takes effect once. This module stores which request used a key,
so that the key cannot be reused for a different one, and its response, so that it can be replayed verbatim.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.schema import kept_answer


class KeyReused(Exception):
    """The idempotency key was already used for a different request."""


@dataclass(frozen=True)
class KeptAnswer:
    """A stored response: HTTP status and JSON body."""

    status: int
    body: Any


@dataclass(frozen=True)
class KeyedRequest:
    """A request with an idempotency key. `key` is unique per caller; `content` is everything that identifies the request."""

    caller: str
    key: str
    content: str

    @property
    def digest(self) -> str:
        """Digest of caller and key, of fixed length."""
        return _digest(f"{_digest(self.caller)}:{self.key}")

    @property
    def fingerprint(self) -> str:
        """Digest of the content."""
        return _digest(self.content)

    @property
    def command_id(self) -> str:
        """Command id under which the booking engine runs the request."""
        return f"{self.digest}:{self.fingerprint}"


def claim(database: Engine, request: KeyedRequest) -> KeptAnswer | None:
    """Claim the key for this request. Return the stored response if there is one.

    Raises:
        KeyReused: the key belongs to a different request.
    """
    columns = kept_answer.c
    with database.begin() as connection:
        connection.execute(
            insert(kept_answer)
            .values(key_digest=request.digest, fingerprint=request.fingerprint)
            .on_conflict_do_nothing(index_elements=[columns.key_digest])
        )
        row = connection.execute(select(kept_answer).where(columns.key_digest == request.digest)).one()
    if row.fingerprint != request.fingerprint:
        raise KeyReused
    return KeptAnswer(row.status, row.body) if row.status is not None else None


def keep(database: Engine, request: KeyedRequest, answer: KeptAnswer) -> KeptAnswer:
    """Store the response. Return the stored one, which is a concurrent duplicate's if that finished first."""
    columns = kept_answer.c
    mine = (columns.key_digest == request.digest, columns.fingerprint == request.fingerprint)
    with database.begin() as connection:
        connection.execute(
            update(kept_answer).where(*mine, columns.status.is_(None)).values(status=answer.status, body=answer.body)
        )
        row = connection.execute(select(columns.status, columns.body).where(*mine)).one_or_none()
    return KeptAnswer(row.status, row.body) if row else answer


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
