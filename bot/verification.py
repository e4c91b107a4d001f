"""Phone verification: an anonymous chat gets a phone once the diner types in a code that was texted to it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, func, insert, select, text, update

from booking_engine import Clock, outbox
from bot import consents, conversations, schema
from bot.conversations import Conversation
from bot.messages import Answer, Inbound, Said, Verified, note_verified
from bot.phone_codes import PhoneCodes, typed_code
from bot.responses import Languages

GOOD_FOR = timedelta(minutes=10)
MOST_WRONG = 5
_COUNTING_WINDOW = timedelta(hours=1)
_ASKED = ("code", "phone")
"""Values of `expects` at which six digits count as a code. At "phone", a code for an earlier number may be pending."""

_c = schema.phone_code.c


@dataclass(frozen=True)
class Limits:
    """Codes texted per hour. Each one costs money and may bother a stranger."""

    phone: int = 5
    address: int = 20
    conversation: int = 6


class Verification:
    """Issues and checks codes. Safe to share between threads."""

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

    def digests_of_thread(self, thread_id: uuid.UUID) -> list[str]:
        """Digests that a forgotten thread may be known by."""
        return self._codes.digests_of_thread(thread_id)

    def digest_of_address(self, address: str | None) -> str | None:
        """Digest of the address a message was sent from, for storage."""
        return self._codes.digest_of_address(address) if address else None

    def check(self, database: Engine, conversation: Conversation, message: Inbound) -> tuple[Conversation, Inbound]:
        """Check the code in a message, if there is one. The outcome is committed before anything else happens with it.

        A correct code assigns the phone to the conversation. A message that is handled again is not checked again.
        """
        typed = typed_code(message.text)
        if typed is None or message.verified or conversation.expects not in _ASKED or not _is_anonymous(conversation):
            return conversation, message
        with database.begin() as connection:
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
        """Text the code that an answer mentions, in the answer's transaction. Return what to say: the answer, or a refusal.

        A code that is still valid is not texted again unless the answer asks for a new one.
        """
        request = answer.verify
        if request is None or not _is_anonymous(conversation):
            return answer
        newest = _newest(connection, conversation)
        if (
            not request.anew
            and newest is not None
            and newest.phone == request.phone
            and self._is_good(conversation, newest)
        ):
            return answer
        refused = self._refusal(connection, conversation, message, request.phone)
        if refused is None:
            self._issue(connection, conversation, message, request.phone)
            return answer
        is_waited_for = newest is not None and self._is_good(conversation, newest)
        words = self._languages.of(conversation.locale)
        said = Said(words.render(refused, phone=request.phone, our_number=self._our_number))
        expects = "code" if is_waited_for else "phone"
        return replace(answer, said=(*answer.said[:-1], said), expects=expects)

    def _is_good(self, conversation: Conversation, code: Row[Any]) -> bool:
        is_in_time = bool(code.expires_at > self._now(conversation))
        return is_in_time and code.wrong < MOST_WRONG and code.used_at is None

    def _refusal(
        self, connection: Connection, conversation: Conversation, message: Inbound, phone: str
    ) -> Literal["utter_bot_code_opted_out", "utter_bot_code_too_many"] | None:
        thread_id = conversations.sms_thread(phone, self._our_number).id
        thread = conversations.find(connection, thread_id)
        forgotten = self._codes.digests_of_thread(thread_id)
        if consents.has_opted_out(connection, forgotten) if thread is None else thread.opted_out:
            return "utter_bot_code_opted_out"
        # Serialize requests per phone and per address, so that concurrent ones are counted correctly.
        for name in sorted(filter(None, (phone, message.address))):
            connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtext('phone_code'), hashtext(:name))"), {"name": name}
            )
        counted = (
            (_c.phone == phone, self._limits.phone),
            (_c.address == (message.address or ""), self._limits.address),
            (_c.conversation_id == conversation.id, self._limits.conversation),
        )
        since = self._clock.now() - _COUNTING_WINDOW
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
        connection.execute(insert(schema.phone_code).values(values))
        outbox.enqueue_text(
            connection,
            kind="phone_code",
            to_phone=phone,
            conversation_id=None,  # in no thread: the code must be readable on the phone only
            payload={"code_id": str(code_id), "until": (now + GOOD_FOR).isoformat(), "locale": conversation.locale},
            due_at=self._now(conversation),
            shift=conversation.clock_shift,
            dedupe_id=f"code:{conversation.id}:{message.sid}",
        )

    def _now(self, conversation: Conversation) -> datetime:
        return self._clock.shifted(conversation.clock_shift).now()


def _is_anonymous(conversation: Conversation) -> bool:
    """Whether the conversation has no phone yet and needs a code for one. An SMS sender is known by their number."""
    return conversation.channel == "chat" and conversation.phone is None


def _newest(connection: Connection, conversation: Conversation) -> Row[Any] | None:
    of_it = select(schema.phone_code).where(_c.conversation_id == conversation.id)
    return connection.execute(of_it.order_by(_c.issued_at.desc()).limit(1)).first()
