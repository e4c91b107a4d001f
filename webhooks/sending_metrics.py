"""Metrics of the texts that we owe: what the workers have counted, and what waits. Every process shows the same figures."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Engine

from booking_engine import Clock, outbox
from bot.counters import Counters, Labels
from bot.outages import is_outage

logger = logging.getLogger(__name__)

_LANE_OF = {outbox.ANSWER: "answers", outbox.CONFIRMATION: "confirmations", outbox.REMINDER: "reminders"}
_COUNTERS = {
    "texts": ("What came of attempts to send a text", ("kind", "outcome")),
    "deliveries_failed": ("Texts that the provider took and did not deliver", ("code", "consequence")),
    "messages_put_aside": ("Incoming texts that could not be stored", ()),
}


class SendingMetrics(Collector):
    """Shows what is known: without Redis no counters, without the database no gauges."""

    def __init__(self, database: Engine, counters: Counters, clock: Clock) -> None:
        self._database = database
        self._counters = counters
        self._clock = clock

    def describe(self) -> Iterator[Metric]:
        """Describe nothing, so that registering asks neither Redis nor the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        yield from _families(self._counters.read() or {})
        try:
            with self._database.connect() as connection:
                waiting = outbox.waiting(connection, now=self._clock.now())
        except Exception as error:
            if not is_outage(error):
                raise
            logger.warning("what waits cannot be shown: %s", type(error).__name__)
            return
        due = GaugeMetricFamily("tabletalk_outbox_due", "Texts that are due and not sent", labels=["lane"])
        age = GaugeMetricFamily(
            "tabletalk_outbox_oldest_seconds", "For how long the oldest of them is due", labels=["lane"]
        )
        for priority, lane in _LANE_OF.items():
            count, seconds = waiting.due.get(priority, (0, 0.0))
            due.add_metric([lane], count)
            age.add_metric([lane], seconds)
        dead = GaugeMetricFamily("tabletalk_outbox_dead_letters", "Texts that failed for good and wait for somebody")
        dead.add_metric([], waiting.dead_letters)
        yield from (due, age, dead)


def _families(counts: dict[Labels, int]) -> Iterator[Metric]:
    for name, (what, labels) in _COUNTERS.items():
        family = CounterMetricFamily(f"tabletalk_{name}", what, labels=labels)
        for (counter, *values), count in sorted(counts.items()):
            if counter == name and len(values) == len(labels):
                family.add_metric(values, count)
        yield family
