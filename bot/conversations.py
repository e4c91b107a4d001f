"""Conversations: who is talking to us, and on which channel."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Select, func, insert, select, text, update

from booking_engine import CATALOGUE_VERSION
from booking_engine.phones import canonical_phone
from bot import schema

Channel = Literal["sms", "chat"]

_SMS_THREADS = uuid.UUID("6f1d3c1e-6a55-4c53-9d59-5b6a1a0c7d11")


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


def sms_thread(phone: str, our_number: str) -> Conversation:
    """Return the thread between a diner's phone and one of our numbers. The same two lines always have the same id.

    `phone` is as its carrier writes it. Which restaurant the thread is about is looked up where it is stored.
    """
    known_as = canonical_phone(phone)
    return Conversation(
        id=uuid.uuid5(_SMS_THREADS, f"{known_as} {canonical_phone(our_number)}"),
        channel="sms",
        phone=known_as,
        address=phone,
        our_number=our_number,
    )


def remember(connection: Connection, conversation: Conversation, forgotten: Sequence[str] = ()) -> None:
    """Store a conversation. Of a text thread that is there already only the address changes.

    `forgotten`: digests that it may have been forgotten under (`bot.consents`); if it had opted out, it still does.
    """
    if conversation.channel == "sms":
        remember_threads(connection, [(conversation, forgotten)])
        return
    names = ("id", "channel", "phone", "restaurant", "diner_name", "locale", "origin", "with_key")
    values_of = {name: getattr(conversation, name) for name in names}
    connection.execute(insert(schema.conversation).values(values_of))


def select_conversations() -> Select[Any]:
    """Return the query for all that a `Conversation` holds, and the digest and times of its token."""
    c, d = schema.conversation.c, schema.dialogue.c
    together = schema.conversation.outerjoin(schema.dialogue, d.id == func.coalesce(c.dialogue_id, c.id))
    return select(schema.conversation, d.expects, d.asked_at, CATALOGUE_VERSION.label("catalogue_version")).select_from(
        together
    )


def remember_threads(connection: Connection, threads: Sequence[tuple[Conversation, Sequence[str]]]) -> None:
    """Store text threads as `remember` does, each with its `forgotten`, in one round trip."""
    if threads:
        values = [
            {
                "id": thread.id,
                "phone": thread.phone,
                "address": thread.address,
                "our_number": thread.our_number,
                "line": canonical_phone(thread.our_number or ""),
                "forgotten": list(forgotten),
            }
            for thread, forgotten in threads
        ]
        connection.execute(_REMEMBER_THREAD, values)


_REMEMBER_THREAD = text("SELECT remember_thread(:id, :phone, :address, :our_number, :line, CAST(:forgotten AS text[]))")


def find(connection: Connection, conversation_id: uuid.UUID) -> Conversation | None:
    """Return the conversation with this id, or None."""
    row = connection.execute(select_conversations().where(schema.conversation.c.id == conversation_id)).first()
    return from_row(row._mapping) if row else None


def from_row(row: Mapping[Any, Any]) -> Conversation:
    """Build a conversation from a row that has at least its columns."""
    return Conversation(**{name: row[name] for name in Conversation.__dataclass_fields__})


def note(connection: Connection, conversation_id: uuid.UUID, **values: Any) -> None:
    """Update columns of a conversation."""
    connection.execute(update(schema.conversation).where(schema.conversation.c.id == conversation_id).values(**values))
