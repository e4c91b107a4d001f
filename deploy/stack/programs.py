"""The programs of a service that runs on this machine, by way of its supervisor's socket."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

SOCKET = "supervisor.sock"
"""Its name in the service's runtime folder."""


class Programs:
    """Stops and starts programs by the names that `run` gives them: postgres, redis, rasa, actions, web, worker.

    Not to be shared between threads: there is one connection.
    """

    def __init__(self, runtime_folder: Path) -> None:
        transport = SupervisorTransport(None, None, f"unix://{runtime_folder / SOCKET}")
        self._supervisor: Any = ServerProxy("http://127.0.0.1", transport=transport).supervisor

    def account_of(self, name: str) -> dict[str, Any]:
        """Supervisor's account of a program: `pid`, `statename`, …"""
        account: dict[str, Any] = self._supervisor.getProcessInfo(name)
        return account

    def stop(self, name: str) -> None:
        """End a program and wait until it has ended; it stays away until it is started."""
        try:
            self._supervisor.stopProcess(name)
        except Fault as fault:
            if "NOT_RUNNING" not in fault.faultString:
                raise

    def start(self, name: str) -> None:
        """Start a program without waiting for it; one that is running already is left alone."""
        try:
            self._supervisor.startProcess(name, False)
        except Fault as fault:
            if "ALREADY_STARTED" not in fault.faultString:
                raise

    def kill(self, name: str) -> int:
        """`kill -9` of a program, which the supervisor then starts again; gives the pid that it had."""
        pid = int(self.account_of(name)["pid"])
        os.kill(pid, signal.SIGKILL)
        return pid
