"""Measure how long it takes to read messages, to recognize a language, and to find restaurants among 48, 2,170 and 20,000.

    python -m bench.reading

Prints the CPU time of the fastest of five uncached runs in milliseconds, and its ratio to that of the everyday message. Then,
for each list of restaurants in a process of its own: the median and the 95th percentile over the texts of `tests/eval/named`,
of finding restaurants and of the rest of the reading, and the memory of that process. Needs no service.
"""

from __future__ import annotations

import gc
import multiprocessing
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import psutil
from rich.console import Console
from rich.table import Table

from nlu.languages import recognise
from nlu.reading import read
from nlu.reading.places import Place, PlaceIndex, find_places
from nlu.reading.reader import read_message
from tests.eval import houses, named
from tests.nlu.test_any_text import LONG_TEXTS

EVERYDAY = "Hi, table for 4 at Marlowe's tomorrow around 7pm"
_TIMES = 5
_EVERY = 4


class Measured(NamedTuple):
    """Milliseconds of the processor for each text, and megabytes of the process without and with the index."""

    found: Sequence[float]
    read: Sequence[float]
    longest: float
    bare: float
    with_index: float


def milliseconds(compute: Callable[[], object]) -> float:
    """Return the CPU time of the fastest of five runs, each with an empty cache."""
    best = float("inf")
    for _ in range(_TIMES):
        read_message.cache_clear()
        begin = time.process_time()
        compute()
        best = min(best, time.process_time() - begin)
    return best * 1e3


def measure(places: Sequence[Place], texts: Sequence[str]) -> Measured:
    """Build an index in this process, and look for restaurants in all texts."""
    bare = _megabytes()
    index = PlaceIndex.build(places)
    finding = [milliseconds(lambda text=text: find_places(index, text)) for text in texts]  # type: ignore[misc]
    longest = max(milliseconds(lambda text=text: find_places(index, text)) for text in LONG_TEXTS.values())  # type: ignore[misc]
    with_index = _megabytes()
    reading = [milliseconds(lambda text=text: read(text)) for text in texts]  # type: ignore[misc]
    return Measured(finding, reading, longest, bare, with_index)


def main() -> None:
    """Measure everything and print two tables."""
    console = Console()
    everyday = milliseconds(lambda: read(EVERYDAY))
    measured = {"everyday message": everyday, "language of it": milliseconds(lambda: recognise(EVERYDAY))}
    for name, text in LONG_TEXTS.items():
        measured[f"longest message: {name}"] = milliseconds(lambda text=text: read(text))  # type: ignore[misc]
    table = Table("", "ms", "times the everyday message")
    for name, value in measured.items():
        table.add_row(name, f"{value:.2f}", f"{value / everyday:.1f}")
    console.print(table)
    console.print(_with_lists(console))


def _with_lists(console: Console) -> Table:
    table = Table("", title="With restaurants to be found: ms p50 / p95, MB", title_justify="left")
    lists = named.lists()
    if "real" not in lists:
        console.print(f"{houses.COLLECTION} is not there: only the sample is measured.", soft_wrap=True)
    texts = [said.text for half in named.HALVES for said in named.read_half(half)][::_EVERY]
    own = multiprocessing.get_context("spawn")
    columns = []
    for listed in lists.values():
        table.add_column(f"{len(listed.places):,}", justify="right")
        with ProcessPoolExecutor(1, mp_context=own) as alone:
            columns.append(alone.submit(measure, listed.places, texts).result())
    table.add_row("finding restaurants", *(_spread(each.found) for each in columns))
    table.add_row("reading the rest", *(_spread(each.read) for each in columns))
    together = [[sum(pair) for pair in zip(each.found, each.read, strict=True)] for each in columns]
    table.add_row("together", *map(_spread, together))
    table.add_row("finding, the slowest longest message", *(f"{each.longest:.2f}" for each in columns))
    table.add_row("process without the index, MB", *(f"{each.bare:.1f}" for each in columns))
    table.add_row("process with the index in use, MB", *(f"{each.with_index:.1f}" for each in columns))
    return table


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} / {statistics.quantiles(values, n=20)[-1]:.2f}"


def _megabytes() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss) / 1e6


if __name__ == "__main__":
    main()
