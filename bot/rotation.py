"""Several addresses of one service, used one after the other; what does not answer is left out for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import count

_LEFT_OUT_SECONDS = 5.0
"""As long as it takes to start such a process again, about. Whoever then asks it first waits for its share of the time."""


class Rotation:
    """Safe to share between threads."""

    def __init__(self, addresses: Sequence[str], *, now: Callable[[], float] = time.monotonic) -> None:
        self._addresses = tuple(addresses)
        self._turns = count()
        self._left_out_until = dict.fromkeys(self._addresses, 0.0)
        self._now = now

    def in_turn(self) -> list[str]:
        """Return all addresses in the order in which to try them: another one first each time, those left out last."""
        first = next(self._turns) % len(self._addresses)
        rotated = [*self._addresses[first:], *self._addresses[:first]]
        now = self._now()
        return sorted(rotated, key=lambda address: self._left_out_until[address] > now)

    def leave_out(self, address: str) -> None:
        """Try this one last for some seconds."""
        self._left_out_until[address] = self._now() + _LEFT_OUT_SECONDS
