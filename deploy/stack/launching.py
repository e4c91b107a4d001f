"""A whole service beside the present process: `tabletalk run` with a data folder and ports of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.settings import PROJECT, Settings
from deploy.stack.run import ANNOUNCED, CannotStart
from deploy.stack.supervise import end_with_parent

TABLETALK = Path(sys.executable).with_name("tabletalk")
_UP_WITHIN = 900.0  # seconds; the model may have to be trained first, on a busy machine
_ENDS_WITHIN = 45.0
_LOOKS_EVERY = 0.1


@dataclass(frozen=True)
class Launched:
    """A service of our own. Addresses and secrets in `settings` are those it has itself."""

    settings: Settings
    process: subprocess.Popen[str]
    log: Path

    def end(self) -> int:
        """End it as Ctrl-C in a terminal does; gives its exit code."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(_ENDS_WITHIN)


def launch(var: Path, **chosen: object) -> Launched:
    """Start a service with the data folder `var` and wait until it says that it is up.

    The trained model is shared with the project's own data folder: it is named after its sources. `chosen`: settings by the
    names of their variables; ports that are free unless they are chosen.

    Raises:
        CannotStart: it did not come up; the message holds its last words.
    """
    (PROJECT / "var" / "models").mkdir(parents=True, exist_ok=True)
    var.mkdir(parents=True, exist_ok=True)
    (var / "models").symlink_to(PROJECT / "var" / "models")
    ports = dict(zip(("PORT", "ACTIONS_PORT", "RASA_PORT", "EVENTS_PORT"), free_ports(4), strict=True))
    told = environment(var, **{**ports, **chosen})
    log = var / "run.log"
    with log.open("w") as output:
        process = subprocess.Popen(  # noqa: S603 - ourselves
            [str(TABLETALK), "run"],
            cwd=PROJECT,
            env=told,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=partial(end_with_parent, signal.SIGINT),  # noqa: PLW1509 - it only makes one system call
        )
    launched = Launched(_settings(told), process, log)
    try:
        _wait_until_up(launched)
    except BaseException:
        if process.poll() is None:
            launched.end()
        raise
    return launched


def environment(var: Path, **settings: object) -> dict[str, str]:
    """The environment of a service of its own: nothing of ours that happens to be set out there reaches it."""
    ours = {name.upper() for name in Settings.model_fields}
    foreign = {name: value for name, value in os.environ.items() if name not in ours}
    return foreign | {"TABLETALK_VAR": str(var)} | {name: str(value) for name, value in settings.items()}


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody uses at the moment."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _wait_until_up(launched: Launched) -> None:
    until = time.monotonic() + _UP_WITHIN
    while ANNOUNCED not in launched.log.read_text():
        if launched.process.poll() is not None or time.monotonic() > until:
            raise CannotStart(f"the service did not start:\n{launched.log.read_text()}")
        time.sleep(_LOOKS_EVERY)


def _settings(told: Mapping[str, str]) -> Settings:
    fields = {name: told[name.upper()] for name in Settings.model_fields if name.upper() in told}
    blank = {
        name: "" for name, field in Settings.model_fields.items() if field.annotation is str and field.default == ""
    }
    return Settings.model_validate({**blank, **fields})
