"""Work that is done again and again in a background thread, for as long as the process runs."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable

logger = logging.getLogger(__name__)

_ENDS_WITHIN = 5.0  # seconds


class BackgroundLoop(ABC):
    """Calls `once` in a thread of its own, until it is stopped."""

    def __init__(self, name: str) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin at once, in a background thread."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more, and wait up to 5 s for what is being done."""
        self._stopped.set()
        self._thread.join(timeout=_ENDS_WITHIN)

    def _run(self) -> None:
        pause = 0.0
        while not self._stopped.wait(pause):
            pause = self.once()

    @abstractmethod
    def once(self) -> float:
        """Do the work. Return the seconds until it is to be done again."""

    def tried(self, work: Callable[[], None]) -> bool:
        """Do a part of the work, and return whether it went well. What goes wrong in one part stops nothing in the others."""
        try:
            work()
        except Exception:  # a thread that ended would stay silent for good
            logger.exception("%s failed (%s)", self._thread.name, work.__name__)
            return False
        return True
