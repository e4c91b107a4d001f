"""What outlives a forgotten diner: an opt-out, and the record of consent, under a keyed digest of the thread.

The digest cannot be made or tried out without a key that the database does not have (`DIGESTS_SECRET`). When the same phone
comes back, its thread has the same digest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, exists, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bot import schema
from bot.secret_keys import KeyRing

_c = schema.text_consent.c


def digests(keys: KeyRing, thread_id: UUID) -> list[str]:
    """Return the digests that a thread may be kept under, that of the present key first."""
    return [mac.hex() for mac in keys.macs("thread", thread_id.bytes)]


def is_opted_out(digests_: Sequence[str]) -> ColumnElement[bool]:
    """Return the SQL condition that a forgotten thread with one of these digests had opted out of texts."""
    return exists(select(_c.thread_digest).where(_c.thread_digest.in_(digests_), _c.opted_out))


def has_opted_out(connection: Connection, digests_: Sequence[str]) -> bool:
    """Return whether a forgotten thread with one of these digests had opted out of texts."""
    return bool(connection.scalar(select(is_opted_out(digests_))))


def opted_out_of(connection: Connection, digests_: Sequence[str]) -> set[str]:
    """Return those of the digests whose forgotten thread had opted out of texts."""
    query = select(_c.thread_digest).where(_c.thread_digest.in_(digests_), _c.opted_out)
    return set(connection.scalars(query)) if digests_ else set()


def keep(connection: Connection, keys: KeyRing, thread: Row[Any]) -> None:
    """Keep what must outlive a text thread, given its row of `conversation`, which is about to be deleted."""
    present, *former = digests(keys, thread.id)
    values = {
        "thread_digest": present,
        "key_id": keys.ids[0],
        "opted_out": thread.opted_out,
        "agreed_at": thread.created_at,
        "agreed_by": "text" if thread.address else "booking",  # only who has texted us has an address
    }
    statement = upsert(schema.text_consent).values(values)
    changes: dict[str, Any] = {name: statement.excluded[name] for name in ("opted_out", "agreed_at", "agreed_by")}
    changes["kept_at"] = func.now()
    connection.execute(statement.on_conflict_do_update(index_elements=["thread_digest"], set_=changes))
    if former:
        connection.execute(schema.text_consent.delete().where(_c.thread_digest.in_(former)))
