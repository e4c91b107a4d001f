"""Six-digit codes that verify a phone, and digests of values that are only ever compared.

A code is stored nowhere. It is derived from its random id and a key that the servers have and the database does not,
so reading the database or a backup of it is not enough to compute a code.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from booking_engine import outbox
from bot import consents
from bot.addresses import network_of
from bot.secret_keys import KeyRing

DIGITS = 6
GOOD_FOR = timedelta(minutes=10)
MOST_WRONG = 5
# Digits, and letters of scripts that put spaces between words. A Chinese or Korean word may touch the code.
_GLUED = r"[\dA-Za-z\u00C0-\u058F]"
_TYPED = re.compile(rf"[^0-9]*(?<!{_GLUED})([0-9]{{3}})[ .-]?([0-9]{{3}})(?!{_GLUED})[^0-9]*")


class PhoneCodes:
    """Computes codes and digests. Safe to share between threads."""

    def __init__(self, for_codes: KeyRing, for_digests: KeyRing) -> None:
        self._for_codes = for_codes
        self._for_digests = for_digests

    def code(self, code_id: UUID) -> str:
        """Return the six digits for an id."""
        return _digits(self._for_codes.mac("code", code_id.bytes))

    def is_right(self, code_id: UUID, typed: str) -> bool:
        """Whether these are the digits for the id under any of the keys, compared in constant time."""
        right = [_digits(mac) for mac in self._for_codes.macs("code", code_id.bytes)]
        return KeyRing(*right).admits(typed)

    def digest_of_address(self, address: str) -> str:
        """Digest of the address a request came from. All addresses of one IPv6 network share a digest."""
        return self._for_digests.mac("address", network_of(address).encode()).hex()

    def digests_of_thread(self, thread_id: UUID) -> list[str]:
        """Digests that a forgotten thread may be known by, that of the present key first."""
        return consents.digests(self._for_digests, thread_id)


def _digits(mac: bytes) -> str:
    return f"{int.from_bytes(mac[:8], 'big') % 10**DIGITS:0{DIGITS}}"


def queue_code(
    connection: Connection,
    code_id: UUID,
    phone: str,
    *,
    now: datetime,
    locale: str | None,
    shift: timedelta = timedelta(0),
    dedupe_id: str | None = None,
    answers: UUID | None = None,
) -> None:
    """Queue the text with the code, which is not sent once the code has lapsed. `now` is on the service's clock.

    `shift`: how far the clock of the conversation is ahead of it. `answers`: the thread in which the phone itself has asked for it.
    """
    outbox.enqueue_text(
        connection,
        kind="phone_code",
        to_phone=phone,
        conversation_id=answers,  # which it does not become part of: the code must be readable on the phone only
        payload={
            "code_id": str(code_id),
            "until": (now + GOOD_FOR).isoformat(),
            "locale": locale,
            "is_asked_for": answers is not None,
        },
        due_at=now + shift,
        shift=shift,
        dedupe_id=dedupe_id,
    )


def typed_code(text: str) -> str | None:
    """Return the code in a message whose only digits are six that form a word of their own, else None.

    "482913" and "it's 482-913." contain a code; "228420X" is a reservation's confirmation code.
    """
    match = _TYPED.fullmatch(text)
    return match[1] + match[2] if match else None
