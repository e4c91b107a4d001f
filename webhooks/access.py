"""API keys and what each may do."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from functools import lru_cache

from flask import request

from bot.settings import Settings, SettingsError

READ, BOOK, MANAGE = "read", "book", "manage"
EVERY_SCOPE = frozenset({READ, BOOK, MANAGE})
"""`read` restaurants and openings, `book` tables, `manage` the reservations of all diners."""
FOR_A_DINER = frozenset({BOOK, MANAGE})
"""Scopes a caller needs to state who the diner is, and so to book, move and cancel in the diner's name."""


def bearer_token() -> str:
    """Return the token of the current request's Authorization header, or an empty string."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


@lru_cache(maxsize=8)
def read_api_keys(entries: frozenset[str]) -> dict[str, frozenset[str]]:
    """Parse the entries into the scopes of each key. An entry is `key`, which may do everything, or `key:read+book`.

    Raises:
        bot.settings.SettingsError: an entry has an unknown scope.
    """
    keys: dict[str, frozenset[str]] = {}
    for entry in entries:
        key, colon, words = entry.rpartition(":")
        scopes = frozenset(words.split("+")) if colon else EVERY_SCOPE
        if not scopes <= EVERY_SCOPE or (colon and not key):
            raise SettingsError(f"TABLETALK_API_KEYS: a key's scopes are {', '.join(sorted(EVERY_SCOPE))}, joined by +")
        name = key if colon else entry
        keys[name] = keys.get(name, frozenset()) | scopes
    return keys


def scopes_of(settings: Settings, token: str) -> frozenset[str] | None:
    """Return the scopes of an API key, or None if the token is not one. The comparison takes constant time."""
    keys = read_api_keys(settings.api_keys)
    found = [scopes for key, scopes in keys.items() if hmac.compare_digest(token.encode(), key.encode())]
    return found[0] if found else None


def is_api_key(settings: Settings, token: str, scopes: Iterable[str] = FOR_A_DINER) -> bool:
    """Whether the token is an API key with all these scopes."""
    granted = scopes_of(settings, token)
    return granted is not None and granted.issuperset(scopes)
