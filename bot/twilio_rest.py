"""Twilio's REST API, as far as we use it: create a text, and look one up. Each error says whether the text was sent."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import requests
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from bot.settings import Settings

logging.getLogger("twilio.http_client").setLevel(logging.WARNING)  # at INFO it logs numbers and texts

_TWILIO = "https://api.twilio.com"
_SECONDS = 10.0  # to connect, and then for the answer
_NOT_OUR_ACCOUNT = frozenset({401, 403, 404, 407})
"""Statuses of a wrong token, a suspended account, a wrong address: whatever text is sent, the answer would be the same."""
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500
_QUEUE_IS_FULL = 21611  # Twilio's error code: too many texts of this number wait at Twilio
_LONGEST_PAUSE = 300.0  # seconds; whatever the provider says
_MOST_LISTED = 100
SIMULATOR_PATH = "/simulator/twilio"


class Unavailable(Exception):
    """The provider has certainly not got the text, and that is not the text's fault: no connection, or not our account."""


class Throttled(Exception):
    """The provider takes nothing just now. `seconds`: for how long, if it says so."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__("the provider takes no more for now")
        self.seconds = seconds


class FateUnknown(Exception):
    """The request went out and no word came back, or none that tells: the provider may have got the text."""


class Refused(Exception):
    """The provider refused the text for good. `code`: Twilio's error code."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code


class Listed(NamedTuple):
    """A text that the provider has."""

    sid: str
    body: str


class _Consent(threading.local):
    """Of the request that a thread is about to make: whether it may still be made."""

    may_send: Callable[[], bool]


class _Adapter(HTTPAdapter):
    """Asks for consent once more when the request is ready: a process may have been frozen while it was prepared."""

    def __init__(self, consent: _Consent, connections: int) -> None:
        super().__init__(pool_maxsize=connections)
        self._consent = consent

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        may_send = getattr(self._consent, "may_send", None)
        if may_send is not None and not may_send():
            raise Unavailable("claimed by another worker by now")
        return super().send(*args, **kwargs)


class TwilioRest:
    """Creates and finds texts. Safe to share between threads; keeps a connection for each of them."""

    def __init__(self, client: Client, consent: _Consent) -> None:
        self._client = client
        self._consent = consent

    def create(
        self, *, to: str, from_number: str, body: str, status_callback: str, may_send: Callable[[], bool] = lambda: True
    ) -> str:
        """Send a text. Returns its sid. `may_send` is asked at the last moment, when all is ready to be written.

        Raises:
            Unavailable, Throttled, Refused: it was not sent.
            FateUnknown: it may have been sent.
        """
        self._consent.may_send = may_send
        try:
            created = self._client.messages.create(to=to, from_=from_number, body=body, status_callback=status_callback)
        except TwilioRestException as error:
            if error.code == _QUEUE_IS_FULL:
                raise Throttled(None) from error
            raise Refused(error.code, str(error.msg)) from error
        except TwilioServiceException as error:
            raise Refused(error.code, str(error.detail or error.title)) from error
        except (ValueError, KeyError) as error:  # an answer that is not Twilio's, though a good one
            raise FateUnknown("the answer cannot be read") from error
        finally:
            del self._consent.may_send
        return str(created.sid)

    def sent_since(self, since: datetime, *, to: str, from_number: str) -> list[Listed]:
        """Return the texts that were created since then (real time), newest first, 100 at most.

        Raises:
            Unavailable, Throttled, FateUnknown: the provider did not say.
        """
        # Not filtered by DateSent at the provider: a text that still waits there has none.
        try:
            listed = self._client.messages.list(to=to, from_=from_number, limit=_MOST_LISTED, page_size=_MOST_LISTED)
        except (TwilioException, ValueError, KeyError) as error:
            raise FateUnknown("the list cannot be read") from error
        return [
            Listed(str(one.sid), str(one.body))
            for one in listed
            if one.direction == "outbound-api" and (one.date_created is None or one.date_created >= since)
        ]


class _HttpClient(TwilioHttpClient):
    """Twilio's HTTP client with a connection per thread, a base URL of our choice, and errors that tell what was sent."""

    def __init__(self, base: str, connections: int, consent: _Consent) -> None:
        super().__init__(timeout=_SECONDS)
        self._base = base
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, _Adapter(consent, connections))

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        try:
            response = super().request(method, url.replace(_TWILIO, self._base, 1), *args, **kwargs)
        except requests.exceptions.RequestException as error:
            raise (Unavailable if _was_never_connected(error) else FateUnknown)(_without_url(error)) from error
        if response.status_code == _TOO_MANY_REQUESTS:
            raise Throttled(_seconds(response.headers.get("Retry-After")))
        if response.status_code in _NOT_OUR_ACCOUNT:
            raise Unavailable(f"status {response.status_code}")
        if response.status_code >= _SERVER_ERROR:
            raise FateUnknown(f"status {response.status_code}")
        return response


def _was_never_connected(error: requests.exceptions.RequestException) -> bool:
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.SSLError):
        return True
    if isinstance(error, requests.exceptions.ProxyError):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _without_url(error: Exception) -> str:
    """Return what is wrong, without the address: that of a look-up has the diner's number in it."""
    cause = error.args[0] if error.args else error
    return type(getattr(cause, "reason", None) or cause).__name__


def _seconds(retry_after: str | None) -> float | None:
    """Return the seconds of a Retry-After header. (Twilio sends seconds; a date counts as none.)"""
    if retry_after is None or not retry_after.strip().isdecimal():
        return None
    return min(float(retry_after.strip()[:9]), _LONGEST_PAUSE)


def connect(settings: Settings, *, connections: int = 10) -> TwilioRest:
    """Return the API of the account, at TWILIO_API_BASE or at the simulator if either is in use."""
    base = settings.twilio_api_base or (
        _TWILIO if not settings.uses_simulator else settings.local_address + SIMULATOR_PATH
    )
    consent = _Consent()
    http = _HttpClient(base, connections, consent)
    return TwilioRest(Client(settings.account_sid, settings.auth_token, http_client=http), consent)
