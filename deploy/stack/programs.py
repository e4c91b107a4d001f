"""The programs of a service that runs on this machine, by way of its supervisor's socket."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import Faults, SupervisorTransport

SOCKET = "supervisor.sock"
"""Its name in the service's runtime folder."""


class Programs:
    """Stops and starts programs by the names that `run` gives them: postgres, redis, rasa, actions, web, events, worker.

    Every method raises OSError where no supervisor listens, and xmlrpc.client.Fault when it has no program of that name.
    Safe to share between threads.
    """

    def __init__(self, runtime_folder: Path) -> None:
        self._address = f"unix://{runtime_folder / SOCKET}"

    def states(self) -> dict[str, str]:
        """In what state each program is, in supervisor's words: RUNNING, STOPPED, …"""
        with self._supervisor() as supervisor:
            return {row["name"]: row["statename"] for row in supervisor.getAllProcessInfo()}

    def account_of(self, name: str) -> dict[str, Any]:
        """Supervisor's account of a program: `pid`, `statename`, …"""
        with self._supervisor() as supervisor:
            account: dict[str, Any] = supervisor.getProcessInfo(name)
        return account

    def stop(self, name: str, *, wait: bool = True) -> None:
        """End a program, which stays away until it is started; `wait` until it has ended."""
        with self._supervisor() as supervisor, _tolerating(Faults.NOT_RUNNING):
            supervisor.stopProcess(name, wait)

    def start(self, name: str) -> None:
        """Start a program without waiting for it; one that is running already is left alone."""
        with self._supervisor() as supervisor, _tolerating(Faults.ALREADY_STARTED):
            supervisor.startProcess(name, False)

    def kill(self, name: str) -> int:
        """`kill -9` of a program, which the supervisor then starts again; gives the pid that it had."""
        pid = int(self.account_of(name)["pid"])
        os.kill(pid, signal.SIGKILL)
        return pid

    @contextmanager
    def _supervisor(self) -> Iterator[Any]:
        """A connection of its own for each call: the client library's are not to be shared."""
        transport = SupervisorTransport(None, None, self._address)
        try:
            yield ServerProxy("http://127.0.0.1", transport=transport).supervisor
        finally:
            transport.close()


@contextmanager
def _tolerating(code: int) -> Iterator[None]:
    try:
        yield
    except Fault as fault:
        if fault.faultCode != code:
            raise
