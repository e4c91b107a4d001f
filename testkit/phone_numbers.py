"""Unused phone numbers from the range reserved for fiction (555-0100 to 555-0199), each drawn once."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable

_TRIES = 300
# Area codes of the East, like most sample restaurants. Those that the project's other tests use are left out.
_AREAS = re.findall(
    r"\d+",
    """
    412 413 434 440 443 470 475 484 502 508 513 516 518 540 551 561 570 571 585 603 606 607 609 610 614 631 646
    678 703 704 706 716 717 718 724 727 732 740 754 757 770 772 774 781 786 802 803 804 813 828 843 845 848 856 857
    859 860 862 863 864 904 910 912 914 917 937 941 954 973 978 980
    """,
)


class NumbersExhausted(Exception):
    """No number of that pattern is left: the service has met them all. A service with fresh data has not."""


class Numbers:
    """Draws each number at most once. Safe to share between threads."""

    def __init__(self, is_known: Callable[[str], bool]) -> None:
        """`is_known`: whether the service has seen the number before."""
        self._is_known = is_known
        self._drawn: set[str] = set()
        self._lock = threading.Lock()

    def draw(self, pattern: str | None = None) -> str:
        """Return an unused number. `pattern`: E.164, where each x becomes a random digit.

        A pattern without an x is returned as is, even if the number has been used.

        Raises:
            NumbersExhausted: no unused number was found.
        """
        if pattern is not None and "x" not in pattern:
            return pattern
        for _ in range(_TRIES):
            number = _random_number(pattern)
            with self._lock:
                if number in self._drawn:
                    continue
                self._drawn.add(number)
            if not self._is_known(number):
                return number
        raise NumbersExhausted(f"{NumbersExhausted.__doc__} ({pattern or 'default pattern'})")


def _random_number(pattern: str | None) -> str:
    pattern = pattern or f"+1{random.choice(_AREAS)}55501xx"  # noqa: S311 - no secret
    return re.sub("x", lambda _: str(random.randrange(10)), pattern)  # noqa: S311
