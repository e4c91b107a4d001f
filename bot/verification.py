"""Whose phone it is: a conversation that nobody vouches for gets a phone by a code that is texted there and typed here."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, func, insert, select, text, update

from booking_engine import Clock, outbox
from bot import conversations, schema
from bot.conversations import Conversation
from bot.messages import Answer, Inbound, Said, Verified, note_verified
from bot.phone_codes import PhoneCodes, typed_code
from bot.responses import Languages

GOOD_FOR = timedelta(minutes=10)
MOST_WRONG = 5
_COUNTED_FOR = timedelta(hours=1)
_KEPT_FOR = timedelta(days=1)
_MOST_FORGOTTEN = 20  # rows; every new code takes a few old ones away, so that no job has to
_ASKED = ("code", "phone")
"""What was asked for when six digits are taken for a code; at "phone" there may be one of a number given before."""

_c = schema.phone_code.c


@dataclass(frozen=True)
class Limits:
    """How many codes are texted within an hour, as each costs money and bothers whoever has the number."""

    phone: int = 5
    address: int = 20
    conversation: int = 6


class Verification:
    """Issues codes and looks at those that are typed. Safe to share between threads."""

    def __init__(
        self,
        codes: PhoneCodes,
        languages: Languages,
        clock: Clock,
        limits: Limits,
        our_number: str,
    ) -> None:
        self._codes = codes
        self._languages = languages
        self._clock = clock
        self._limits = limits
        self._our_number = our_number

    def digest_of_address(self, address: str | None) -> str | None:
        """Stands for where a message was sent from, wherever that is stored."""
        return self._codes.digest_of_address(address) if address else None

    def check(
        self, connection: Connection, conversation: Conversation, message: Inbound
    ) -> tuple[Conversation, Inbound]:
        """Look at the code in a message if it is one. What came of it is committed before anything else is done with it.

        A right one makes the phone the conversation's. A message that is dealt with again is not looked at again.
        """
        typed = typed_code(message.text)
        if typed is None or message.verified or conversation.expects not in _ASKED or not _is_open_to(conversation):
            return conversation, message
        with connection.begin():
            newest = _newest(connection, conversation)
            if newest is None or newest.used_at is not None:
                return conversation, message
            outcome = self._compare(connection, conversation, newest, typed)
            note_verified(connection, message, outcome)
            if outcome == "right":
                conversation = replace(conversation, phone=newest.phone)
                conversations.note(connection, conversation.id, phone=newest.phone)
        return conversation, replace(message, verified=outcome)

    def _compare(self, connection: Connection, conversation: Conversation, code: Row[Any], typed: str) -> Verified:
        now = self._now(conversation)
        if code.wrong >= MOST_WRONG:
            return "void"
        if code.expires_at <= now:
            return "lapsed"
        this = (_c.conversation_id == conversation.id) & (_c.id == code.id)
        if self._codes.is_right(code.id, typed):
            connection.execute(update(schema.phone_code).where(this).values(used_at=now))
            return "right"
        connection.execute(update(schema.phone_code).where(this).values(wrong=_c.wrong + 1))
        return "void" if code.wrong + 1 >= MOST_WRONG else "wrong"

    def settle(self, connection: Connection, conversation: Conversation, message: Inbound, answer: Answer) -> Answer:
        """Text the code that an answer speaks of, in the answer's transaction; gives what is to be said instead if none can be.

        One that is still good is not texted again, unless the answer wants another one.
        """
        wish = answer.verify
        if wish is None or not _is_open_to(conversation):
            return answer
        newest = _newest(connection, conversation)
        if not wish.anew and newest is not None and newest.phone == wish.phone and self._is_good(conversation, newest):
            return answer
        refused = self._refusal(connection, conversation, message, wish.phone)
        if refused is None:
            self._issue(connection, conversation, message, wish.phone)
            return answer
        is_waited_for = newest is not None and self._is_good(conversation, newest)
        words = self._languages.of(conversation.locale)
        said = Said(words.render(refused, phone=wish.phone, our_number=self._our_number))
        expects = "code" if is_waited_for else "phone"
        return replace(answer, said=(*answer.said[:-1], said), expects=expects)

    def _is_good(self, conversation: Conversation, code: Row[Any]) -> bool:
        is_in_time = bool(code.expires_at > self._now(conversation))
        return is_in_time and code.wrong < MOST_WRONG and code.used_at is None

    def _refusal(
        self, connection: Connection, conversation: Conversation, message: Inbound, phone: str
    ) -> Literal["utter_bot_code_opted_out", "utter_bot_code_too_many"] | None:
        thread = conversations.find(connection, conversations.sms_thread(phone, self._our_number, None).id)
        if thread is not None and thread.opted_out:
            return "utter_bot_code_opted_out"
        # One at a time for a phone and for an address, so that many at once are counted as they should be.
        for name in sorted(filter(None, (phone, message.address))):
            connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtext('phone_code'), hashtext(:name))"), {"name": name}
            )
        counted = (
            (_c.phone == phone, self._limits.phone),
            (_c.address == (message.address or ""), self._limits.address),
            (_c.conversation_id == conversation.id, self._limits.conversation),
        )
        since = self._clock.now() - _COUNTED_FOR
        for whose, most in counted:
            query = select(func.count()).select_from(schema.phone_code).where(whose, _c.issued_at > since)
            if (connection.scalar(query) or 0) >= most:
                return "utter_bot_code_too_many"
        return None

    def _issue(self, connection: Connection, conversation: Conversation, message: Inbound, phone: str) -> None:
        now, code_id = self._clock.now(), uuid.uuid4()
        values = {
            "conversation_id": conversation.id,
            "id": code_id,
            "phone": phone,
            "address": message.address,
            "issued_at": now,
            "expires_at": self._now(conversation) + GOOD_FOR,
        }
        connection.execute(_forgetting(now))
        connection.execute(insert(schema.phone_code).values(values))
        outbox.enqueue_text(
            connection,
            kind="phone_code",
            to_phone=phone,
            conversation_id=None,  # it belongs to no thread: it is to be read on the phone and nowhere else
            payload={"code_id": str(code_id), "until": (now + GOOD_FOR).isoformat(), "locale": conversation.locale},
            due_at=self._now(conversation),
            shift=conversation.clock_shift,
            dedupe_id=f"code:{conversation.id}:{message.sid}",
        )

    def _now(self, conversation: Conversation) -> datetime:
        return self._clock.shifted(conversation.clock_shift).now()


def _is_open_to(conversation: Conversation) -> bool:
    """Whether nobody vouches for a phone in this conversation; who texts is known by the number that texts."""
    return conversation.channel == "chat" and conversation.phone is None


def _newest(connection: Connection, conversation: Conversation) -> Row[Any] | None:
    of_it = select(schema.phone_code).where(_c.conversation_id == conversation.id)
    return connection.execute(of_it.order_by(_c.issued_at.desc()).limit(1)).first()


def _forgetting(now: datetime) -> Any:
    old = select(_c.conversation_id, _c.id).where(_c.issued_at < now - _KEPT_FOR).limit(_MOST_FORGOTTEN)
    old_ids = old.with_for_update(skip_locked=True).cte("old")
    return delete(schema.phone_code).where(_c.conversation_id == old_ids.c.conversation_id, _c.id == old_ids.c.id)
