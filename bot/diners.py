"""What is known of a diner: exported and forgotten by phone number."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from redis import Redis
from sqlalchemy import Connection, Engine, or_, select, text, update

from booking_engine import BookingEngine, Clock, Reservation, StillBooked
from booking_engine.storage.patience import slow_statements
from booking_engine.storage.schema import outbox
from booking_engine.values import check_phone
from bot import consents, inbox_spool, messages, schema
from bot.secret_keys import KeyRing

logger = logging.getLogger(__name__)

FORGOTTEN_AFTER = timedelta(minutes=10)
"""How long after a diner's yes. Until then the provider may repeat their last message, which has to be known to be answered."""
_PATIENCE = 300  # seconds
_MOST_AT_ONCE = 100
_conversation = schema.conversation.c
_BELONGING = (
    "DELETE FROM delivery WHERE provider_sid IN (SELECT provider_sid FROM outbound WHERE conversation_id = ANY (:ids))",
    "DELETE FROM delivery WHERE provider_sid = ANY (:sids)",
    "DELETE FROM dialogue WHERE id = ANY (:dialogues)",
    "DELETE FROM conversation WHERE id = ANY (:ids)",  # and with it its messages and codes
    "DELETE FROM phone_code WHERE phone = :phone",
    "DELETE FROM hold_code WHERE phone = :phone",
    "DELETE FROM kept_answer WHERE body ->> 'diner_phone' = :phone",
)
_OF_STRANGERS = """
    DELETE FROM {table} WHERE conversation_id IN (SELECT conversation_id FROM phone_code WHERE phone = :phone)
      AND regexp_replace(text, '\\D', '', 'g') LIKE '%' || :digits
"""
"""Of a chat that another phone was verified in, only the messages go that name this one."""
_LAST_DIGITS = 7


@dataclass(frozen=True)
class Forgotten:
    """How much was forgotten: bookings that are kept without a person, and conversations that are gone."""

    bookings: int
    conversations: int


class Diners:
    """Exports and forgets. Safe to share between threads."""

    def __init__(self, database: Engine, engine: BookingEngine, redis: Redis, clock: Clock, keys: KeyRing) -> None:
        self._database = database
        self._engine = engine
        self._redis = redis
        self._clock = clock
        self._keys = keys

    def forget(self, phone: str) -> Forgotten:
        """Delete all that is known of a phone's diner. Past bookings stay, without name, number and notes.

        What outlives it is in `bot.consents`. Repeating it finds nothing more to do, or does what was left.

        Raises:
            redis.exceptions.RedisError: Redis is away, in which texts of theirs may be that could not be stored.
            InvalidRequest: this is no phone number.
            StillBooked: the diner is expected somewhere; cancel those bookings first.
        """
        erased = self._engine.erase_diner(phone)
        known_as = check_phone(phone)
        # First: if Redis is away, the request stands and is met later.
        inbox_spool.drop(self._redis, inbox_spool.of(self._redis, known_as))
        with self._database.begin() as connection, slow_statements(connection, seconds=_PATIENCE):
            theirs = _conversations_of(connection, known_as, lock=True)
            for row in theirs:
                if row.channel == "sms":
                    consents.keep(connection, self._keys, row)
            ids = [row.id for row in theirs]
            dialogues = [row.dialogue_id or row.id for row in theirs]
            values = {
                "ids": ids,
                "dialogues": dialogues,
                "sids": list(erased.texts),
                "phone": known_as,
                "digits": known_as[-_LAST_DIGITS:],
            }
            strangers = [_OF_STRANGERS.format(table=table) for table in ("inbound", "outbound")]
            for statement in (*strangers, *_BELONGING):
                used = {name: value for name, value in values.items() if f":{name}" in statement}
                connection.execute(text(statement), used)
        return Forgotten(erased.bookings, len(ids))

    def forget_requested(self) -> int:
        """Forget the diners who asked for it by text and whose time has come. Returns how many.

        Who has booked again since then is forgotten when that is over.
        """
        now, done = self._clock.now(), 0
        due = select(_conversation.phone).where(_conversation.forget_at <= now, _conversation.phone.is_not(None))
        with self._database.connect() as connection:
            phones = connection.scalars(due.distinct().limit(_MOST_AT_ONCE)).all()
        for phone in phones:
            try:
                self.forget(phone)
                done += 1
            except StillBooked as expected:
                self._postpone(phone, max(each.ends_at for each in expected.reservations))
        if done:
            logger.info("%d diners are forgotten, as they had asked", done)
        return done

    def _postpone(self, phone: str, until: datetime) -> None:
        later = update(schema.conversation).where(_conversation.phone == phone, _conversation.forget_at.is_not(None))
        with self._database.begin() as connection:
            connection.execute(later.values(forget_at=until + FORGOTTEN_AFTER))

    def export(self, phone: str) -> dict[str, Any]:
        """Return all that is known of a phone's diner, as a JSON document. Times are UTC, but bookings' their restaurant's.

        Raises:
            InvalidRequest: this is no phone number.
        """
        bookings = self._engine.reservations_of(phone, upcoming=False)
        known_as = check_phone(phone)
        asked = select(schema.hold_code).where(schema.hold_code.c.phone == known_as)
        with self._database.connect() as connection:
            theirs = _conversations_of(connection, known_as)
            texts = connection.execute(select(outbox).where(outbox.c.to_phone == known_as).order_by(outbox.c.due_at))
            return {
                "phone": known_as,
                "exported_at": self._clock.now().isoformat(timespec="seconds"),
                "bookings": [_booking(each) for each in bookings],
                "conversations": [_exported(connection, row) for row in theirs],
                "texts": [_text(row) for row in texts],
                "unverified": [_unverified(row) for row in connection.execute(asked)],
                "not_stored": [_put_aside(each) for each in inbox_spool.of(self._redis, known_as)],
            }


def request(connection: Connection, conversation_id: UUID, now: datetime) -> None:
    """Note that the diner of a conversation asked to be forgotten. `now` is the service's clock."""
    this = schema.conversation.c.id == conversation_id
    connection.execute(update(schema.conversation).where(this).values(forget_at=now + FORGOTTEN_AFTER))


def _conversations_of(connection: Connection, phone: str, *, lock: bool = False) -> list[Any]:
    """Return the conversations of a phone, and those in which nobody has been verified but this phone was to be."""
    asked = select(schema.phone_code.c.conversation_id).where(schema.phone_code.c.phone == phone)
    theirs = or_(_conversation.phone == phone, _conversation.phone.is_(None) & _conversation.id.in_(asked))
    query = select(schema.conversation).where(theirs).order_by(_conversation.created_at, _conversation.id)
    return list(connection.execute(query.with_for_update() if lock else query))


def _booking(booking: Reservation) -> dict[str, Any]:
    return {
        "code": booking.code,
        "status": booking.status,
        "restaurant": booking.restaurant.slug,
        "starts_at": booking.starts_at.isoformat(),
        "party_size": booking.party_size,
        "name": booking.diner_name,
        "notes": booking.notes,
        "area": booking.preferences.area,
        "features": sorted(booking.preferences.features),
        "created_at": booking.created_at.isoformat(),
    }


def _exported(connection: Connection, row: Any) -> dict[str, Any]:
    said = messages.thread(connection, row.id)
    return {
        "channel": row.channel,
        "our_number": row.our_number,
        "restaurant": row.restaurant,
        "name": row.diner_name,
        "locale": row.locale,
        "opted_out": row.opted_out,
        "opened_at": row.created_at.isoformat(),
        "messages": [{"at": each.at.isoformat(), "direction": each.direction, "text": each.text} for each in said],
    }


def _put_aside(text: inbox_spool.PutAside) -> dict[str, str]:
    return {"form": text.form, "reason": text.reason, "at": text.at.isoformat()}


def _unverified(row: Any) -> dict[str, Any]:
    """What a visitor wanted to book under the phone, who may have been anybody."""
    return {"at": row.issued_at.isoformat(), "name": row.name, "notes": row.notes}


def _text(row: Any) -> dict[str, Any]:
    at = {name: getattr(row, name).isoformat() if getattr(row, name) else None for name in ("due_at", "sent_at")}
    return {"kind": row.kind, **at, "payload": row.payload}
