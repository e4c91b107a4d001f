"""A second service for the tests that need another one than the suite's own, shared since a start costs much."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.stack.launching import free_ports
from tests.support import running
from tests.support.running import Stack

NEW = {"RASA_TOKEN": "new-token-of-rasa-0123456789abcdef", "ACTIONS_TOKEN": "new-token-of-actions-0123456789abc"}
OLD = {
    **{name: value.replace("new", "old") for name, value in NEW.items()},
    "TWILIO_AUTH_TOKEN": "old-token-of-twilio-0123456789abcd",
}


@pytest.fixture(scope="package")
def pair(var_folder: Callable[[], Path]) -> Iterator[Stack]:
    """A service with two Rasas, amid the replacement of three secrets, two of them in files.

    The usual port of its stream was taken when it started. It is killed in the end, and nothing may outlive it; the end of
    the fixture `stack` checks Ctrl-C.
    """
    port, actions, rasa, *_, usual_for_events = free_ports(11)  # the second Rasa listens one port above the first
    folder = var_folder()
    files = {"RASA_TOKEN": NEW["RASA_TOKEN"], "TWILIO_AUTH_TOKEN_PREVIOUS": OLD["TWILIO_AUTH_TOKEN"]}
    for name, secret in files.items():
        (folder / name).write_text(secret + "\n")
    with socket.create_server(("127.0.0.1", usual_for_events)):
        started = running.start(
            var_folder(),
            PORT=port,
            ACTIONS_PORT=actions,
            RASA_PORT=rasa,
            RASA_PROCESSES=2,
            EVENTS_PORT=0,
            ACTIONS_TOKEN=NEW["ACTIONS_TOKEN"],
            ACTIONS_TOKEN_PREVIOUS=OLD["ACTIONS_TOKEN"],
            RASA_TOKEN_PREVIOUS=OLD["RASA_TOKEN"],
            **{f"{name}_FILE": str(folder / name) for name in files},
        )
    try:
        yield started
        assert len(running.processes_of(started.var)) >= 9
        os.kill(started.process.pid, signal.SIGKILL)
        started.process.wait(10)
        running.wait_until(lambda: running.processes_of(started.var) == [], "all of it has ended", seconds=45)
    finally:
        running.end_all(started)
