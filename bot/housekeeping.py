"""Housekeeping in the worker: what is too old is deleted every hour, and who asked to be forgotten is so within a minute."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping

from prometheus_client import Counter, Gauge

from bot.background_loop import BackgroundLoop
from bot.diners import Diners
from bot.retention import Retention

logger = logging.getLogger(__name__)

_EVERY = 60.0  # seconds
_TIDY_EVERY = 3600.0
TIDIED = Counter("tabletalk_tidied", "Rows deleted or cleared because of their age", ["kind"])
TIDIED_AT = Gauge("tabletalk_tidied_at_seconds", "When this process has last deleted what is too old, as Unix time")
FORGOTTEN = Counter("tabletalk_forgotten_diners", "Diners forgotten because they asked for it by text")


class Housekeeping(BackgroundLoop):
    """Works for as long as the worker runs. Several workers may do so at once."""

    def __init__(self, retention: Retention, diners: Diners) -> None:
        super().__init__("housekeeping")
        self._retention = retention
        self._diners = diners
        self._tidied_at: float | None = None

    def once(self) -> float:
        """Forget who asked for it, and tidy once an hour. Return the seconds until the next time."""
        self.tried(self._forget)
        if self._tidied_at is None or time.monotonic() - self._tidied_at >= _TIDY_EVERY:
            self.tried(self._tidy)
        return _EVERY

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
