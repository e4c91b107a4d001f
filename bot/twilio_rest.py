"""Client for Twilio's REST API, which can also be pointed at a different base URL."""

from __future__ import annotations

from typing import Any

from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from bot.settings import Settings

_TWILIO = "https://api.twilio.com"
_SECONDS = 10.0
SIMULATOR_PATH = "/simulator/twilio"


class _RebasedHttpClient(TwilioHttpClient):
    def __init__(self, base: str) -> None:
        super().__init__(timeout=_SECONDS)
        self._base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        return super().request(method, url.replace(_TWILIO, self._base, 1), *args, **kwargs)


def create_client(settings: Settings) -> Client:
    """Return Twilio's client for the account, pointed at TWILIO_API_BASE or the simulator's inbox if either is in use."""
    base = settings.twilio_api_base or (
        _TWILIO if not settings.uses_simulator else settings.local_address + SIMULATOR_PATH
    )
    return Client(settings.account_sid, settings.auth_token, http_client=_RebasedHttpClient(base))
