"""Phone verification: an anonymous conversation gets a phone once the diner types in a code that was texted to it.

A chat is anonymous until then, unless whoever opened it vouches for the diner. So is a thread of texts from what is no
phone, such as a short code or a name: others may send from it, too. Where no code may be texted, the phone itself can ask for it
(`bot.code_words`).
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, exists, insert, select, update

from booking_engine import Clock
from booking_engine.phones import read_phone
from bot import code_words, consents, conversations, schema
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
            if newest is None or newest.used_at is not None or not newest.is_texted:
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

    def code_word(self, database: Engine, conversation: Conversation, message: Inbound) -> str | None:
        """Return the word in a text that the phone asks for its code with; None if the text is another one."""
        phone, word = _sender(conversation), code_words.texted_word(message.text)
        if phone is None or word is None:
            return None
        with database.connect() as connection:
            return word if code_words.is_known(connection, phone, word) else None

    def settle(self, connection: Connection, conversation: Conversation, message: Inbound, answer: Answer) -> Answer:
        """Text the code that an answer mentions, in the answer's transaction. Return what to say: the answer, or a refusal.

        A code that is still valid is not texted again unless the answer asks for a new one, or the phone does.
        """
        if answer.code_word is not None:
            return self._answer_word(connection, conversation, message, answer, answer.code_word)
        if answer.verify is None or not _is_anonymous(conversation):
            return answer
        phone, newest = answer.verify.phone, _newest(connection, conversation)
        is_waited_for = newest is not None and self._is_good(conversation, newest)
        if is_waited_for and not answer.verify.anew and _is_texted_to(newest, phone):
            return answer
        refused = self._refusal(connection, conversation, message, phone)
        if refused is None:
            self._issue(connection, conversation, message, phone)
            return answer
        facts = {"phone": phone, "our_number": self._our_number}
        if refused != "utter_bot_code_opted_out":
            facts["word"] = self._tell_word(connection, conversation, message, phone, newest)
            is_waited_for = True
        said = Said(self._languages.of(conversation.locale).render(refused, **facts))
        return replace(answer, said=(*answer.said[:-1], said), expects="code" if is_waited_for else "phone")

    def _answer_word(
        self, connection: Connection, conversation: Conversation, message: Inbound, answer: Answer, word: str
    ) -> Answer:
        """Answer a word with the code alone: a text that is kept nowhere, since the code is in it."""
        phone, now, responses = _sender(conversation), self._clock.now(), self._languages.of(conversation.locale)
        assert phone is not None  # or it had been no word
        if conversation.opted_out:
            return replace(answer, said=(Said(responses.render("utter_bot_opted_out")),))
        code_id = code_words.release_code(connection, phone, word, now)
        if code_id is None:
            return replace(answer, said=(Said(responses.render("utter_bot_word_lapsed", word=word)),))
        queue_code(
            connection,
            code_id,
            phone,
            now=now,
            locale=conversation.locale,
            shift=conversation.clock_shift,
            dedupe_id=f"code:{conversation.id}:{message.sid}",
            answers=conversation.id,
        )
        return answer

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
        queue_code(
            connection,
            self._add(connection, conversation, message, phone),
            phone,
            now=self._clock.now(),
            locale=conversation.locale,
            shift=conversation.clock_shift,
            dedupe_id=f"code:{conversation.id}:{message.sid}",
        )

    def _tell_word(
        self,
        connection: Connection,
        conversation: Conversation,
        message: Inbound,
        phone: str,
        newest: Row[Any] | None,
    ) -> str:
        """Return the word that the phone can ask for its code with: for the code that it has been texted, if that still counts."""
        if newest is None or newest.phone != phone or not self._is_good(conversation, newest):
            word = code_words.new_word()
            self._add(connection, conversation, message, phone, word=word)
            return word
        word = newest.word or code_words.new_word()
        this = (_c.conversation_id == conversation.id) & (_c.id == newest.id)
        expires_at = newest.expires_at if newest.is_texted else self._now(conversation) + GOOD_FOR
        connection.execute(update(schema.phone_code).where(this).values(word=word, expires_at=expires_at))
        return word

    def _add(
        self,
        connection: Connection,
        conversation: Conversation,
        message: Inbound,
        phone: str,
        *,
        word: str | None = None,
    ) -> uuid.UUID:
        """Add a code, the only one of the conversation from now on, and return its id. With a `word` it waits for that."""
        of_it = _c.conversation_id == conversation.id
        connection.execute(update(schema.phone_code).where(of_it, _c.word.is_not(None)).values(word=None))
        code_id = uuid.uuid4()
        values = {
            "conversation_id": conversation.id,
            "id": code_id,
            "phone": phone,
            "address": message.address,
            "issued_at": self._clock.now(),
            "expires_at": self._now(conversation) + GOOD_FOR,
            "word": word,
            "is_texted": word is None,
        }
        connection.execute(insert(schema.phone_code).values(values))
        return code_id

    def _now(self, conversation: Conversation) -> datetime:
        return self._clock.shifted(conversation.clock_shift).now()


def _is_anonymous(conversation: Conversation) -> bool:
    """Whether nobody vouches for a phone. Who texts is known by the number, if it is one that can be texted."""
    return read_phone(conversation.phone) is None


def _is_texted_to(code: Row[Any] | None, phone: str) -> bool:
    return code is not None and code.is_texted and code.phone == phone


def _sender(conversation: Conversation) -> str | None:
    """Return the phone that texts in a conversation; None in a chat, and if it is no phone."""
    return read_phone(conversation.address) if conversation.channel == "sms" else None


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
