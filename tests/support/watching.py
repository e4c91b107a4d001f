"""A visitor's browser that waits for events of a conversation."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import httpx

from tests.support.http import PLAIN


@dataclass
class Watching:
    """Reads an event stream in another thread, until the stream or the context ends."""

    address: str
    headers: dict[str, str]
    status: int = 0
    received: httpx.Headers = field(default_factory=httpx.Headers)
    events: list[dict[str, Any]] = field(default_factory=list)
    """`data` of each event, with its time of arrival as `arrived` and its id as `event_id`."""
    comments: int = 0
    has_ended: bool = False
    _socket: socket.socket | None = None

    def __enter__(self) -> Watching:
        self._client = httpx.Client(timeout=httpx.Timeout(60), **PLAIN)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.wait(lambda: self.status, "the stream answers")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._socket is not None and not self.has_ended:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._client.close()

    def wait(self, is_so: Callable[[], Any], what: str, seconds: float = 10.0) -> None:
        """Wait until a condition about the events is true."""
        until = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < until, f"not within {seconds:.0f} s: {what}; so far: {self.events}"
            time.sleep(0.02)

    def wait_for(self, count: int, seconds: float = 10.0) -> list[dict[str, Any]]:
        """Wait until there are that many events, and return them."""
        self.wait(lambda: len(self.events) >= count, f"{count} events", seconds)
        return self.events

    def _read(self) -> None:
        try:
            with self._client.stream("GET", self.address, headers=self.headers) as response:
                self._socket = response.extensions["network_stream"].get_extra_info("socket")
                self.received, self.status = response.headers, response.status_code
                read: dict[str, str] = {}
                for line in response.iter_lines():
                    name, _, value = line.partition(":")
                    if line and not name:
                        self.comments += 1
                    elif line:
                        read[name] = value.removeprefix(" ")
                    elif "data" in read:
                        told = json.loads(read["data"])
                        self.events.append(told | {"event_id": int(read["id"]), "arrived": time.monotonic()})
                        read = {}
        except (httpx.HTTPError, OSError, RuntimeError):
            pass  # closed by either side
        finally:
            self.has_ended = True
            self.status = self.status or -1
