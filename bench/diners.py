"""Diners who book tables, the same way with ours and with the stock bot, and who read what they are answered."""

from __future__ import annotations

import re
import resource
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import nan
from typing import NamedTuple, Protocol

from bench.figures import percentile
from tests.support.replies import PROMISE

Say = Callable[[str], list[str]]
"""Sends a text and returns the texts that answer it. Raises OSError or HTTPException if there is no answer."""


class Exchange(NamedTuple):
    """What a diner says, and patterns of the whole answer: ours and the stock bot's."""

    text: str
    ours: str
    stock: str


class Service(Protocol):
    """A bot that can be talked to, and the processes that it consists of."""

    name: str
    is_ours: bool

    def caller(self, number: int) -> Say:
        """Return a new connection for the diner of this number."""

    def processes(self) -> dict[str, int]:
        """Return the process id of each part; its descendants belong to it."""


BOOKING = (
    Exchange(
        "Hi, I'd like to book a table at Brasserie Tournesol",
        r"Brasserie Tournesol, .*: at what time, for 2 people\? .*",
        r"For how many people\?",
    ),
    Exchange("for 3 people", r"Brasserie Tournesol, .*, 3 people: at what time\? .*", r"For which day\?"),
    Exchange(
        "{month} {day}", r"Brasserie Tournesol, \w+, {short} {day}, 3 people: at what time\? .*", r"At what time\?"
    ),
    Exchange(
        "{hour}pm",
        r"I'm holding Brasserie Tournesol, \w+, {short} {day}, {hour}:00 PM, 3 people\. What name .*",
        r"What name is it under\?",
    ),
    Exchange(
        "Ann Lee",
        r"Booked! Brasserie Tournesol, \w+, {short} {day}, {hour}:00 PM, 3 people, for Ann Lee\. Code \w{{6,7}}\. .*",
        r"Your table is booked\.\nBrasserie Tournesol, {month} {day}, {hour}pm, party of 3, Ann Lee\.",
    ),
)
"""Five turns to a booked table."""

_KNOWN = (
    BOOKING[3]._replace(
        ours=r"Brasserie Tournesol, \w+, {short} {day}, {hour}:00 PM, 3 people, for Ann Lee\. Reply Y to book it, .*"
    ),
    BOOKING[4]._replace(text="Y"),
)
AGAIN = {
    True: (
        *BOOKING[:3],
        *_KNOWN,
        Exchange(
            "cancel my booking", r"Cancelled: Brasserie Tournesol, \w+, {short} {day}, {hour}:00 PM, 3 people\. .*", ""
        ),
    ),
    False: BOOKING,
}
"""The next booking in the same thread, by whether it is ours: the name is known, and a table is given back at once."""

_DAYS = [("December", day) for day in range(3, 31)] + [("January", day) for day in range(2, 32)]
_HOURS = (5, 7, 9)


def filled_in(exchange: Exchange, number: int) -> Exchange:
    """Return the exchange with day and hour of a booking. The numbers go through all days, then through all hours."""
    month, day = _DAYS[number % len(_DAYS)]
    hour = _HOURS[number // len(_DAYS) % len(_HOURS)]
    facts = {"month": month, "short": month[:3], "day": day, "hour": hour}
    return Exchange(*(words.format(**facts) for words in exchange))


def fault(pattern: str, answers: Sequence[str]) -> str | None:
    """Return what is wrong with the answers, or None. A promise to answer later is no answer."""
    if any(answer.startswith(PROMISE) for answer in answers):
        return "only a promise"
    said = "\n".join(answers)
    return None if re.fullmatch(pattern, said, re.DOTALL) else f"{said!r} instead of {pattern!r}"


@dataclass
class Talk:
    """What came of turns: their durations in milliseconds, and every answer that was not as it should be."""

    waits: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def converse(self, service: Service, say: Say, exchanges: Sequence[Exchange], number: int) -> None:
        """Run a conversation with day and hour of `number`, until its end or the first wrong answer."""
        for exchange in (filled_in(each, number) for each in exchanges):
            begun = time.perf_counter()
            try:
                answers = say(exchange.text)
            except Exception as error:  # whatever it was, the diner had no answer
                self.faults.append(f"{service.name}, {exchange.text!r}: {error!r}")
                return
            self.waits.append((time.perf_counter() - begun) * 1e3)
            if wrong := fault(exchange.ours if service.is_ours else exchange.stock, answers):
                self.faults.append(f"{service.name}, {exchange.text!r}: {wrong}")
                return


@dataclass(frozen=True)
class Load:
    """Whole bookings of some diners at a time. `used`: processor seconds of the diners themselves."""

    waits: list[float]
    faults: list[str]
    seconds: float
    used: float

    def __add__(self, other: Load) -> Load:
        return Load(
            self.waits + other.waits,
            self.faults + other.faults,
            self.seconds + other.seconds,
            self.used + other.used,
        )

    @property
    def turns(self) -> int:
        """Number of turns."""
        return len(self.waits)

    @property
    def rate(self) -> float:
        """Turns per second."""
        return self.turns / self.seconds

    @property
    def client(self) -> float:
        """Processor milliseconds of the diners a turn."""
        return self.used * 1e3 / self.turns if self.turns else nan

    @property
    def p50(self) -> float:
        """Median of a turn's milliseconds."""
        return percentile(self.waits or [nan], 0.50)

    @property
    def p95(self) -> float:
        """95th percentile of a turn's milliseconds."""
        return percentile(self.waits or [nan], 0.95)


def load(service: Service, diners: int, bookings: int, numbers: Iterator[int]) -> Load:
    """Let some diners at a time make so many bookings each, one after the other, each as a new diner."""
    start = threading.Barrier(diners + 1)
    mine = [[next(numbers) for _ in range(bookings)] for _ in range(diners)]

    def dine(booked: list[int]) -> Talk:
        talk = Talk()
        start.wait()
        for number in booked:
            talk.converse(service, service.caller(number), BOOKING, number)
        return talk

    with ThreadPoolExecutor(diners) as pool:
        jobs = [pool.submit(dine, booked) for booked in mine]
        start.wait()
        begun, used = time.perf_counter(), _used()
        talks = [job.result() for job in jobs]
        seconds, used = time.perf_counter() - begun, _used() - used
    waits = [wait for talk in talks for wait in talk.waits]
    return Load(waits, [wrong for talk in talks for wrong in talk.faults], seconds, used)


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
