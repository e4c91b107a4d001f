"""Who may do what over HTTP."""

from __future__ import annotations

import hmac

from flask import request

from bot.settings import Settings


def bearer_token() -> str:
    """The token of the present request's Authorization header, or nothing."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def is_api_key(settings: Settings, token: str) -> bool:
    """Whether the token is one of the API keys; takes as long for a wrong one as for a right one."""
    return sum(hmac.compare_digest(token.encode(), key.encode()) for key in settings.api_keys) > 0
