"""Six-digit codes that verify a phone, and digests of values that are only ever compared.

A code is stored nowhere. It is derived from its random id and a key that the servers have and the database does not,
so reading the database or a backup of it is not enough to compute a code.
"""

from __future__ import annotations

import ipaddress
import re
from uuid import UUID

from bot import consents
from bot.secret_keys import KeyRing

DIGITS = 6
# Digits, and letters of scripts that put spaces between words. A Chinese or Korean word may touch the code.
_GLUED = r"[\dA-Za-z\u00C0-\u058F]"
_TYPED = re.compile(rf"[^0-9]*(?<!{_GLUED})([0-9]{{3}})[ .-]?([0-9]{{3}})(?!{_GLUED})[^0-9]*")
_NETWORK = 64  # prefix length of the IPv6 network that one customer gets


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
        return self._for_digests.mac("address", _network(address).encode()).hex()

    def digests_of_thread(self, thread_id: UUID) -> list[str]:
        """Digests that a forgotten thread may be known by, that of the present key first."""
        return consents.digests(self._for_digests, thread_id)


def _digits(mac: bytes) -> str:
    return f"{int.from_bytes(mac[:8], 'big') % 10**DIGITS:0{DIGITS}}"


def _network(address: str) -> str:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    return str(known.ipv4_mapped or ipaddress.IPv6Network((known, _NETWORK), strict=False))


def typed_code(text: str) -> str | None:
    """Return the code in a message whose only digits are six that form a word of their own, else None.

    "482913" and "it's 482-913." contain a code; "228420X" is a reservation's confirmation code.
    """
    match = _TYPED.fullmatch(text)
    return match[1] + match[2] if match else None
