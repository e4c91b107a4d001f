"""Conversations: who is talking to us, on which channel, and the lock that allows one turn at a time."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import OperationalError

from booking_engine import CATALOGUE_VERSION
from booking_engine.phones import canonical_phone
from bot import schema

Channel = Literal["sms", "chat"]

_SMS_THREADS = uuid.UUID("6f1d3c1e-6a55-4c53-9d59-5b6a1a0c7d11")
_LOCK_NOT_AVAILABLE = "55P03"  # SQLSTATE


@dataclass(frozen=True)
class Conversation:
    """A thread with one diner. `expects` is what the bot asked for last (an API constant), `asked_at` when.

    `phone`: who the diner is, in its canonical form. `address`: of a text thread, the number that texted last, as its carrier
    writes it.
    `origin`: the web site whose page opened it; None if it was not opened by a browser. `with_key`: opened with an API key.
    `clock_shift`: how far this conversation's clock is ahead of the service's; zero unless a tester moved it.
    `dialogue_id`: the conversation whose dialogue this one continues, if any. `lately`: see `bot.silence.Lately`.
    `catalogue_version`: that of the restaurants when the conversation was read; the reading must know no older ones.
    """

    id: uuid.UUID
    channel: Channel
    phone: str | None = None
    address: str | None = None
    our_number: str | None = None
    restaurant: str | None = None
    diner_name: str | None = None
    locale: str = "en"
    expects: str | None = None
    asked_at: datetime | None = None
    opted_out: bool = False
    clock_shift: timedelta = timedelta(0)
    origin: str | None = None
    with_key: bool = False
    dialogue_id: uuid.UUID | None = None
    lately: dict[str, Any] | None = None
    catalogue_version: int | None = None

    @property
    def dialogue(self) -> uuid.UUID:
        """Id of the dialogue: the conversation's own, or that of the conversation it continues."""
        return self.dialogue_id or self.id


def sms_thread(phone: str, our_number: str, restaurant: str | None) -> Conversation:
    """Return the thread between a diner's phone and one of our numbers. The same two lines always have the same id."""
    known_as = canonical_phone(phone)
    return Conversation(
        id=uuid.uuid5(_SMS_THREADS, f"{known_as} {canonical_phone(our_number)}"),
        channel="sms",
        phone=known_as,
        our_number=our_number,
        restaurant=restaurant,
    )


def remember(connection: Connection, conversation: Conversation) -> None:
    """Store a conversation. Of an existing one only the address changes, if the given one has any."""
    values = {
        "id": conversation.id,
        "channel": conversation.channel,
        "phone": conversation.phone,
        "address": conversation.address,
        "our_number": conversation.our_number,
        "restaurant": conversation.restaurant,
        "diner_name": conversation.diner_name,
        "locale": conversation.locale,
        "origin": conversation.origin,
        "with_key": conversation.with_key,
    }
    statement = upsert(schema.conversation).values(values)
    if conversation.address is None:
        connection.execute(statement.on_conflict_do_nothing())
        return
    is_another = schema.conversation.c.address.is_distinct_from(conversation.address)
    changes = {"address": conversation.address}
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes, where=is_another))


def find(connection: Connection, conversation_id: uuid.UUID) -> Conversation | None:
    """Return the conversation with this id, or None."""
    version = CATALOGUE_VERSION.label("catalogue_version")
    query = select(schema.conversation, version).where(schema.conversation.c.id == conversation_id)
    row = connection.execute(query).first()
    return from_row(row) if row else None


def from_row(row: Row[Any]) -> Conversation:
    """Build a conversation from a row of its table."""
    names = Conversation.__dataclass_fields__
    return Conversation(**{name: value for name, value in row._mapping.items() if name in names})


def note(connection: Connection, conversation_id: uuid.UUID, **values: Any) -> None:
    """Update columns of a conversation."""
    connection.execute(update(schema.conversation).where(schema.conversation.c.id == conversation_id).values(**values))


def note_asked(connection: Connection, conversation: Conversation, expects: str | None, at: datetime | None) -> None:
    """Record what was asked and when, in every thread that shares this conversation's dialogue."""
    c = schema.conversation.c
    together = or_(c.id == conversation.dialogue, c.dialogue_id == conversation.dialogue)
    connection.execute(update(schema.conversation).where(together).values(expects=expects, asked_at=at))


@contextmanager
def alone(connection: Connection, conversation_id: uuid.UUID, *, seconds: float) -> Iterator[bool]:
    """Lock the conversation and its dialogue; yield False if another connection holds either for all of `seconds`.

    The conversation is always locked first. If the dialogue has the same id, one lock covers both.
    """
    until = time.monotonic() + seconds
    with one_at_a_time(connection, conversation_id, seconds=seconds) as is_ours:
        known = find(connection, conversation_id) if is_ours else None
        connection.commit()
        if known is None or known.dialogue == conversation_id:
            yield is_ours
            return
        with one_at_a_time(connection, known.dialogue, seconds=until - time.monotonic()) as is_ours_too:
            yield is_ours_too


@contextmanager
def one_at_a_time(connection: Connection, conversation_id: uuid.UUID, *, seconds: float) -> Iterator[bool]:
    """Lock the conversation for this connection; yield False if another one holds it for all of `seconds`.

    The lock belongs to the database session: it outlives the transactions of a turn and is released by a crash.
    """
    key = {"key": conversation_id.int & (2**63 - 1)}
    milliseconds = max(1, int(seconds * 1000))
    try:
        connection.execute(text(f"SET LOCAL lock_timeout = {milliseconds}"))
        connection.execute(text(f"SET LOCAL statement_timeout = {milliseconds + 1000}"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), key)
        connection.commit()
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        connection.rollback()
        yield False
        return
    try:
        yield True
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
        connection.commit()
