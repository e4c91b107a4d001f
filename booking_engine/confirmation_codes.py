"""Confirmation codes: short, easy to read aloud, hard to guess, and they identify the restaurant.

A code is a number in Crockford's base 32 (no I, L, O or U). The number combines the restaurant's id with a random
number, scrambled by a keyed permutation. With the key, the restaurant can be read from the code, so a lookup touches
one partition. Without the key the code looks random, and consecutive codes reveal nothing.
"""

import hashlib
import secrets
from dataclasses import dataclass
from functools import lru_cache

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {character: value for value, character in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_IGNORED = str.maketrans("", "", " -.\t\n#")
_RANDOM_BITS = 20
_RESTAURANT_BITS = {7: 15, 8: 20}  # seven characters for restaurant ids below 32,768
_ROUNDS = 8
_LONGEST_INPUT = 40


@dataclass(frozen=True)
class CodeBook:
    """Encodes and decodes codes with one secret key (stored in the database's catalogue row)."""

    key: bytes

    def issue(self, restaurant_id: int) -> tuple[str, int]:
        """Return a new random code for the restaurant and its number within that restaurant."""
        while True:
            number = secrets.randbelow(1 << _RANDOM_BITS)
            code = self.spell(restaurant_id, number)
            # Require a letter and a digit, so that no code reads like a word, a year or a party size.
            if not code.isdigit() and not code.isalpha():
                return code, number

    def read(self, text: str) -> tuple[int, int] | None:
        """Return (restaurant id, number) for a code as a diner types it, or None if it cannot be a code.

        Accepts lower case, spaces and hyphens; reads O as 0, and I and L as 1.
        """
        if len(text) > _LONGEST_INPUT:
            return None
        code = text.translate(_IGNORED).upper()
        if len(code) not in _RESTAURANT_BITS or any(character not in _VALUES for character in code):
            return None
        number = 0
        for character in code:
            number = number << 5 | _VALUES[character]
        plain = self._permute(number, len(code) * 5, backwards=True)
        return plain >> _RANDOM_BITS, plain & ((1 << _RANDOM_BITS) - 1)

    @lru_cache(maxsize=1024)  # noqa: B019 - a command spells its code several times; a CodeBook lives as long as the process
    def spell(self, restaurant_id: int, number: int) -> str:
        """Return the code that `issue` returned for this pair. Raises ValueError if the restaurant id is too large."""
        length = next((n for n, bits in _RESTAURANT_BITS.items() if restaurant_id < 1 << bits), None)
        if length is None:
            raise ValueError(f"restaurant id {restaurant_id} is too large for a code")
        return _spell(self._permute(restaurant_id << _RANDOM_BITS | number, length * 5), length)

    def _permute(self, value: int, bits: int, *, backwards: bool = False) -> int:
        """Apply an alternating Feistel network: a keyed one-to-one map of `bits`-bit numbers."""
        low_bits = bits // 2
        high_bits = bits - low_bits
        high, low = value >> low_bits, value & ((1 << low_bits) - 1)
        for step in reversed(range(_ROUNDS)) if backwards else range(_ROUNDS):
            half = high if step % 2 else low
            message = ((step << 8 | bits) << 64 | half).to_bytes(10, "big")
            noise = int.from_bytes(hashlib.blake2b(message, key=self.key, digest_size=8).digest(), "big")
            if step % 2:
                low ^= noise >> 64 - low_bits
            else:
                high ^= noise >> 64 - high_bits
        return high << low_bits | low


def _spell(value: int, length: int) -> str:
    return "".join(ALPHABET[value >> shift & 31] for shift in range(5 * (length - 1), -1, -5))
