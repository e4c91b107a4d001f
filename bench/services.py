"""The two bots that are measured side by side, ours and the stock one: starting them, talking to them, what they use."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import psutil
import yaml
from twilio.request_validator import RequestValidator

from bench.diners import Say
from bot.settings import PROJECT
from deploy.stack.launching import free_ports
from deploy.stack.model import rasa_environment
from deploy.stack.supervise import end_with_parent
from tests.support import running
from tests.support.phone import Phone
from tests.support.running import Stack

STOCK = Path(__file__).with_name("stock")
_PYTHON = PROJECT / ".venv-stock" / "bin" / "python"
_MODELS = PROJECT / "var" / "bench"
_LOADS_WITHIN = 600.0  # seconds; it builds its neural networks anew at every start
_ANSWERS_WITHIN = 60.0


class Ours:
    """Our service, which diners text through signed webhooks of Twilio."""

    name = "ours"
    is_ours = True

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._url = f"{stack.public_url}/webhooks/twilio/sms"
        self._sign = RequestValidator(stack.auth_token).compute_signature

    def caller(self, number: int) -> Say:
        """Return the texting phone of the diner of this number (up to 9,999)."""
        phone = Phone(self.stack, f"+1617556{number:04d}", self.stack.sms_number)
        line = Line(self.stack.settings.port)

        def say(text: str) -> list[str]:
            form = phone.form(text)
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Twilio-Signature": self._sign(self._url, form),
            }
            answer = line.post("/webhooks/twilio/sms", urlencode(form), headers)
            return [message.text or "" for message in ElementTree.fromstring(answer).iter("Message")]

        return say

    def processes(self) -> dict[str, int]:
        """Return the process id of each program that the supervisor keeps running."""
        programs = self.stack.programs
        return {name: int(programs.account_of(name)["pid"]) for name in programs.states()}


class Stock:
    """The stock form bot, which diners talk to through Rasa's REST channel."""

    name = "stock"
    is_ours = False

    def __init__(self, port: int, rasa: subprocess.Popen[bytes], actions: subprocess.Popen[bytes]) -> None:
        self._port = port
        self._rasa = rasa
        self._actions = actions

    def caller(self, number: int) -> Say:
        """Return a client whose sender is the diner of this number."""
        line = Line(self._port)

        def say(text: str) -> list[str]:
            body = json.dumps({"sender": f"diner-{number}", "message": text})
            answer = line.post("/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
            return [str(message["text"]) for message in json.loads(answer)]

        return say

    def processes(self) -> dict[str, int]:
        """Return the process ids of Rasa and its action server."""
        return {"rasa": self._rasa.pid, "actions": self._actions.pid}

    def wait_until_loaded(self) -> None:
        """Wait until Rasa has loaded its model. Raises RuntimeError if it ends, or takes over ten minutes."""
        until = time.monotonic() + _LOADS_WITHIN
        while time.monotonic() < until and self._rasa.poll() is None:
            connection = HTTPConnection("127.0.0.1", self._port, timeout=5)
            try:
                connection.request("GET", "/")
                connection.getresponse().read()
                return
            except OSError:
                time.sleep(0.5)
            finally:
                connection.close()
        raise RuntimeError("the stock bot does not start; its log is in the folder of the run")


class Line:
    """A kept-alive connection to a loopback port: a client that costs little, since it shares the machine with the bots."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=_ANSWERS_WITHIN)

    def post(self, path: str, body: str, headers: Mapping[str, str]) -> bytes:
        """Send a request and return the answer's body. Raises OSError if its status is not 200."""
        self._connection.request("POST", path, body.encode(), dict(headers))
        response = self._connection.getresponse()
        answer = response.read()
        if response.status != 200:
            raise OSError(f"status {response.status}: {answer[:200]!r}")
        return answer


@contextmanager
def ours(folder: Path) -> Iterator[Ours]:
    """Run our service with its data in `folder`."""
    stack = running.start(folder)
    try:
        yield Ours(stack)
    finally:
        left = running.end_all(stack)
        assert not left, left


@contextmanager
def stock(folder: Path, *, lean: bool) -> Iterator[Stock]:
    """Run the stock bot: Rasa with one worker, and its action server. Its model is trained if its sources have changed.

    It is being started when this yields; `wait_until_loaded` waits for it. `lean`: without TEDPolicy, a neural network that
    is asked before every action and whose advice the rules never need.
    """
    port, actions_port = free_ports(2)
    environment = {
        **os.environ,
        **rasa_environment(folder),
        "SANIC_HOST": "127.0.0.1",  # the action server's
        "STOCK_ACTIONS_PORT": str(actions_port),
    }
    model = _trained(environment, config(lean=lean))
    rasa = ["run", "--quiet", "-i", "127.0.0.1", "-p", str(port), "--model", str(model)]
    rasa += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    actions = ["run", "actions", "--quiet", "--actions", "actions", "--port", str(actions_port)]
    with _running(actions, environment, folder) as action_server, _running(rasa, environment, folder) as server:
        yield Stock(port, server, action_server)


def config(*, lean: bool) -> dict[str, Any]:
    """Return the pipeline and the policies. `lean`: see `stock`."""
    found: dict[str, Any] = yaml.safe_load((STOCK / "config.yml").read_text(encoding="utf-8"))
    if lean:
        found["policies"] = [policy for policy in found["policies"] if policy["name"] != "TEDPolicy"]
    return found


def _trained(environment: Mapping[str, str], wanted: Mapping[str, Any]) -> Path:
    """Return the model for the current sources and this configuration, trained or not until now."""
    sources = [STOCK / "domain.yml", *sorted((STOCK / "data").iterdir()), STOCK / "requirements.lock"]
    configuration = yaml.safe_dump(dict(wanted))
    digest = hashlib.sha256(b"\0".join([configuration.encode(), *(path.read_bytes() for path in sources)]))
    model = _MODELS / f"stock-{digest.hexdigest()[:16]}.tar.gz"
    if not model.exists():
        _train(environment, configuration, model)
    return model


def _train(environment: Mapping[str, str], configuration: str, model: Path) -> None:
    _MODELS.mkdir(parents=True, exist_ok=True)
    unfinished = f"unfinished-{os.getpid()}"
    file = _MODELS / f"{unfinished}.yml"
    file.write_text(configuration, encoding="utf-8")
    command = ["train", "--quiet", "--config", str(file), "--domain", "domain.yml", "--data", "data"]
    with _running(
        [*command, "--out", str(_MODELS), "--fixed-model-name", unfinished], environment, _MODELS
    ) as training:
        if training.wait() != 0:
            raise RuntimeError(f"the stock bot could not be trained; the log is in {_MODELS}")
    (_MODELS / f"{unfinished}.tar.gz").replace(model)  # a model that exists is complete
    file.unlink()


@contextmanager
def _running(arguments: list[str], environment: Mapping[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{arguments[0]}-{arguments[1].strip('-')}.log").open("wb") as log:
        process = subprocess.Popen(
            [str(_PYTHON), "-W", "ignore", "-m", "rasa", *arguments],
            cwd=STOCK,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=partial(end_with_parent, signal.SIGTERM),  # noqa: PLW1509 - only one system call
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def processor_seconds(processes: Mapping[str, int]) -> dict[str, float]:
    """Return the processor time that each part has used so far, its ended children included."""
    return {name: sum(map(_used, _tree(pid))) for name, pid in processes.items()}


def _used(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0  # and its parent has counted it among its children
    return float(times.user + times.system + times.children_user + times.children_system)


def megabytes(processes: Mapping[str, int]) -> float:
    """Return the memory of all parts; what processes share is counted once."""
    return sum(process.memory_full_info().pss for pid in processes.values() for process in _tree(pid)) / 2**20


def _tree(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]
