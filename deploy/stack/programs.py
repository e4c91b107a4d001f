"""Control the programs of a service on this machine through its supervisor's socket."""

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
"""Name of the socket in the service's runtime folder."""


class Programs:
    """Stops and starts programs by name: postgres, redis, rasa, actions, web, events, worker.

    Every method raises OSError if no supervisor is listening, and xmlrpc.client.Fault if it has no program of that name.
    Safe to share between threads.
    """

    def __init__(self, runtime_folder: Path) -> None:
        self._address = f"unix://{runtime_folder / SOCKET}"

    def states(self) -> dict[str, str]:
        """Return the state of each program in supervisor's terms: RUNNING, STOPPED, …"""
        with self._supervisor() as supervisor:
            return {row["name"]: row["statename"] for row in supervisor.getAllProcessInfo()}

    def account_of(self, name: str) -> dict[str, Any]:
        """Return supervisor's information about a program: `pid`, `statename`, …"""
        with self._supervisor() as supervisor:
            account: dict[str, Any] = supervisor.getProcessInfo(name)
        return account

    def stop(self, name: str, *, wait: bool = True) -> None:
        """Stop a program until it is started again. `wait`: return only once it has ended."""
        with self._supervisor() as supervisor, _tolerating(Faults.NOT_RUNNING):
            supervisor.stopProcess(name, wait)

    def start(self, name: str) -> None:
        """Start a program unless it is running, without waiting for it."""
        with self._supervisor() as supervisor, _tolerating(Faults.ALREADY_STARTED):
            supervisor.startProcess(name, False)

    def kill(self, name: str) -> int:
        """Kill a program and its processes with `kill -9`, and return its former pid. The supervisor restarts it.

        PostgreSQL's processes, which have groups of their own, end by themselves.
        """
        pid = int(self.account_of(name)["pid"])
        os.killpg(pid, signal.SIGKILL)
        return pid

    @contextmanager
    def _supervisor(self) -> Iterator[Any]:
        """Open a connection for one call, since the client library's connections cannot be shared between threads."""
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
