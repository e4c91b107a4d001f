"""Verification of the phone that a visitor wants to book under: a hold is confirmed once the code texted to it is typed in.

Where no code may be texted, the phone itself can ask for it (`bot.code_words`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, Row, select, text, update
from sqlalchemy.dialects.postgresql import insert

from booking_engine import Clock
from bot import code_words, schema
from bot.phone_codes import GOOD_FOR, MOST_WRONG, PhoneCodes, queue_code
from bot.text_budgets import Caller, Refusal, TextBudgets
from bot.verification import has_opted_out

_DOUBLE_CLICK = timedelta(seconds=30)

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('hold_code'), hashtext(:hold_id))")

_c = schema.hold_code.c


@dataclass(frozen=True)
class WordToText:
    """What a phone is to text us to get its code; `expires_at` is UTC."""

    word: str
    expires_at: datetime


class PhoneOptedOut(Exception):
    """The phone wants no texts."""


class CodeNotTexted(Exception):
    """The phone must get no code unasked, for the `reason`; it can ask for it with the `word`."""

    def __init__(self, reason: Refusal, word: WordToText) -> None:
        super().__init__(reason)
        self.reason = reason
        self.word = word


class CodeWrong(Exception):
    """These are not the digits that were texted; `tries_left` more may be sent."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(str(tries_left))
        self.tries_left = tries_left


class NoCodeWaiting(Exception):
    """No code for the hold can be typed in: none was texted, it has lapsed, or too many wrong ones were tried."""


@dataclass(frozen=True)
class Booking:
    """What a hold is to be confirmed with."""

    name: str
    phone: str
    notes: str


class HoldVerification:
    """Texts and checks the codes for holds. Safe to share between threads."""

    def __init__(
        self, database: Engine, codes: PhoneCodes, clock: Clock, budgets: TextBudgets, our_number: str
    ) -> None:
        """Text codes as the service's number, whose opt-outs count."""
        self._database = database
        self._codes = codes
        self._clock = clock
        self._budgets = budgets
        self._our_number = our_number

    def ask(self, hold_id: str, booking: Booking, caller: Caller) -> datetime:
        """Remember what to book, and text a code to the phone. Return when the code lapses, in UTC.

        Asked again within half a minute (a double click), the code that is on its way is waited for. Otherwise only the
        newest code counts.

        Raises:
            PhoneOptedOut, CodeNotTexted: the phone may not be texted.
        """
        with self._database.begin() as connection:
            came = self._ask(connection, hold_id, booking, caller)
        if isinstance(came, CodeNotTexted):  # not before: the word is to be stored
            raise came
        return came

    def _ask(self, connection: Connection, hold_id: str, booking: Booking, caller: Caller) -> datetime | CodeNotTexted:
        now = self._clock.now()
        # Two requests at once are two clicks, too; there may be no row yet to lock.
        connection.execute(_LOCK, {"hold_id": hold_id})
        waiting = _locked(connection, hold_id)
        if waiting is not None and _is_on_its_way(waiting, booking, now):
            connection.execute(update(schema.hold_code).where(_c.hold_id == hold_id).values(vars(booking)))
            expires_at: datetime = waiting.expires_at
            return expires_at
        if has_opted_out(connection, self._codes, booking.phone, self._our_number):
            raise PhoneOptedOut
        refused = self._budgets.refuse_code(booking.phone, caller, f"hold {hold_id}")
        if refused is not None:
            return CodeNotTexted(refused, self._tell_word(connection, hold_id, booking, waiting, now))
        code_id, expires_at = self._put(connection, hold_id, booking, now)
        queue_code(connection, code_id, booking.phone, now=now, locale=None)
        return expires_at

    def _tell_word(
        self, connection: Connection, hold_id: str, booking: Booking, waiting: Row[Any] | None, now: datetime
    ) -> WordToText:
        """Return the word that the phone can ask for its code with: for the code that it has been texted, if that still counts."""
        if waiting is None or not _is_good(waiting, booking, now):
            word = code_words.new_word()
            _, expires_at = self._put(connection, hold_id, booking, now, word=word)
            return WordToText(word, expires_at)
        word = waiting.word or code_words.new_word()
        expires_at = waiting.expires_at if waiting.is_texted else now + GOOD_FOR
        values = {"word": word, "expires_at": expires_at, **vars(booking)}
        connection.execute(update(schema.hold_code).where(_c.hold_id == hold_id).values(values))
        return WordToText(word, expires_at)

    def _put(
        self, connection: Connection, hold_id: str, booking: Booking, now: datetime, *, word: str | None = None
    ) -> tuple[UUID, datetime]:
        """Put a code in the place of any other of the hold. Return its id, and when it lapses. With a `word` it waits for that."""
        code_id, expires_at = uuid4(), now + GOOD_FOR
        values = {
            "code_id": code_id, "issued_at": now, "expires_at": expires_at, "wrong": 0, "word": word,
            "is_texted": word is None, **vars(booking),
        }  # fmt: skip
        statement = insert(schema.hold_code).values(hold_id=hold_id, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=[_c.hold_id], set_=values))
        return code_id, expires_at

    def check(self, hold_id: str, typed: str) -> Booking:
        """Return what the hold is to be confirmed with, if these are the digits that were texted.

        The right digits stay right until the code lapses, so that a request can be repeated.

        Raises:
            CodeWrong: they are not, which is counted.
            NoCodeWaiting: no code could be right.
        """
        with self._database.begin() as connection:
            waiting = _locked(connection, hold_id)
            if waiting is None or not waiting.is_texted or not _is_in_time(waiting, self._clock.now()):
                raise NoCodeWaiting
            if self._codes.is_right(waiting.code_id, typed):
                return Booking(waiting.name, waiting.phone, waiting.notes)
            connection.execute(update(schema.hold_code).where(_c.hold_id == hold_id).values(wrong=_c.wrong + 1))
            tries_left = MOST_WRONG - waiting.wrong - 1
        raise CodeWrong(tries_left)


def _is_on_its_way(waiting: Row[Any], booking: Booking, now: datetime) -> bool:
    is_recent = bool(now - waiting.issued_at < _DOUBLE_CLICK)
    return is_recent and waiting.is_texted and waiting.phone == booking.phone and waiting.wrong < MOST_WRONG


def _is_good(waiting: Row[Any], booking: Booking, now: datetime) -> bool:
    return waiting.phone == booking.phone and _is_in_time(waiting, now)


def _is_in_time(waiting: Row[Any], now: datetime) -> bool:
    return bool(waiting.expires_at > now and waiting.wrong < MOST_WRONG)


def _locked(connection: Connection, hold_id: str) -> Row[Any] | None:
    query = select(schema.hold_code).where(_c.hold_id == hold_id)
    return connection.execute(query.with_for_update()).first()
