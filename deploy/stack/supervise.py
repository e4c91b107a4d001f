"""Supervisor: write its configuration, start it and stop it."""

from __future__ import annotations

import ctypes
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from xmlrpc.client import Fault, ProtocolError

from deploy.stack.programs import Programs

_SET_PARENT_DEATH_SIGNAL = 1  # linux/prctl.h PR_SET_PDEATHSIG
_SET_CHILD_SUBREAPER = 36  # linux/prctl.h PR_SET_CHILD_SUBREAPER


@dataclass(frozen=True)
class Program:
    """A process to keep running. `starts_at_once` is false for those that need a migrated database."""

    name: str
    arguments: list[str]
    starts_at_once: bool = False
    user: str | None = None
    stop_signal: str = "TERM"
    stop_seconds: int = 15


def write_configuration(path: Path, programs: list[Program], *, socket: Path, logs: Path, folder: Path) -> None:
    """Write supervisord's configuration file."""
    logs.mkdir(parents=True, exist_ok=True)
    general = [
        "[unix_http_server]",
        f"file={socket}",
        "chmod=0700",
        "[supervisord]",
        "nodaemon=true",
        "silent=true",
        f"logfile={logs / 'supervisord.log'}",
        f"pidfile={path.with_suffix('.pid')}",
        *(["user=root"] if os.geteuid() == 0 else []),
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface",
    ]
    path.write_text("\n".join([*general, *(_section(program, logs, folder) for program in programs)]) + "\n")


def _section(program: Program, logs: Path, folder: Path) -> str:
    lines = [
        f"[program:{program.name}]",
        "command=" + shlex.join(program.arguments).replace("%", "%%"),
        f"directory={folder}",
        f"autostart={str(program.starts_at_once).lower()}",
        "autorestart=true",
        "startsecs=1",
        "startretries=1000000",
        f"stopsignal={program.stop_signal}",
        f"stopwaitsecs={program.stop_seconds}",
        "killasgroup=true",
        "redirect_stderr=true",
        f"stdout_logfile={logs / program.name}.log",
        "stdout_logfile_maxbytes=20MB",
        "stdout_logfile_backups=2",
    ]
    if program.user:
        lines.append(f"user={program.user}")
    return "\n".join(lines)


def adopt_orphans() -> None:
    """Make the calling process the parent of its descendants whose parents end, so that it can end them and wait for them."""
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_with_parent(number: signal.Signals) -> None:
    """Make the calling (new) process receive a signal when its parent thread ends, even through `kill -9`."""
    ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, number, 0, 0, 0)


def _become_supervisord() -> None:
    end_with_parent(signal.SIGTERM)
    adopt_orphans()  # it waits for every child; what is left of a program that was killed would otherwise be zombies of ours
    os.setpgrp()  # Ctrl-C reaches only us; we stop supervisord ourselves


class Supervisor:
    """A running supervisord."""

    def __init__(
        self, configuration: Path, runtime_folder: Path, environment: Mapping[str, str], programs: list[Program]
    ) -> None:
        self._dependents = frozenset(program.name for program in programs if not program.starts_at_once)
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(configuration)],
            env=dict(environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_become_supervisord,  # noqa: PLW1509 - no threads yet
        )
        self.programs = Programs(runtime_folder)

    def exit_code(self) -> int | None:
        """Return supervisord's exit code, or None while it is running."""
        return self._process.poll()

    def wait(self) -> int:
        """Wait until supervisord ends, and return its exit code."""
        return self._process.wait()

    def stop(self, seconds: float) -> None:
        """Stop supervisord and all its programs.

        Supervisord stops programs one after another. To save time, stop all programs that use the servers at once, and
        only then the servers.
        """
        if self._process.poll() is None:
            with suppress(OSError, Fault, ProtocolError):
                for name in self._dependents:
                    self.programs.stop(name, wait=False)
                deadline = time.monotonic() + seconds
                while time.monotonic() < deadline and any(
                    state in ("RUNNING", "STARTING", "STOPPING", "BACKOFF")
                    for name, state in self.programs.states().items()
                    if name in self._dependents
                ):
                    time.sleep(0.05)
                for name in self.programs.states():
                    self.programs.stop(name, wait=False)
            self._process.terminate()
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
