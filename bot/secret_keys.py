"""Secrets that can be replaced without downtime, and how they are read from the environment or from files."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

LEAST_LENGTH = 32
"""Characters of a secret in production. 32 of base64 are 192 bits, and 32 hexadecimal digits 128."""
LEAST_LENGTH_OF_API_KEY = 24
_ID_LENGTH = 8
_FILE_SUFFIX = "_FILE"


class SecretUnreadable(ValueError):
    """The file that a setting names cannot be read, or the setting is there twice. The message names it in one line."""


class KeyRing:
    """The keys of one purpose: the first one signs and is sent, and all of them are accepted.

    A key is replaced by putting the new one in front, restarting the processes one by one, and later dropping the old one.
    Safe to share between threads. Neither its repr nor an error shows a key.
    """

    def __init__(self, *keys: str) -> None:
        assert keys
        self._keys = keys

    def __repr__(self) -> str:
        return f"KeyRing({len(self._keys)} keys)"

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys, the first one first, for a library that compares by itself."""
        return self._keys

    @property
    def first(self) -> str:
        """The key that signs and is sent."""
        return self._keys[0]

    @property
    def ids(self) -> tuple[str, ...]:
        """A short digest of each key, to record which one made a digest. It does not help to guess the key."""
        return tuple(hashlib.sha256(b"id:" + key.encode()).hexdigest()[:_ID_LENGTH] for key in self._keys)

    def admits(self, token: str) -> bool:
        """Whether a token is one of the keys. The comparison takes constant time."""
        same = [hmac.compare_digest(token.encode("utf-8", "surrogatepass"), key.encode()) for key in self._keys]
        return any(same)

    def mac(self, purpose: str, content: bytes) -> bytes:
        """Return the keyed digest (HMAC-SHA256) of a content under the first key."""
        return _mac(self.first, purpose, content)

    def macs(self, purpose: str, content: bytes) -> list[bytes]:
        """Return the keyed digests that the content may have been stored under, the present one first."""
        return [_mac(key, purpose, content) for key in self._keys]


def _mac(key: str, purpose: str, content: bytes) -> bytes:
    return hmac.digest(key.encode(), purpose.encode() + b":" + content, hashlib.sha256)


def secret() -> Any:
    """Return the default of a setting that is secret: it is not shown, and `<NAME>_FILE` may name a file that has it."""
    return Field(default="", repr=False, json_schema_extra={"is_secret": True})


def is_secret(field: FieldInfo) -> bool:
    """Whether a setting is secret."""
    return isinstance(field.json_schema_extra, dict) and bool(field.json_schema_extra.get("is_secret"))


def secrets_of(settings: BaseSettings) -> dict[str, str]:
    """Return every secret setting, read from wherever it was given, under the name of its environment variable."""
    fields = type(settings).model_fields
    return {name.upper(): getattr(settings, name) for name, field in fields.items() if is_secret(field)}


def listed(value: str) -> tuple[str, ...]:
    """Return the entries of a comma-separated list."""
    return tuple(entry.strip() for entry in value.split(",") if entry.strip())


def too_short(values: Mapping[str, Iterable[str]], least: int) -> str | None:
    """Return the name of a setting with a secret that is shorter than `least` characters, or None."""
    return next((name for name, keys in values.items() if any(len(key) < least for key in keys)), None)


def shared(values: Mapping[str, Iterable[str]]) -> tuple[str, str] | None:
    """Return the names of two settings that have a secret in common, or None: each use has its own."""
    seen: dict[str, str] = {}
    for name, keys in values.items():
        for key in keys:
            if seen.setdefault(key, name) != name:
                return seen[key], name
    return None


class SecretFiles(PydanticBaseSettingsSource):
    """Reads each secret setting from the file that `<NAME>_FILE` names, as container platforms mount secrets."""

    def __init__(self, settings: type[BaseSettings], environment: Mapping[str, str] | None = None) -> None:
        super().__init__(settings)
        self._environment = os.environ if environment is None else environment

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return the content of the setting's file without the line's end; None if no file is named."""
        name = field_name.upper()
        path = self._environment.get(name + _FILE_SUFFIX)
        if not path or not is_secret(field):
            return None, field_name, False
        if self._environment.get(name):
            raise SecretUnreadable(f"{name} and {name}{_FILE_SUFFIX} must not both be set")
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
            raise SecretUnreadable(f"{name}{_FILE_SUFFIX}: {path} cannot be read ({reason})") from None

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}
