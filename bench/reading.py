"""Measure how long it takes to read an everyday message and the longest possible ones, and to recognize a language.

    python -m bench.reading

Prints the CPU time of the fastest of five uncached runs in milliseconds, and its ratio to that of the everyday message.
Needs no service.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from nlu.languages import recognise
from nlu.reading import read
from nlu.reading.reader import read_message
from tests.nlu.test_any_text import LONG_TEXTS

EVERYDAY = "Hi, table for 4 at Marlowe's tomorrow around 7pm"
_TIMES = 5


def milliseconds(compute: Callable[[], object]) -> float:
    """Return the CPU time of the fastest of five runs, each with an empty cache."""
    best = float("inf")
    for _ in range(_TIMES):
        read_message.cache_clear()
        begin = time.process_time()
        compute()
        best = min(best, time.process_time() - begin)
    return best * 1e3


def main() -> None:
    """Measure everything and print one table."""
    everyday = milliseconds(lambda: read(EVERYDAY))
    measured = {"everyday message": everyday, "language of it": milliseconds(lambda: recognise(EVERYDAY))}
    for name, text in LONG_TEXTS.items():
        measured[f"longest message: {name}"] = milliseconds(lambda text=text: read(text))  # type: ignore[misc]
    table = Table("", "ms", "times the everyday message")
    for name, value in measured.items():
        table.add_row(name, f"{value:.2f}", f"{value / everyday:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
