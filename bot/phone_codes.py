"""Six-digit codes that show whose phone it is, and the digests of what is only ever compared.

A code is stored nowhere. It is made of its id, which is random, and a secret that the servers have and the database has not: so
whoever reads the database, or a backup of it, can make none.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from uuid import UUID

DIGITS = 6
# Digits, and letters of the scripts that put spaces between words; a Chinese or Korean word may touch the code.
_GLUED = r"[\dA-Za-z\u00C0-\u058F]"
_TYPED = re.compile(rf"[^0-9]*(?<!{_GLUED})([0-9]{{3}})[ .-]?([0-9]{{3}})(?!{_GLUED})[^0-9]*")
_NETWORK = 64  # bits of an IPv6 address that one customer has for themselves


class PhoneCodes:
    """Makes codes and digests. Safe to share between threads."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def code(self, code_id: UUID) -> str:
        """The six digits that belong to an id."""
        number = int.from_bytes(self._mac("code", code_id.bytes)[:8], "big")
        return f"{number % 10**DIGITS:0{DIGITS}}"

    def is_right(self, code_id: UUID, typed: str) -> bool:
        """Whether these are the digits; takes as long whichever they are."""
        return hmac.compare_digest(self.code(code_id).encode(), typed.encode())

    def digest_of_address(self, address: str) -> str:
        """Stands for where a request came from; all addresses of one IPv6 network are alike."""
        return self._mac("address", _network(address).encode()).hex()

    def _mac(self, purpose: str, content: bytes) -> bytes:
        return hmac.digest(self._secret, purpose.encode() + b":" + content, hashlib.sha256)


def _network(address: str) -> str:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    return str(known.ipv4_mapped or ipaddress.IPv6Network((known, _NETWORK), strict=False))


def typed_code(text: str) -> str | None:
    """Return the code in a message whose only digits are six that stand as a word of their own, else None.

    "482913" and "it's 482-913." hold a code; "228420X" is a reservation's confirmation code.
    """
    match = _TYPED.fullmatch(text)
    return match[1] + match[2] if match else None
