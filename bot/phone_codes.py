"""Six-digit codes that verify a phone, and digests of values that are only ever compared.

A code is stored nowhere. It is derived from its random id and a secret that the servers have and the database does not,
so reading the database or a backup of it is not enough to compute a code.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from uuid import UUID

DIGITS = 6
# Digits, and letters of scripts that put spaces between words. A Chinese or Korean word may touch the code.
_GLUED = r"[\dA-Za-z\u00C0-\u058F]"
_TYPED = re.compile(rf"[^0-9]*(?<!{_GLUED})([0-9]{{3}})[ .-]?([0-9]{{3}})(?!{_GLUED})[^0-9]*")
_NETWORK = 64  # prefix length of the IPv6 network that one customer gets


class PhoneCodes:
    """Computes codes and digests. Safe to share between threads."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def code(self, code_id: UUID) -> str:
        """Return the six digits for an id."""
        number = int.from_bytes(self._mac("code", code_id.bytes)[:8], "big")
        return f"{number % 10**DIGITS:0{DIGITS}}"

    def is_right(self, code_id: UUID, typed: str) -> bool:
        """Whether these are the digits for the id, compared in constant time."""
        return hmac.compare_digest(self.code(code_id).encode(), typed.encode())

    def digest_of_address(self, address: str) -> str:
        """Digest of the address a request came from. All addresses of one IPv6 network share a digest."""
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
    """Return the code in a message whose only digits are six that form a word of their own, else None.

    "482913" and "it's 482-913." contain a code; "228420X" is a reservation's confirmation code.
    """
    match = _TYPED.fullmatch(text)
    return match[1] + match[2] if match else None
