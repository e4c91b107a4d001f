"""What processes may share of the restaurants outside PostgreSQL, so that not each of them has to ask for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from hmac import compare_digest
from typing import Protocol

_SEAL_BYTES = 16


class SharedCache(Protocol):
    """A place that all processes reach. It may forget anything at any time; it is quick, and never raises."""

    def get_many(self, keys: Sequence[str]) -> list[bytes | None]:
        """What lies under each key, in their order; None where nothing does."""
        ...

    def put_many(self, values: Mapping[str, bytes]) -> None:
        """Lay down values, for as long as the cache sees fit."""
        ...


class NoSharedCache:
    """For a process that shares nothing."""

    def get_many(self, keys: Sequence[str]) -> list[bytes | None]:
        """Nothing, for each key."""
        return [None] * len(keys)

    def put_many(self, values: Mapping[str, bytes]) -> None:
        """Keep nothing."""


class VersionedCache:
    """The part of a cache that belongs to one version of one database.

    Each value is sealed together with its key, under the database's secret: what was laid down for another version, cut
    short or put there by somebody else is no value.
    """

    def __init__(self, cache: SharedCache, version: int, written_by: str, secret: bytes) -> None:
        self._shelf = cache
        self._secret = secret
        # Copies of a database share its secret and count the same versions, and one brought back from a backup counts them
        # a second time; the transaction that wrote a version is another.
        database = blake2b(written_by.encode(), key=secret, digest_size=8).hexdigest()
        self._prefix = f"{database}:{version}"

    def get(self, names: Sequence[str]) -> dict[str, bytes]:
        """What lies under these names, as far as anything does."""
        found = zip(names, self._shelf.get_many([self._key(name) for name in names]), strict=True)
        values = {}
        for name, sealed in found:
            if sealed and compare_digest(sealed[:_SEAL_BYTES], self._seal(name, sealed[_SEAL_BYTES:])):
                values[name] = sealed[_SEAL_BYTES:]
        return values

    def put(self, values: Mapping[str, bytes]) -> None:
        """Lay down values under their names."""
        self._shelf.put_many({self._key(name): self._seal(name, value) + value for name, value in values.items()})

    def _key(self, name: str) -> str:
        return f"{self._prefix}:{name}"

    def _seal(self, name: str, value: bytes) -> bytes:
        return blake2b(self._key(name).encode() + b"\0" + value, key=self._secret, digest_size=_SEAL_BYTES).digest()
