"""The testers' HTTP client against a service that is away for a moment, over real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import testkit.service
from testkit.service import ChatThread, Service, ServiceError

CHAT = ChatThread("1", "token", {})


class Away(ThreadingHTTPServer):
    """Answers 503 as long as `refusals` is above zero, then 200. `keys`: the Idempotency-Key of each request."""

    def __init__(self, refusals: int) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.refusals = refusals
        self.keys: list[str | None] = []


class Answers(BaseHTTPRequestHandler):
    server: Away

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.keys.append(self.headers["Idempotency-Key"])
        self.server.refusals -= 1
        away = self.server.refusals >= 0
        body = json.dumps({"detail": "The service is away."} if away else {"messages": []}).encode()
        self.send_response(503 if away else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[Away]:
    monkeypatch.setattr(testkit.service, "_PAUSES", (0.01, 0.01))
    server = Away(0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_message_is_sent_again_with_its_key_while_the_service_is_away(away: Away) -> None:
    away.refusals = 2
    with Service(f"http://127.0.0.1:{away.server_port}") as service:
        assert service.say(CHAT, "hello") == {"messages": []}
    assert len(away.keys) == 3
    assert away.keys[0]
    assert len(set(away.keys)) == 1


def test_a_service_that_stays_away_is_an_error(away: Away) -> None:
    away.refusals = 99
    with Service(f"http://127.0.0.1:{away.server_port}") as service, pytest.raises(ServiceError, match="is away"):
        service.say(CHAT, "hello")
    assert len(away.keys) == 3


def test_what_must_not_happen_twice_is_sent_once(away: Away) -> None:
    away.refusals = 1
    with Service(f"http://127.0.0.1:{away.server_port}") as service, pytest.raises(ServiceError, match="is away"):
        service.send_text("+12125550101", "+12125550100", "hello")
    assert len(away.keys) == 1
