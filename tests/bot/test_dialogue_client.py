"""The way to Rasa: connections are kept and renewed, several threads share a client, and what failed is told apart."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bot.conversations import sms_thread
from bot.dialogue_client import DialogueClient, DialogueUnavailable, NoAnswerInTime
from bot.messages import Answer, Inbound

THREAD = sms_thread("+16175550100", "+16175550199")
CAME_AT = datetime(2026, 12, 1, 16, tzinfo=timezone.utc)


class Server(ThreadingHTTPServer):
    """Has room for all who connect at once, however slow the machine is."""

    request_queue_size = 64


class Process:
    """A server in Rasa's place that answers with what it was told; some texts make it misbehave."""

    def __init__(self) -> None:
        self.callers: list[Any] = []
        self.told: list[Any] = []
        self.let_go = threading.Event()
        process = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.answer(200, {"ready": True})

            def do_POST(self) -> None:
                turn = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                process.callers.append(self.client_address)
                process.told.append(turn["metadata"]["as_of"])
                if turn["message"] == "hang":
                    process.let_go.wait(30)
                said = [{"text": f"{turn['message']} {self.headers['Authorization']}"}]
                self.answer(
                    503 if turn["message"] == "start" else 200,
                    {"messages": said, "left": None, "dialogue": turn["dialogue"], "traces": []},
                )
                self.close_connection = turn["message"] == "hang up"  # without a word of it

            def answer(self, status: int, document: Any) -> None:
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def process() -> Iterator[Process]:
    """A process that takes turns."""
    process = Process()
    yield process
    process.let_go.set()
    process.server.shutdown()


def ask(client: DialogueClient, text: str, seconds: float = 30.0) -> Answer:
    """Take a turn with this text."""
    message = Inbound(THREAD.id, "SM1", text)
    return client.take_turn(
        THREAD, message, text, state={"is": text}, came_at=CAME_AT, is_retried=False, seconds=seconds
    )


def test_a_connection_is_kept_and_replaced_when_it_was_closed(process: Process) -> None:
    client = DialogueClient([process.address], "t")
    assert client.is_ready()
    told = [ask(client, "one"), ask(client, "two"), ask(client, "hang up"), ask(client, "three")]
    assert [answer.said[0].text for answer in told] == [
        f"{text} Bearer t" for text in ("one", "two", "hang up", "three")
    ]
    assert told[-1].state == {"is": "three"}
    assert len(set(process.callers[:3])) == 1
    assert process.callers[3] != process.callers[2]


def test_the_next_process_is_told_when_a_message_came_that_the_first_may_have_dealt_with(process: Process) -> None:
    other = Process()
    client = DialogueClient([process.address, other.address], "t")
    with pytest.raises(DialogueUnavailable):
        ask(client, "start")
    other.server.shutdown()
    assert sorted([*process.told, *other.told], key=str) == [CAME_AT.isoformat(), None]


def test_threads_share_a_client(process: Process) -> None:
    client, together = DialogueClient([process.address], "t"), threading.Barrier(8)

    def talk(thread: int) -> list[str]:
        together.wait(30)
        return [ask(client, f"{thread}, {n}").said[0].text for n in range(20)]

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(talk, range(8)))
    assert told == [[f"{thread}, {n} Bearer t" for n in range(20)] for thread in range(8)]
    assert len(set(process.callers)) == 8


def test_a_process_that_is_silent_had_the_message_and_one_that_is_not_there_had_not(process: Process) -> None:
    with pytest.raises(NoAnswerInTime):
        ask(DialogueClient([process.address], "t"), "hang", seconds=0.5)
    with pytest.raises(DialogueUnavailable):
        ask(DialogueClient(["http://127.0.0.1:1"], "t"), "hi")
    with pytest.raises(DialogueUnavailable):
        ask(DialogueClient([process.address], "t"), "start")
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        waiting = [socket.socket() for _ in range(4)]  # takes no more connections, and does not say so
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        client = DialogueClient([f"http://127.0.0.1:{full.getsockname()[1]}"], "t")
        with pytest.raises(DialogueUnavailable):
            ask(client, "hi", seconds=0.5)
        for one in waiting:
            one.close()


def test_what_one_process_does_not_answer_another_does(process: Process) -> None:
    client = DialogueClient(["http://127.0.0.1:1", process.address], "t")
    assert [ask(client, text).said[0].text for text in "abc"] == [f"{text} Bearer t" for text in "abc"]
