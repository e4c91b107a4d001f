"""Phone verification: an anonymous conversation gets a phone once the diner types in a code that was texted to it.

A chat is anonymous until then, unless whoever opened it vouches for the diner. So is a thread of texts from what is no
phone, such as a short code or a name: others may send from it, too.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, exists, insert, select, update

from booking_engine import Clock
from booking_engine.phones import read_phone
from bot import consents, conversations, schema
from bot.conversations import Conversation
from bot.messages import Answer, Inbound, Said, Verified, note_verified
from bot.phone_codes import GOOD_FOR, MOST_WRONG, PhoneCodes, queue_code, typed_code
from bot.responses import Languages
from bot.text_budgets import Caller, TextBudgets

_KNOWN_FOR = timedelta(hours=12)
"""For how long a thread of texts from what is no phone stays the diner's who has shown a phone there: as long as its dialogue."""
_ASKED = ("code", "phone")
"""Values of `expects` at which six digits count as a code. At "phone", a code for an earlier number may be pending."""

_c = schema.phone_code.c


class Verification:
    """Issues and checks codes. Safe to share between threads."""

    def __init__(
        self,
        codes: PhoneCodes,
        languages: Languages,
        clock: Clock,
        budgets: TextBudgets,
        our_number: str,
    ) -> None:
        self._codes = codes
        self._languages = languages
        self._clock = clock
        self._budgets = budgets
        self._our_number = our_number

    def digests_of_thread(self, thread_id: uuid.UUID) -> list[str]:
        """Digests that a forgotten thread may be known by."""
        return self._codes.digests_of_thread(thread_id)

    def digest_of_address(self, address: str | None) -> str | None:
        """Digest of the address a message was sent from, for storage."""
        return self._codes.digest_of_address(address) if address else None

    def check(self, database: Engine, conversation: Conversation, message: Inbound) -> tuple[Conversation, Inbound]:
        """Check the code in a message, if there is one. The outcome is committed before anything else happens with it.

        A correct code assigns the phone to the conversation: to a chat for good, to a thread of texts from what is no
        phone for twelve hours. A message that is handled again is not checked again.
        """
        if not _is_anonymous(conversation):
            return conversation, message
        if conversation.channel == "sms":
            conversation = self._recognized(database, conversation)
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
                if conversation.channel == "chat":
                    conversations.note(connection, conversation.id, phone=newest.phone)
        return conversation, replace(message, verified=outcome)

    def _recognized(self, database: Engine, conversation: Conversation) -> Conversation:
        """Return the thread with the phone that was verified in it lately, if any."""
        with database.begin() as connection:
            newest = _newest(connection, conversation)
        if newest is None or newest.used_at is None or newest.used_at + _KNOWN_FOR <= self._now(conversation):
            return conversation
        return replace(conversation, phone=newest.phone)

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
    ) -> Literal["utter_bot_code_opted_out", "utter_bot_code_too_many", "utter_bot_code_not_served"] | None:
        if has_opted_out(connection, self._codes, phone, self._our_number):
            return "utter_bot_code_opted_out"
        is_known = message.address is not None and _was_verified(connection, phone, message.address)
        refused = self._budgets.refuse_code(
            phone, Caller(message.address), f"conversation {conversation.id}", is_known=is_known
        )
        if refused is None:
            return None
        return "utter_bot_code_not_served" if refused == "country" else "utter_bot_code_too_many"

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
        queue_code(
            connection,
            code_id,
            phone,
            now=now,
            locale=conversation.locale,
            shift=conversation.clock_shift,
            dedupe_id=f"code:{conversation.id}:{message.sid}",
        )

    def _now(self, conversation: Conversation) -> datetime:
        return self._clock.shifted(conversation.clock_shift).now()


def _is_anonymous(conversation: Conversation) -> bool:
    """Whether nobody vouches for a phone. Who texts is known by the number, if it is one that can be texted."""
    return read_phone(conversation.phone) is None


def has_opted_out(connection: Connection, codes: PhoneCodes, phone: str, our_number: str) -> bool:
    """Whether the phone wants no texts from our number, even if it has been forgotten since it said so."""
    thread_id = conversations.sms_thread(phone, our_number).id
    thread = conversations.find(connection, thread_id)
    if thread is not None:
        return thread.opted_out
    return consents.has_opted_out(connection, codes.digests_of_thread(thread_id))


def _was_verified(connection: Connection, phone: str, address: str) -> bool:
    """Whether this phone was verified from this address within the last day."""
    used = exists().where(_c.phone == phone, _c.address == address, _c.used_at.is_not(None))
    return bool(connection.scalar(select(used)))


def _newest(connection: Connection, conversation: Conversation) -> Row[Any] | None:
    of_it = select(schema.phone_code).where(_c.conversation_id == conversation.id)
    return connection.execute(of_it.order_by(_c.issued_at.desc()).limit(1)).first()
