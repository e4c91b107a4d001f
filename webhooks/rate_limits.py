"""Identification and rate limiting of callers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar

from flask import Response, request
from flask_limiter import Limiter

from bot.addresses import network_of
from bot.rates import Rates
from bot.settings import Settings
from webhooks.access import bearer_token, read_api_keys, scopes_of
from webhooks.problems import Problem

P = ParamSpec("P")
R = TypeVar("R")

DINER_PHONE = "X-Diner-Phone"


@dataclass(frozen=True)
class Limits:
    """Rate limits. Callers without an API key are counted by address, callers with one by key."""

    reads: str = "600/minute"
    writes: str = "60/minute"
    with_key: str = "6000/minute"
    misses: str = "20/minute"
    """requests for reservations that do not exist or are not the caller's, as when codes are guessed"""
    conversations: str = Rates().conversations
    messages_of_a_conversation: str = Rates().messages
    messages_of_an_address: str = Rates().messages_of_an_address
    streams_of_a_conversation: str = "60/minute"

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """Return the limits with those that the settings override."""
        rates = settings.rates
        return cls(
            conversations=rates.conversations,
            messages_of_a_conversation=rates.messages,
            messages_of_an_address=rates.messages_of_an_address,
        )


class RateLimits:
    """Identifies the current caller and counts requests in Redis.

    If Redis is down, each process counts on its own until it is back, so that nobody is rejected because of the outage.
    """

    def __init__(self, settings: Settings, limits: Limits) -> None:
        """Identify callers by the settings' API keys, and count in the settings' Redis.

        Raises:
            bot.settings.SettingsError: an API key has an unknown scope.
        """
        read_api_keys(settings.api_keys)
        self._settings = settings
        self._limits = limits
        self.limiter = Limiter(
            self.identity,
            storage_uri=settings.redis_address.replace("unix://", "redis+unix://", 1),
            storage_options={"socket_timeout": 1, "socket_connect_timeout": 1},
            key_prefix="tabletalk:api",
            strategy="sliding-window-counter",
            headers_enabled=True,
            in_memory_fallback_enabled=True,
            swallow_errors=True,
        )
        per_caller = self.limiter.shared_limit
        self.count_read = per_caller(lambda: limits.with_key if self.has_key() else limits.reads, scope="reads")
        self.count_write = per_caller(lambda: limits.with_key if self.has_key() else limits.writes, scope="writes")
        self.count_miss = self.limiter.shared_limit(
            limits.misses, scope="misses", exempt_when=self.has_key, deduct_when=_is_miss
        )

        self.count_opening = self.limiter.shared_limit(
            limits.conversations, scope="conversations", exempt_when=self.has_key
        )

        self.count_stream = self.limiter.limit(limits.streams_of_a_conversation, key_func=_conversation)

    def count_message(self, is_exempt: Callable[[], bool]) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Count a message to the conversation in the request's path, per conversation and per address."""

        limit = partial(self.limiter.shared_limit, scope="messages", exempt_when=is_exempt)
        of_conversation = limit(self._limits.messages_of_a_conversation, key_func=_conversation)
        of_address = limit(self._limits.messages_of_an_address, key_func=_address)
        return lambda view: of_address(of_conversation(view))

    def identity(self) -> str:
        """Opaque name of the current caller, which does not reveal the key."""
        if self.has_key():
            return f"key:{_digest(bearer_token())}"
        return _address()

    def idempotency_scope(self) -> str:
        """Scope in which idempotency keys are unique. A visitor's address may change between two attempts."""
        return self.identity() if self.has_key() else "visitor"

    def has_key(self) -> bool:
        """Whether the current caller sent a valid API key."""
        return scopes_of(self._settings, bearer_token()) is not None

    def may(self, scope: str) -> bool:
        """Whether the current caller sent an API key with this scope.

        Raises:
            Problem: 401 for an unknown key, 403 for one without the scope.
        """
        if "Authorization" not in request.headers:
            return False
        scopes = scopes_of(self._settings, bearer_token())
        if scopes is None:
            raise Problem(401, "api_key_unknown", "This is none of our API keys; send it as Authorization: Bearer KEY.")
        if scope not in scopes:
            raise Problem(403, "scope_missing", f"This API key is not for this: it lacks the scope {scope}.")
        return True


def _address() -> str:
    return f"address:{network_of(request.remote_addr or '')}"


def _conversation() -> str:
    return f"conversation:{(request.view_args or {})['conversation_id']}"


def _is_miss(response: Response) -> bool:
    return response.status_code in {401, 404}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
