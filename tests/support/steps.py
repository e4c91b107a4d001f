"""What a computation costs, counted and not timed, so that it comes out the same on any machine."""

from __future__ import annotations

import sys
from collections.abc import Callable


def steps(compute: Callable[[], object]) -> int:
    """Return how many functions are called and left, built-in ones included. Work inside one call, of a regular expression
    for instance, counts as one: if that runs away, the test's timeout ends it.
    """
    counted = 0

    def count(*_: object) -> None:
        nonlocal counted
        counted += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        compute()
    finally:
        sys.setprofile(before)
    return counted
