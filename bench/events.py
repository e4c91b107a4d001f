"""Measure how many visitors one process of the event stream holds, what each costs, and how soon each gets an event.

The service runs as usual. The visitors are sockets of this process, each with its own conversation, from many loopback
addresses. The baseline is the same process without visitors.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import click
import psutil
from rich.console import Console
from rich.table import Table

from bench.figures import percentile
from booking_engine import Clock
from bot import conversations, messages, tokens, turn_store
from bot.conversations import Conversation
from bot.messages import Answer, Inbound, Said
from bot.notifier import Notifier
from tests.support import running
from tests.support.running import Stack

_PER_ADDRESS = 400  # visitors, below the service's limit
_BATCH = 100  # visitors who connect at the same time
_SAMPLE = 200  # visitors who are sent an event
_GREETING = Answer((Said("Welcome."),))


@dataclass
class Visitor:
    """A visitor who waits for events. `heard`: set on an event; `at`: when the last one arrived (`time.perf_counter`)."""

    conversation_id: uuid.UUID
    token: str
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    at: float = 0.0

    async def come(self, port: int, address: str) -> None:
        """Connect, and return once the greeting has arrived."""
        reader, self._writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
        request = f"GET /api/chat/conversations/{self.conversation_id}/events HTTP/1.1\r\nHost: localhost\r\n"
        self._writer.write(f"{request}Authorization: Bearer {self.token}\r\nAccept: text/event-stream\r\n\r\n".encode())
        status = await reader.readline()
        assert b" 200 " in status, status
        self._reading = asyncio.create_task(self._read(reader))
        await asyncio.wait_for(self.heard.wait(), 60)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            if line.startswith(b"data:"):
                self.at = time.perf_counter()
                self.heard.set()

    def leave(self) -> None:
        """Disconnect."""
        self._reading.cancel()
        self._writer.close()


def invite(stack: Stack, count: int) -> list[Visitor]:
    """Create visitors, each with a conversation and a greeting in the database."""
    now = Clock(stack.settings.clock_offset).now()
    visitors = []
    with stack.database.begin() as connection:
        for _ in range(count):
            conversation = Conversation(uuid.uuid4(), "chat")
            conversations.remember(connection, conversation)
            visitors.append(Visitor(conversation.id, tokens.issue(connection, conversation.id, now)))
            messages.store_greeting(connection, conversation.id, _GREETING)
    return visitors


async def gather(stack: Stack, visitors: list[Visitor], known: int) -> None:
    """Connect all visitors in batches. `known`: the number of visitors connected before."""
    port = stack.settings.events_listen_on
    for start in range(0, len(visitors), _BATCH):
        batch = visitors[start : start + _BATCH]
        place = (known + start) // _PER_ADDRESS
        address = f"127.0.{1 + place // 250}.{1 + place % 250}"
        await asyncio.gather(*(visitor.come(port, address) for visitor in batch))


async def tell(stack: Stack, visitors: list[Visitor]) -> list[float]:
    """Store a message for a sample of them, one after another. Return the milliseconds from commit to arrival."""
    notifier, now = Notifier(stack.settings.redis_address), Clock(stack.settings.clock_offset).now()
    waits = []
    for visitor in visitors[:: max(1, len(visitors) // _SAMPLE)][:_SAMPLE]:
        visitor.heard.clear()
        message = Inbound(visitor.conversation_id, f"chat-{uuid.uuid4()}", "hi")
        turn_store.receive(stack.database, Conversation(message.conversation_id, "chat"), message, now=now, take=False)
        begin = time.perf_counter()
        notifier.notify(visitor.conversation_id)
        await asyncio.wait_for(visitor.heard.wait(), 30)
        waits.append((visitor.at - begin) * 1000)
    return waits


def serving(stack: Stack) -> psutil.Process:
    """Return the process that serves the stream, which is the child of gunicorn's master."""
    master = psutil.Process(int(stack.programs.account_of("events")["pid"]))
    return master.children()[0]


def cpu_share(process: psutil.Process, seconds: float) -> float:
    """Return the percentage of a core that the process uses while idle."""
    process.cpu_percent()
    time.sleep(seconds)
    return float(process.cpu_percent(seconds))


async def measure(stack: Stack, steps: list[int], table: Table) -> None:
    """Add visitors step by step, and measure after each step."""
    process = serving(stack)
    idle = process.memory_info().rss
    table.add_row("0", f"{idle / 2**20:.0f}", "", "", "", "", "")
    present: list[Visitor] = []
    for step in steps:
        newcomers = invite(stack, step - len(present))
        begin = time.perf_counter()
        await gather(stack, newcomers, len(present))
        seconds = time.perf_counter() - begin
        present += newcomers
        waits = await tell(stack, present)
        memory = process.memory_info().rss
        share = await asyncio.to_thread(cpu_share, process, 22.0)  # more than a heartbeat
        p95 = percentile(waits, 0.95)
        table.add_row(
            str(len(present)),
            f"{memory / 2**20:.0f}",
            f"{(memory - idle) / len(present) / 1024:.0f}",
            f"{len(newcomers) / seconds:.0f}",
            f"{statistics.median(waits):.1f}",
            f"{p95:.1f}",
            f"{share:.0f}",
        )
    for visitor in present:
        visitor.leave()


@click.command()
@click.option("--visitors", default=5000, show_default=True, help="How many wait in the end.")
def main(visitors: int) -> None:
    """Run the benchmark and print one table."""
    console = Console()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    console.print("Starting a service ...")
    stack = running.start(Path(tempfile.mkdtemp(prefix="ttb-")), EVENTS_WATCHERS=max(10_000, visitors))
    steps = sorted({min(step, visitors) for step in (100, 1000, 2500, 5000, visitors)})
    table = Table("visitors", "MB", "KB each", "come/s", "p50 ms to news", "p95 ms", "CPU % at rest")
    try:
        asyncio.run(measure(stack, steps, table))
        console.print(table)
    finally:
        left = running.end_all(stack)
        assert not left, left


if __name__ == "__main__":
    main()
