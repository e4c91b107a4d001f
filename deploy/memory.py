"""Garbage collector settings of the processes that serve diners."""

from __future__ import annotations

import gc

_THRESHOLD = 20_000  # new objects between collections; one command creates more than Python's default of 700


def collect_rarely() -> None:
    """Run the cyclic garbage collector rarely, and never on the objects that exist now.

    A command creates thousands of short-lived objects, which reference counting frees. Scanning them for cycles again and
    again costs a tenth of its time. Call this once a process has loaded what it keeps. Memory that is frozen before a fork
    also stays shared with the children.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_THRESHOLD, 20, 20)
