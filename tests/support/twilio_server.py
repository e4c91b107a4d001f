"""Twilio's Messages resource over real HTTP, with network and carrier failures."""

from __future__ import annotations

import json
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.mischief import Mischief, Trouble

__all__ = ["Trouble", "TwilioServer"]


@dataclass
class TwilioServer:
    """Accepts texts like Twilio. Each of `troubles` is the failure of one of the next requests that create a text.

    `always`: the failure of all further requests. `mischief`: or what happens at random. `seconds`: how long each takes. While
    `hangs` is set, none is answered.
    """

    account_sid: str
    auth_token: str
    troubles: list[Trouble] = field(default_factory=list)
    always: Trouble | None = None
    mischief: Mischief | None = None
    seconds: float = 0.0
    port: int = 0
    taken: list[dict[str, str]] = field(default_factory=list)
    attempts: int = 0
    lists: int = 0
    at_once: int = 0
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._answers = threading.Event()
        self._answers.set()
        self._http = _Server(("127.0.0.1", self.port), _handler_for(self))
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def hang(self) -> None:
        """Answer no request any more, nor those that are waiting, until `go_on`. What comes meanwhile is taken."""
        self._answers.clear()

    def go_on(self) -> None:
        """Answer again, also those that waited."""
        self._answers.set()

    def wait(self) -> None:
        """Let a request take its time."""
        time.sleep(self.seconds)
        self._answers.wait()

    def count(self, change: int) -> None:
        """Count the requests that are being answered."""
        with self._lock:
            self.at_once += change
            self.most_at_once = max(self.most_at_once, self.at_once)
            self.attempts += change > 0

    @property
    def address(self) -> str:
        """URL of the server."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def close(self) -> None:
        """Stop the server."""
        self._answers.set()
        self._http.shutdown()
        self._http.server_close()

    def take(self, form: dict[str, str]) -> dict[str, str]:
        """Accept a text as if it had been sent."""
        at = datetime.now(UTC)
        text = {**form, "sid": "SM" + secrets.token_hex(16), "at": format_datetime(at), "exactly_at": at.isoformat()}
        self.taken.append(text)
        if self.mischief is not None:
            self.mischief.report(text)
        return text

    def next_trouble(self, form: dict[str, str]) -> Trouble | None:
        """Return what happens to the text, or None if nothing does."""
        if self.troubles:
            return self.troubles.pop(0)
        return self.mischief.draw(form) if self.mischief is not None else self.always

    def state(self) -> dict[str, Any]:
        """Return what a test in another process may want to know."""
        known = {name: getattr(self, name) for name in ("taken", "attempts", "lists", "most_at_once")}
        mischief = self.mischief
        return known | ({"troubles": mischief.troubles, "reports": mischief.reports} if mischief is not None else {})

    def resource(self, text: dict[str, str]) -> dict[str, Any]:
        """Return the JSON that Twilio returns for a message."""
        return {
            "sid": text["sid"],
            "account_sid": self.account_sid,
            "body": text["Body"],
            "to": text["To"],
            "from": text["From"],
            "status": "queued",
            "direction": "outbound-api",
            "date_created": text["at"],
            "date_sent": text["at"],
            "date_updated": text["at"],
            "num_segments": "1",
            "num_media": "0",
            "error_code": None,
            "error_message": None,
            "messaging_service_sid": None,
            "api_version": "2010-04-01",
            "price": None,
            "price_unit": "USD",
            "subresource_uris": {},
            "uri": f"/2010-04-01/Accounts/{self.account_sid}/Messages/{text['sid']}.json",
        }


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._open: set[socket.socket] = set()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request_thread(request, client_address)
        self._open.discard(request)

    def server_close(self) -> None:
        """Stop listening, and hang up on everybody."""
        super().server_close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Take no notice of clients that hang up."""


def _handler_for(server: TwilioServer) -> type[BaseHTTPRequestHandler]:
    path = f"/2010-04-01/Accounts/{server.account_sid}/Messages.json"

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            server.count(+1)
            try:
                self._create(form)
            finally:
                server.count(-1)

        def _create(self, form: dict[str, str]) -> None:
            if self.path != path:
                self._answer(404, {"code": 20404, "message": "not found", "status": 404})
                return
            trouble = server.next_trouble(form)
            text = server.take(form) if trouble is None or trouble.takes else None
            server.wait()
            if trouble is not None:
                time.sleep(trouble.hangs)
            if text is not None and (trouble is None or trouble.hangs):
                self._answer(201, server.resource(text))
            elif trouble is not None and trouble.status:
                document = {"code": trouble.code, "message": "trouble", "status": trouble.status, "more_info": ""}
                self._answer(trouble.status, document, trouble.retry_after)
            else:
                self.close_connection = True

        def do_PUT(self) -> None:
            """Set attributes, for a test in another process."""
            wish = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if "hangs" in wish:
                (server.hang if wish.pop("hangs") else server.go_on)()
            kinds: dict[str, Callable[..., Any]] = {"always": Trouble, "mischief": partial(Mischief, server.auth_token)}
            for name, value in wish.items():
                setattr(server, name, kinds[name](**value) if name in kinds and value is not None else value)
            self._answer(200, {})

        def do_GET(self) -> None:
            if self.path == "/state":
                self._answer(200, server.state())
                return
            server.lists += 1
            server.wait()
            wanted = parse_qs(urlsplit(self.path).query)
            rows = [
                server.resource(text)
                for text in reversed(server.taken)
                if all(text[name] == wanted[name][0] for name in ("To", "From") if name in wanted)
            ]
            self._answer(200, {"messages": rows, "next_page_uri": None, "page": 0, "page_size": 50, "uri": path})

        def _answer(self, status: int, document: dict[str, Any], retry_after: int | None = None) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if retry_after is not None:
                self.send_header("Retry-After", str(retry_after))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing."""

    return Handler


if __name__ == "__main__":
    serving = TwilioServer(sys.argv[1], sys.argv[2], port=int(sys.argv[3]))
    print(serving.address, flush=True)
    threading.Event().wait()
