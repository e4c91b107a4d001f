"""A lane of the sender: claims as many texts as it can send now, sends them at once, and records what came of each.

One thread works with the database; the others of the lane only talk to the provider. So a provider that hangs holds up
nothing but the texts of its lane, and a database that hangs holds up nothing that is being sent.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine

from booking_engine import Clock, outbox
from booking_engine.outbox import OutboxMessage, Postponed
from bot.circuit_breaker import CircuitBreaker
from bot.counters import Counters, Labels
from bot.outages import is_outage
from bot.send_rate import SendRate
from bot.sender import Attempt, Provider, Routed, Sender

logger = logging.getLogger(__name__)

_POLL = 0.5  # seconds between looks while nothing is due
_LOOK_AGAIN = 0.25  # seconds between looks for more urgent texts while there are none
_GATHER = 0.01  # seconds to wait for further results, to record them together
_LEASE = timedelta(seconds=45)  # a worker that is frozen for less keeps what it has claimed
_HEARTBEAT = 10.0  # seconds
_STUCK_AFTER = 90.0  # seconds; no attempt takes so long, so the claim may go to another worker
_DRAIN = 9.0  # seconds to finish what is being sent when the worker is stopped
_PAUSES = (0.5, 1, 2, 5, 10)  # seconds after errors of the database, one after another


@dataclass
class _Flight:
    """A text that is being sent. Times are monotonic seconds."""

    begun: float
    claimed_until: float


class _Landing(NamedTuple):
    """A flight that has ended; without an attempt, its claim had run out before anything was done."""

    message_id: UUID
    attempt: Attempt | None


@dataclass
class SendingLane:
    """Sends the texts of some priorities, the first of them first, `at_once` at a time. Several workers can run in parallel.

    A third more are claimed, so that no thread waits for the database.
    """

    name: str
    priorities: Sequence[int]
    database: Engine
    sender: Sender
    clock: Clock
    rate: SendRate
    counters: Counters
    at_once: int
    worker: UUID = field(default_factory=uuid4)
    breaker: CircuitBreaker = field(default_factory=CircuitBreaker)

    def __post_init__(self) -> None:
        self._most_claimed = self.at_once + self.at_once // 3
        self._pool = ThreadPoolExecutor(self.at_once, thread_name_prefix=f"send-{self.name}")
        self._landed: SimpleQueue[_Landing] = SimpleQueue()
        self._unrecorded: list[Attempt] = []
        self._flights: dict[UUID, _Flight] = {}
        self._looked_in_vain_at: dict[int, float] = {}
        self._stopped = threading.Event()
        self._kept_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"lane-{self.name}", daemon=True)

    def start(self) -> None:
        """Start sending in background threads."""
        self._thread.start()

    def close(self) -> None:
        """Claim nothing more."""
        self._stopped.set()
        self._landed.put(_Landing(self.worker, None))  # wakes it up

    def stop(self) -> None:
        """Claim nothing more, and wait up to 9 s until what is being sent is recorded."""
        self.close()
        if self._thread.is_alive():
            self._thread.join(timeout=_DRAIN)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        failures = 0
        while self.is_busy or not self._stopped.is_set():
            try:
                self.step(_POLL)
                failures = 0
            except Exception as error:  # a lane that stopped would stay silent forever
                pause = _PAUSES[min(failures, len(_PAUSES) - 1)]
                failures += 1
                logger.log(
                    logging.WARNING if is_outage(error) else logging.ERROR,
                    "lane %s goes on in %s s: %s",
                    self.name,
                    pause,
                    type(error).__name__,
                    exc_info=not is_outage(error),
                )
                time.sleep(pause)

    @property
    def is_busy(self) -> bool:
        """Whether anything is being sent, or was sent and is not recorded yet."""
        return bool(self._flights or self._unrecorded)

    def step(self, wait: float) -> int:
        """Wait for results, for up to `wait` seconds, record them, and claim what can be sent now. Return how many were."""
        self._land(self._gather(wait))
        self._keep_claims()
        room = 0 if self._stopped.is_set() else self._room()
        if not self._unrecorded and not room:
            return 0
        try:
            routed = self._record_and_claim(room)
        except Exception as error:
            if is_outage(error) or not self._unrecorded:
                raise  # what is unrecorded is kept, and recorded when the database is back
            self._record_one_by_one()
            return 0
        self._take_off(routed)
        return len(routed)

    def _room(self) -> int:
        return self.breaker.allowance(self._most_claimed - len(self._flights), time.monotonic())

    def _record_and_claim(self, room: int) -> list[Routed]:
        """Do both in one transaction: each round trip to the database waits for its turn among the sending threads."""
        with self.database.begin() as connection:
            if self._unrecorded:
                self._store(connection, self._unrecorded)
            routed = self._claim(connection, room) if room else []
        self._count(self._unrecorded)
        self._unrecorded = []
        return routed

    def _gather(self, wait: float) -> list[_Landing]:
        try:
            landed = [self._landed.get(timeout=wait)]
        except Empty:
            return []
        time.sleep(_GATHER)
        while True:
            try:
                landed.append(self._landed.get_nowait())
            except Empty:
                return landed

    def _land(self, landed: Iterable[_Landing]) -> None:
        now = time.monotonic()
        for landing in landed:
            flight = self._flights.pop(landing.message_id, None)
            if flight is None or landing.attempt is None:
                self.breaker.forget_trial()
                continue
            self._learn(landing.attempt, flight.begun, now)
            self._unrecorded.append(landing.attempt)

    def _learn(self, attempt: Attempt, begun: float, now: float) -> None:
        was_open = self.breaker.is_open
        match attempt.provider:
            case Provider.ANSWERED:
                self.breaker.succeed()
            case Provider.SILENT:
                self.breaker.leave_unanswered(begun, now)
            case Provider.AWAY:
                self.breaker.fail(begun, now, attempt.pause)
            case Provider.NOT_ASKED:
                self.breaker.forget_trial()
        if self.breaker.is_open != was_open:
            logger.warning("lane %s: the provider is %s", self.name, "away" if self.breaker.is_open else "back")

    def _store(self, connection: Connection, attempts: Sequence[Attempt]) -> None:
        outcomes = [attempt.outcome for attempt in attempts]
        outbox.settle(connection, self.worker, outcomes, now=self.clock.now())
        self.sender.record(connection, attempts)

    def _record_one_by_one(self) -> None:
        """Record all but those that cannot be: their claims run out, and they are tried again, up to the limit."""
        while self._unrecorded:
            attempt = self._unrecorded[0]
            try:
                with self.database.begin() as connection:
                    self._store(connection, [attempt])
            except Exception as error:
                if is_outage(error):
                    raise
                logger.exception("what came of text %s cannot be recorded", attempt.routed.message.id)
            self._count(self._unrecorded[:1])
            del self._unrecorded[0]

    def _count(self, attempts: Iterable[Attempt]) -> None:
        self.counters.add(Counter[Labels](("texts", each.routed.message.kind, each.label) for each in attempts))

    def _keep_claims(self) -> None:
        now = time.monotonic()
        if not self._flights or now - self._kept_at < _HEARTBEAT:
            return
        self._kept_at = now
        ids = [message_id for message_id, flight in self._flights.items() if now - flight.begun < _STUCK_AFTER]
        with self.database.begin() as connection:
            kept = outbox.extend_claims(connection, self.worker, ids, until=self.clock.now() + _LEASE)
        for message_id in kept & self._flights.keys():
            self._flights[message_id].claimed_until = now + _LEASE.total_seconds()

    def _take_off(self, routed: Iterable[Routed]) -> None:
        now = time.monotonic()
        for each in routed:
            self.breaker.begin(now)
            self._flights[each.message.id] = _Flight(now, now + _LEASE.total_seconds())
            self._pool.submit(self._fly, each)

    def _claim(self, connection: Connection, room: int) -> list[Routed]:
        claimed: list[OutboxMessage] = []
        for priority in self._priorities_to_look_at():
            if len(claimed) == room:
                break
            found = outbox.claim_due(
                connection,
                self.worker,
                priority=priority,
                now=self.clock.now(),
                limit=room - len(claimed),
                lease=_LEASE,
            )
            if not found:
                self._looked_in_vain_at[priority] = time.monotonic()
            claimed += found
        if not claimed:
            return []
        routed = self.sender.route(connection, claimed)
        waits = {each.message.id: self._wait(each) for each in routed}
        put_off = [
            Postponed(
                message.id,
                "the number's rate",
                self.clock.now() + timedelta(seconds=waits[message.id]),
                in_doubt=message.in_doubt,
                counts=False,
            )
            for message in claimed
            if waits[message.id]
        ]
        outbox.settle(connection, self.worker, put_off, now=self.clock.now())
        return [each for each in routed if not waits[each.message.id]]

    def _priorities_to_look_at(self) -> list[int]:
        """While less urgent texts are being sent, look for more urgent ones now and then, not with each of them."""
        since = time.monotonic() - _LOOK_AGAIN
        *urgent, last = self.priorities
        return [p for p in urgent if not self._flights or self._looked_in_vain_at.get(p, since) <= since] + [last]

    def _wait(self, routed: Routed) -> float:
        return self.rate.wait(routed.from_number, is_urgent=outbox.ANSWER in self.priorities)

    def _fly(self, routed: Routed) -> None:
        self._landed.put(_Landing(routed.message.id, self._attempt(routed)))

    def _attempt(self, routed: Routed) -> Attempt | None:
        def is_ours() -> bool:
            flight = self._flights.get(routed.message.id)
            return flight is not None and time.monotonic() < flight.claimed_until

        if not is_ours():
            return None  # we were stopped for long: another worker may have taken it over
        try:
            return self.sender.attempt(routed, is_ours)
        except Exception as error:  # of any kind: a text that fails must not end its thread
            logger.exception("text %s", routed.message.id)
            return self.sender.after_fault(routed, error)
