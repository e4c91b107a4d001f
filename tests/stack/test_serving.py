"""The public app as production serves it: slow clients stop nobody, metrics are internal, requests are bounded."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import httpx
import psutil
import pytest
from gunicorn.workers.base import Worker
from waitress import create_server

from bot.settings import PROJECT
from deploy.buffering import LARGEST_BODY, BufferingWorker, adjustments, others_listen
from deploy.stack.launching import TABLETALK, environment, free_ports
from tests.support.http import PLAIN
from tests.support.running import wait_until

pytestmark = pytest.mark.service  # its own

THREADS = 4
PRODUCTION = {
    "TABLETALK_ENV": "production",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "REDIS_URL": "redis://127.0.0.1:1",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "a token of the tests that is long enough",
    "PUBLIC_URL": "https://tabletalk.example",
    "TABLETALK_API_KEYS": "a key of the tests that is long enough",
    "RASA_TOKEN": "a token for Rasa that is long enough",
    "ACTIONS_TOKEN": "a token for the actions that is long enough",
    "CODES_SECRET": "a secret for codes that is long enough",
    "DIGESTS_SECRET": "a secret for digests that is long enough",
    "WEB_THREADS": THREADS,
    "TRUSTED_PROXIES": 1,
}


class Web:
    """A running public app."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, metrics_port: int) -> None:
        self.process, self.port, self.metrics_port = process, port, metrics_port
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=5, **PLAIN)

    def answers(self, seconds: float = 5.0) -> bool:
        """Whether it is alive, asked on a new connection."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=seconds, **PLAIN).status_code == 200
        except httpx.HTTPError:
            return False

    def send(self, text: str) -> socket.socket:
        """Open a connection and send this over it."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        connection.sendall(text.encode("latin-1"))
        return connection


@contextmanager
def serving(var: Path, command: list[str], *, program: str = "web", **settings: object) -> Iterator[Web]:
    # The stream tells its figures one port above those of web.
    public_port, events_port, first_metrics_port, _ = free_ports(4)
    ports = {"PORT": public_port, "EVENTS_PORT": events_port, "METRICS_PORT": first_metrics_port}
    known = PRODUCTION | ports | settings
    port, metrics_port = int(str(known["PORT" if program == "web" else "EVENTS_PORT"])), int(str(known["METRICS_PORT"]))
    process = subprocess.Popen(
        [part.format(port=port) for part in command],
        cwd=PROJECT,
        env=environment(var, **known),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    web = Web(process, port, metrics_port)
    try:
        wait_until(lambda: web.answers() or process.poll() is not None, "the app answers", seconds=60)
        assert process.poll() is None, f"it ended with exit code {process.returncode}"
        yield web
    finally:
        web.client.close()
        if process.poll() is None:
            process.send_signal(signal.SIGQUIT)
            process.wait(30)


@pytest.fixture(scope="module")
def web(var_folder: Callable[[], Path]) -> Iterator[Web]:
    with serving(var_folder(), [str(TABLETALK), "web"]) as served:
        yield served


HALF_A_BODY = (
    "POST /webhooks/twilio/sms HTTP/1.1\r\nHost: tabletalk.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    "Content-Length: 1000\r\n\r\nBody=table+for"
)
HALF_A_HEAD = "GET /healthz HTTP/1.1\r\nHost: tabletalk.exam"


def half_sent(web: Web, stack: ExitStack, count: int) -> list[socket.socket]:
    texts = [HALF_A_BODY, HALF_A_HEAD] * (count // 2)
    return [stack.enter_context(web.send(text)) for text in texts]


def test_two_hundred_half_sent_requests_stop_nobody(web: Web) -> None:
    with ExitStack() as stack:
        slow = half_sent(web, stack, 400)
        assert web.answers()
        refused = web.client.post("/webhooks/twilio/sms", data={"Body": "table for 2"})
        assert refused.status_code == 403, "a whole request is looked at"
        for connection in slow[::2]:
            connection.sendall(b"+2" * 493)
        assert [connection.recv(12) for connection in slow[:20:2]] == [b"HTTP/1.1 403"] * 10, "none was given up"


def test_threads_that_wait_for_the_rest_are_stopped_by_fewer(var_folder: Callable[[], Path]) -> None:
    """The twin of the test above: with gunicorn's own threads, and no proxy in front of them."""
    gunicorn = [str(Path(sys.executable).with_name("gunicorn")), "app:create_app()", "--bind", "127.0.0.1:{port}"]
    options = ["--worker-class", "gthread", "--workers", "2", "--threads", str(THREADS), "--no-control-socket"]
    with serving(var_folder(), gunicorn + options) as web, ExitStack() as stack:
        half_sent(web, stack, 40)
        wait_until(lambda: not web.answers(2.0), "nobody is answered any more")


def test_metrics_are_on_the_internal_port_and_nothing_else_is(web: Web) -> None:
    for headers in ({}, {"Host": f"x:{web.metrics_port}"}, {"X-Forwarded-Host": f"x:{web.metrics_port}"}):
        assert web.client.get("/metrics", headers=headers).status_code == 404
    internal = f"http://127.0.0.1:{web.metrics_port}"
    assert "tabletalk_texts_refused" in httpx.get(f"{internal}/metrics", **PLAIN).text
    for path in ("/healthz", "/openapi.json", "/api/restaurants"):
        assert "tabletalk_texts_refused" in httpx.get(f"{internal}{path}", **PLAIN).text


PATHS = ("/healthz", "/nothing", "/api/nothing", "/api/restaurants", "/openapi.json", "/docs", "/docs/redoc", "/widget.js",
         "/schemas/restaurant.json", "/webhooks/twilio/sms", "/api/chat/conversations")  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_headers_that_keep_browsers_in_bounds(web: Web, path: str) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        headers = web.client.request(method, path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "default-src" in headers["Content-Security-Policy"]
        assert "Server" not in headers


def test_the_stream_of_events_keeps_to_the_same(var_folder: Callable[[], Path]) -> None:
    with serving(var_folder(), [str(TABLETALK), "events"], program="events") as events:
        for path in ("/healthz", "/nothing", "/metrics", f"/api/chat/conversations/{uuid.uuid4()}/events"):
            answer = events.client.get(path)
            assert (answer.status_code == 200) is (path == "/healthz"), path
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
            assert "default-src" in answer.headers["Content-Security-Policy"]
        internal = f"http://127.0.0.1:{events.metrics_port + 1}/metrics"
        assert "tabletalk_texts_refused" in httpx.get(internal, **PLAIN).text


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        ("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Diner-Phone: " + "1" * 20_000 + "\r\n\r\n", "431"),
        ("GET /" + "x" * 20_000 + " HTTP/1.1\r\nHost: x\r\n\r\n", "431"),
        ("POST /api/chat/conversations HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n", "413"),
        ("POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "400"),
        ("GET /healthz HTTP/1.1\r\nHost: x\r\nA\x00B: c\r\n\r\n", "400"),
    ],
    ids=["a header", "an address", "a body", "a length", "a name"],
)
def test_what_is_too_long_or_no_request_is_refused(web: Web, request_head: str, status: str) -> None:
    with web.send(request_head) as connection:
        answer = connection.recv(4096).decode()
        assert answer.split()[1] == status
        assert "nosniff" in answer
        assert "default-src 'none'" in answer
    assert web.answers()


def test_a_client_that_hangs_up_is_noticed() -> None:
    """Else an answer that nobody hears counts as said."""
    begun, over, told = Event(), Event(), SimpleQueue[bool]()

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        begun.set()
        over.wait(10)
        has_hung_up = environ["waitress.client_disconnected"]
        until = time.monotonic() + (1 if environ["PATH_INFO"] == "/waits" else 10)
        while not has_hung_up() and time.monotonic() < until:
            time.sleep(0.01)
        told.put(has_hung_up())
        start_response("204 No Content", [])
        return []

    lookahead = adjustments(LARGEST_BODY).channel_request_lookahead
    server = create_server(app, host="127.0.0.1", port=0, channel_request_lookahead=lookahead)
    Thread(target=server.run, daemon=True).start()
    try:
        for path, hangs_up in (("/waits", False), ("/leaves", True)):
            begun.clear()
            over.clear()
            connection = socket.create_connection(("127.0.0.1", server.effective_port))
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert begun.wait(20), "who hangs up before that is asked nothing"
            if hangs_up:
                connection.close()
            over.set()
            assert told.get(timeout=20) == hangs_up
            connection.close()
    finally:
        server.close()


def test_a_master_that_is_killed_is_missed_by_nobody(var_folder: Callable[[], Path]) -> None:
    """Its workers go on until another one listens, however long it takes to start."""
    with serving(var_folder(), [str(TABLETALK), "web"]) as web:
        workers = end_without_workers(web)
        over, missed, most = Event(), [0], [0.0]

        def ask() -> None:
            while not over.is_set():
                begun = time.monotonic()
                missed[0] += not web.answers(10)
                most[0] = max(most[0], time.monotonic() - begun)

        asking = Thread(target=ask)
        asking.start()
        with serving(var_folder(), [str(TABLETALK), "web"], PORT=web.port, METRICS_PORT=web.metrics_port):
            try:
                wait_until(lambda: not any(map(is_running, workers)), "the workers left behind have ended")
            finally:
                over.set()
                asking.join()
        print(f"longest without an answer: {most[0]:.2f} s")
        assert missed == [0]


def test_twin_without_the_handing_over_nobody_is_answered(var_folder: Callable[[], Path]) -> None:
    gunicorn = [str(Path(sys.executable).with_name("gunicorn")), "app:create_app()", "--bind", "127.0.0.1:{port}"]
    options = ["--worker-class", "gthread", "--threads", "2", "--no-control-socket"]
    with serving(var_folder(), gunicorn + options) as web:
        end_without_workers(web)
        wait_until(lambda: not web.answers(), "nobody is answered any more")


def end_without_workers(web: Web) -> list[psutil.Process]:
    """Kill the master, and return its workers."""
    workers = psutil.Process(web.process.pid).children()
    web.process.kill()
    web.process.wait(10)
    return workers


def is_running(process: psutil.Process) -> bool:
    """Whether it has not ended. Nobody may have asked for its exit code."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_without_another_master_the_port_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Worker, "__init__", lambda self: None)
    worker = BufferingWorker()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        worker.sockets = [SimpleNamespace(sock=listener)]
        worker.ppid = os.getppid()
        assert not worker._is_relieved(), "its master is there"
        worker.ppid = 0
        assert not worker._is_relieved(), "no other one listens"
        worker.orphaned_at = time.monotonic() - 61
        assert worker._is_relieved()


def test_it_is_known_who_else_listens_at_an_address() -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as ours:
        known = {os.fstat(ours.fileno()).st_ino}
        assert not others_listen(known)
        with socket.socket() as bound:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            bound.bind(ours.getsockname())
            assert not others_listen(known), "it does not listen yet"
            bound.listen()
            assert others_listen(known)


def test_an_address_that_is_taken_is_named_in_one_line(var_folder: Callable[[], Path]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        known = environment(var_folder(), **PRODUCTION | {"PORT": port, "METRICS_PORT": free_ports(2)[0]})
        done = subprocess.run(
            [str(TABLETALK), "web"], env=known, capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"tabletalk: 127.0.0.1:{port} cannot be had"), done.stderr
