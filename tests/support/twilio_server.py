"""Twilio's Messages resource over real HTTP, with network and carrier failures."""

from __future__ import annotations

import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Trouble = tuple[int, int]
"""A failure response: HTTP status and Twilio's error code. Status 0: the connection is cut."""


@dataclass
class TwilioServer:
    """Accepts texts like Twilio. Each of `troubles` is the failure of one of the next requests that create a text.

    With `takes_before_trouble` the text is accepted nevertheless, and only the response is lost.
    """

    account_sid: str
    auth_token: str
    troubles: list[Trouble] = field(default_factory=list)
    takes_before_trouble: bool = False
    slow_seconds: float = 0.0
    taken: list[dict[str, str]] = field(default_factory=list)
    attempts: int = 0
    lists: int = 0

    def __post_init__(self) -> None:
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """URL of the server."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def close(self) -> None:
        """Stop the server."""
        self._http.shutdown()
        self._http.server_close()

    def take(self, form: dict[str, str]) -> dict[str, str]:
        """Accept a text as if it had been sent."""
        text = {**form, "sid": "SM" + secrets.token_hex(16), "at": format_datetime(datetime.now(UTC))}
        self.taken.append(text)
        return text

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


def _handler_for(server: TwilioServer) -> type[BaseHTTPRequestHandler]:
    path = f"/2010-04-01/Accounts/{server.account_sid}/Messages.json"

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            server.attempts += 1
            if self.path != path:
                self._answer(404, {"code": 20404, "message": "not found", "status": 404})
                return
            trouble = server.troubles.pop(0) if server.troubles else None
            if trouble is None:
                self._answer(201, server.resource(server.take(form)))
                return
            if server.takes_before_trouble:
                server.take(form)
            time.sleep(server.slow_seconds)
            status, code = trouble
            if status:
                self._answer(status, {"code": code, "message": "trouble", "status": status, "more_info": ""})
            else:
                self.close_connection = True

        def do_GET(self) -> None:
            server.lists += 1
            wanted = parse_qs(urlsplit(self.path).query)
            rows = [
                server.resource(text)
                for text in reversed(server.taken)
                if all(text[name] == wanted[name][0] for name in ("To", "From") if name in wanted)
            ]
            self._answer(200, {"messages": rows, "next_page_uri": None, "page": 0, "page_size": 50, "uri": path})

        def _answer(self, status: int, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing."""

    return Handler
