"""Answers to writes that carried an idempotency key: the same request again gets the same answer.

That a request has one effect the booking engine sees to, by its command id. Here is kept what was asked under a key, so that
the key cannot be used for something else, and what was answered, so that it can be said again word for word.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.schema import kept_answer

KEPT_FOR = timedelta(days=7)
_MOST_FORGOTTEN = 20  # rows; every claim takes a few old ones away, so that no job has to


class KeyReused(Exception):
    """The idempotency key was given to another request before."""


@dataclass(frozen=True)
class KeptAnswer:
    """An HTTP status and the JSON that went with it."""

    status: int
    body: Any


@dataclass(frozen=True)
class KeyedRequest:
    """What a caller asks for. `key` is unique among the caller's own wishes; `content` is all that matters of it."""

    caller: str
    key: str
    content: str

    @property
    def digest(self) -> str:
        """Names the key of this caller, in a size that does not depend on either."""
        return _digest(f"{_digest(self.caller)}:{self.key}")

    @property
    def fingerprint(self) -> str:
        """The same for the same content only."""
        return _digest(self.content)

    @property
    def command_id(self) -> str:
        """The id by which the booking engine knows the request."""
        return f"{self.digest}:{self.fingerprint}"


def claim(database: Engine, request: KeyedRequest) -> KeptAnswer | None:
    """Take the key for this request; gives the answer if it has been answered.

    Raises:
        KeyReused: the key belongs to another request.
    """
    columns = kept_answer.c
    with database.begin() as connection:
        connection.execute(_forgetting())
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
    """Keep the answer; gives the one that stands, which is that of a twin request if it was quicker."""
    columns = kept_answer.c
    mine = (columns.key_digest == request.digest, columns.fingerprint == request.fingerprint)
    with database.begin() as connection:
        connection.execute(
            update(kept_answer).where(*mine, columns.status.is_(None)).values(status=answer.status, body=answer.body)
        )
        row = connection.execute(select(columns.status, columns.body).where(*mine)).one_or_none()
    return KeptAnswer(row.status, row.body) if row else answer


def _forgetting() -> Any:
    old = (
        select(kept_answer.c.key_digest)
        .where(kept_answer.c.asked_at < func.now() - KEPT_FOR)
        .limit(_MOST_FORGOTTEN)
        .with_for_update(skip_locked=True)
    )
    return delete(kept_answer).where(kept_answer.c.key_digest.in_(old))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
