"""What keeps Rasa's processes running, with a small server in place of Rasa. The real one is in `tests/stack/pair`."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO
from urllib.request import urlopen

import psutil
import pytest

from bot.settings import Settings
from deploy.stack.launching import free_ports
from dialogue.rasa.server.forking import ports_from_environment
from tests.support.running import wait_until

_SERVER = """
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from dialogue.rasa.server.forking import serve_on

shared = object()

class Tells(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{os.getpid()} {id(shared)}".encode())

    def log_message(self, *args):
        pass

def serve(port):
    print("start", port, flush=True)
    HTTPServer(("127.0.0.1", port), Tells).serve_forever()

print("loaded", id(shared), flush=True)
serve_on([int(port) for port in sys.argv[1:]], serve)
"""


class Served:
    """A parent that is running, and the ports of its processes."""

    def __init__(self, output: Path) -> None:
        self.ports = free_ports(2)
        self._output = output
        with output.open("w") as file:
            self.process = _start(self.ports, file)
        wait_until(lambda: all(map(self.ask, self.ports)), "somebody listens on each")

    def ask(self, port: int) -> tuple[int, int] | None:
        """Return the process id of the server, and the address of what it shares; None if nobody answers."""
        try:
            with urlopen(f"http://127.0.0.1:{port}", timeout=5) as response:
                pid, shared = response.read().split()
        except OSError:
            return None
        return int(pid), int(shared)

    def children(self) -> list[psutil.Process]:
        """Return the processes that were forked and are there."""
        return psutil.Process(self.process.pid).children()

    def lines(self) -> list[str]:
        """Return what was printed."""
        return self._output.read_text().splitlines()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    there = Served(tmp_path / "output")
    yield there
    there.process.kill()
    there.process.wait()


@pytest.mark.parametrize("processes", ["0", "1", "3"])
def test_it_listens_where_the_bot_asks(processes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """For 0, where both count the cores, too: without a port there would be nothing to wait for, and a core kept busy."""
    monkeypatch.setenv("RASA_PORT", "5005")
    monkeypatch.setenv("RASA_PROCESSES", processes)
    assert ports_from_environment() == Settings().rasa_ports


@pytest.mark.parametrize("processes", [None, ""])
def test_one_is_enough_where_nothing_is_said(processes: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RASA_PORT", "5005")
    monkeypatch.delenv("RASA_PROCESSES", raising=False)
    if processes is not None:
        monkeypatch.setenv("RASA_PROCESSES", processes)
    assert ports_from_environment() == range(5005, 5006)


def test_all_share_what_was_loaded_once(served: Served) -> None:
    answers = [served.ask(port) for port in served.ports]
    assert len({pid for pid, _ in filter(None, answers)}) == len(served.ports)
    loaded = [line for line in served.lines() if line.startswith("loaded")]
    assert [f"loaded {shared}" for _, shared in filter(None, answers)] == loaded * len(served.ports)


def test_one_that_is_killed_is_replaced_and_the_other_goes_on(served: Served) -> None:
    first, second = (served.ask(port) for port in served.ports)
    assert first
    psutil.Process(first[0]).kill()
    wait_until(lambda: served.ask(served.ports[0]) not in (None, first), "another one listens there")
    assert served.ask(served.ports[1]) == second
    assert len(served.children()) == len(served.ports)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_all_are_told_to_end_and_waited_for(served: Served, number: signal.Signals) -> None:
    children = served.children()
    served.process.send_signal(number)
    assert served.process.wait(30) == 0
    assert not any(child.is_running() for child in children)


def test_all_end_with_a_parent_that_is_killed(served: Served) -> None:
    children = served.children()
    children[0].suspend()
    served.process.kill()
    wait_until(lambda: all(map(_has_ended, children)), "all have ended, even the frozen one")


def test_one_that_cannot_listen_is_tried_again_once_a_second(served: Served, tmp_path: Path) -> None:
    """Somebody else has its port, until that is free."""
    printed, begun = tmp_path / "late", time.monotonic()
    with printed.open("w") as output:
        late = _start(served.ports[:1], output)
    try:
        wait_until(lambda: _starts(printed) > 1, "it is tried again")
        assert _starts(printed) - 1 <= time.monotonic() - begun
        served.process.terminate()
        served.process.wait(30)
        wait_until(lambda: served.ask(served.ports[0]), "it listens")
    finally:
        late.kill()
        late.wait()


def _has_ended(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _start(ports: Sequence[int], output: IO[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _SERVER, *map(str, ports)]
    return subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL, text=True)


def _starts(printed: Path) -> int:
    return printed.read_text().count("start")
