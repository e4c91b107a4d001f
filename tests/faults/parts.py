"""Parts of a service that are killed and frozen, and second ones of some, which have a supervisor of their own."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bot.settings import PROJECT
from deploy.stack.launching import TABLETALK
from deploy.stack.programs import SOCKET, Programs
from deploy.stack.supervise import Program, Supervisor, write_configuration
from tests.support.freezing import frozen
from tests.support.running import Stack, wait_until

SECOND = ("web", "worker")
"""What there are two of."""


@contextmanager
def second_ones(stack: Stack, folder: Path, web_port: int) -> Iterator[Programs]:
    """Run another web process, at this port, and another worker beside those of the service."""
    environment = psutil.Process(int(stack.programs.account_of("worker")["pid"])).environ() | {"PORT": str(web_port)}
    programs = [Program(name, [str(TABLETALK), name], True) for name in SECOND]
    write_configuration(
        folder / "supervisord.conf", programs, socket=folder / SOCKET, logs=folder / "log", folder=PROJECT
    )
    supervisor = Supervisor(folder / "supervisord.conf", folder, environment, programs)
    try:
        wait_until(lambda: _run(supervisor.programs), "the second ones run")
        yield supervisor.programs
    finally:
        supervisor.stop(20)


def _run(programs: Programs) -> bool:
    with suppress(OSError):
        return set(programs.states().values()) == {"RUNNING"}
    return False


@dataclass
class Schedule:
    """Does harm, one thing after another, in an order that depends on the seed: `parts` by their names in the table."""

    parts: Mapping[str, tuple[Programs, str] | int]
    seconds_frozen: float
    pause: float
    seed: int = 1
    done: list[tuple[str, str]] = field(default_factory=list)

    def rounds(self, seconds: float, *, kills: bool = True) -> None:
        """Freeze each part, and kill each, again and again until the time is over; one round at least."""
        until = time.monotonic() + seconds
        order = random.Random(self.seed)
        while not self.done or time.monotonic() < until:
            harm = [("frozen", part) for part in self.parts]
            harm += [("killed", part) for part, place in self.parts.items() if kills and not isinstance(place, int)]
            order.shuffle(harm)
            for what, part in harm:
                if self.done and time.monotonic() > until and len(self.done) >= len(harm):
                    return
                (self._freeze if what == "frozen" else self._kill)(part)
                self.done.append((what, part))
                time.sleep(self.pause)

    def _pid(self, part: str) -> int:
        place = self.parts[part]
        return place if isinstance(place, int) else int(place[0].account_of(place[1])["pid"])

    def _freeze(self, part: str) -> None:
        with frozen(self._pid(part)):
            time.sleep(self.seconds_frozen)

    def _kill(self, part: str) -> None:
        before = self._pid(part)
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: self._pid(part) not in (0, before), f"{part} runs again")
