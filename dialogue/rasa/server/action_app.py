"""Our action app as Rasa calls it."""

from __future__ import annotations

import json as documents
import ssl
from functools import cached_property
from typing import Any

import pycurl
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

_CONNECTS_WITHIN = 1000  # milliseconds
_AUTHORITIES = ssl.get_default_verify_paths().cafile  # this machine's, for https; libcurl in a wheel knows none
_FAILED = 400  # and above: statuses of errors


class ActionApp(EndpointConfig):
    """Our action app, over connections that are kept. A call may take as long as the turn has left, which ends it.

    Rasa would open and close a session of aiohttp for every call. Even with one that is kept, a call takes the processor 0.6 ms,
    and 0.1 ms like this; and aiohttp sends head and body apart, which wakes the app up twice.
    """

    def __init__(self, url: str, token: str) -> None:
        super().__init__(url)
        self._call_headers = [f"Authorization: Bearer {token}", "Content-Type: application/json"]
        self._idle: list[pycurl.Curl] = []

    async def request(self, *, json: Any, **others: Any) -> Any:
        """Return the answer to a call. Raises ClientResponseError at a status of 400 or more, pycurl.error without any."""
        curl, answer = self._idle.pop() if self._idle else self._new_handle(), bytearray()
        curl.setopt(pycurl.POSTFIELDS, documents.dumps(json))
        curl.setopt(pycurl.WRITEFUNCTION, answer.extend)
        await self._calls.perform(curl)
        self._idle.append(curl)  # unless the call has failed or nobody waits for it any more
        status = curl.getinfo(pycurl.RESPONSE_CODE)
        if status >= _FAILED:
            raise ClientResponseError(status, "", answer)
        return documents.loads(answer)

    @cached_property
    def _calls(self) -> pycurl.AsyncCurlMulti:
        return pycurl.AsyncCurlMulti()  # made amid the first call, since it belongs to the loop that runs

    def _new_handle(self) -> pycurl.Curl:
        curl = pycurl.Curl()
        curl.setopt(pycurl.URL, self.url)
        curl.setopt(pycurl.HTTPHEADER, self._call_headers)
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, _CONNECTS_WITHIN)
        curl.setopt(pycurl.PROXY, "")
        if _AUTHORITIES:
            curl.setopt(pycurl.CAINFO, _AUTHORITIES)
        return curl
