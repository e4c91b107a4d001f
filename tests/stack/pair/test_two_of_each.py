"""Turns of one conversation go to whichever process is there: two web processes, two Rasas, PgBouncer before one of them."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, cycle
from typing import Any

import httpx
import psutil

from deploy.stack.launching import TABLETALK, free_ports
from tests.support import replies
from tests.support.freezing import frozen
from tests.support.http import PLAIN
from tests.support.pgbouncer import pgbouncer
from tests.support.phone import LATE, TWILIO_WAITS
from tests.support.running import Stack, wait_until

_PHONES = count()


@contextmanager
def second_web(stack: Stack, database_url: str) -> Iterator[str]:
    """Run another web process, whose database is behind a pooler. Yield its base URL."""
    [port] = free_ports(1)
    environment = psutil.Process(int(stack.programs.account_of("web")["pid"])).environ()
    environment |= {"PORT": str(port), "DATABASE_URL": database_url, "DATABASE_POOLER": "transaction"}
    process = subprocess.Popen([str(TABLETALK), "web"], env=environment, start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _is_ready(url), "the second web process is ready", seconds=90)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)


def _is_ready(url: str) -> bool:
    try:
        return all(httpx.get(f"{url}/readyz?verbose", timeout=3, **PLAIN).json()["parts"].values())
    except (httpx.HTTPError, ValueError, KeyError):
        return False


class Visitor:
    """A chat whose messages go to several addresses in turn."""

    def __init__(self, stack: Stack, *urls: str) -> None:
        opened = httpx.post(
            f"{urls[0]}/api/chat/conversations",
            json={"phone": f"+1201555{next(_PHONES):04}"},  # never one that is known by name
            headers={"Authorization": f"Bearer {stack.api_key}"},
            timeout=15,
            **PLAIN,
        )
        told = opened.raise_for_status().json()
        self._urls = cycle(urls)
        self._path = f"/api/chat/conversations/{told['conversation_id']}/messages"
        self._headers = {"Authorization": f"Bearer {told['token']}"}

    def say(self, text: str) -> str:
        """Send a message and return the answer's words; where it was promised for later, when it has come.

        Everybody gets a word in time, whatever becomes of the processes.
        """
        known = len(self.answers())
        begin = time.monotonic()
        headers = {**self._headers, "Idempotency-Key": secrets.token_hex(8)}
        url = next(self._urls)
        response = httpx.post(url + self._path, json={"text": text}, headers=headers, timeout=30, **PLAIN)
        assert time.monotonic() - begin < TWILIO_WAITS
        told: dict[str, Any] = response.raise_for_status().json()
        if told["messages"][0]["text"].startswith(replies.PROMISE):
            wait_until(lambda: len(self.answers()) > known, "what was promised is answered", seconds=LATE)
            return " ".join(self.answers()[known:])
        return " ".join(message["text"] for message in told["messages"])

    def answers(self) -> list[str]:
        """Return what we have said after the greeting, promises aside."""
        thread = httpx.get(next(self._urls) + self._path, headers=self._headers, timeout=30, **PLAIN).json()
        lines = [line["text"] for line in thread["messages"][1:] if line["direction"] == "out"]
        return [line for line in lines if not line.startswith(replies.PROMISE)]


BOOKING = (
    ("table for 2 at Brasserie Tournesol on friday at {time}", "I'm holding Brasserie Tournesol, Fri, Dec 4"),
    ("is there parking?", "Garage"),
    ("Ana Lima", "Booked!"),
    ("make it 3 people", "3 people"),
    ("what have I booked?", "3 people"),
    ("cancel it", "Cancelled"),
)


def assert_said_once(visitor: Visitor) -> None:
    """Assert that each message was answered once: no two of these answers are the same."""
    answers = visitor.answers()
    assert len(answers) >= len(BOOKING)
    assert len(set(answers)) == len(answers), answers


def test_turns_alternate_between_all_of_them(pair: Stack) -> None:
    with pgbouncer(pair) as address, second_web(pair, address) as other:
        for visitor, at in ((Visitor(pair, pair.base_url, other), "5pm"), (Visitor(pair, other, pair.base_url), "9pm")):
            for said, expected in BOOKING:
                assert expected in visitor.say(said.format(time=at)), said


def test_a_rasa_that_is_killed_is_missed_by_nobody(pair: Stack) -> None:
    visitor = Visitor(pair, pair.base_url)
    killed = {1: pair.settings.rasa_ports[0], 3: pair.settings.rasa_ports[1]}
    for place, (said, expected) in enumerate(BOOKING):
        if place in killed:
            _rasa_on(pair, killed[place]).kill()
        assert expected in visitor.say(said.format(time="6pm")), said
        wait_until(lambda: _all_ready(pair), "both are ready again", seconds=90)
    assert_said_once(visitor)


def test_another_rasa_is_forked_without_loading_the_model_again(pair: Stack) -> None:
    parent = _rasas_parent(pair)
    loaded = sum(parent.cpu_times()[:2])
    for port in pair.settings.rasa_ports:
        killed = _rasa_on(pair, port)
        killed.kill()
        killed.wait(30)
    wait_until(lambda: _all_ready(pair), "both are ready again", seconds=90)
    assert _rasas_parent(pair).pid == parent.pid
    forked = parent.children()
    assert len(forked) == len(pair.settings.rasa_ports)
    assert sum(sum(child.cpu_times()[:2]) for child in forked) + sum(parent.cpu_times()[:2]) - loaded < loaded / 2
    assert sum(child.memory_full_info().pss for child in forked) < parent.memory_info().rss


def test_a_rasa_that_is_frozen_keeps_nobody_waiting(pair: Stack) -> None:
    visitor = Visitor(pair, pair.base_url)
    visitor.say(BOOKING[0][0].format(time="7pm"))
    with frozen(_rasa_on(pair, pair.settings.rasa_port).pid):
        for said, expected in BOOKING[1:4]:
            assert expected in visitor.say(said), said
    for said, expected in BOOKING[4:]:
        assert expected in visitor.say(said), said
    assert_said_once(visitor)


def _rasas_parent(stack: Stack) -> psutil.Process:
    return psutil.Process(int(stack.programs.account_of("rasa")["pid"]))


def _rasa_on(stack: Stack, port: int) -> psutil.Process:
    """Return the process that listens on a port."""
    return next(
        process
        for process in _rasas_parent(stack).children()
        if any(at.status == psutil.CONN_LISTEN and at.laddr.port == port for at in process.net_connections())
    )


def _all_ready(stack: Stack) -> bool:
    return all(_rasa_is_ready(address) for address in stack.settings.rasa_addresses)


def _rasa_is_ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/webhooks/turn/", timeout=3, **PLAIN).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
