"""The whole service, started with `tabletalk run` and ended with Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import psutil
from redis import Redis
from sqlalchemy import Engine

from booking_engine import BookingEngine, Clock, create_database
from bot.settings import Settings
from deploy.stack.launching import launch
from deploy.stack.programs import Programs
from tests.support.http import PLAIN
from webhooks.access import read_api_keys

NOW = "2026-12-02T10:00:00-05:00"
"""Initial clock of the tests' service: a Wednesday morning in New York."""

_ENDS_WITHIN = 45.0


def wait_until(is_so: Callable[[], Any], what: str, *, seconds: float = 30.0) -> None:
    """Wait for a condition to become true.

    Raises:
        AssertionError: it did not within `seconds`.
    """
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.1)


def processes_of(var: Path) -> list[psutil.Process]:
    """Return every process that uses this data folder."""
    found = []
    for process in psutil.process_iter():
        try:
            told = process.environ().get("TABLETALK_VAR") == str(var)
            if (told or any(str(var) in part for part in process.cmdline())) and process.pid != os.getpid():
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found


@dataclass
class Stack:
    """A running service, with the addresses and secrets that it uses itself."""

    settings: Settings
    process: subprocess.Popen[str]
    log: Path

    @property
    def base_url(self) -> str:
        """URL of the service on loopback."""
        return f"http://127.0.0.1:{self.settings.port}"

    @property
    def public_url(self) -> str:
        """URL under which the service is known to the public."""
        return self.settings.public_address

    @property
    def sms_number(self) -> str:
        """Number that diners text."""
        return self.settings.twilio_number

    @property
    def auth_token(self) -> str:
        """Twilio auth token."""
        return self.settings.auth_token

    @property
    def account_sid(self) -> str:
        """Twilio account SID."""
        return self.settings.account_sid

    @property
    def api_key(self) -> str:
        """An API key that the service accepts."""
        return sorted(read_api_keys(self.settings.api_keys))[0]

    @property
    def internal_token(self) -> str:
        """Token that Rasa requires."""
        return self.settings.for_rasa.first

    @property
    def rasa_url(self) -> str:
        """URL of Rasa."""
        return self.settings.rasa_addresses[0]

    @property
    def var(self) -> Path:
        """Data folder of the service."""
        return self.settings.tabletalk_var

    @cached_property
    def database(self) -> Engine:
        """Connection pool for the service's database."""
        return create_database(self.settings.database_address, name="tests", pre_ping=True)

    @cached_property
    def redis(self) -> Redis:
        """Client of the service's Redis."""
        return Redis.from_url(self.settings.redis_address)

    @cached_property
    def engine(self) -> BookingEngine:
        """Booking engine on the service's database, with the service's clock."""
        return BookingEngine(self.database, Clock(self.settings.clock_offset))

    @cached_property
    def programs(self) -> Programs:
        """The programs that the supervisor keeps running, to stop, start and kill."""
        return Programs(self.settings.runtime_folder)

    def wait_for_another(self, name: str, pid: int) -> None:
        """Wait until the supervisor has restarted the program under another pid."""

        def is_another() -> bool:
            account = self.programs.account_of(name)
            return bool(account["statename"] == "RUNNING" and account["pid"] != pid)

        wait_until(is_another, f"{name} runs again", seconds=30)

    def is_ready(self) -> bool:
        """Return whether every part of the service is ready."""
        try:
            parts = httpx.get(f"{self.base_url}/readyz?verbose", timeout=3, **PLAIN).json()["parts"]
            return all(parts.values())
        except (httpx.HTTPError, ValueError, KeyError):
            return False

    def wait_until_ready(self) -> None:
        """Wait until the service is ready."""
        wait_until(self.is_ready, "the service can serve again", seconds=60)

    def ctrl_c(self) -> int:
        """Stop the service like Ctrl-C in a terminal, and return its exit code."""
        if "database" in self.__dict__:
            self.database.dispose()
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(_ENDS_WITHIN)


def start(var: Path, **settings: object) -> Stack:
    """Start a service with its own data folder, and wait until it says that it is up."""
    launched = launch(var, **{"TABLETALK_NOW": NOW, **settings})
    return Stack(launched.settings, launched.process, launched.log)


def end_all(stack: Stack) -> list[str]:
    """Stop the service. Return the processes it left running, which are ended too, so that one fault does not cause others."""
    if stack.process.poll() is None:
        stack.ctrl_c()
    left = processes_of(stack.var)
    names = [f"{process.pid} {' '.join(process.cmdline())[:80]}" for process in left if process.is_running()]
    for process in left:
        process.kill()
    return names
