"""Several processes that share what one has loaded: a parent forks them, and forks another when one ends."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from types import FrameType

_PAUSE = 1.0  # seconds between two starts on one port, of a process that cannot listen there, say
_SET_PARENT_DEATH_SIGNAL = 1  # linux/prctl.h PR_SET_PDEATHSIG
_fork = multiprocessing.get_context("fork").Process


def ports_from_environment() -> range:
    """Return the ports that RASA_PORT and RASA_PROCESSES tell: one if that is not set, and for 0 one for every two cores.

    The service's settings, which this process does not share, tell the bot the same (`Settings.rasa_ports`).
    """
    first, count = int(os.environ["RASA_PORT"]), int(os.environ.get("RASA_PROCESSES") or 1)
    return range(first, first + (count or max(1, (os.cpu_count() or 1) // 2)))


def serve_on(ports: Sequence[int], serve: Callable[[int], None]) -> None:
    """Keep a process for each port that runs `serve` with it, until this one receives SIGTERM or SIGINT.

    The processes are then sent SIGTERM, and waited for. If this one is killed outright, so are they, and the ports are free.
    Call this in a process without threads or an event loop, once it has loaded all that the others are to share.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    gc.collect()
    gc.freeze()  # no collection writes to these objects any more, so their memory stays shared
    running: dict[int, ForkProcess] = {}
    started: dict[int, float] = {}
    while True:
        for port in [port for port in ports if port not in running]:
            time.sleep(max(0.0, started.get(port, 0.0) + _PAUSE - time.monotonic()))
            started[port] = time.monotonic()
            # As a daemon: when this process exits, it is told to end, and waited for.
            running[port] = _fork(target=_run, args=(os.getpid(), serve, port), daemon=True)
            running[port].start()
        wait([process.sentinel for process in running.values()])
        running = {port: process for port, process in running.items() if process.is_alive()}


def _end(number: int, frame: FrameType | None) -> None:
    for ignored in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ignored, signal.SIG_IGN)
    sys.exit(0)


def _run(parent: int, serve: Callable[[int], None], port: int) -> None:
    ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() == parent:  # else it has died before it was watched
        serve(port)
