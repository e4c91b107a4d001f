"""How the processes that serve diners treat their memory."""

from __future__ import annotations

import gc

_YOUNG = 20_000  # objects; Python's own 700 are fewer than one command makes


def collect_rarely() -> None:
    """Let Python look for cycles of dead objects seldom, and never among what is there now.

    A command makes thousands of short-lived objects, which go as soon as nobody names them; looking through them for
    cycles again and again costs a tenth of its time. To be called once a process has loaded what it keeps: what is
    frozen before a fork stays shared with the children, too.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)
