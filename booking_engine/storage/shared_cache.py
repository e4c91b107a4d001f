"""A cache outside PostgreSQL that lets processes share restaurant data, so that not every process has to query it all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from hmac import compare_digest
from typing import Protocol

_SEAL_BYTES = 16


class SharedCache(Protocol):
    """A cache that all processes can reach. It is fast, may evict anything at any time, and never raises."""

    def get_many(self, keys: Sequence[str]) -> list[bytes | None]:
        """Return the value of each key, in order; None for a miss."""
        ...

    def put_many(self, values: Mapping[str, bytes]) -> None:
        """Store values; the cache decides how long to keep them."""
        ...


class NoSharedCache:
    """The cache of a process that shares nothing: always empty."""

    def get_many(self, keys: Sequence[str]) -> list[bytes | None]:
        """Return a miss for every key."""
        return [None] * len(keys)

    def put_many(self, values: Mapping[str, bytes]) -> None:
        """Discard the values."""


class VersionedCache:
    """The section of a cache that belongs to one version of one database.

    Each value is signed together with its key, using the database's secret. A value of another version, a truncated one,
    or one written by someone else counts as a miss.
    """

    def __init__(self, cache: SharedCache, version: int, written_by: str, secret: bytes) -> None:
        self._cache = cache
        self._secret = secret
        # Copies of a database share its secret and version numbers, and a database restored from a backup reuses version
        # numbers. The id of the transaction that wrote the version tells them apart.
        database = blake2b(written_by.encode(), key=secret, digest_size=8).hexdigest()
        self._prefix = f"{database}:{version}"

    def get(self, names: Sequence[str]) -> dict[str, bytes]:
        """Return the valid values of these names; misses are left out."""
        found = zip(names, self._cache.get_many([self._key(name) for name in names]), strict=True)
        values = {}
        for name, sealed in found:
            if sealed and compare_digest(sealed[:_SEAL_BYTES], self._seal(name, sealed[_SEAL_BYTES:])):
                values[name] = sealed[_SEAL_BYTES:]
        return values

    def put(self, values: Mapping[str, bytes]) -> None:
        """Store values under their names."""
        self._cache.put_many({self._key(name): self._seal(name, value) + value for name, value in values.items()})

    def _key(self, name: str) -> str:
        return f"{self._prefix}:{name}"

    def _seal(self, name: str, value: bytes) -> bytes:
        return blake2b(self._key(name).encode() + b"\0" + value, key=self._secret, digest_size=_SEAL_BYTES).digest()
