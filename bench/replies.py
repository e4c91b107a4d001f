"""Measure how long a diner waits for a reply: whole conversations through signed webhooks, compared with two floors.

Run it with ``make bench``. It starts a separate service, lets 1, 8 and 32 diners at a time book, move and cancel, and prints
milliseconds per reply, replies per second, and the ratio of a reply to the two floors measured in the same run: an empty
request to the same web process, and the reading alone (Rasa's ``/model/parse``).
"""

from __future__ import annotations

import itertools
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table
from twilio.request_validator import RequestValidator

from tests.support import running
from tests.support.phone import Phone
from tests.support.running import Stack

CONVERSATION = (
    "Hi, table for 2 at Brasserie Tournesol on {day} at {hour}pm",
    "Ann Lee",
    "what have I booked?",
    "can we move it half an hour later?",
    "cancel my booking",
)
DAYS = [f"December {day}" for day in range(3, 24)]
HOURS = (5, 6, 7, 8)
_ROUNDS = 40  # conversations for each number of diners
_WARM_UP = 3


def timed(act: Callable[[], object]) -> float:
    """Return the milliseconds that a call takes."""
    begin = time.perf_counter()
    act()
    return (time.perf_counter() - begin) * 1e3


def converse(stack: Stack, client: httpx.Client, number: int) -> list[float]:
    """Run one diner's conversation from booking to cancellation, and return the milliseconds of each reply."""
    day, hour = DAYS[number % len(DAYS)], HOURS[number // len(DAYS) % len(HOURS)]
    phone = Phone(stack, f"+1617556{number:04d}", stack.sms_number)
    url = f"{stack.public_url}/webhooks/twilio/sms"
    sign = RequestValidator(stack.auth_token).compute_signature
    waits = []
    for words in CONVERSATION:
        form = phone.form(words.format(day=day, hour=hour))
        headers = {"X-Twilio-Signature": sign(url, form)}
        begin = time.perf_counter()
        response = client.post(url, data=form, headers=headers)
        waits.append((time.perf_counter() - begin) * 1e3)
        response.raise_for_status()
    return waits


def floors(stack: Stack, client: httpx.Client, repeats: int) -> dict[str, list[float]]:
    """Measure both floors alternately, so that other load on the machine affects both alike."""
    web: list[float] = []
    reading: list[float] = []
    body = {"text": CONVERSATION[0].format(day=DAYS[0], hour=7)}
    address = f"{stack.rasa_url}/model/parse?token={stack.internal_token}"
    for _ in range(repeats):
        web.append(timed(lambda: client.get(stack.base_url + "/healthz")))
        reading.append(timed(lambda: client.post(address, json=body)))
    return {"empty request": web, "reading alone": reading}


def percentile(values: list[float], share: float) -> float:
    """Return the percentile (`share` from 0 to 1) of the values."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main() -> None:
    """Run the benchmark and print one table."""
    console = Console()
    folder = Path(tempfile.mkdtemp(prefix="ttb-"))
    console.print("Starting a service ...")
    stack = running.start(folder)
    client = httpx.Client(trust_env=False, timeout=30, limits=httpx.Limits(max_connections=64))
    try:
        numbers = itertools.count()
        for _ in range(_WARM_UP):
            converse(stack, client, next(numbers))
        table = Table("", "p50 ms", "p95 ms", "replies/s", "p50 / empty request", "p50 / reading alone")
        floor = floors(stack, client, 100)
        middle = {name: statistics.median(values) for name, values in floor.items()}
        for name, values in floor.items():
            table.add_row(name, f"{middle[name]:.1f}", f"{percentile(values, 0.95):.1f}", "", "", "")
        for diners in (1, 8, 32):
            begin = time.perf_counter()
            with ThreadPoolExecutor(diners) as pool:
                jobs = [pool.submit(converse, stack, client, next(numbers)) for _ in range(_ROUNDS)]
                waits = [wait for job in jobs for wait in job.result()]
            rate = len(waits) / (time.perf_counter() - begin)
            p50 = statistics.median(waits)
            table.add_row(
                f"reply, {diners} diners at a time",
                f"{p50:.1f}",
                f"{percentile(waits, 0.95):.1f}",
                f"{rate:.0f}",
                f"{p50 / middle['empty request']:.1f}",
                f"{p50 / middle['reading alone']:.1f}",
            )
        console.print(table)
    finally:
        left = running.end_all(stack)
        assert not left, left


if __name__ == "__main__":
    main()
