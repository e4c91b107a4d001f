"""Housekeeping in the worker: what is too old is deleted every hour, and who asked to be forgotten is so within a minute."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from prometheus_client import Counter, Gauge

from bot.diners import Diners
from bot.retention import Retention

logger = logging.getLogger(__name__)

_EVERY = 60.0  # seconds
_TIDY_EVERY = 3600.0
TIDIED = Counter("tabletalk_tidied", "Rows deleted or cleared because of their age", ["kind"])
TIDIED_AT = Gauge("tabletalk_tidied_at_seconds", "When this process has last deleted what is too old, as Unix time")
FORGOTTEN = Counter("tabletalk_forgotten_diners", "Diners forgotten because they asked for it by text")


class Housekeeping:
    """Works in a background thread for as long as the worker runs. Several workers may do so at once."""

    def __init__(self, retention: Retention, diners: Diners) -> None:
        self._retention = retention
        self._diners = diners
        self._stopped = threading.Event()
        self._tidied_at: float | None = None
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begin at once, in a background thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the batch at hand, and wait up to 5 s for it."""
        self._stopped.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while True:
            self._try(self._forget)
            if self._tidied_at is None or time.monotonic() - self._tidied_at >= _TIDY_EVERY:
                self._try(self._tidy)
            if self._stopped.wait(_EVERY):
                return

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:  # it is tried again; a thread that ended would leave everything lying about for good
            logger.exception("housekeeping failed")

    def _forget(self) -> None:
        FORGOTTEN.inc(self._diners.forget_requested())

    def _tidy(self) -> None:
        note_tidied(self._retention.tidy(is_stopped=self._stopped.is_set))
        self._tidied_at = time.monotonic()


def note_tidied(done: Mapping[str, int]) -> None:
    """Count what was deleted, by kind."""
    for kind, count in done.items():
        TIDIED.labels(kind).inc(count)
    TIDIED_AT.set_to_current_time()
    if any(done.values()):
        logger.info("tidied: %s", ", ".join(f"{count} {kind}" for kind, count in done.items() if count))
