"""Start a separate service for tests: `tabletalk run` with its own data folder and ports."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from itertools import cycle, islice
from pathlib import Path

from bot.settings import PROJECT, Settings
from deploy.stack.run import ANNOUNCED, CannotStart
from deploy.stack.supervise import end_with_parent

TABLETALK = Path(sys.executable).with_name("tabletalk")
_START_TIMEOUT = 900.0  # seconds; the model may have to be trained first, on a busy machine
_STOP_TIMEOUT = 45.0
_POLL_INTERVAL = 0.1
_PORTS = range(12_000, 32_000)  # Linux gives those from 32,768 on to outgoing connections: ip(7), ip_local_port_range
_PORTS_A_PROCESS = 100


@dataclass(frozen=True)
class Launched:
    """A service that we started. `settings` has the addresses and secrets that it uses itself."""

    settings: Settings
    process: subprocess.Popen[str]
    log: Path

    def end(self) -> int:
        """Stop it like Ctrl-C in a terminal, and return its exit code."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(_STOP_TIMEOUT)


def launch(var: Path, **chosen: object) -> Launched:
    """Start a service with the data folder `var`, and wait until it says that it is up.

    It shares trained models with the project's own data folder, since they are named after their sources. `chosen`:
    settings by the names of their environment variables. Free ports are the default.

    Raises:
        CannotStart: it did not come up. The message contains its output.
    """
    (PROJECT / "var" / "models").mkdir(parents=True, exist_ok=True)
    var.mkdir(parents=True, exist_ok=True)
    (var / "models").symlink_to(PROJECT / "var" / "models")
    ports = dict(zip(("PORT", "ACTIONS_PORT", "RASA_PORT", "EVENTS_PORT"), free_ports(4), strict=True))
    # One process: the ports above its own may be somebody else's.
    variables = environment(var, **{**ports, "RASA_PROCESSES": 1, **chosen})
    log = var / "run.log"
    with log.open("w") as output:
        process = subprocess.Popen(  # noqa: S603 - ourselves
            [str(TABLETALK), "run"],
            cwd=PROJECT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=partial(end_with_parent, signal.SIGINT),  # noqa: PLW1509 - only one system call
        )
    launched = Launched(_settings(variables), process, log)
    try:
        _wait_until_up(launched)
    except BaseException:
        if process.poll() is None:
            launched.end()
        raise
    return launched


def environment(var: Path, **settings: object) -> dict[str, str]:
    """Return the environment of a separate service. Our own settings in the current environment are left out."""
    ours = {name.upper() + end for name in Settings.model_fields for end in ("", "_FILE")}
    foreign = {name: value for name, value in os.environ.items() if name not in ours}
    return foreign | {"TABLETALK_VAR": str(var)} | {name: str(value) for name, value in settings.items()}


def free_ports(count: int) -> list[int]:
    """Return loopback ports that are unused now, one after the other: the port above the first one is the second.

    A port is asked for before the program that uses it is up, which may be seconds later, on a machine where others look
    for ports too. So they are none of those that the system gives to outgoing connections, and each process takes its
    own ones in turn.
    """
    found: list[int] = []
    for port in islice(_own_ports(), 2 * _PORTS_A_PROCESS):
        goes_on = found[-1:] == [port - 1]
        found = [*(found if goes_on else []), port] if _is_free(port) else []
        if len(found) == count:
            return found
    raise CannotStart(f"no {count} ports are free one after the other, of those from {port} on")


@cache
def _own_ports() -> Iterator[int]:
    block = os.getpid() % (len(_PORTS) // _PORTS_A_PROCESS)
    return cycle(_PORTS[block * _PORTS_A_PROCESS : (block + 1) * _PORTS_A_PROCESS])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _wait_until_up(launched: Launched) -> None:
    deadline = time.monotonic() + _START_TIMEOUT
    while ANNOUNCED not in launched.log.read_text():
        if launched.process.poll() is not None or time.monotonic() > deadline:
            raise CannotStart(f"the service did not start:\n{launched.log.read_text()}")
        time.sleep(_POLL_INTERVAL)


def _settings(variables: Mapping[str, str]) -> Settings:
    fields = {name: variables[name.upper()] for name in Settings.model_fields if name.upper() in variables}
    blank = {
        name: "" for name, field in Settings.model_fields.items() if field.annotation is str and field.default == ""
    }
    return Settings.model_validate({**blank, **fields})
