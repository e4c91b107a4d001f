"""The balancer of the soak: whoever is frozen there has somebody beside it who takes over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread, Timer

import httpx

from deploy.stack.launching import free_ports
from tests.support.balancer import balancer
from tests.support.http import PLAIN

_STARTS_AFTER = 2.0  # seconds


class _Web(BaseHTTPRequestHandler):
    """A web process that answers everything with its port."""

    def do_GET(self) -> None:
        body = str(self.server.server_port).encode()  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(port: int, *, after: float) -> Iterator[None]:
    """Serve at the port, from so many seconds on."""
    server = ThreadingHTTPServer(("127.0.0.1", port), _Web, bind_and_activate=False)

    def start() -> None:
        server.server_bind()
        server.server_activate()
        Thread(target=server.serve_forever).start()

    starting = Timer(after, start)
    starting.start()
    try:
        yield
    finally:
        starting.join()
        server.shutdown()
        server.server_close()


def test_it_begins_once_each_web_process_stands_behind_it() -> None:
    """Otherwise the first one is frozen while it is alone, and both attempts at a request end there: 504 after 14 s."""
    front, early, late = free_ports(3)
    with serving(early, after=0), serving(late, after=_STARTS_AFTER), balancer(front, (early, late)):
        answers = {httpx.get(f"http://127.0.0.1:{front}/", timeout=10, **PLAIN).text for _ in range(6)}
    assert answers == {str(early), str(late)}
