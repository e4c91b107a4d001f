"""Measure our service beside a stock Rasa form bot: whole bookings, a long thread beside a new one, and what a turn costs.

Both run at the same time and take turns (ours, stock, ours, stock), so that other load on the machine affects both alike.
Diners say the same five texts to both, and the words of every answer are checked. See `bench/stock` for the other bot.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from math import nan
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from bench.diners import AGAIN, BOOKING, Load, Service, Talk, load
from bench.figures import Figure, Goal
from bench.services import Ours, Stock, megabytes, ours, processor_seconds, stock
from bench.statements import counted

_COUNTED = 10
"""Bookings whose statements are counted."""
_AT_8 = 8
"""Diners at a time for whom processor time is told."""


class Effort(NamedTuple):
    """How much is measured. `loads`: diners at a time, and how many bookings each of them makes in a round."""

    loads: Mapping[int, int]
    rounds: int
    threads: Mapping[str, int]
    """turns of the long thread, by service; fewer with the stock bot, each of whose turns takes longer than the one before"""
    blocks: Mapping[str, int]
    """by service: bookings in the long thread, and as many in new ones, whose processor time is compared. The system counts in
    hundredths of a second: where a turn takes a few milliseconds, it takes hundreds of turns to tell a tenth more"""


FULL = Effort(
    {1: 12, 8: 4, 16: 2, 32: 1}, rounds=3, threads={"ours": 300, "stock": 100}, blocks={"ours": 60, "stock": 6}
)
QUICK = Effort({1: 6, 8: 2, 32: 1}, rounds=1, threads={"ours": 60, "stock": 60}, blocks={"ours": 30, "stock": 2})


@dataclass
class Spent:
    """Processor seconds of each part during some turns."""

    turns: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, seconds: Mapping[str, float]) -> None:
        """Add what each part has used."""
        for part, used in seconds.items():
            self.seconds[part] = self.seconds.get(part, 0.0) + used

    def milliseconds(self, part: str | None = None) -> float:
        """Return the processor milliseconds of a turn, of one part or of all; not a number if there was no turn."""
        used = self.seconds[part] if part else sum(self.seconds.values())
        return used * 1e3 / self.turns if self.turns else nan


@dataclass
class Measured:
    """What was measured of one service.

    `statements`: by client and kind. Memory in MB, at rest and after the loads. `thread`: turns of the long one, before those
    that were measured.
    """

    loads: dict[int, Load] = field(default_factory=dict)
    spent: dict[int, Spent] = field(default_factory=dict)
    growth: dict[str, Spent] = field(default_factory=dict)
    thread: int = 0
    statements: Counter[tuple[str, str]] = field(default_factory=Counter)
    counted: int = 0
    at_rest: float = 0.0
    after: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def grown(self) -> float:
        """Rasa's processor time of a turn in the long thread, as a multiple of that in a new one."""
        return self.growth["long"].milliseconds() / self.growth["new"].milliseconds()


class Measurement:
    """Both services while they are measured."""

    def __init__(self, services: tuple[Ours, Stock], effort: Effort, console: Console) -> None:
        self.services: tuple[Service, ...] = services
        self.found = {service.name: Measured() for service in services}
        self._ours = services[0]
        self._effort = effort
        self._console = console
        self._numbers = {service.name: itertools.count() for service in services}

    def run(self) -> None:
        """Measure everything."""
        for service in self.services:
            load(service, max(self._effort.loads), 1, self._numbers[service.name])  # warms up connections and caches
            self.found[service.name].at_rest = megabytes(service.processes())
        for diners, bookings in self._effort.loads.items():
            self._console.print(f"Diners at a time: {diners} ...")
            for _ in range(self._effort.rounds):
                for service in self.services:
                    self._load(service, diners, bookings)
        for service in self.services:
            self.found[service.name].after = megabytes(service.processes())
        self._console.print(f"Long threads, turns: {dict(self._effort.threads)} ...")
        for service in self.services:
            self._grow(service)
        self._console.print("Statements ...")
        self._count()

    def _load(self, service: Service, diners: int, bookings: int) -> None:
        found = self.found[service.name]
        before = processor_seconds(service.processes())
        done = load(service, diners, bookings, self._numbers[service.name])
        used = {part: now - before[part] for part, now in processor_seconds(service.processes()).items()}
        found.loads[diners] = found.loads[diners] + done if diners in found.loads else done
        spent = found.spent.setdefault(diners, Spent())
        spent.turns += done.turns
        spent.add(used)
        found.faults += done.faults

    def _grow(self, service: Service) -> None:
        """Compare Rasa's processor time in a long thread and in new ones, block by block, with the same texts."""
        found, numbers = self.found[service.name], self._numbers[service.name]
        found.growth = {"long": Spent(), "new": Spent()}
        long = next(numbers)
        talk = _first(service, long)
        while len(talk.waits) < self._effort.threads[service.name] and not talk.faults:
            talk.converse(service, service.caller(long), AGAIN[service.is_ours], next(numbers))
        found.thread = len(talk.waits)
        found.faults += talk.faults
        for _ in range(self._effort.blocks[service.name]):
            new = next(numbers)
            found.faults += _first(service, new).faults
            for thread, diner in (("long", long), ("new", new)):
                self._block(service, found.growth[thread], diner, next(numbers))

    def _block(self, service: Service, spent: Spent, diner: int, number: int) -> None:
        talk, before = Talk(), _rasa_seconds(service)
        talk.converse(service, service.caller(diner), AGAIN[service.is_ours], number)
        spent.add({"rasa": _rasa_seconds(service) - before})
        spent.turns += len(talk.waits)
        self.found[service.name].faults += talk.faults

    def _count(self) -> None:
        found, numbers = self.found[self._ours.name], self._numbers[self._ours.name]
        with counted(self._ours.stack) as statements:
            done = load(self._ours, 1, _COUNTED, numbers)
        found.statements, found.counted = statements, done.turns
        found.faults += done.faults


def _rasa_seconds(service: Service) -> float:
    """Return the processor time of Rasa so far, of all its processes if it has several."""
    rasa = {part: pid for part, pid in service.processes().items() if part.startswith("rasa")}
    return sum(processor_seconds(rasa).values())


def _first(service: Service, number: int) -> Talk:
    """Let a new diner book once, and give the table back if it is ours: the stock bot keeps none."""
    talk = Talk()
    give_back = AGAIN[True][len(BOOKING) :] if service.is_ours else ()
    talk.converse(service, service.caller(number), (*BOOKING, *give_back), number)
    return talk


def measure(effort: Effort, folder: Path, console: Console, *, lean: bool) -> dict[str, Measured]:
    """Start both services with their data in `folder`, and measure them. `lean`: see `bench.services.stock`."""
    with ExitStack() as running:
        console.print("Starting both bots ...")
        theirs = running.enter_context(stock(folder / "stock", lean=lean))
        mine = running.enter_context(ours(folder / "ours"))
        theirs.wait_until_loaded()
        measurement = Measurement((mine, theirs), effort, console)
        measurement.run()
        return measurement.found


def figures(found: Mapping[str, Measured]) -> Iterator[list[Figure]]:
    """Return what is shown, in groups: turns a second, durations, costs."""
    mine, theirs = found["ours"], found["stock"]
    pairs = [(diners, load, theirs.loads[diners]) for diners, load in mine.loads.items()]
    yield [
        Figure(f"turns/s, {diners} at a time", our.rate, their.rate, _RATE if diners >= _AT_8 else None)
        for diners, our, their in pairs
    ]
    yield [Figure(f"p50 ms, {diners}", our.p50, their.p50, _P50.get(diners)) for diners, our, their in pairs]
    yield [Figure(f"p95 ms, {diners}", our.p95, their.p95) for diners, our, their in pairs]
    yield list(_costs(mine, theirs))


_RATE = Goal("ratio", 4.0, at_least=True)
_P50 = {1: Goal("ratio", 0.40), 8: Goal("ratio", 0.30), 32: Goal("ratio", 0.30)}


def _costs(mine: Measured, theirs: Measured) -> Iterator[Figure]:
    our, their = mine.spent[_AT_8], theirs.spent[_AT_8]
    yield Figure(f"processor ms a turn, {_AT_8} at a time", our.milliseconds(), their.milliseconds(), Goal("ours", 12))
    for part in sorted(our.seconds, key=our.milliseconds, reverse=True):
        yield Figure(f"  {part}", our.milliseconds(part), their.milliseconds(part) if part in their.seconds else None)
    yield Figure("  (the diners themselves)", mine.loads[_AT_8].client, theirs.loads[_AT_8].client)
    lengths = {"long": f"thread of {mine.thread} (stock: {theirs.thread})", "new": "new thread"}
    for thread, length in lengths.items():
        rasa = mine.growth[thread].milliseconds(), theirs.growth[thread].milliseconds()
        yield Figure(f"Rasa's ms a turn, {length}", *rasa)
    yield Figure("  long / new", mine.grown, theirs.grown, Goal("ours", 1.2))
    yield Figure("SQL statements a turn", mine.statements.total() / mine.counted, None, Goal("ours", 10))
    yield Figure("memory at rest, MB", mine.at_rest, theirs.at_rest)
    yield Figure("memory after the loads, MB", mine.after, theirs.after)


def statements_table(measured: Measured) -> Table:
    """Return the statements of a turn by client and kind, the most frequent first."""
    table = Table("client", "statement", "a turn", title="SQL statements a turn", title_justify="left")
    for (client, kind), times in measured.statements.most_common():
        table.add_row(client, kind, f"{times / measured.counted:.2f}")
    return table
