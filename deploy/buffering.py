"""The worker of gunicorn that serves our apps: it occupies a thread only with a request that has come in whole.

gunicorn's own threads wait for the rest of a request, so a few dozen clients that send half of one stop a process.
Waitress reads and writes in one loop, where a slow client costs a connection and some memory, and has threads for what is
complete. gunicorn forks the workers, watches and replaces them, and passes signals on.

Should gunicorn's master be killed, its workers go on until another one listens at their address (`SO_REUSEPORT`), which
takes it as long as it takes to import everything. So nobody is turned away meanwhile.
"""

from __future__ import annotations

import logging
import os
import select
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from gunicorn.workers.base import Worker
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher
from waitress.wasyncore import loop

from webhooks.security_headers import POLICY

MOST_CONNECTIONS = 4000
"""Open connections of a worker; more wait to be accepted."""
REQUEST_SECONDS = 30.0
"""From the first byte of a request to its last. A message over a bad mobile network takes a few."""
IDLE_SECONDS = 75
"""For which a connection may be kept without a request, longer than a balancer keeps it (60 is common)."""
LARGEST_HEAD = 16 * 1024
"""Bytes of a request's first line and headers. Ours take less than 2 KB; a browser's cookies for other things take the rest."""
LARGEST_BODY = 1024 * 1024
"""Bytes of a body from the public. The apps refuse more than 256 KB in words of their own; beyond this, it is not read."""
LARGEST_BODY_OF_OURS = 32 * 1024 * 1024
"""Bytes of a body from a tester, who may import thousands of restaurants, or from Rasa. What is large waits on the disk."""

_LONGEST_WITHOUT_MASTER = 60.0  # seconds; after that nobody has started another one, so the port is not to be kept
_ARRIVES_WITHIN = 1.0  # seconds; a request whose first bytes are there when the worker is to end
_LISTENING = "0A"  # linux/net/tcp_states.h TCP_LISTEN, as /proc shows it
_TICK = 1.0  # seconds between two signs of life, and the longest that a signal waits


class _Refusal(ErrorTask):
    """The answer to what is no request, or too large a one to reach an app. It is bounded like the apps' answers."""

    def execute(self) -> None:
        self.response_headers += [("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", POLICY)]
        super().execute()


class _Channel(HTTPChannel):
    """A connection that remembers when the request began that has not come in yet."""

    error_task_class = _Refusal

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.began = time.monotonic()
        self.is_new = True
        super().__init__(*args, **kwargs)

    def received(self, data: bytes) -> Any:
        self.is_new = False
        if self.request is None:
            self.began = time.monotonic()
        return super().received(data)

    def readable(self) -> bool:
        # A client that has hung up amid its request stays readable, and would have the loop run without a pause.
        return bool(self.connected and super().readable())

    @property
    def is_overdue(self) -> bool:
        return self.request is not None and time.monotonic() - self.began > REQUEST_SECONDS

    @property
    def is_busy(self) -> bool:
        """Whether a request is being served, or was begun so lately that the rest of it is on its way."""
        is_coming = self.is_new or self.request is not None
        return bool(self.requests or self.total_outbufs_len) or (
            is_coming and time.monotonic() - self.began < _ARRIVES_WITHIN
        )


class _Server(TcpWSGIServer):
    """Accepts the connections of one socket."""

    channel_class = _Channel

    def maintenance(self, now: float) -> None:
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.is_overdue:
                channel.will_close = True

    def stop_accepting(self) -> None:
        waiting = select.poll()
        waiting.register(self.socket, select.POLLIN)
        while waiting.poll(0):  # closing the socket would cut them off
            self.handle_accept()
        self.accepting = False
        self.del_channel()
        self.socket.close()


class BufferingWorker(Worker):
    """Serves the app with as many threads as gunicorn's settings say."""

    largest_body = LARGEST_BODY
    """set before gunicorn forks"""
    orphaned_at: float | None = None

    def run(self) -> None:
        """Serve until a signal ends it or another master has taken over; then answer what has come in, and end."""
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a warning a request, once all threads are busy
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(self.cfg.threads)
        connections: dict[int, Any] = {}
        servers = [
            _Server(
                self.wsgi,
                connections,
                _sock=listener.sock,
                dispatcher=dispatcher,
                adj=adjustments(self.largest_body),
                sockinfo=(listener.sock.family, listener.sock.type, listener.sock.proto, listener.sock.getsockname()),
                bind_socket=False,
            )
            for listener in self.sockets
        ]
        while self.alive and not self._is_relieved():
            self._turn(connections)
        for server in servers:
            server.stop_accepting()
        until = time.monotonic() + self.cfg.graceful_timeout
        while time.monotonic() < until and any(_is_busy(server) for server in servers):
            self._turn(connections)
        dispatcher.shutdown(timeout=0)

    def _is_relieved(self) -> bool:
        """Whether the master is gone, and another one listens in its place or has not come for a minute."""
        if os.getppid() == self.ppid:
            return False
        self.orphaned_at = self.orphaned_at or time.monotonic()
        if time.monotonic() - self.orphaned_at > _LONGEST_WITHOUT_MASTER:
            return True
        return others_listen({os.fstat(listener.sock.fileno()).st_ino for listener in self.sockets})

    def _turn(self, connections: dict[int, Any]) -> None:
        self.notify()
        until = time.monotonic() + _TICK
        while self.alive and time.monotonic() < until:
            loop(timeout=_TICK, use_poll=True, map=connections, count=1)
        if not self.alive:
            loop(timeout=0.05, use_poll=True, map=connections, count=1)


def others_listen(inodes: Collection[int]) -> bool:
    """Return whether sockets other than these listen at all of their addresses. True where Linux does not tell."""
    try:
        tables = [Path(f"/proc/self/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    except OSError:
        return True
    rows = [line.split() for table in tables for line in table]
    listening = [(row[1], int(row[9])) for row in rows if row[3] == _LISTENING]
    ours = {address for address, inode in listening if inode in inodes}
    return ours <= {address for address, inode in listening if inode not in inodes}


def _is_busy(server: _Server) -> bool:
    return any(channel.is_busy for channel in server.active_channels.values())


def adjustments(largest_body: int) -> Adjustments:
    """Return Waitress' settings."""
    return Adjustments(
        backlog=2048,
        channel_timeout=IDLE_SECONDS,
        channel_request_lookahead=1,  # so that it is noticed when a client hangs up
        cleanup_interval=5,
        clear_untrusted_proxy_headers=False,  # TRUSTED_PROXIES decides whom to believe
        connection_limit=MOST_CONNECTIONS,
        ident=None,
        log_socket_errors=False,
        max_request_body_size=largest_body,
        max_request_header_size=LARGEST_HEAD,
    )
