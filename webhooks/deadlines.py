"""Requests of the public are answered in time, however many times they ask a database that hangs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from booking_engine.storage.patience import within

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_TESTERS = "/simulator/"
"""They may import thousands of restaurants in one request."""


class Deadline:
    """Lets a request wait for the database for so many seconds in all. A turn has a deadline of its own."""

    def __init__(self, app: WSGIApplication, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        if environ.get("PATH_INFO", "").startswith(_TESTERS):
            return self._app(environ, start_response)
        with within(self._seconds):
            return self._app(environ, start_response)
