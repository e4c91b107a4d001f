"""Cost of a computation, counted instead of timed, so that it is the same on any machine."""

from __future__ import annotations

import sys
from collections.abc import Callable


def steps(compute: Callable[[], object]) -> int:
    """Return the number of function calls and returns, including built-in functions. The work inside one call, such as a
    regular expression, counts as one; if it runs away, the test's timeout ends it.
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
